"""Hot themes of a period within a reach: only words of cases that lie in it are shown."""

from typing import Any

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.repositories.figures import FigureRepository
from kit.text import shorten
from services.cases.duplicates import shown
from services.cases.themes import HIDDEN
from services.figures.values import Theme, about

MOST, TITLE, PLACE = 8, 40, 20


async def themes(
    session: AsyncSession, library: Library, which: ColumnElement[Any]
) -> tuple[Theme, ...]:
    """The matters that most of these cases speak of, as they were grouped last night."""
    rows, found = FigureRepository(session), []
    for number, count in await rows.themes(which, HIDDEN, MOST):
        best = await rows.best_of(which, HIDDEN, number)
        if best is None:
            continue
        title = shorten(shown(library, best, best.subject), TITLE)
        place = shorten(shown(library, best, best.place), PLACE) if best.place else ""
        behind = await rows.supporters(which, HIDDEN, number)
        found.append((count + behind, title, place, count))
    return tuple(
        Theme(title, place, about(count), about(heat))
        for heat, title, place, count in sorted(found, reverse=True)
    )

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
    largest = await rows.themes(which, HIDDEN, MOST)
    if not largest:
        return ()
    behind = await rows.supporters(which, HIDDEN, [number for number, *_ in largest])
    best = await rows.at_ranks({number: rank for number, _, rank in largest})
    for number, count, _ in largest:
        case = best[number]
        title = shorten(shown(library, case, case.subject), TITLE)
        place = shorten(shown(library, case, case.place), PLACE) if case.place else ""
        found.append((count + behind.get(number, 0), title, place, count))
    return tuple(
        Theme(title, place, about(count), about(heat))
        for heat, title, place, count in sorted(found, reverse=True)
    )

"""Hot themes of a period within a reach: only words of cases that lie in it are shown."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.repositories.figure_days import FigureDayRepository
from db.repositories.figures import FigureRepository
from kit.text import shorten
from services.cases.duplicates import shown
from services.figures.cohort import Matter
from services.figures.scope import Chosen
from services.figures.values import Theme, about

TITLE, PLACE = 40, 20


async def themes(
    session: AsyncSession,
    library: Library,
    cases: Chosen,
    matters: Sequence[Matter],
) -> tuple[Theme, ...]:
    """The matters that most of these cases speak of, in words; they were counted already."""
    if not matters:
        return ()
    rows, found = FigureRepository(session), []
    told = cases.of_themes([matter.theme for matter in matters])
    behind = await _behind(session, told, [matter.theme for matter in matters])
    best = await rows.at_ranks({matter.theme: matter.rank for matter in matters})
    for number, count, _ in matters:
        case = best.get(number)
        # Grouped anew since they were counted: there is no such theme, or it is another one and
        # its case perhaps one that nobody here may read.
        if case is None or case.id not in told:
            continue
        title = shorten(shown(library, case, case.subject), TITLE)
        place = shorten(shown(library, case, case.place), PLACE) if case.place else ""
        found.append((count + behind.get(number, 0), title, place, count))
    return tuple(
        Theme(title, place, about(count), about(heat))
        for heat, title, place, count in sorted(found, reverse=True)
    )


async def _behind(
    session: AsyncSession, told: Collection[str], themes: Sequence[int]
) -> Mapping[int, int]:
    """How many stand behind the cases of each theme, of those that may be told of."""
    behind = Counter[int]()
    for theme, case_id, count in await FigureDayRepository(session).supported(themes):
        behind[theme] += count if case_id in told else 0
    return behind

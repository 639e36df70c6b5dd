"""Cases that may be the same as a new one: asked before it is sent, noted after."""

import asyncio
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Case, CaseVector
from db.repositories.likeness import LikenessRepository
from services import meaning
from services.cases.likeness import ALIKE, Traits, metres, traits, weigh
from services.cases.shelf import KEYS, Wanted, catch_up, packed, shelf_of
from services.cases.states import HELD, OPEN, WITHDRAWN
from services.masking import masker
from services.turns import Position

LOOKED_AT = 12  # cases that are read and weighed, of those whose vectors and places are nearest
HIDDEN = frozenset({HELD, WITHDRAWN})
UNNOTED_AT_ONCE = 200


@dataclass(frozen=True)
class Near:
    """A known case that may be the same: enough to judge, words masked.

    `metres` is None where one of both has no position; `likeness` goes from 0 to 1; `own` marks
    the worker's own case, which he adds to instead of supporting it.
    """

    code: str
    subject: str = field(repr=False)
    place: str | None = field(repr=False)
    metres: int | None
    state: str
    supporters: int
    likeness: float
    is_open: bool
    own: bool


async def note(session: AsyncSession, library: Library, case: Case) -> None:
    """Make a case one that others may be the same as; again after its words changed."""
    of_case = traits_of(library, case)
    vectors = await meaning.vectors([of_case.matter])
    row = CaseVector(
        case_id=case.id,
        encoder=meaning.encoder().name,
        vector=packed(vectors[0]),
        keys=tuple(sorted(of_case.where.keys))[:KEYS],
        category=of_case.category,
        lat=of_case.spot.lat if of_case.spot else None,
        lon=of_case.spot.lon if of_case.spot else None,
    )
    await LikenessRepository(session).put(row)


async def note_missing(session: AsyncSession, library: Library) -> int:
    """Note some cases that never were, imported or of before; 0 when all are."""
    missing = await LikenessRepository(session).unnoted(meaning.encoder().name, UNNOTED_AT_ONCE)
    for case in missing:
        await note(session, library, case)
    return len(missing)


async def near(
    session: AsyncSession,
    library: Library,
    *,
    text: str,
    spot: Position | None = None,
    place: str | None = None,
    category: str | None = None,
    worker_id: str | None = None,
    most: int = 3,
) -> tuple[Near, ...]:
    """Known cases, open and closed, that may be the same as a sentence, likeliest first.

    `spot` is where the matter lies, WGS-84. Withdrawn and held cases are never told.
    """
    hide = masker(library)
    new = traits(library, hide(text), hide(place) if place else None, spot, category)
    vectors = await meaning.vectors([new.matter])
    await catch_up(session)
    wanted = Wanted(vectors[0], new.where.keys, spot)
    found = await asyncio.to_thread(shelf_of(session).nearest, wanted, LOOKED_AT)
    products = dict(found)
    rows = await LikenessRepository(session).cases(products)
    weighed = [
        (weigh(products[number], new, of_case).likeness, case, of_case)
        for number, case, _ in rows
        if (of_case := traits_of(library, case))
    ]
    alike = sorted((row for row in weighed if row[0] >= ALIKE), key=lambda row: -row[0])
    states = {case.id: state for _, case, state in rows}
    told = [row for row in alike if states[row[1].id] not in HIDDEN][:most]
    supporters = await LikenessRepository(session).supporters([case.id for _, case, _ in told])
    return tuple(
        Near(
            code=case.code,
            subject=shown(library, case, case.subject),
            place=shown(library, case, case.place) if case.place else None,
            metres=None if (apart := metres(new, of_case)) is None else round(apart),
            state=states[case.id],
            supporters=supporters.get(case.id, 0),
            likeness=round(likeness, 3),
            is_open=states[case.id] in OPEN,
            own=worker_id is not None and case.worker_id == worker_id,
        )
        for likeness, case, of_case in told
    )


def shown(library: Library, case: Case, words: str) -> str:
    """Words as others may see them; a case of older days was stored before it was masked."""
    return words if case.text_digest else masker(library)(words)


def traits_of(library: Library, case: Case) -> Traits:
    """What of a case is compared."""
    text = " ".join(part for part in (case.subject, case.remedy) if part)
    spot = None if case.lat is None or case.lon is None else Position(case.lat, case.lon)
    place = shown(library, case, case.place) if case.place else None
    return traits(library, shown(library, case, text), place, spot, case.category)

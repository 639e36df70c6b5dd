"""Cases that may be the same as a new one: asked before it is sent, noted after."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import and_, or_
from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Case, CaseVector
from db.repositories.inbox import InboxRepository
from db.repositories.likeness import Known, LikenessRepository, ThemeRow
from services import meaning
from services.cases.inbox import columns
from services.cases.likeness import ALIKE, Traits, metres, traits, weigh
from services.cases.reading import of_code
from services.cases.shelf import KEYS, Shelf, Wanted, packed
from services.cases.shelving import catch_up, forget_if_undone, shelf_of
from services.cases.states import HELD, OPEN, WITHDRAWN
from services.cases.whereabouts import NAME_LEAST
from services.masking import masker
from services.staff.actors import Actor, seen_by
from services.turns import Position

READ = 32  # cases that are read, of those whose vectors and places are nearest
WEIGHED = 12  # the first of them that are not hidden
HIDDEN = frozenset({HELD, WITHDRAWN})
BESIDE = 5  # shown to staff beside a case
UNNOTED_AT_ONCE = 50  # a transaction; turns wait for it on SQLite


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
    await _note(session, library, [case])


async def note_missing(session: AsyncSession, library: Library) -> int:
    """Note some cases that never were, imported or of before; 0 when all are."""
    missing = await LikenessRepository(session).unnoted(meaning.encoder().name, UNNOTED_AT_ONCE)
    await _note(session, library, missing)
    return len(missing)


async def _note(session: AsyncSession, library: Library, cases: Sequence[Case]) -> None:
    all_traits = [traits_of(library, case) for case in cases]
    vectors = await meaning.vectors([of.matter for of in all_traits])
    for case, of_case, vector in zip(cases, all_traits, vectors, strict=True):
        row = CaseVector(
            case_id=case.id,
            encoder=meaning.encoder().name,
            vector=packed(vector),
            keys=tuple(sorted(of_case.where.keys))[:KEYS],
            category=of_case.category,
            lat=of_case.spot.lat if of_case.spot else None,
            lon=of_case.spot.lon if of_case.spot else None,
        )
        await LikenessRepository(session).put(row)
        forget_if_undone(session, row.number)


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
    await session.flush()  # What this transaction has changed counts.
    await catch_up(session)
    hide = masker(library)
    new = traits(library, hide(text), hide(place) if place else None, spot, category)
    found = await asyncio.to_thread(_nearest, shelf_of(session), new)
    products = dict(found)
    rows = await LikenessRepository(session).known([number for number, _ in found])
    open_to_all = [case for case in rows if case.state not in HIDDEN][:WEIGHED]
    alike = []
    for case in open_to_all:
        of_case = traits_of(library, case)
        likeness = weigh(products[case.number], new, of_case).likeness
        if likeness >= ALIKE:
            alike.append((likeness, case, metres(new, of_case)))
    alike.sort(key=lambda row: -row[0])
    ids = {case.id for _, case, _ in alike}
    # Of the very same words the first stands for all, unless it was taken back.
    told = [row for row in alike if row[1].folded_into not in ids][:most]
    return tuple(
        Near(
            code=case.code,
            subject=shown(library, case, case.subject),
            place=shown(library, case, case.place) if case.place else None,
            metres=None if apart is None else round(apart),
            state=case.state,
            supporters=case.supporters,
            likeness=round(likeness, 3),
            is_open=case.state in OPEN,
            own=worker_id is not None and case.worker_id == worker_id,
        )
        for likeness, case, apart in told
    )


async def beside(
    session: AsyncSession, library: Library, actor: Actor, code: str
) -> tuple[Near, ...]:
    """Cases that may be the same as a known one, likeliest first; none that the actor may not see
    and none that went on in this one already. Raises NotFound.
    """
    case = await of_code(session, code)
    found = await near(
        session,
        library,
        text="\n".join(filter(None, (case.subject, case.remedy))),
        spot=Position(case.lat, case.lon)
        if case.lat is not None and case.lon is not None
        else None,
        place=case.place,
        category=case.category,
        most=WEIGHED,
    )
    others = or_(Case.merged_into.is_(None), Case.merged_into != case.id)
    named = Case.code.in_([each.code for each in found if each.code != case.code])
    which = and_(named, others, seen_by(actor, columns()))
    open_to_him = await InboxRepository(session).codes(which)
    return tuple(each for each in found if each.code in open_to_him)[:BESIDE]


def _nearest(shelf: Shelf, new: Traits) -> list[tuple[int, float]]:
    """Encoding and comparing in one go, beside the event loop."""
    vector = meaning.encoded([new.matter])[0]
    words = new.where.words
    said = frozenset(words[at : at + NAME_LEAST] for at in range(len(words) - NAME_LEAST + 1))
    return shelf.nearest(Wanted(vector, new.where.keys, new.spot, said), READ)


def shown(library: Library, case: Case | Known | ThemeRow, words: str) -> str:
    """Words as others may see them; a case of older days was stored before it was masked."""
    return words if case.text_digest else masker(library)(words)


def traits_of(library: Library, case: Case | Known | ThemeRow) -> Traits:
    """What of a case is compared."""
    text = " ".join(part for part in (case.subject, case.remedy) if part)
    spot = None if case.lat is None or case.lon is None else Position(case.lat, case.lon)
    place = shown(library, case, case.place) if case.place else None
    return traits(library, shown(library, case, text), place, spot, case.category)

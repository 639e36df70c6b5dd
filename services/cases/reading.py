"""Reading cases: one's own, one case whole. All words here are masked."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Case, CaseAddition, CaseAnswer, CaseView
from db.repositories.case_flow import CaseFlowRepository
from db.repositories.case_parts import CasePartRepository
from db.repositories.cases import CaseRepository
from kit import ids
from kit.clock import Clock
from kit.errors import NotFound
from kit.text import shorten
from services import photos, recordings
from services.cases import rules, states
from services.cases.labels import on_cases
from services.cases.limits import category_name, questions_asked
from services.cases.values import (
    Addition,
    Answer,
    CaseDetail,
    CasePhoto,
    CaseRecording,
    CaseSummary,
    Progress,
    Step,
)
from services.staff.actors import Actor, may_see
from services.turns import CaseCard

PAGE_SIZE = 50
OWN_AT_MOST = 5
SUMMARY = 60
OTHERS = ("source", "target")  # where a step holds the code of another case


async def own(session: AsyncSession, worker_id: str) -> Sequence[Case]:
    """A worker's newest cases."""
    return await CaseRepository(session).of_worker(worker_id, OWN_AT_MOST)


async def of_code(session: AsyncSession, code: str, *, lock: bool = False) -> Case:
    """The case of a code as somebody typed it; raises NotFound."""
    read = ids.read_code(code)
    case = await CaseRepository(session).by_code(read, lock=lock) if read else None
    if case is None:
        raise NotFound("cases.no_such_code")
    return case


async def show(
    session: AsyncSession, library: Library, clock: Clock, code: str, actor: Actor
) -> CaseDetail:
    """A case for a member of staff; that he looked is recorded. Other cases are named to whom may
    open them.
    """
    case = await of_code(session, code)
    note_look(session, clock, case, actor.id)
    others = await _others(session, case, actor)
    parts, flow = CasePartRepository(session), CaseFlowRepository(session)
    state = states.state_of(case)
    spoken = await recordings_of(session, case.id)
    labels = await on_cases(session, [case.id])
    return CaseDetail(
        summary=_summary(case, state, labels.get(case.id, ())),
        category=category_name(library, case.category),
        subject=case.subject,
        place=case.place,
        remedy=case.remedy,
        extras=questions_asked(library, case.category, case.extras),
        area=tuple(filter(None, (case.province, case.city, case.district, case.street))),
        photos=await photos_of(session, case.id),
        recordings=spoken,
        additions=_additions(await parts.additions(case.id), spoken),
        supporters=await parts.count_supporters(case.id),
        history=tuple(_named(step, others) for step in steps_of(case)),
        answer_days=case.answer_days,
        wants_answer=case.wants_answer,
        has_original=case.worker_id is not None and case.original is not None,
        has_contact=case.worker_id is not None and bool(case.contact or case.caller),
        folded_into=others.get(case.folded_into or ""),
        may_start_review=state == states.RECEIVED,
        may_release=state == states.HELD,
        seen=case.events[-1].number,
        lead=rules.lead_of(case),
        helpers=tuple(each.unit for each in case.units if each.part == "helper"),
        answers=tuple(answer_of(row) for row in await flow.answers(case.id)),
        merged_into=others.get(case.merged_into or ""),
        adopted=case.adopted,
    )


def _additions(
    rows: Sequence[CaseAddition], spoken: Sequence[CaseRecording]
) -> tuple[Addition, ...]:
    there = {each.number for each in spoken}
    return tuple(
        Addition(
            row.number,
            row.words,
            tuple(row.photos),
            tuple(number for number in row.recordings if number in there),
            row.at,
        )
        for row in rows
    )


async def photos_of(session: AsyncSession, case_id: str) -> tuple[CasePhoto, ...]:
    """The photos of a case, in order."""
    found = await photos.SHELF.of_case(session, case_id)
    return tuple(
        CasePhoto(number, photo.width, photo.height, photo.digest) for number, photo in found
    )


async def show_photo(
    session: AsyncSession, clock: Clock, code: str, number: int, staff_id: str
) -> CasePhoto | None:
    """One photo of a case for a member of staff; that he looked is recorded."""
    case = await of_code(session, code)
    note_look(session, clock, case, staff_id, kind="photo")
    found = await photos_of(session, case.id)
    return next((photo for photo in found if photo.number == number), None)


async def recordings_of(session: AsyncSession, case_id: str) -> tuple[CaseRecording, ...]:
    """The voices of a case, in order."""
    found = await recordings.SHELF.of_case(session, case_id)
    return tuple(CaseRecording(number, row.seconds, row.digest) for number, row in found)


async def play_recording(
    session: AsyncSession, clock: Clock, code: str, number: int, staff_id: str
) -> CaseRecording | None:
    """One voice of a case for a member of staff; that he listened is recorded."""
    case = await of_code(session, code)
    note_look(session, clock, case, staff_id, kind="recording")
    found = await recordings_of(session, case.id)
    return next((each for each in found if each.number == number), None)


def card(library: Library, case: Case) -> CaseCard:
    """A case as its author and its supporters see it."""
    state = states.state_of(case)
    # While it stands still no day is promised.
    due = None if state in states.STOPPED else case.due
    return CaseCard(
        code=case.code,
        state=library.say(f"cases.state_{state}"),
        due=due.isoformat() if due else None,
        summary=shorten(case.subject, SUMMARY),
    )


def answer_of(row: CaseAnswer) -> Answer:
    """An answer as a page shows it."""
    return Answer(
        number=row.number,
        author_id=row.author_id,
        unit=row.unit,
        grade=row.grade,
        is_public=row.is_public,
        text=row.text,
        state=row.state,
        decided_by=row.decided_by,
        rating=row.rating,
        at=row.decided_at or row.written_at,
    )


def steps_of(case: Case) -> tuple[Step, ...]:
    """The whole history of a case."""
    return tuple(
        Step(e.state, e.actor, e.note, e.at, e.step, e.unit, e.data or {}, e.number)
        for e in case.events
    )


def progress_of(case: Case, *, own: bool) -> Progress:
    """How a case is going: the steps that changed its state, and no word of anybody."""
    steps: list[Step] = []
    for event in case.events:
        if not steps or steps[-1].state != event.state:
            steps.append(Step(event.state, event.actor, None, event.at, event.step))
    return Progress(
        code=case.code,
        kind=case.kind,
        state=states.state_of(case),
        created_at=case.created_at,
        due=case.due,
        answer_days=case.answer_days,
        steps=tuple(steps),
        own=own,
    )


def note_look(
    session: AsyncSession,
    clock: Clock,
    case: Case,
    staff_id: str,
    *,
    kind: str = "case",
    reason: str | None = None,
) -> str:
    """Put on record who looked, at what, and why where a reason is asked; the record's id."""
    view = CaseView(
        id=ids.new_id(), case_id=case.id, staff_id=staff_id, kind=kind, reason=reason, at=clock()
    )
    CaseRepository(session).add_view(view)
    return view.id


async def _others(session: AsyncSession, case: Case, actor: Actor) -> Mapping[str, str]:
    """Codes of the other cases that this one names, by id and by code: those he may open."""
    ids_named = [each for each in (case.folded_into, case.merged_into) if each]
    data = [event.data or {} for event in case.events]
    codes = sorted({each[name] for each in data for name in OTHERS if name in each})
    if not ids_named and not codes:
        return {}
    rows = await CaseRepository(session).named(ids_named, codes)
    seen = [row for row in rows if may_see(actor, rules.reach_of(row))]
    return {key: row.code for row in seen for key in (row.id, row.code)}


def _named(step: Step, others: Mapping[str, str]) -> Step:
    """A step without the codes of cases that are not among these."""
    kept = {k: v for k, v in step.data.items() if k not in OTHERS or v in others}
    return replace(step, data=kept)


def _summary(case: Case, state: str, labels: tuple[str, ...]) -> CaseSummary:
    return CaseSummary(
        code=case.code,
        kind=case.kind,
        state=state,
        subject=shorten(case.subject, SUMMARY),
        place=shorten(case.place, SUMMARY) if case.place else None,
        created_at=case.created_at,
        due=case.due,
        category=case.category,
        held_reason=case.held_reason if state == states.HELD else None,
        labels=labels,
    )

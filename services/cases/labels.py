"""Labels: the short words that an office keeps for its cases. They are put on by a step."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Case, CaseLabel, Label
from db.repositories.inbox import Condition
from db.repositories.workbench import WorkbenchRepository
from kit import ids
from kit.clock import Clock
from kit.errors import BadInput, NotAllowed, NotFound
from kit.text import tidy
from services.staff.actors import Actor
from services.staff.members import read_district
from services.staff.permissions import ROLES, Permission
from services.staff.rules import need

LONGEST, MOST_IN_AREA = 8, 60


@dataclass(frozen=True)
class Known:
    """A label of the list: its word, its area (empty is everywhere), on how many cases it is."""

    id: str
    word: str
    area: str
    cases: int
    is_retired: bool
    is_own: bool


async def known(session: AsyncSession, actor: Actor, seen: Condition) -> Sequence[Known]:
    """The whole list; `is_own` marks what this actor looks after, counted are cases `seen`."""
    rows = WorkbenchRepository(session)
    counts = await rows.count_labelled(seen)
    return [
        Known(
            row.id,
            row.word,
            row.area,
            counts.get(row.id, 0),
            row.retired_at is not None,
            looks_after(actor, row.area),
        )
        for row in await rows.labels(retired=True)
    ]


async def in_use(session: AsyncSession) -> Sequence[Label]:
    """The labels that are put on cases, without counting where."""
    return await WorkbenchRepository(session).labels()


async def words(session: AsyncSession) -> Sequence[str]:
    """All words that a list of cases may be narrowed to."""
    rows = await WorkbenchRepository(session).labels(retired=True)
    return sorted({row.word for row in rows})


async def add(
    session: AsyncSession, library: Library, clock: Clock, actor: Actor, *, word: str, area: str
) -> None:
    """Put a word on the list, for an area such as 广州 南沙; raises BadInput, NotAllowed.

    Whose role is limited to districts keeps the words of those only.
    """
    need(actor, Permission.DECIDE_CASES)
    word = tidy(word)
    if not 0 < len(word) <= LONGEST or "\n" in word:
        raise BadInput("workbench.label_length", most=LONGEST)
    path = read_district(library, area) if area.strip() else ""
    if not looks_after(actor, path):
        raise NotAllowed("workbench.label_not_own_area")
    rows = WorkbenchRepository(session)
    there = await rows.label_of(path, word)
    if there is not None:
        if there.retired_at is None:
            raise BadInput("workbench.label_there_already", word=word)
        there.retired_at = None
        return
    if sum(each.area == path for each in await rows.labels()) >= MOST_IN_AREA:
        raise BadInput("workbench.label_too_many", most=MOST_IN_AREA)
    row = Label(id=ids.new_id(), word=word, area=path, created_by=actor.id, created_at=clock())
    rows.add(row)
    await session.flush()


async def retire(session: AsyncSession, clock: Clock, actor: Actor, label_id: str) -> None:
    """Put a word on no more cases; those that have it keep it. Raises NotFound, NotAllowed."""
    rows = await WorkbenchRepository(session).labels(retired=True)
    row = next((row for row in rows if row.id == label_id), None)
    if row is None:
        raise NotFound("workbench.no_such_label")
    if not looks_after(actor, row.area):
        raise NotAllowed("workbench.label_not_own_area")
    row.retired_at = row.retired_at or clock()


def looks_after(actor: Actor, area: str) -> bool:
    """Whether an actor keeps the words of an area: one role that decides must reach all of it."""
    return any(
        not grant.districts or any(f"{area}/".startswith(f"{path}/") for path in grant.districts)
        for grant in actor.grants
        if Permission.DECIDE_CASES in ROLES[grant.role]
    )


async def fitting(session: AsyncSession, case: Case) -> Sequence[Label]:
    """The labels that may be put on a case, and those that are on it."""
    rows = WorkbenchRepository(session)
    on = (await rows.labels_on([case.id])).get(case.id, [])
    free = [row for row in await rows.labels() if lies_in(case, row.area)]
    return sorted({row.id: row for row in (*free, *on)}.values(), key=lambda row: row.word)


def lies_in(case: Case, area: str) -> bool:
    """Whether a case lies in the area of a label."""
    parts = area.split("/") if area else []
    return [case.province, case.city, case.district][: len(parts)] == parts


async def change(
    session: AsyncSession, case: Case, *, on: Collection[str], off: Collection[str]
) -> Mapping[str, Any]:
    """Put labels on a case and take others off; what came of it. Raises as `check` does."""
    added, removed = await check(session, case, on=on, off=off)
    rows = WorkbenchRepository(session)
    for row in added:
        rows.add(CaseLabel(case_id=case.id, label_id=row.id))
    for row in removed:
        await rows.unlabel(case.id, row.id)
    await session.flush()
    return {
        "added": [row.word for row in added],
        "removed": [row.word for row in removed],
        # Of two areas' labels the words may be the same.
        "ids": {"on": [row.id for row in added], "off": [row.id for row in removed]},
    }


async def check(
    session: AsyncSession, case: Case, *, on: Collection[str], off: Collection[str]
) -> tuple[Sequence[Label], Sequence[Label]]:
    """Which labels a case would get, and which it would lose.

    Raises NotFound, NotAllowed where a label is another area's, BadInput where all stays as it is.
    """
    rows = WorkbenchRepository(session)
    has = {row.id: row for row in (await rows.labels_on([case.id])).get(case.id, [])}
    free = {row.id: row for row in await rows.labels()}
    if not set(on) <= free.keys():
        raise NotFound("workbench.no_such_label")
    added = [free[each] for each in dict.fromkeys(on) if each not in has]
    for row in added:
        if not lies_in(case, row.area):
            raise NotAllowed("workbench.label_elsewhere", word=row.word)
    removed = [has[each] for each in off if each in has]
    if not added and not removed:
        raise BadInput("workbench.label_unchanged")
    return added, removed


async def on_cases(session: AsyncSession, case_ids: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The words on each of these cases."""
    found = await WorkbenchRepository(session).labels_on(case_ids)
    return {case_id: tuple(row.word for row in rows) for case_id, rows in found.items()}


def labelled(word: str) -> Condition:
    """The cases that bear a word, whichever area's it is."""
    bearing = select(CaseLabel.case_id).join(Label, Label.id == CaseLabel.label_id)
    return Case.id.in_(bearing.where(Label.word == word))

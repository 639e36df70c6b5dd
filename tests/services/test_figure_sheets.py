"""Lines of facts in memory: never another count than the database's."""

from collections.abc import Iterable
from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from content.library import Library
from db.models import CaseFact
from db.repositories.figure_days import FigureDayRepository
from db.session import Sessions, make_sessions, transaction
from services import cases, figures
from services.cases import Given
from services.cases.clocks import day_of
from services.figures import Asked, Figures, Period, folding, sheets
from services.figures.facts import OWN, WIDTH
from services.figures.scope import Scope, _alike, chosen
from services.staff.actors import Actor, CaseLike, Grant
from services.staff.permissions import Role
from tests.factories import FixedClock
from tests.services.casing import Office
from tests.services.figuring import UNITS

AUDITOR = Actor("0" * 32, "陈静", "", (Grant(Role.AUDITOR),))


@pytest.fixture
async def office(sessions: Sessions, library: Library, clock: FixedClock) -> Office:
    made = Office(sessions, library, clock)
    await made.unit(*UNITS)
    return made


def period(office: Office) -> Period:
    return Period(date(2026, 11, 1), day_of(office.clock()))


async def seen(office: Office, sessions: Sessions, actor: Actor = AUDITOR) -> Figures:
    async with transaction(sessions) as session:
        asked = Asked(period(office))
        return await figures.figures(session, office.library, office.clock, actor, asked)


def states(found: Figures) -> dict[str, int]:
    return {line.label: line.counts["arrived"] for line in found.states}


async def test_what_another_process_wrote_is_read_again(office: Office, engine: AsyncEngine):
    one, other = office.sessions, make_sessions(engine)
    first = (await office.hand_in(await office.worker())).case.code
    assert states(await seen(office, one)) == states(await seen(office, other)) == {"received": 1}
    await office.review(first, await office.staff())
    assert states(await seen(office, other)) == {"in_review": 1}  # which writes the facts
    assert states(await seen(office, one)) == {"in_review": 1}
    office.clock.advance(hours=30)
    await office.hand_in(await office.worker())
    assert states(await seen(office, one)) == {"received": 1, "in_review": 1}
    assert states(await seen(office, other)) == {"received": 1, "in_review": 1}


async def test_what_was_undone_is_not_remembered(office: Office):
    code = (await office.hand_in(await office.worker())).case.code
    await seen(office, office.sessions)
    reviewer = await office.actor()

    async def is_undone() -> None:
        async with transaction(office.sessions) as session:
            parts = (session, office.library, office.clock)
            await cases.take(*parts, reviewer, code, step="take_up", given=Given())
            found = await figures.figures(*parts, AUDITOR, Asked(period(office)))
            assert states(found) == {"in_review": 1}
            raise LookupError

    with pytest.raises(LookupError):
        await is_undone()
    assert states(await seen(office, office.sessions)) == {"received": 1}
    await office.takes(reviewer, code, "refuse", reason="too_vague")
    assert states(await seen(office, office.sessions)) == {"refused": 1}


async def test_only_days_that_changed_are_read(office: Office, monkeypatch: pytest.MonkeyPatch):
    codes = []
    for _ in range(3):
        codes.append((await office.hand_in(await office.worker())).case.code)
        office.clock.advance(hours=30)
    read: list[int] = []
    parse = sheets._sheets
    monkeypatch.setattr(sheets, "_sheets", lambda given: read.append(len(given)) or parse(given))
    await seen(office, office.sessions)
    await seen(office, office.sessions)
    await office.review(codes[1], await office.staff())
    await seen(office, office.sessions)
    assert read == [3, 1]


async def test_who_keeps_out_of_a_case_does_not_count_it(office: Office):
    code = (await office.hand_in(await office.worker())).case.code
    await office.hand_in(await office.worker())
    kept_out, other = await office.actor(), await office.actor()
    await office.takes(kept_out, code, "step_aside", note="是我住的小区")
    assert (await seen(office, office.sessions, kept_out)).totals["arrived"] == 1
    assert (await seen(office, office.sessions, other)).totals["arrived"] == 2


async def test_no_line_is_written_behind_a_day(office: Office, monkeypatch: pytest.MonkeyPatch):
    """The night writes lines, then days: who does both in turn would hold what the other wants."""
    for _ in range(3):
        await office.hand_in(await office.worker())
    await seen(office, office.sessions)
    for _ in range(3):
        await office.hand_in(await office.worker())
    touched: list[int] = []
    touch = FigureDayRepository.touch

    async def counts(rows: FigureDayRepository, days: Iterable[date]) -> None:
        told = select(func.count()).select_from(CaseFact)
        touched.append(await rows.session.scalar(told) or 0)
        await touch(rows, days)

    monkeypatch.setattr(FigureDayRepository, "touch", counts)
    monkeypatch.setattr(folding, "AT_ONCE", 2)
    await seen(office, office.sessions)
    assert touched == [6]


async def test_the_rule_is_asked_once_of_all_that_are_alike_to_it(office: Office):
    for category in ("rest_stops", "parking_stopping", None, "other", "other"):
        await office.hand_in(await office.worker(), category=category)
    asked_of: list[str | None] = []

    def sees(case: CaseLike) -> bool:
        asked_of.append(case.category)
        return case.category == "other"

    scope, asked = Scope(sees, frozenset({"other"}), whole=False), Asked(period(office))
    async with transaction(office.sessions) as session:
        await figures.fold(session)
        found = await chosen(session, scope, asked, asked.period, asked.period.last)
    assert int(found.kept.sum()) == 2
    assert sorted(asked_of, key=str) == [None, "other"]


async def test_what_is_read_at_the_start_is_what_a_page_reads(office: Office, engine: AsyncEngine):
    await office.hand_in(await office.worker())
    await seen(office, office.sessions)
    beside = make_sessions(engine).beside
    await figures.warm(beside, office.clock)
    assert [len(sheet) for sheet in beside.keep(sheets._Sheets).values()] == [1]


def test_a_place_is_that_of_the_case_alone():
    days = (date(2026, 11, 18), date(2026, 11, 19))
    given = {
        days[0]: ("v", "b" * 32 + "0" * WIDTH + "a" * 32 + "1" * WIDTH),
        days[1]: ("v", "a" * 32 + "2" * OWN + "3" * (WIDTH - OWN)),
    }
    lines = sheets.Lines(list(sheets._sheets(given).values()))
    asked = [(days[1], "a" * 32), (days[0], "b" * 32), (days[1], "b" * 32), (days[0], "a" * 32)]
    assert lines.places(asked).tolist() == [2, 1, sheets.NOWHERE, 0]
    assert lines.digits[0].tolist() == [ord("1"), ord("0"), ord("2")]
    assert lines.marked([]).tolist() == [False] * 3
    assert sheets.Lines([]).places(asked).tolist() == [sheets.NOWHERE] * 4


@given(st.lists(st.tuples(*[st.integers(0, 9)] * 3), min_size=1, max_size=40))
def test_rows_are_alike_that_have_the_same_values(rows: list[tuple[int, ...]]):
    alike, which = _alike(*(np.array(column) for column in zip(*rows, strict=True)))
    assert [alike[number] for number in which] == rows
    assert len(set(alike)) == len(alike)


def test_sets_that_could_be_cost_nothing():
    """Of forty units there are 10^12: who has roles in many would take all memory there is."""
    alike, which = _alike(*(np.array([0, 1, 1]) for _ in range(40)))
    assert [alike[number] for number in which] == [(0,) * 40, (1,) * 40, (1,) * 40]

"""Figures are what a naive count of the histories says, for whoever asks; small groups hide."""

import os
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete

from content.library import Library
from db.models import CaseTheme
from db.session import Sessions, transaction
from services import figures
from services.cases.clocks import day_of
from services.cases.rules import reach_of
from services.cases.transitions import withdraw
from services.figures import Asked, Figures, Period, facts, hot, sketch
from services.figures.cohort import Matter
from services.figures.reading import figures as figures_of
from services.figures.scope import Scope, chosen
from services.figures.values import hide_few
from services.staff.actors import Actor, Grant
from services.staff.permissions import Permission, Role
from tests.factories import FixedClock, add_case, add_turn, add_worker
from tests.services.casing import Office
from tests.services.figuring import SPOTS, UNITS, histories, naive

ROUNDS = "YIZHAN_TEST_ROUNDS"


@pytest.fixture
async def office(sessions: Sessions, library: Library, clock: FixedClock) -> Office:
    made = Office(sessions, library, clock)
    await made.unit(*UNITS)
    return made


async def of(office: Office, asked: Asked, *grants: Grant) -> Figures:
    """The figures as one with these grants sees them; everything without any."""
    actor = Actor("0" * 32, "陈静", "", grants or (Grant(Role.AUDITOR),))
    async with transaction(office.sessions) as session:
        return await figures_of(session, office.library, office.clock, actor, asked)


def all_of(office: Office) -> Period:
    return Period(date(2026, 11, 1), day_of(office.clock()))


async def test_figures_are_what_a_naive_count_of_the_histories_says(office: Office):
    seed = 20261130
    for round_ in range(int(os.environ.get(ROUNDS, "1"))):
        await histories(office, seed + round_, 8, 12)
        period = all_of(office)
        await _holds(office, period)
        await histories(office, seed + round_ + 1000, 2, 12)  # told already, and gone on since
        await _holds(office, all_of(office))
        half = Period(period.first, day_of(office.clock()) - timedelta(days=8))
        await _holds(office, half)


async def _holds(office: Office, period: Period) -> None:
    found, counted = await of(office, Asked(period)), await naive(office, period)
    totals = counted.totals
    assert hide_few({name: totals[name] for name in found.totals}) == dict(found.totals)
    assert _lines(found.states) == counted.by(lambda case: case.state)
    assert _lines(found.kinds) == counted.by(lambda case: case.kind)
    names = {each.id: each.name for each in office.library.categories.values()}
    assert _lines(found.categories) == counted.by(
        lambda case: names[case.category] if case.category else figures.UNKNOWN
    )
    lead = {case.id: [u.unit for u in case.units if u.part == "lead"] for case in counted.found}
    assert _lines(found.units) == counted.by(
        lambda case: lead[case.id][0] if lead[case.id] else figures.UNKNOWN
    )
    assert _lines(found.areas) == counted.by(
        lambda case: (
            "/".join(filter(None, (case.province, case.city, case.district))) or figures.UNKNOWN
        )
    )
    assert sum(sum(line.counts.values()) for line in found.arrivals) == len(counted.found)
    whole = next(each for each in found.stages if each.name == "whole")
    assert (whole.days, whole.cases) == counted.days_to_answer()
    assert figures.read(found.as_json()) == found


def _lines(lines):
    return {line.label: line.counts["arrived"] for line in lines}


async def test_each_sees_the_figures_of_the_cases_in_his_reach(office: Office):
    await histories(office, 3, 8, 10)
    period = all_of(office)
    seen = []
    for grant in (
        Grant(Role.REVIEWER, districts=("广东/广州/南沙区",)),
        Grant(Role.REVIEWER, districts=("广东",), categories=("rest_stops", "other")),
        Grant(Role.REVIEWER, unit=UNITS[1]),
        Grant(Role.HANDLER, unit=UNITS[0]),
    ):
        actor = Actor("0" * 32, "陈静", "", (grant,))
        counted = await naive(
            office,
            period,
            lambda case, who=actor: who.may_for(Permission.SEE_FIGURES, reach_of(case)),
        )
        found = await of(office, Asked(period), grant)
        assert found.totals["arrived"] == len(counted.found)
        assert _lines(found.states) == counted.by(lambda case: case.state)
        assert found.funnel is None
        seen.append(len(counted.found))
    assert seen[-1] == 0  # a handler sees no figures
    assert all(seen[:-1])


async def test_filters_narrow_what_is_counted(office: Office):
    await histories(office, 5, 8, 8)
    period = all_of(office)
    counted = await naive(office, period)
    for asked, fits in (
        (Asked(period, kind="hazard"), lambda case: case.kind == "hazard"),
        (Asked(period, category="other"), lambda case: case.category == "other"),
        (Asked(period, area="广东/广州"), lambda case: case.city == "广州"),
        (Asked(period, unit=UNITS[1]), lambda case: UNITS[1] in [u.unit for u in case.units]),
    ):
        found = await of(office, asked)
        assert found.totals["arrived"] == sum(map(fits, counted.found))


async def test_a_day_that_is_known_later_is_told(office: Office):
    """A calendar that came late gives a day without any event."""
    code = (await office.hand_in(await office.worker())).case.code
    async with transaction(office.sessions) as session:
        case = await session.merge(await office.at(code))
        case.due = None
    assert (await of(office, Asked(all_of(office)))).totals["overdue"] == 0
    async with transaction(office.sessions) as session:
        case = await session.merge(await office.at(code))
        case.due = date(2026, 11, 1)
    assert (await of(office, Asked(all_of(office)))).totals["overdue"] == 1


async def test_merging_that_brings_a_day_forward_is_told(office: Office):
    reviewer = await office.actor()
    one = (await office.hand_in(await office.worker(), "换电柜坏了")).case.code
    office.clock.advance(days=6)
    two = (await office.hand_in(await office.worker(), "换电柜老是坏")).case.code
    await of(office, Asked(all_of(office)))
    await office.takes(reviewer, one, "merge", target=two)
    await of(office, Asked(all_of(office)))
    office.clock.advance(days=2)
    found = await of(office, Asked(all_of(office)))
    assert found.totals["overdue"] == (await naive(office, all_of(office))).totals["overdue"] == 1


async def test_at_night_what_disagrees_is_mended(office: Office):
    code = (await office.hand_in(await office.worker())).case.code
    await of(office, Asked(all_of(office)))
    async with transaction(office.sessions) as session:
        (await session.merge(await office.at(code))).due = date(2026, 11, 1)
    async with transaction(office.sessions) as session:
        assert [await figures.mend(session), await figures.mend(session)] == [1, 0]
    assert (await of(office, Asked(all_of(office)))).totals["overdue"] == 1


async def test_the_chat_as_a_funnel_and_a_day_that_is_over_stays(office: Office):
    async with transaction(office.sessions) as session:
        worker = await add_worker(session)
        for intent, road in (
            *(("send_suggestion", "rasa"), ("nlu_fallback", "rasa"), (None, "bot")),
            *(("ask_right", "rasa"), ("out_of_scope", "rasa")),
        ):
            await add_turn(session, worker.id, intent=intent, taken_by=road)
        await add_turn(session, worker.id, kind="location")
    asked = Asked(Period(date(2026, 11, 18), date(2026, 11, 30)))
    found = (await of(office, asked)).funnel
    assert found == figures.Funnel(6, 5, 4, 2, 1, 0)
    office.clock.advance(days=2)
    async with transaction(office.sessions) as session:
        assert await figures.keep_days(session, office.clock) == 2
        assert await figures.keep_days(session, office.clock) == 0
        await add_turn(session, worker.id, received_at=office.clock(), taken_by="rasa")
    again = (await of(office, asked)).funnel
    assert again == figures.Funnel(7, 6, 5, 2, 1, 0)


async def test_nothing_at_all(office: Office):
    found = await of(office, Asked(all_of(office)))
    assert set(found.totals.values()) == {0}
    assert found.sketch.cells == ()
    async with transaction(office.sessions) as session:
        await add_case(session)  # without any history there is nothing to tell
    assert (await of(office, Asked(all_of(office)))).totals["arrived"] == 0


def test_what_a_handful_thought_is_not_told_exactly():
    told = {"arrived": 3, "rated": 4, "satisfied": 1}
    assert hide_few(told) == {"arrived": 3, "rated": figures.FEW, "satisfied": figures.FEW}
    for plain in ({"arrived": 3, "rated": 0}, {"rated": 5, "satisfied": 1}):
        assert hide_few(plain) == plain


@given(st.dictionaries(st.integers(2_200, 2_900), st.integers(1, 30), max_size=30))
def test_no_cell_of_few_cases_is_shown(counts: dict[int, int]):
    cells = {row * facts.ROW + 5_800 + row % 7: count for row, count in counts.items()}
    shown = sketch.of(cells, sum(counts.values()) + 2)
    assert all(cell.cases >= figures.FEWEST for cell in shown.cells)
    assert sum(cell.cases for cell in shown.cells) + shown.hidden == sum(counts.values())
    assert shown.unknown == 2
    assert all(cell.row < shown.rows and cell.column < shown.columns for cell in shown.cells)
    assert max(shown.rows, shown.columns) <= sketch.MOST + 1


async def test_a_theme_is_told_in_words_of_the_cases_in_reach(office: Office):
    here, there = [], []
    for number in range(6):
        spot = SPOTS[1] if number < 4 else None
        done = await office.hand_in(await office.worker(), f"第{number}个换电柜坏了", spot=spot)
        (here if number < 4 else there).append(done.case)
    await office.support(await office.worker(), here[2].code)
    async with transaction(office.sessions) as session:
        for rank, case in enumerate([*there, *here]):
            session.add(CaseTheme(case_id=case.id, theme=1, rank=rank))
    [everything] = (await of(office, Asked(all_of(office)))).themes
    assert (everything.title, everything.cases, everything.heat) == ("第4个换电柜坏了", 6, 7)
    [own] = (
        await of(office, Asked(all_of(office)), Grant(Role.REVIEWER, districts=("广东",)))
    ).themes
    assert (own.title, own.cases, own.heat) == ("第0个换电柜坏了", figures.FEW, 5)


async def test_a_theme_that_is_another_by_now_is_not_told(office: Office):
    """A night may end between the count and the words: the same number may mean others then."""
    near = [
        (await office.hand_in(await office.worker(), f"第{n}件", spot=SPOTS[1])).case
        for n in range(5)
    ]
    far = (await office.hand_in(await office.worker(), "别处的事")).case
    scope = Scope(lambda case: case.province is not None, whole=False)
    asked, today = Asked(all_of(office)), day_of(office.clock())
    async with transaction(office.sessions) as session:
        for rank, case in enumerate(near):
            session.add(CaseTheme(case_id=case.id, theme=1, rank=rank))
        await session.flush()
        await figures.fold(session)
        counted = await chosen(session, scope, asked, asked.period, today)
        told = []
        for case in (near[0], far):
            await session.execute(delete(CaseTheme))
            session.add(CaseTheme(case_id=case.id, theme=1, rank=0))
            await session.flush()
            given = (office.library, counted, [Matter(1, 5, 0)])
            told += [each.title for each in await hot.themes(session, *given)]
    assert told == ["第0件"]


async def test_themes_are_counted_as_they_were_grouped_last(office: Office):
    cases = [(await office.hand_in(await office.worker(), f"第{n}件")).case for n in range(6)]
    asked = Asked(all_of(office))
    assert (await of(office, asked)).themes == ()
    for theme, members in ((1, cases[:5]), (3, cases[1:])):
        async with transaction(office.sessions) as session:
            await session.execute(delete(CaseTheme))
            for rank, case in enumerate(members):
                session.add(CaseTheme(case_id=case.id, theme=theme, rank=rank))
            await session.flush()
            await figures.take_up_themes(session)
        [told] = (await of(office, asked)).themes
        assert (told.title, told.cases) == (members[0].subject, 5)
    async with transaction(office.sessions) as session:
        await session.execute(delete(CaseTheme))
        await figures.take_up_themes(session)
    await office.review(cases[1].code, await office.staff())  # its facts are told anew
    assert (await of(office, asked)).themes == ()


async def test_a_step_leaves_a_case_in_its_theme(office: Office):
    authors = [await office.worker() for _ in range(5)]
    cases = [(await office.hand_in(who, f"第{n}件")).case for n, who in enumerate(authors)]
    asked = Asked(all_of(office))
    await of(office, asked)
    async with transaction(office.sessions) as session:
        for rank, case in enumerate(cases):
            session.add(CaseTheme(case_id=case.id, theme=9, rank=rank))
        await session.flush()
        await figures.take_up_themes(session)
    await office.review(cases[0].code, await office.staff())
    [told] = (await of(office, asked)).themes
    assert (told.title, told.cases) == (cases[0].subject, 5)
    async with transaction(office.sessions) as session:
        await withdraw(session, office.library, office.clock, authors[0], cases[0].code)
    [told] = (await of(office, asked)).themes
    assert (told.title, told.cases) == (cases[1].subject, figures.FEW)

"""The workbench of staff: labels, views, drafts, presence, who keeps out, twins beside a case."""

from contextlib import nullcontext
from datetime import date, timedelta

import pytest
from sqlalchemy import update

from content.library import Library
from db.models import Case, CaseReminder
from db.session import Sessions, transaction
from kit.errors import AppError, BadInput, NotAllowed, NotFound
from services import cases
from services.cases import drafts, labels, presence, retention, views
from services.cases.duplicates import beside, note_missing
from services.staff import sessions as browsers
from services.staff.actors import Actor, Grant
from services.staff.permissions import Permission, Role
from tests.factories import FixedClock
from tests.services.casing import Office
from tests.staffing import add_member

UNIT, OTHER = "区城管", "街道办"


@pytest.fixture
async def office(sessions: Sessions, library: Library, clock: FixedClock) -> Office:
    made = Office(sessions, library, clock)
    await made.unit(UNIT, OTHER)
    return made


@pytest.fixture
async def reviewer(office: Office) -> Actor:
    return await office.actor()


async def listed(office: Office, actor: Actor, **wanted: object) -> list[str]:
    async with transaction(office.sessions) as session:
        page = await cases.inbox(*(session, office.clock, actor), wanted=cases.Wanted(**wanted))
        assert page.total == sum(page.counts.values()) == len(page.items)
        return [item.code for item in page.items]


async def new_label(office: Office, actor: Actor, word: str, area: str = "") -> str:
    async with transaction(office.sessions) as session:
        await labels.add(session, office.library, office.clock, actor, word=word, area=area)
        return next(row.id for row in await cases.known_labels(session, actor) if row.word == word)


async def refusal(office: Office, actor: Actor, code: str, step: str, **given: object) -> str:
    with pytest.raises(AppError) as caught:
        await office.takes(actor, code, step, **given)
    return caught.value.key


async def test_who_stepped_aside_finds_the_case_nowhere(office: Office, reviewer: Actor):
    """Neither he nor the unit that the case speaks of: in no list, count, reminder or link."""
    handler = await office.actor(Role.HANDLER, unit=UNIT)
    helper = await office.actor(Role.HANDLER, unit=OTHER)
    other = await office.actor()
    code = await office.at_unit(reviewer, handler)
    await office.takes(reviewer, code, "reassign", unit=UNIT, helpers=(OTHER,), note="一起办")
    async with transaction(office.sessions) as session:
        await session.execute(update(Case).values(due=date(2026, 11, 2)))
        await session.execute(update(CaseReminder).values(claimed_at=office.clock(), unit=UNIT))
    assert await listed(office, handler) == [code]
    await office.takes(other, code, "step_aside", note="说的就是它", unit=UNIT)
    await office.takes(reviewer, code, "step_aside", note="是我住的小区")
    since = office.clock() - timedelta(days=1)
    for actor, sees in ((handler, False), (reviewer, False), (helper, True), (other, True)):
        async with transaction(office.sessions) as session:
            count = await cases.count_reminders(session, actor, since)
            assert count == len(await cases.reminders(session, actor, since))
        assert await listed(office, actor) == ([code] if sees else [])
        assert await listed(office, actor, overdue=True) == ([code] if sees else [])
        assert bool(count) is (actor is other)
        async with transaction(office.sessions) as session:
            expected = nullcontext() if sees else pytest.raises(NotFound)
            with expected:
                await cases.reached(session, actor, Permission.SEE_CASES, code)


async def test_labels_are_put_on_by_a_step_and_narrow_the_list(office: Office, reviewer: Actor):
    code, plain = [(await office.hand_in(await office.worker(), x)).case.code for x in "甲乙"]
    urgent, night = (
        await new_label(office, reviewer, "急"),
        await new_label(office, reviewer, "夜"),
    )
    await office.takes(reviewer, code, "label", labels_on=(urgent, night))
    await office.takes(reviewer, plain, "label", labels_on=(night,))
    await office.takes(reviewer, plain, "label", labels_off=(night,))
    assert await listed(office, reviewer, label="急") == [code]
    assert await listed(office, reviewer, label="夜") == [code]
    seen = await office.show(code, reviewer.id)
    assert set(seen.summary.labels) == {"急", "夜"}
    assert seen.history[-1].data == {
        "added": ["急", "夜"],
        "removed": [],
        "ids": {"on": [urgent, night], "off": []},
    }
    assert await refusal(office, reviewer, code, "label") == "case_steps.needs_labels"
    assert await refusal(office, reviewer, code, "label", labels_on=(urgent,)) == (
        "workbench.label_unchanged"
    )
    handler = await office.actor(Role.HANDLER, unit=UNIT)
    assert await refusal(office, handler, code, "label", labels_on=(urgent,)) == (
        "staff.no_permission"
    )
    async with transaction(office.sessions) as session:
        await labels.retire(session, office.clock, reviewer, urgent)
    assert await refusal(office, reviewer, plain, "label", labels_on=(urgent,)) == (
        "workbench.no_such_label"
    )
    await office.takes(reviewer, code, "label", labels_off=(urgent,))  # it may still come off


async def test_a_districts_labels_are_its_own(office: Office, reviewer: Actor):
    limited = await office.actor(Role.REVIEWER, districts=("广东/广州",))
    here = await new_label(office, limited, "拥堵", "广州 南沙")
    with pytest.raises(NotAllowed, match="label_not_own_area"):
        await new_label(office, limited, "全国")
    with pytest.raises(NotAllowed, match="label_not_own_area"):
        await new_label(office, limited, "远", "深圳")
    with pytest.raises(BadInput, match="label_there_already"):
        await new_label(office, reviewer, "拥堵", "广州 南沙")
    with pytest.raises(BadInput, match="label_length"):
        await new_label(office, reviewer, "长" * 9)
    elsewhere = (await office.hand_in(await office.worker())).case.code
    everywhere = await new_label(office, reviewer, "急")
    await office.takes(reviewer, elsewhere, "label", labels_on=(everywhere,))
    async with transaction(office.sessions) as session:
        counts = [
            {row.word: row.cases for row in await cases.known_labels(session, actor)}
            for actor in (reviewer, limited)
        ]
    # Also a number tells of what one may not see.
    assert [each["急"] for each in counts] == [1, 0]
    assert await refusal(office, reviewer, elsewhere, "label", labels_on=(here,)) == (
        "workbench.label_elsewhere"
    )


async def test_views_are_ones_own_and_not_too_many(office: Office, reviewer: Actor):
    other = await office.actor()
    async with transaction(office.sessions) as session:
        for number in range(views.MOST):
            office.clock.advance(seconds=1)
            await views.save(
                session, office.clock, reviewer.id, name=f"视图{number}", query="kind=hazard"
            )
        for name, query, why in (
            ("", "kind=hazard", "name_length"),
            ("视图1", "kind=hazard", "name_taken"),
            ("再来", "kind=hazard", "too_many"),
        ):
            with pytest.raises(BadInput, match=f"view_{why}"):
                await views.save(session, office.clock, reviewer.id, name=name, query=query)
        with pytest.raises(BadInput, match="view_no_filter"):
            await views.save(session, office.clock, other.id, name="空", query="")
        first, second, *_ = await views.of(session, reviewer.id)
        with pytest.raises(NotFound):
            await views.delete(session, other.id, first.id)
        with pytest.raises(BadInput, match="name_taken"):
            await views.rename(session, reviewer.id, first.id, second.name)
        await views.rename(session, reviewer.id, first.id, "晚班")
        await views.delete(session, reviewer.id, second.id)
        names = [each.name for each in await views.of(session, reviewer.id)]
    assert names[:2] == ["晚班", "视图2"]


async def test_a_draft_outlives_a_change_of_owner_and_goes_with_the_answer(
    office: Office, reviewer: Actor
):
    """Zammad #5953: the draft was lost when the ticket changed hands."""
    handler = await office.actor(Role.HANDLER, unit=UNIT)
    heir = await office.actor(Role.HANDLER, unit=OTHER)
    code = await office.at_unit(reviewer, handler)
    async with transaction(office.sessions) as session:
        for text in ("下周", "下周装好，电话 12345"):
            await drafts.keep(session, office.clock, handler, code, text=text, grade="B")
    await office.takes(reviewer, code, "reassign", unit=OTHER, note="换一家")
    await office.takes(heir, code, "sign_for")
    async with transaction(office.sessions) as session:
        [found] = await drafts.of_case(session, heir, code)
        assert await drafts.of_case(session, handler, code) == ()
        await drafts.keep(session, office.clock, heir, code, text="装好了")
    assert (found.text, found.grade, found.is_own) == ("下周装好，电话 12345", "B", False)
    await office.takes(heir, code, "answer", text="装好了", grade="A")
    async with transaction(office.sessions) as session:
        assert [each.is_own for each in await drafts.of_case(session, heir, code)] == [False]
        await drafts.keep(session, office.clock, heir, code, text="又写")
        await drafts.keep(session, office.clock, heir, code, text="  ")
        assert len(await drafts.of_case(session, heir, code)) == 1
    office.clock.advance(days=91)
    async with transaction(office.sessions) as session:
        await retention.tidy_workbench(session, office.clock)
        assert await drafts.of_case(session, heir, code) == []


async def test_presence_names_who_may_see_the_case_and_fades(office: Office, reviewer: Actor):
    code = (await office.hand_in(await office.worker())).case.code
    second = await member(office, "王芳", Role.REVIEWER)
    third = await member(office, "赵敏", Role.NOTICE_AUTHOR)

    async def looks(actor: Actor, **does: bool) -> presence.Others:
        async with transaction(office.sessions) as session:
            return await presence.look(session, office.clock, actor, code, **does)

    await looks(third)  # who may not see it (any more) is not named
    assert await looks(reviewer) == presence.Others((), (), 1)
    await looks(second, writes=True)
    assert await looks(reviewer) == presence.Others((), ("王芳",), 1)
    await looks(second, ended=True)
    assert await looks(reviewer) == presence.Others(("王芳",), (), 1)
    await looks(second, writes=True)
    office.clock.advance(seconds=70)
    assert await looks(reviewer) == presence.Others(("王芳",), (), 1)
    office.clock.advance(seconds=30)
    assert await looks(reviewer) == presence.Others((), (), 1)


async def member(office: Office, name: str, role: Role) -> Actor:
    async with transaction(office.sessions) as session:
        staff = await add_member(session, name, (Grant(role),))
    return Actor(staff.id, name, "", (Grant(role),))


async def test_whose_unit_keeps_out_of_a_case_is_known_from_his_next_request_on(
    office: Office, reviewer: Actor
):
    """Only who keeps out of some case is asked of each case of a list whether it is that one."""
    code = (await office.hand_in(await office.worker())).case.code
    tokens = {}
    async with transaction(office.sessions) as session:
        for unit in (UNIT, OTHER):
            staff = await add_member(session, unit, (Grant(Role.HANDLER, unit=unit),))
            tokens[unit] = browsers.begin(session, office.clock(), staff.id, browsers.FULL)
    await office.takes(reviewer, code, "take_up")
    await office.takes(reviewer, code, "accept")
    await office.takes(reviewer, code, "assign", unit=UNIT, helpers=(OTHER,))

    async def sees(unit: str) -> tuple[bool, int]:
        async with transaction(office.sessions) as session:
            actor = await browsers.resume(session, office.clock, tokens[unit])
            return actor.keeps_out, (await cases.inbox(session, office.clock, actor)).total

    assert [await sees(unit) for unit in tokens] == [(False, 1), (False, 1)]
    await office.takes(reviewer, code, "step_aside", note="说的就是它", unit=OTHER)
    assert [await sees(unit) for unit in tokens] == [(False, 1), (True, 0)]


async def test_twins_beside_a_case_are_those_that_one_may_see(office: Office, reviewer: Actor):
    """Zammad #4592: the warning told of tickets that the agent may not see."""
    handler = await office.actor(Role.HANDLER, unit=UNIT)
    words = "市桥街大北路口换电柜坏了，电池换不出来"
    code = (await office.hand_in(await office.worker(), words)).case.code
    twin = (await office.hand_in(await office.worker(), words + "，已经三天")).case.code
    await office.hand_in(await office.worker(), "希望食堂晚上也开门")
    async with transaction(office.sessions) as session:
        while await note_missing(session, office.library):
            pass
        [near] = await beside(session, office.library, reviewer, code)
        assert near.code == twin
        assert await beside(session, office.library, handler, code) == ()
    await office.takes(reviewer, twin, "step_aside", note="熟人")
    async with transaction(office.sessions) as session:
        assert await beside(session, office.library, reviewer, code) == ()
    assert await refusal(office, reviewer, code, "merge", target=twin) == "console.no_such_case"

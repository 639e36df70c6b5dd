"""Odd turns of a case's way: who hears what, what two cases that are one share, odd orders."""

from datetime import date

import pytest

from db.session import transaction
from services import cases, working_days
from services.staff.actors import Actor, Grant
from services.staff.permissions import Role
from tests.services.casing import OTHER, UNIT, Office, news_of, refused


async def handed_in(office: Office, subject: str, **fields: object) -> str:
    return (await office.hand_in(await office.worker(), subject, **fields)).case.code


async def test_a_private_answer_is_its_authors_alone(
    office: Office, reviewer: Actor, handler: Actor
):
    """Whoever says "me too" would else read what was meant for the author."""
    author, other = await office.worker(), await office.worker()
    code = (await office.hand_in(author)).case.code
    await office.support(other, code)
    await office.takes(reviewer, code, "accept")
    await office.takes(reviewer, code, "assign", unit=UNIT)
    await office.takes(handler, code, "sign_for")
    await office.takes(handler, code, "answer", text="你家楼下那个柜下周装好", grade="B")
    await office.takes(reviewer, code, "approve")
    assert "你家楼下那个柜下周装好" in (await news_of(office, author))[-1]
    told = await news_of(office, other)
    assert "已经答复了提的人（列入计划）" in told[-1]
    assert "楼下" not in "".join(told)


async def test_extending_and_pausing_tell_the_reason(
    office: Office, reviewer: Actor, handler: Actor
):
    author = await office.worker()
    code = (await office.hand_in(author)).case.code
    await office.takes(reviewer, code, "accept")
    await office.takes(reviewer, code, "assign", unit=UNIT)
    await office.takes(handler, code, "sign_for")
    await office.takes(handler, code, "extend", days=5, note="要等材料检测")
    assert "2026-12-02 前答复。理由：要等材料检测" in (await news_of(office, author))[-1]
    await office.takes(handler, code, "pause", note="路段封闭施工")
    assert "理由：路段封闭施工" in (await news_of(office, author))[-1]


async def test_a_category_that_takes_longer_is_told_with_its_day(office: Office, reviewer: Actor):
    author = await office.worker()
    code = (await office.hand_in(author)).case.code
    by_length = {c.complex: c.id for c in office.library.categories.values()}
    await office.takes(reviewer, code, "sort", category=by_length[True])
    due = working_days.after(date(2026, 11, 18), 15)
    assert f"{due} 前答复" in (await news_of(office, author))[-1]
    await office.takes(reviewer, code, "sort", category=by_length[False])
    assert len(await news_of(office, author)) == 1


async def test_reassigned_while_paused_gets_the_days_back(
    office: Office, reviewer: Actor, handler: Actor
):
    code = await office.at_unit(reviewer, handler)
    office.clock.advance(days=1)
    paused_on = cases_day(office)
    await office.takes(handler, code, "pause", note="等鉴定")
    office.clock.advance(days=7)
    stood = working_days.between(paused_on, cases_day(office))
    await office.takes(reviewer, code, "reassign", unit=OTHER, note="换一家")
    case = await office.at(code)
    assert (case.state, stood) == ("assigned", 5)
    assert case.due == working_days.after(date(2026, 11, 25), 5)


def cases_day(office: Office) -> date:
    return office.clock().date()


@pytest.mark.parametrize("gone", [True, False])
async def test_who_cannot_hear_is_not_asked(office: Office, reviewer: Actor, *, gone: bool):
    """The question would reach nobody, and the clock stand still for ever."""
    author = await office.worker()
    code = (await office.hand_in(author, wants_answer=gone)).case.code
    if gone:
        async with transaction(office.sessions) as session:
            case = await cases.of_code(session, code)
            case.worker_id = None
    assert await refused(office, reviewer, code, "ask", text="哪个门？") == (
        "case_steps.nobody_to_ask"
    )
    async with transaction(office.sessions) as session:
        steps = await cases.open_to(session, office.library, office.clock, reviewer, code)
    assert ("ask" in steps, "accept" in steps) == (False, True)


async def test_merging_needs_the_right_to_decide_on_both(office: Office, reviewer: Actor):
    """Who may only see the other case does not change whom it speaks for, nor its day."""
    near, far = await handed_in(office, "柜坏了"), await handed_in(office, "柜又坏了")
    await office.takes(reviewer, near, "sort", category="battery_charging_swap")
    grants = (Grant(Role.REVIEWER, categories=("battery_charging_swap",)), Grant(Role.AUDITOR))
    both = Actor(await office.staff(), "王芳", "", grants)
    assert await refused(office, both, near, "merge", target=far) == "staff.no_permission"
    await office.takes(reviewer, near, "merge", target=far)


async def test_a_merged_case_stands_in_the_history_of_the_other(office: Office, reviewer: Actor):
    """Decidim #1970; and a page that showed the other one before is stale."""
    one, two = await handed_in(office, "柜坏了"), await handed_in(office, "柜又坏了")
    await office.takes(reviewer, two, "merge", target=one)
    seen = await office.show(one, reviewer.id)
    assert (seen.history[-1].step, seen.history[-1].data) == ("take_in", {"source": two})
    with pytest.raises(cases.Stale):
        await office.takes(reviewer, one, "take_up", seen=1)


async def test_who_keeps_out_of_a_case_keeps_out_of_the_one_it_goes_on_in(
    office: Office, reviewer: Actor, handler: Actor
):
    one, two = await handed_in(office, "城管乱扣车"), await handed_in(office, "城管又扣车")
    kin = await office.actor()
    await office.takes(kin, two, "step_aside", note="我亲戚")
    await office.takes(reviewer, two, "step_aside", note="说的是它", unit=UNIT)
    await office.takes(reviewer, two, "merge", target=one)
    assert await refused(office, kin, one, "note", note="x") == "case_steps.recused"
    await office.takes(reviewer, one, "accept")
    assert await refused(office, reviewer, one, "assign", unit=UNIT) == "case_steps.unit_recused"
    third = await office.at_unit(reviewer, handler)
    fourth = await handed_in(office, "城管还扣车")
    await office.takes(reviewer, fourth, "step_aside", note="说的是它", unit=UNIT)
    assert await refused(office, reviewer, fourth, "merge", target=third) == (
        "case_steps.unit_recused"
    )


async def test_nobody_archives_before_the_worker_was_asked(
    office: Office, reviewer: Actor, handler: Actor
):
    """Else a quick hand takes his rating, and the second handling, from him."""
    code = await office.answered(reviewer, handler)
    assert await refused(office, reviewer, code, "archive") == "case_steps.not_asked_yet"
    office.clock.advance(days=1)
    await office.tick()
    assert await refused(office, reviewer, code, "archive") == "case_steps.not_asked_yet"
    office.clock.advance(days=1)
    await office.takes(reviewer, code, "archive")
    author = (await office.at(code)).worker_id
    assert "你觉得怎么样" in "".join(await news_of(office, str(author)))

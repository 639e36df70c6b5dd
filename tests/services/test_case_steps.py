"""The way of a case through the table of steps: who may, what must be given, who hears of it."""

import asyncio

import pytest
from sqlalchemy import select

from db.models import CaseSupporter
from db.session import transaction
from kit.errors import BadInput, NotAllowed, NotFound
from services import cases
from services.cases import Stale, states
from services.staff.actors import Actor
from services.staff.permissions import Role
from tests.services.casing import OTHER, UNIT, Office, news_of, refused
from tests.testers.chat import on_sqlite


async def rate(office: Office, worker: str, code: str, rating: str) -> None:
    async with transaction(office.sessions) as session:
        await cases.rate(session, office.library, office.clock, worker, code, rating=rating)


async def test_the_whole_way(office: Office, reviewer: Actor, handler: Actor):
    author, other = await office.worker(), await office.worker()
    code = (await office.hand_in(author)).case.code
    await office.support(other, code)
    await office.takes(reviewer, code, "take_up")
    await office.takes(reviewer, code, "accept")
    await office.takes(reviewer, code, "assign", unit=UNIT, helpers=(OTHER,))
    await office.takes(handler, code, "sign_for")
    await office.takes(handler, code, "answer", text="下周装好", grade="A", is_public=True)
    await office.takes(reviewer, code, "approve")
    await rate(office, author, code, "good")
    await office.takes(reviewer, code, "adopt", route="service_measure")
    await office.takes(reviewer, code, "reward", kind="praise", note="全区推广")
    await office.takes(reviewer, code, "archive")
    async with transaction(office.sessions) as session:
        [entry] = await cases.register(session, reviewer)
        with pytest.raises(NotAllowed):
            await cases.register(session, handler)
    assert (entry.code, entry.kind, entry.route) == (code, "praise", "service_measure")
    seen = await office.show(code, reviewer.id)
    assert [step.step for step in seen.history] == [
        *("hand_in", "take_up", "accept", "assign", "sign_for", "answer", "approve", "rate"),
        *("adopt", "reward", "archive"),
    ]
    assert (seen.lead, seen.helpers, seen.adopted) == (UNIT, (OTHER,), "service_measure")
    [answer] = seen.answers
    assert (answer.grade, answer.rating, answer.decided_by) == ("A", "good", reviewer.id)
    told = await news_of(office, author)
    assert told[0] == f"你交的 {code}：工作人员开始看了。"
    assert told[1] == f"你交的 {code}：受理了，2026-11-25 前答复。"
    assert told[4] == f"你交的 {code}：答复来了（已解决）：\n下周装好"
    behind = await news_of(office, other)
    assert [text.replace("说“我也是”的", "交的") for text in behind] == told


async def test_every_refusal_says_where_to_go(office: Office, reviewer: Actor):
    author = await office.worker()
    code = (await office.hand_in(author)).case.code
    assert await refused(office, reviewer, code, "refuse") == "case_steps.needs_reason"
    assert await refused(office, reviewer, code, "refuse", reason="mood") == (
        "case_steps.needs_reason"
    )
    await office.takes(reviewer, code, "refuse", reason="personal_claim")
    refusal = office.library.refusals["personal_claim"]
    [told] = await news_of(office, author)
    assert refusal.text in told
    assert refusal.way_on in told


async def test_a_question_goes_to_the_worker_and_his_answer_brings_the_case_back(
    office: Office, reviewer: Actor
):
    author = await office.worker()
    code = (await office.hand_in(author)).case.code
    await office.takes(reviewer, code, "take_up")
    await office.takes(reviewer, code, "ask", text="是东门还是西门？")
    assert "是东门还是西门？" in (await news_of(office, author))[-1]
    await office.add(author, code, "东门")
    case = await office.at(code)
    assert (case.state, case.events[-1].step) == ("in_review", "supply")


async def test_twice_sent_back_then_a_ruling_that_cannot_be(
    office: Office, reviewer: Actor, handler: Actor
):
    code = (await office.hand_in(await office.worker())).case.code
    await office.takes(reviewer, code, "accept")
    due = (await office.at(code)).due
    for _ in range(2):
        await office.takes(reviewer, code, "assign", unit=UNIT)
        await office.takes(handler, code, "send_back", note="不归我们管")
    assert await refused(office, reviewer, code, "assign", unit=UNIT) == "case_steps.must_rule"
    await office.takes(reviewer, code, "rule", unit=UNIT, note="就归城管")
    assert await refused(office, handler, code, "send_back", note="不") == "case_steps.ruled"
    await office.takes(handler, code, "sign_for")
    assert (await office.at(code)).due == due  # counted from day one through all returns


async def test_nobody_approves_his_own_answer(office: Office, reviewer: Actor, handler: Actor):
    code = await office.at_unit(reviewer, handler)
    await office.takes(reviewer, code, "answer", text="装好了", grade="A")
    assert await refused(office, reviewer, code, "approve") == "case_steps.own_answer"
    other = await office.actor()
    await office.takes(other, code, "return_answer", note="写清楚哪天")
    assert (await office.at(code)).state == "handling"
    await office.takes(handler, code, "answer", text="周五装好", grade="A")
    await office.takes(reviewer, code, "approve")


async def test_a_handler_who_tries_another_units_case(
    office: Office, reviewer: Actor, handler: Actor
):
    stranger = await office.actor(Role.HANDLER, unit=OTHER)
    code = (await office.hand_in(await office.worker())).case.code
    await office.takes(reviewer, code, "accept")
    await office.takes(reviewer, code, "assign", unit=UNIT)
    assert await refused(office, stranger, code, "sign_for") == "staff.no_permission"
    await office.takes(reviewer, code, "reassign", unit=UNIT, helpers=(OTHER,), note="请帮忙")
    assert await refused(office, stranger, code, "sign_for") == "case_steps.not_lead"
    await office.takes(handler, code, "sign_for")
    assert await refused(office, stranger, code, "answer", text="好", grade="A") == (
        "case_steps.not_lead"
    )
    await office.takes(stranger, code, "note", note="我们这边没有")


async def test_not_content_it_is_handled_once_more_and_no_more(
    office: Office, reviewer: Actor, handler: Actor
):
    code = await office.answered(reviewer, handler)
    author = str((await office.at(code)).worker_id)
    office.clock.advance(days=7)
    await rate(office, author, code, "poor")
    case = await office.at(code)
    assert (case.state, str(case.due)) == ("handling", "2026-12-02")
    await office.takes(handler, code, "answer", text="装好了", grade="A")
    await office.takes(reviewer, code, "approve")
    await rate(office, author, code, "poor")
    assert (await office.at(code)).state == "rated"
    with pytest.raises(NotAllowed):
        await rate(office, author, code, "good")
    with pytest.raises(NotFound):
        await rate(office, await office.worker(), code, "good")


async def test_merged_all_authors_and_supporters_hear_the_end(office: Office, reviewer: Actor):
    first, second, behind = [await office.worker() for _ in range(3)]
    one = (await office.hand_in(first, "换电柜坏了")).case.code
    two = (await office.hand_in(second, "换电柜老是坏")).case.code
    await office.support(behind, two)
    await office.support(first, two)
    await office.takes(reviewer, two, "merge", target=one)
    assert await refused(office, reviewer, two, "take_up") == "cases.cannot_move"
    async with transaction(office.sessions) as session:
        rows = await session.execute(select(CaseSupporter.case_id, CaseSupporter.worker_id))
        all_behind = {tuple(row) for row in rows}
    target, merged = await office.at(one), await office.at(two)
    assert {who for case, who in all_behind if case == target.id} == {second, behind}
    assert {who for case, who in all_behind if case == merged.id} == {behind, first}
    await office.takes(reviewer, two, "note", note="并走了")
    await office.takes(reviewer, one, "take_up")
    for worker in (first, second, behind):
        assert "开始看了" in (await news_of(office, worker))[-1]
    await office.takes(reviewer, two, "reopen", note="不是一件事")
    assert (await office.at(two)).merged_into is None


async def test_two_merge_two_cases_into_each_other_and_one_stays_open(
    office: Office, reviewer: Actor
):
    """Zammad #1216: A into B and B into A at the same moment closed both."""
    other = await office.actor()
    one, two = [(await office.hand_in(await office.worker(), f"第{n}件")).case.code for n in "12"]
    done = await asyncio.gather(
        office.takes(reviewer, one, "merge", target=two),
        office.takes(other, two, "merge", target=one),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in done) == ["Case", "NotAllowed"]
    assert sorted([(await office.at(code)).state for code in (one, two)]) == [
        *("merged", "received"),
    ]


async def test_two_reviewers_open_one_item(office: Office, reviewer: Actor):
    other = await office.actor()
    code = (await office.hand_in(await office.worker())).case.code
    seen = (await office.show(code, reviewer.id)).seen
    done = await asyncio.gather(
        office.takes(reviewer, code, "accept", seen=seen),
        office.takes(other, code, "refuse", reason="too_vague", seen=seen),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in done) == ["Case", "Stale"]


async def test_stale_save(office: Office, reviewer: Actor):
    code = (await office.hand_in(await office.worker())).case.code
    seen = (await office.show(code, reviewer.id)).seen
    await office.takes(reviewer, code, "note", note="打过电话")
    with pytest.raises(Stale) as caught:
        await office.takes(reviewer, code, "accept", seen=seen)
    assert caught.value.fields == {"by": "note"}


async def test_withdraw_after_routing(office: Office, reviewer: Actor, handler: Actor):
    code = await office.at_unit(reviewer, handler)
    author = str((await office.at(code)).worker_id)
    async with transaction(office.sessions) as session:
        await cases.withdraw(session, office.library, office.clock, author, code)
    assert (await office.at(code)).state == "withdrawn"
    assert await refused(office, handler, code, "answer", text="好", grade="A") == (
        "cases.cannot_move"
    )


async def test_who_keeps_out_and_the_unit_spoken_of(
    office: Office, reviewer: Actor, handler: Actor
):
    code = (await office.hand_in(await office.worker())).case.code
    other = await office.actor()
    await office.takes(reviewer, code, "step_aside", note="是我住的小区")
    assert await refused(office, reviewer, code, "accept") == "case_steps.recused"
    await office.takes(other, code, "accept")
    await office.takes(other, code, "step_aside", note="说的就是它", unit=UNIT)
    assert await refused(office, other, code, "assign", unit=UNIT) == "case_steps.unit_recused"
    await office.takes(other, code, "assign", unit=OTHER)
    assert await refused(office, handler, code, "sign_for") == "staff.no_permission"


async def test_reviewer_limited_to_a_district_opens_anothers(office: Office):
    far = await office.actor(Role.REVIEWER, districts=("江苏",))
    code = (await office.hand_in(await office.worker())).case.code
    assert await refused(office, far, code, "take_up") == "staff.no_permission"
    async with transaction(office.sessions) as session:
        open_ = await cases.open_to(session, office.library, office.clock, far, code)
    assert open_ == []


async def test_assignee_suspended_another_hand_takes_over(
    office: Office, reviewer: Actor, handler: Actor
):
    """A unit whose people are all gone does not hold a case: it is handed to another."""
    code = await office.at_unit(reviewer, handler)
    due = (await office.at(code)).due
    await office.takes(reviewer, code, "reassign", unit=OTHER, note="原单位没人")
    case = await office.at(code)
    assert (case.state, case.due) == ("assigned", due)


@on_sqlite
@pytest.mark.parametrize("rule", states.STEPS.values(), ids=states.STEPS)
async def test_a_step_takes_place_from_its_states_only(
    rule: states.Rule, office: Office, reviewer: Actor
):
    assert rule.before <= set(states.STATES)
    assert rule.after in {states.STAYS, states.BACK, *states.STATES}
    code = (await office.hand_in(await office.worker())).case.code
    if rule.who == states.WORKER:
        with pytest.raises(NotFound):
            await office.takes(reviewer, code, rule.step)
    elif states.RECEIVED not in rule.before:
        assert await refused(office, reviewer, code, rule.step) == "cases.cannot_move"


async def test_what_is_missing_is_said(office: Office, reviewer: Actor):
    code = (await office.hand_in(await office.worker())).case.code
    for step, key in (("ask", "text"), ("merge", "target"), ("forward", "system")):
        with pytest.raises(BadInput, match=f"case_steps.needs_{key}"):
            await office.takes(reviewer, code, step)
    assert (await office.at(code)).events[-1].step == "hand_in"

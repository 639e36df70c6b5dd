"""A step for several cases at once: what is told before is done, and what is taken back."""

from typing import Any

import pytest
from sqlalchemy import select

from content.library import Library
from db.models import Account, OutboxRow
from db.session import Sessions, transaction
from kit.errors import AppError, BadInput, NotAllowed, NotFound
from services import cases
from services.cases import bulk, labels
from services.cases.given import Given
from services.staff.actors import Actor
from services.staff.permissions import Role
from tests.factories import FixedClock
from tests.services.casing import Office

UNIT = "区城管"
CATEGORY = "battery_charging_swap"


@pytest.fixture
async def office(sessions: Sessions, library: Library, clock: FixedClock) -> Office:
    made = Office(sessions, library, clock)
    await made.unit(UNIT)
    return made


@pytest.fixture
async def reviewer(office: Office) -> Actor:
    return await office.actor()


async def handed_in(office: Office, *words: str) -> list[str]:
    return [(await office.hand_in(await office.worker(), each)).case.code for each in words]


async def planned(
    office: Office, actor: Actor, codes: list[str], step: str, **given: Any
) -> dict[str, bulk.Planned]:
    async with transaction(office.sessions) as session:
        found = await bulk.plan(
            *(session, office.library, office.clock, actor, codes),
            step=step,
            given=Given(**given),
        )
    return {each.code: each for each in found}


async def run(
    office: Office, actor: Actor, seen: dict[str, int], step: str, **given: Any
) -> bulk.Done:
    async with transaction(office.sessions) as session:
        made = await bulk.run(
            *(session, office.library, office.clock, actor, seen), step=step, given=Given(**given)
        )
        return await bulk.done(session, office.clock, actor, made)


async def undone(office: Office, actor: Actor, bulk_id: str) -> bulk.Done:
    async with transaction(office.sessions) as session:
        await bulk.undo(session, office.library, office.clock, actor, bulk_id)
        return await bulk.done(session, office.clock, actor, bulk_id)


async def accepted(office: Office, actor: Actor, code: str) -> int:
    await office.takes(actor, code, "accept")
    return (await office.at(code)).events[-1].number


async def test_what_cannot_be_is_told_before_and_not_done(office: Office, reviewer: Actor):
    one, two, three, aside = await handed_in(office, *"甲乙丙丁")
    await office.support(await office.worker(), one)
    await office.takes(reviewer, two, "take_up")
    await office.takes(reviewer, aside, "step_aside", note="熟人")
    codes = [one, two, three, aside, "7KQ3-M9TX"]
    plan = await planned(office, reviewer, codes, "take_up")
    assert {code: each.error.key if each.error else each.told for code, each in plan.items()} == {
        one: 2,
        two: "cases.cannot_move",
        three: 1,
        aside: "console.no_such_case",
        "7KQ3-M9TX": "console.no_such_case",
    }
    await office.takes(reviewer, three, "note", note="有人动过")
    done = await run(office, reviewer, {code: plan[code].seen for code in codes}, "take_up")
    assert {each.code: each.error for each in done.items} == {
        one: None,
        two: "case_steps.stale",
        three: "case_steps.stale",
        aside: "console.no_such_case",
        "7KQ3-M9TX": "console.no_such_case",
    }
    assert [(await office.at(code)).state for code in (one, three)] == ["in_review", "received"]
    assert done.why_not == "workbench.bulk_told"  # their authors have heard it
    with pytest.raises(NotAllowed, match="bulk_told"):
        await undone(office, reviewer, done.id)


async def test_assigned_in_bulk_and_recalled_where_nobody_has_signed(
    office: Office, reviewer: Actor
):
    handler = await office.actor(Role.HANDLER, unit=UNIT)
    one, two = await handed_in(office, *"甲乙")
    seen = {code: await accepted(office, reviewer, code) for code in (one, two)}
    assert all(
        not each.error
        for each in (
            await planned(office, reviewer, [one, two], "assign", unit=UNIT, category=CATEGORY)
        ).values()
    )
    done = await run(office, reviewer, seen, "assign", unit=UNIT, category=CATEGORY)
    assert [each.error for each in done.items] == [None, None]
    assert (await office.at(one)).category == CATEGORY
    await office.takes(handler, two, "sign_for")
    office.clock.advance(minutes=9)
    done = await undone(office, reviewer, done.id)
    assert done.undone
    assert {each.code: each.error for each in done.undone} == {one: None, two: "case_steps.stale"}
    back, kept = await office.at(one), await office.at(two)
    assert (back.state, back.units, kept.state) == ("accepted", [], "handling")
    async with transaction(office.sessions) as session:
        query = select(OutboxRow).join(Account, Account.id == OutboxRow.account_id)
        query = query.where(Account.worker_id == back.worker_id).order_by(OutboxRow.number)
        told = [row.reply["text"] for row in await session.scalars(query)]
    assert "收回来了，另外安排" in told[-1]  # he is told, since he had heard of the unit
    with pytest.raises(NotAllowed, match="bulk_undone"):
        await undone(office, reviewer, done.id)


async def test_labels_come_off_again_and_only_where_they_were_put(office: Office, reviewer: Actor):
    one, two = await handed_in(office, *"甲乙")
    async with transaction(office.sessions) as session:
        await labels.add(session, office.library, office.clock, reviewer, word="急", area="")
        [label] = await cases.known_labels(session, reviewer)
    await office.takes(reviewer, one, "label", labels_on=(label.id,))
    done = await run(office, reviewer, {one: 2, two: 1}, "label", labels_on=(label.id,))
    assert {each.code: each.error for each in done.items} == {
        one: "workbench.label_unchanged",
        two: None,
    }
    await office.takes(reviewer, two, "note", note="看过")
    done = await undone(office, reviewer, done.id)
    assert done.undone
    assert [(each.code, each.error) for each in done.undone] == [(two, None)]
    seen = [(await office.show(code, reviewer.id)).summary.labels for code in (one, two)]
    assert seen == [("急",), ()]


async def test_undoing_leaves_a_case_the_labels_that_it_had_before(
    office: Office, reviewer: Actor
):
    [one] = await handed_in(office, "甲")
    async with transaction(office.sessions) as session:
        for word in ("急", "夜间"):
            await labels.add(session, office.library, office.clock, reviewer, word=word, area="")
        there = [each.id for each in await cases.known_labels(session, reviewer)]
    await office.takes(reviewer, one, "label", labels_on=(there[0],))
    kept = (await office.show(one, reviewer.id)).summary.labels
    done = await run(office, reviewer, {one: 2}, "label", labels_on=tuple(there))
    await undone(office, reviewer, done.id)
    assert (await office.show(one, reviewer.id)).summary.labels == kept


async def test_a_bulk_is_ones_own_and_too_late_is_too_late(office: Office, reviewer: Actor):
    [one] = await handed_in(office, "甲")
    other = await office.actor()
    seen = {one: await accepted(office, reviewer, one)}
    done = await run(office, reviewer, seen, "assign", unit=UNIT, category=CATEGORY)
    with pytest.raises(NotFound):
        await undone(office, other, done.id)
    office.clock.advance(minutes=11)
    with pytest.raises(NotAllowed, match="bulk_too_late"):
        await undone(office, reviewer, done.id)


@pytest.mark.parametrize(
    ("step", "given", "why"),
    [
        ("assign", {"unit": UNIT}, "needs_category"),
        ("assign", {"unit": "没有", "category": CATEGORY}, "no_such_unit"),
        ("label", {}, "needs_labels"),
        ("merge", {"target": "7KQ3-M9TX"}, "no_such_step"),
    ],
)
async def test_what_will_do_for_no_case_is_said_at_once(
    office: Office, reviewer: Actor, step: str, given: dict[str, Any], why: str
):
    with pytest.raises(AppError, match=why):
        await planned(office, reviewer, ["7KQ3-M9TX"], step, **given)
    with pytest.raises(BadInput, match="bulk_size"):
        await planned(office, reviewer, [], "take_up")


async def test_what_was_taken_from_another_unit_is_not_recalled(office: Office, reviewer: Actor):
    handler = await office.actor(Role.HANDLER, unit=UNIT)
    await office.unit("街道办")
    code = await office.at_unit(reviewer, handler)
    await office.takes(reviewer, code, "reassign", unit="街道办", note="换一家")
    with pytest.raises(NotAllowed, match="not_newly_assigned"):
        await office.takes(reviewer, code, "recall", note="错了")

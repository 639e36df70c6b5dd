"""Two reviewers on one case at the same moment, in many orders: nothing is lost."""

import asyncio
import os
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest

from content.library import Library
from db.repositories.cases import CaseRepository
from db.session import Sessions, transaction
from kit.errors import AppError
from services.cases import states
from services.staff.actors import Actor
from tests.factories import FixedClock
from tests.services.casing import Office

UNIT, OTHER = "区城管", "街道办"
GIVEN: dict[str, dict[str, Any]] = {
    "sort": {"category": "other"},
    "refuse": {"reason": "too_vague"},
    "ask": {"text": "在哪里？"},
    "forward": {"system": "12345"},
    "assign": {"unit": UNIT},
    "rule": {"unit": UNIT, "note": "就归它"},
    "reassign": {"unit": OTHER, "note": "换一家"},
    "recall": {"note": "交错了"},
    "send_back": {"note": "不归我们"},
    "extend": {"days": 3, "note": "要会商"},
    "pause": {"note": "等鉴定"},
    "answer": {"text": "装好了", "grade": "A"},
    "return_answer": {"note": "写清楚"},
    "adopt": {"route": "other"},
    "reward": {"kind": "praise", "note": "好建议"},
    "reopen": {"note": "再看看"},
    "note": {"note": "看过"},
}
# What ends a case or steps aside would leave little for the others to do.
LEFT_OUT = {"label", "step_aside", "release", "refuse", "forward", "archive", "merge"}
STEPS = [
    rule.step
    for rule in states.STEPS.values()
    if rule.who == states.STAFF and rule.step not in LEFT_OUT
]
AT_ONCE = 4
# How many interleavings; `make soak` sets 1,000.
ROUNDS = "YIZHAN_TEST_ROUNDS"


@pytest.fixture
async def office(sessions: Sessions, library: Library, clock: FixedClock) -> Office:
    made = Office(sessions, library, clock)
    await made.unit(UNIT, OTHER)
    return made


async def tries(office: Office, actor: Actor, code: str, step: str) -> str | None:
    """The step where it was accepted; None where the table or the other one was against it."""
    try:
        await office.takes(actor, code, step, **GIVEN.get(step, {}))
    except AppError:
        return None
    return step


def is_legal(history: Sequence[tuple[str, str]]) -> bool:
    """Whether each step of a history was one of the table, from the state before it."""
    came_from: dict[str, str] = {}
    state = history[0][1]
    for step, after in history[1:]:
        rule = states.STEPS[step]
        if state not in rule.before:
            return False
        wanted = {states.STAYS: state, states.BACK: came_from.get(state, "")}
        if after != wanted.get(rule.after, rule.after):
            return False
        if after != state and rule.after != states.BACK:
            came_from[after] = state
        state = after
    return True


@pytest.mark.parametrize("seed", [20261129])
async def test_random_interleavings_of_two_reviewers_lose_nothing(office: Office, seed: int):
    random = Random(seed)  # noqa: S311 - the same orders each time
    rounds = int(os.environ.get(ROUNDS, "80"))
    pair = [await office.actor(), await office.actor()]
    accepted = done = 0
    while done < rounds:
        code = (await office.hand_in(await office.worker(), f"第{done}件")).case.code
        office.clock.advance(minutes=3)
        taken: list[str] = []
        for _ in range(min(10, rounds - done)):
            here = (await office.at(code)).state
            # All aim at the state they saw, so that they do stand in each other's way.
            fitting = [step for step in STEPS if here in states.STEPS[step].before]
            moves = [(pair[n % 2], random.choice(fitting)) for n in range(AT_ONCE)]
            found = await asyncio.gather(
                *(tries(office, actor, code, step) for actor, step in moves)
            )
            taken += [step for step in found if step]
            done += 1
        case = await office.at(code)
        history = [(event.step, event.state) for event in case.events]
        assert sorted(step for step, _ in history[1:]) == sorted(taken)
        assert [event.number for event in case.events] == list(range(1, len(history) + 1))
        assert is_legal(history), history
        accepted += len(taken)
    assert accepted > rounds  # or the steps stood in each other's way too much to prove anything
    async with transaction(office.sessions) as session:
        assert await CaseRepository(session).disagreeing() == []

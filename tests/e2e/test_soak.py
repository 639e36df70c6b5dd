"""Programs killed at drawn moments of scripted intakes: nothing acknowledged is lost or doubled.

One seed and few intakes; `python -m tools.soak` is the same with 200.
"""

import pytest

from content.loader import load
from tests.e2e.conftest import Running
from tests.e2e.test_first_conversation import until
from tools.soak.running import Plan, soak
from tools.soak.scripts import scripts
from tools.start.machine import ROOT
from tools.start.stack import Stack, is_well

pytestmark = pytest.mark.stack

READY_WITHIN = 240
PLAN = Plan(intakes=len(scripts()), workers=3, kills=4, seed="3")


def test_kills_while_cases_are_handed_in(stack: Running) -> None:
    programs, settings = stack
    assert until(lambda: all_well(programs), READY_WITHIN)
    found = soak(programs, settings, load(ROOT / "content"), PLAN)
    assert found.faults == []
    # One that is just being started again is not killed, and that is no fault.
    assert 0 < sum(found.kills.values()) <= PLAN.kills
    assert len(found.scripts) == PLAN.intakes
    assert until(lambda: all_well(programs), READY_WITHIN)


def all_well(stack: Stack) -> bool:
    return all(is_well(program) for program in stack.programs)

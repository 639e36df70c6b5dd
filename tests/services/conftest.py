"""The fixtures that these tests share with the other layers."""

import pytest

from content.library import Library
from db.session import Sessions
from services.staff.actors import Actor
from services.staff.permissions import Role
from tests.factories import FixedClock
from tests.services.casing import OTHER, UNIT, Office
from tests.testers.chat import chat, library, phone, stocked, worker

__all__ = ["chat", "library", "office", "phone", "stocked", "worker"]


@pytest.fixture
def office(sessions: Sessions, library: Library, clock: FixedClock) -> Office:
    return Office(sessions, library, clock)


@pytest.fixture
async def reviewer(office: Office) -> Actor:
    """Who hands cases to the units that there are."""
    await office.unit(UNIT, OTHER)
    return await office.actor()


@pytest.fixture
async def handler(office: Office) -> Actor:
    await office.unit(UNIT, OTHER)
    return await office.actor(Role.HANDLER, unit=UNIT)

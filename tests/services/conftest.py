"""The fixtures that these tests share with the other layers."""

import pytest

from content.library import Library
from db.session import Sessions
from tests.factories import FixedClock
from tests.services.casing import Office
from tests.testers.chat import chat, library, phone, stocked, worker

__all__ = ["chat", "library", "office", "phone", "stocked", "worker"]


@pytest.fixture
def office(sessions: Sessions, library: Library, clock: FixedClock) -> Office:
    return Office(sessions, library, clock)

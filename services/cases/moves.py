"""One step being taken, and what comes of it beside the state: what effects are given and give."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Case
from kit.clock import Clock
from services.cases import clocks, rules, states
from services.cases.given import Given
from services.cases.states import Rule
from services.staff.actors import Actor


@dataclass(frozen=True)
class Move:
    """One step being taken."""

    session: AsyncSession
    library: Library
    clock: Clock
    case: Case
    facts: rules.Facts
    rule: Rule
    given: Given
    actor: str = states.SYSTEM
    actor_id: str | None = None
    staff: Actor | None = None

    @property
    def today(self) -> date:
        """The day on the clock that people read."""
        return clocks.day_of(self.clock())


@dataclass(frozen=True)
class Told:
    """What goes into the history beside the note, and what the news says.

    `hears` is told in place of what the table says, `behind` to those who stand behind the case.
    """

    data: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, object] = field(default_factory=dict)
    merged_into: str | None = None
    hears: str | None = None
    behind: str | None = None

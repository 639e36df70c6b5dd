"""Sign-ups as values: what a notice offers, where a worker stands, what a list comes to."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from content.library import Library
from kit.clock import in_shanghai

MOST_PLACES = 10_000


@dataclass(frozen=True)
class Offer:
    """What may be signed up for: by how many (None: no limit), and until when (aware)."""

    places: int | None
    closes_at: datetime

    def as_json(self) -> dict[str, Any]:
        """The same for the same offer."""
        return {"places": self.places, "closes_at": self.closes_at.astimezone(UTC).isoformat()}


@dataclass(frozen=True)
class Standing:
    """Where a worker stands on the list of a notice.

    `state` is in or waiting; `left` are the places that are free (None: no limit), `ahead` those
    who wait before him. `ended`: the notice was stopped or recalled. `is_open`: others may still
    sign up, and who cancels could come back.
    """

    notice: int
    title: str
    number: int
    state: str
    left: int | None
    ahead: int
    closes_at: datetime
    ended: str | None
    is_open: bool


@dataclass(frozen=True)
class Offered:
    """A notice that a worker may still sign up for."""

    notice: int
    title: str


@dataclass(frozen=True)
class Counts:
    """What a list comes to: places (None: no limit), how many are in, wait, or cancelled."""

    places: int | None
    closes_at: datetime
    ended: str | None
    taken: int
    waiting: int
    cancelled: int

    @property
    def left(self) -> int | None:
        """The places that are free; None without a limit."""
        return None if self.places is None else self.places - self.taken

    def is_open(self, now: datetime) -> bool:
        """Whether one may sign up."""
        return self.ended is None and now < self.closes_at


def moment(library: Library, at: datetime) -> str:
    """A moment as workers read it."""
    here = in_shanghai(at)
    return library.say("signups.moment", month=here.month, day=here.day, time=f"{here:%H:%M}")

"""The last list of stops that a worker was shown: kept so that "the second one" means something.

Around a position it holds the distances that were printed, which together come near to one: it is
emptied after two hours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db.repositories.turns import DialogueRepository
from kit.clock import Clock
from services.rest_stops.finding import ANY, Found, Wish
from services.scene import Scene

SHOWN_AT_ONCE = 3
KEPT_FOR = timedelta(hours=2)
REPORT_OPEN_FOR = timedelta(minutes=10)
TEN_METRES = 10


@dataclass(frozen=True)
class Search:
    """A list and how it came about.

    `where` is said in front of it; `again` is the task that searches anew (none where the search
    was around a position, which is not kept); `whole` says that nothing else is known there;
    `start` is the first one shown.
    """

    where: str
    ids: tuple[str, ...]
    metres: Mapping[str, float] = field(default_factory=dict, repr=False)
    whole: bool = True
    wish: Wish = ANY
    again: tuple[str, Mapping[str, Any]] | None = None
    distance_from: str | None = None
    start: int = 0
    shown: int = SHOWN_AT_ONCE

    @property
    def page(self) -> tuple[str, ...]:
        """The ids that are shown."""
        return self.ids[self.start : self.start + self.shown]

    @property
    def left(self) -> int:
        """How many come behind the page."""
        return max(0, len(self.ids) - self.start - self.shown)

    def next_page(self) -> "Search":
        """The page behind this one."""
        return replace(self, start=self.start + self.shown, shown=SHOWN_AT_ONCE)


def of(found: Found, where: str, wish: Wish, **more: Any) -> Search:  # noqa: ANN401 - its fields
    """A new list of what was found."""
    metres = {key: float(round(m / TEN_METRES) * TEN_METRES) for key, m in found.metres.items()}
    return Search(where, tuple(found.ids), metres, found.whole, wish, **more)


def put(scene: Scene, search: Search) -> None:
    """Keep a list as the one last shown."""
    stored = asdict(search)
    stored["metres"] = dict(search.metres)
    scene.state.search = {
        "list": stored,
        "turn": scene.turn.id,
        "at": scene.clock().isoformat(),
        "report": (scene.state.search or {}).get("report"),
    }


def last(scene: Scene) -> Search | None:
    """The list shown last, if it is no older than two hours."""
    kept = scene.state.search
    if not kept or not kept.get("list") or _is_older(scene, str(kept["at"]), KEPT_FOR):
        return None
    try:
        return _read(kept["list"])
    except (KeyError, TypeError, ValueError):
        return None  # as another release wrote it


def _read(stored: Mapping[str, Any]) -> Search:
    again = stored["again"]
    fields = {
        **stored,
        "ids": tuple(stored["ids"]),
        "wish": Wish.from_json(stored["wish"]),
        "again": (again[0], again[1]) if again else None,
    }
    return Search(**fields)


def is_before_his_eyes(scene: Scene) -> bool:
    """Whether the list is what the worker saw last, so that a bare number means one of it."""
    return bool(scene.state.search and scene.state.search.get("seen"))


def look_away(scene: Scene) -> None:
    """After a turn: the list is before his eyes if this turn showed it, and else no longer."""
    kept = scene.state.search
    if kept and kept.get("seen") != (kept["turn"] == scene.turn.id):
        scene.state.search = {**kept, "seen": kept["turn"] == scene.turn.id}


async def sweep(session: AsyncSession, clock: Clock) -> None:
    """Forget the lists that nobody asked about for two hours."""
    await DialogueRepository(session).forget_searches(clock() - KEPT_FOR)


def note_report(scene: Scene, report_id: str | None) -> None:
    """A report was made: the next position, if it comes soon, tells whether he is at the door."""
    kept = scene.state.search or {"list": None, "turn": scene.turn.id}
    report = {"id": report_id, "at": scene.clock().isoformat()} if report_id else None
    scene.state.search = {"at": scene.clock().isoformat(), **kept, "report": report}


def open_report(scene: Scene) -> str | None:
    """The id of the report that waits for a position, if any."""
    report = (scene.state.search or {}).get("report")
    if not report or _is_older(scene, report["at"], REPORT_OPEN_FOR):
        return None
    return str(report["id"])


def position_of(search: Search, number: int) -> str | None:
    """The id of the stop that is shown under a number from 1; None when there is none."""
    page: Sequence[str] = search.page
    return page[number - 1] if 0 < number <= len(page) else None


def _is_older(scene: Scene, at: str, limit: timedelta) -> bool:
    return scene.clock() - datetime.fromisoformat(at) > limit

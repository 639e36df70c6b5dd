"""Writes a plan, all of it or nothing: stops, their history, and the import itself."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.base import KEY_LENGTH
from db.models import StopImport
from db.repositories.rest_stops import RestStopRepository
from db.repositories.stop_imports import KIND, StopImportRepository
from kit import ids
from kit.clock import Clock
from kit.errors import AppError
from kit.text import shorten
from services.rest_stops.importing.candidates import columns_of_new
from services.rest_stops.importing.changes import Change, derived
from services.rest_stops.importing.plan import IMPORTED_BY, New, Plan

_AT_ONCE = 2_000
T = TypeVar("T")
Tick = Callable[[int], None]


class Refused(AppError):
    """The plan has rows that are refused."""

    key = "stops_import.refused"


class Overtaken(AppError):
    """Somebody changed the stops after the plan was made."""

    key = "stops_import.overtaken"
    status = 409


@dataclass(frozen=True)
class Origin:
    """Which file a plan was made of, and who brings it; `digest` is the SHA-256 of its bytes."""

    file_name: str
    digest: str
    datum: str | None
    imported_by: str


@dataclass(frozen=True)
class Past:
    """An import that was written."""

    file_name: str
    imported_by: str
    at: datetime
    counts: Mapping[str, int]


async def past(session: AsyncSession, limit: int) -> tuple[Past, ...]:
    """The newest imports, the newest first."""
    rows = await StopImportRepository(session).newest(limit)
    return tuple(Past(row.file_name, row.imported_by, row.at, row.counts) for row in rows)


async def apply(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    plan: Plan,
    origin: Origin,
    *,
    tick: Tick = lambda _rows: None,
) -> None:
    """Write what the plan says; `tick` hears how many rows were written just now.

    Raises Refused for a plan with refused rows, Overtaken when the stops are no longer those that
    it was made for. Waits for another import to end, as long as the database waits for a lock.
    """
    if plan.refused:
        raise Refused(count=len(plan.refused))
    imports = StopImportRepository(session)
    await imports.lock()
    if await imports.state() != plan.state:
        raise Overtaken
    if not plan.writes:
        return
    now = clock()
    writing = _Writing(library, imports, _import_row(plan, origin, now), now)
    await imports.add(writing.row)
    for new in _parts(plan.new):
        await writing.new(new)
        tick(len(new))
    for changed in _parts(plan.changed):
        await writing.changed(changed)
        tick(len(changed))
    await writing.proposed(plan.proposals)
    await RestStopRepository(session).count_areas()


def _import_row(plan: Plan, origin: Origin, now: datetime) -> StopImport:
    counts = {
        "new": len(plan.new),
        "changed": len(plan.changed),
        "unchanged": plan.unchanged,
        "kept": len(plan.kept),
        "duplicate": len(plan.repeats),
    }
    return StopImport(
        id=ids.new_id(),
        file_name=origin.file_name,
        digest=origin.digest,
        datum=origin.datum,
        imported_by=origin.imported_by,
        counts=counts,
        at=now,
    )


class _Writing:
    """One import that is being written."""

    def __init__(
        self, library: Library, imports: StopImportRepository, row: StopImport, now: datetime
    ) -> None:
        self.row = row
        self._library = library
        self._imports = imports
        self._now = now

    async def new(self, stops: Sequence[New]) -> None:
        await self._imports.insert_stops(
            [
                {
                    **columns_of_new(each.candidate, each.stop_id),
                    "import_id": self.row.id,
                    "edition": None,
                }
                for each in stops
            ]
        )

    async def changed(self, changes: Sequence[Change]) -> None:
        """Rows that change the same columns are written together."""
        old = {row["id"]: row for row in await self._imports.rows([c.stop_id for c in changes])}
        alike: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for change in changes:
            new = {
                **change.after,
                **derived(self._library, old[change.stop_id], change.after),
                "import_id": self.row.id,
            }
            alike.setdefault(tuple(sorted(new)), []).append({**new, "id_": change.stop_id})
        for names, rows in alike.items():
            await self._imports.update_stops(names, rows)
        await self._record(changes, self._now)

    async def proposed(self, changes: Sequence[Change]) -> None:
        """What staff edited themselves waits for them."""
        await self._record(changes, None)

    async def _record(self, changes: Sequence[Change], valid_from: datetime | None) -> None:
        if not changes:
            return
        await self._imports.add_revisions(
            [
                {
                    "id": ids.new_id(),
                    "kind": KIND,
                    "key": change.stop_id,
                    "body": {**change.told(), IMPORTED_BY: self.row.id},
                    "reason": self._library.say("stops_import.reason", file=self.row.file_name),
                    "author": shorten(self.row.imported_by, KEY_LENGTH),
                    "approver": None,
                    "created_at": self._now,
                    "valid_from": valid_from,
                }
                for change in changes
            ]
        )


def _parts(items: Sequence[T]) -> Iterator[list[T]]:
    waiting = iter(items)
    while part := list(islice(waiting, _AT_ONCE)):
        yield part

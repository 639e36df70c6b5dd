"""What became of a stop so far: who changed what and why, by hand, by a file or by an edition."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from content.schema import RestStop
from db.models import RestStopRow, Revision
from db.repositories.library import LibraryRepository
from db.repositories.staff import StaffRepository
from services.rest_stops.columns import DERIVED, columns
from services.rest_stops.editing import KIND

SHIPPED_BY = "edition"
SHOWN_MOST = 50


@dataclass(frozen=True)
class Changed:
    """One column with what it was and became; None is unknown."""

    field: str
    old: object
    new: object


@dataclass(frozen=True)
class Entry:
    """One entry of a history. `by` names the member of staff; a proposal is not in force."""

    road: Literal["staff", "edition", "import"]
    by: str | None
    at: datetime
    reason: str
    in_force: bool
    changes: tuple[Changed, ...]


async def history(session: AsyncSession, library: Library, row: RestStopRow) -> tuple[Entry, ...]:
    """The history of a stop, newest first. Of a proposal: how it differs from what holds now."""
    revisions = await LibraryRepository(session).revisions(KIND, row.id, SHOWN_MOST)
    authors = {revision.author for revision in revisions}
    names = await StaffRepository(session).names(authors)
    return tuple(_entry(library, row, revision, names) for revision in revisions)


def _entry(
    library: Library, row: RestStopRow, revision: Revision, names: Mapping[str, str]
) -> Entry:
    shipped = revision.author == SHIPPED_BY
    return Entry(
        road="edition" if shipped else "staff" if revision.author in names else "import",
        by=names.get(revision.author),
        at=revision.created_at,
        reason=revision.reason,
        in_force=revision.valid_from is not None,
        changes=tuple(_proposed(library, row, revision) if shipped else _made(revision)),
    )


def _made(revision: Revision) -> Iterable[Changed]:
    before, after = (revision.body.get(part) or {} for part in ("before", "after"))
    for name, new in after.items():
        yield Changed(name, before.get(name), new)


def _proposed(library: Library, row: RestStopRow, revision: Revision) -> Iterable[Changed]:
    try:
        stop = RestStop.model_validate(revision.body)
    except ValidationError:
        return  # an edition of an older shape: its time is over
    values: Mapping[str, Any] = columns(library, stop)
    for name, new in values.items():
        if name not in DERIVED and getattr(row, name) != new:
            yield Changed(name, getattr(row, name), new)

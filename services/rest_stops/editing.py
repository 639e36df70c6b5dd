"""Staff change a stop: at once, with a reason, and nothing that another wrote is lost."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.base import KEY_LENGTH
from db.models import RestStopRow, Revision
from db.repositories.library import LibraryRepository
from db.repositories.rest_stops import RestStopRepository
from kit import ids
from kit.clock import Clock, in_shanghai
from kit.errors import AppError, NotFound
from services.rest_stops import fields, reach
from services.rest_stops.columns import DERIVED, given
from services.rest_stops.fields import BadFields, Form
from services.staff.actors import Actor

KIND = "rest_stop"
OF_AN_AREA = frozenset({"status", "province", "city", "district"})


class Stale(AppError):
    """The stop is no longer as the form showed it."""

    key = "console.stop_stale"
    status = 409


@dataclass(frozen=True)
class Edit:
    """What a form brings: its fields, why, whether the stop was checked, and what was shown.

    `seen` is the `snapshot` of the stop that the form was filled from.
    """

    actor: Actor
    form: Form
    reason: str
    checked: bool
    seen: str = field(repr=False)


@dataclass(frozen=True)
class Signed:
    """Who changes something, and why."""

    staff_id: str
    reason: str


async def edit(
    session: AsyncSession, library: Library, clock: Clock, stop_id: str, made: Edit
) -> None:
    """Put an edit into force (docs/adr/0018).

    Raises NotFound, Stale when somebody else changed the stop meanwhile, and BadFields when a
    field cannot be taken, the reason is missing, nothing was changed, or the stop would go where
    its editor does not reach.
    """
    row = await find(session, made.actor, stop_id, lock=True)
    if made.seen != snapshot(library, row):
        raise Stale
    parts = given(row)
    shown = fields.as_form(library, parts)
    changed = {name for name, text in made.form.items() if text.strip() != shown.get(name)}
    faults: dict[str, str] = {}
    reason = fields.sentence(library, "reason", made.reason, faults)
    today = in_shanghai(clock()).date()
    if made.checked:
        parts["checked_on"] = today
    try:
        values = fields.read(library, today, parts, {**shown, **made.form}, changed)
    except BadFields as error:
        raise BadFields({**error.faults, **faults}) from None
    faults |= reach.faults(library, made.actor, values)
    if faults:
        raise BadFields(faults)
    if not await change(session, clock, row, values, Signed(made.actor.id, reason)):
        raise BadFields({}, "console.stop_unchanged")


async def change(
    session: AsyncSession,
    clock: Clock,
    row: RestStopRow,
    values: Mapping[str, Any],
    signed: Signed,
) -> bool:
    """Give a row new values and write down what they were; whether anything changed."""
    changed = {name: new for name, new in values.items() if getattr(row, name) != new}
    told = {name: new for name, new in changed.items() if name not in DERIVED}
    if not told:
        return False
    before = {name: getattr(row, name) for name in told}
    for name, new in changed.items():
        setattr(row, name, new)
    record(session, clock, row.id, {"before": before, "after": told}, signed)
    await session.flush()
    if OF_AN_AREA & told.keys():
        await RestStopRepository(session).count_areas()
    return True


def record(
    session: AsyncSession,
    clock: Clock,
    stop_id: str,
    body: Mapping[str, Mapping[str, Any]],
    signed: Signed,
) -> None:
    """Append an edit that is in force to the history of a stop."""
    now = clock()
    revision = Revision(
        id=ids.new_id(),
        kind=KIND,
        key=stop_id,
        body=json.loads(json.dumps(body, default=_plain)),
        reason=signed.reason,
        author=signed.staff_id,
        created_at=now,
        valid_from=now,
    )
    LibraryRepository(session).add(revision)


async def find(
    session: AsyncSession, actor: Actor, stop_id: str, *, lock: bool = False
) -> RestStopRow:
    """A stop in his reach, a withdrawn one too; raises NotFound."""
    # What no id can be is no question for the database: it refuses some characters.
    could_be = stop_id.isprintable() and len(stop_id) <= KEY_LENGTH
    row = await RestStopRepository(session).by_id(stop_id, lock=lock) if could_be else None
    if row is None or not reach.reaches(actor, row):
        raise NotFound("console.no_such_stop")
    return row


def snapshot(library: Library, row: RestStopRow) -> str:
    """The form of a stop as its page carries it along, to tell later what was changed by whom."""
    shown = {**fields.as_form(library, given(row)), "checked_on": str(row.checked_on or "")}
    return json.dumps(shown, ensure_ascii=False)


@dataclass(frozen=True)
class Clash:
    """A field that another changed meanwhile: what it is now, and what this form holds."""

    field: str
    now: str
    typed: str


def rebased(seen: str, typed: Form, now: str) -> tuple[dict[str, str], tuple[Clash, ...]]:
    """A stale form upon what holds now: what its writer changed stays his, all else is as it is
    now. Beside it the fields that the other changed.
    """
    was, is_now = _read(seen), _read(now)
    form = {
        name: typed[name] if name in typed and typed[name] != was.get(name) else text
        for name, text in is_now.items()
    }
    clashes = (
        Clash(name, text, typed.get(name, was.get(name, "")))
        for name, text in is_now.items()
        if text != was.get(name)
    )
    return form, tuple(clashes)


def _read(snapshot: str) -> dict[str, str]:
    """What a page carried; nothing where somebody made it up."""
    try:
        read = json.loads(snapshot)
    except ValueError:
        return {}
    found = read if isinstance(read, dict) else {}
    return {name: text for name, text in found.items() if isinstance(text, str)}


def _plain(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(type(value))

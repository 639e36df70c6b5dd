"""The audit log of accounts: who did what to whom, when, and from where."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from math import ceil
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import StaffEvent
from db.repositories.staff import StaffRepository
from kit import ids
from services.staff.actors import Actor
from services.staff.permissions import Permission
from services.staff.rules import check_id, need

PAGE_SIZE = 50

# What is noted. A page has words for each of them; a test sees to that.
KINDS = (
    *("invited", "first_link", "joined", "signed_in", "signed_out", "refused", "locked"),
    *("password_changed", "password_link", "password_reset", "totp_set", "totp_reset"),
    *("recovery_used", "roles_changed", "suspended", "resumed"),
    *("session_ended", "sessions_ended", "report_taken", "exported", "notice_report_taken"),
    *("signups_taken", "signup_contacts_seen"),
)


@dataclass(frozen=True)
class Happening:
    """One line of the log. Without an actor it was done on the command line."""

    kind: str
    at: datetime
    actor: str | None
    staff: str | None
    address: str | None
    details: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True)
class EventPage:
    """One page of the log, newest first."""

    items: tuple[Happening, ...]
    page: int
    pages: int
    total: int


def note(
    session: AsyncSession,
    now: datetime,
    kind: str,
    *,
    by: str | None,
    to: str | None,
    address: str | None = None,
    **details: object,
) -> None:
    """Append one line; `by` and `to` are ids of staff, `address` is a digest."""
    if kind not in KINDS:
        raise ValueError(kind)
    StaffRepository(session).add(
        StaffEvent(
            id=ids.new_id(),
            at=now,
            kind=kind,
            actor_id=by,
            staff_id=to,
            address=address,
            details=details or None,
        )
    )


async def page(
    session: AsyncSession, actor: Actor, number: int, staff_id: str | None = None
) -> EventPage:
    """One page of the log, of all or of one member of staff; out of range gives the nearest."""
    need(actor, Permission.READ_AUDIT)
    if staff_id is not None:
        check_id(staff_id)
    rows = StaffRepository(session)
    total = await rows.count_events(staff_id)
    pages = max(1, ceil(total / PAGE_SIZE))
    number = min(max(number, 1), pages)
    found = await rows.events((number - 1) * PAGE_SIZE, PAGE_SIZE, staff_id)
    people = {who for row in found for who in (row.actor_id, row.staff_id) if who}
    names = await rows.names(people)
    items = tuple(
        Happening(
            row.kind,
            row.at,
            names.get(row.actor_id or ""),
            names.get(row.staff_id or ""),
            row.address[:8] if row.address else None,
            row.details or {},
        )
        for row in found
    )
    return EventPage(items, number, pages, total)

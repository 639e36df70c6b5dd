"""Changes of one entry that one proposes and another approves: revisions of a kind and a key.

At most one waits for each entry: a newer proposal takes its place. Nobody approves his own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Revision
from db.repositories.library import LibraryRepository
from db.repositories.staff import StaffRepository
from kit import ids
from kit.clock import Clock
from kit.errors import AppError, BadInput, NotAllowed, NotFound
from kit.text import tidy
from services.staff.actors import Actor
from services.staff.permissions import Permission
from services.staff.rules import need

SHOWN = 50
LEAST_REASON, MOST_REASON = 4, 200
DECLINED_BY = "declined_by"


class Stale(AppError):
    """Another changed the entry, or proposed something, after the form was made."""

    key = "texts.stale"
    status = 409


@dataclass(frozen=True)
class Version:
    """One change: `state` is in_force, past, waiting or declined."""

    id: str
    body: Mapping[str, Any]
    reason: str
    by: str | None
    author_id: str
    approver: str | None
    at: datetime
    state: str


@dataclass(frozen=True)
class Changes:
    """What holds of an entry, None where nothing of it was changed, what waits, and the history.

    `seen` proves in a form what it showed.
    """

    holds: Mapping[str, Any] | None
    waiting: Version | None
    history: tuple[Version, ...]
    seen: str


async def of(session: AsyncSession, clock: Clock, kind: str, key: str) -> Changes:
    """The changes of an entry, newest first."""
    rows = LibraryRepository(session)
    holds = await rows.in_force(kind, key, clock())
    found = await rows.revisions(kind, key, SHOWN)
    people = {who for row in found for who in (row.author, row.approver) if who}
    names = await StaffRepository(session).names(people)
    history = tuple(_version(row, holds, names) for row in found)
    return Changes(
        holds=holds.body if holds else None,
        waiting=next((each for each in history if each.state == "waiting"), None),
        history=history,
        seen=_mark(found[0] if found else None),
    )


async def propose(
    session: AsyncSession,
    clock: Clock,
    actor: Actor,
    kind: str,
    key: str,
    *,
    body: Mapping[str, Any],
    reason: str,
    seen: str,
) -> str:
    """Write a change down for another's approval, in place of one that waits; gives its id.

    Raises BadInput without a reason, Stale where another was faster.
    """
    need(actor, Permission.EDIT_CONTENT)
    why = " ".join(tidy(reason).split())
    if not LEAST_REASON <= len(why) <= MOST_REASON:
        raise BadInput("texts.reason", least=LEAST_REASON, most=MOST_REASON)
    rows = LibraryRepository(session)
    await rows.hold(int(ids.digest(f"{kind}:{key}")[:15], 16))
    newest = await rows.revisions(kind, key, 1)
    if seen != _mark(newest[0] if newest else None):
        raise Stale
    for row in await rows.proposals(kind, key):
        _decline(row, actor)
    made = Revision(
        id=ids.new_id(),
        kind=kind,
        key=key,
        body=dict(body),
        reason=why,
        author=actor.id,
        created_at=clock(),
    )
    rows.add(made)
    await session.flush()
    return made.id


async def approve(
    session: AsyncSession, clock: Clock, actor: Actor, kind: str, revision_id: str
) -> str:
    """Bring a change into force from now on; gives its key. Nobody approves his own."""
    row = await _proposal(session, actor, kind, revision_id)
    if row.author == actor.id:
        raise NotAllowed("texts.own_change")
    row.approver, row.valid_from = actor.id, clock()
    return row.key


async def decline(session: AsyncSession, actor: Actor, kind: str, revision_id: str) -> str:
    """Say no to a change, or take one's own back; gives its key."""
    row = await _proposal(session, actor, kind, revision_id)
    _decline(row, actor)
    return row.key


async def _proposal(session: AsyncSession, actor: Actor, kind: str, revision_id: str) -> Revision:
    need(actor, Permission.EDIT_CONTENT)
    may_be = revision_id.isascii() and revision_id.isalnum()
    row = await session.get(Revision, revision_id, with_for_update=True) if may_be else None
    if row is None or row.kind != kind or row.approver or DECLINED_BY in row.body:
        raise NotFound("texts.decided")
    return row


def _decline(row: Revision, actor: Actor) -> None:
    if DECLINED_BY not in row.body:
        row.body = {**row.body, DECLINED_BY: actor.id}


def _mark(row: Revision | None) -> str:
    """What a form was shown with: the newest change, and whether it was decided on."""
    if row is None:
        return ""
    decided = "1" if row.approver or DECLINED_BY in row.body else "0"
    return f"{row.id}-{decided}"


def _version(row: Revision, holds: Revision | None, names: Mapping[str, str]) -> Version:
    if row.approver is None:
        state = "declined" if DECLINED_BY in row.body else "waiting"
    else:
        state = "in_force" if holds is not None and row.id == holds.id else "past"
    return Version(
        id=row.id,
        body=row.body,
        reason=row.reason,
        by=names.get(row.author),
        author_id=row.author,
        approver=names.get(row.approver or ""),
        at=row.created_at,
        state=state,
    )

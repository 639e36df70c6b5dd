"""Short texts that a district may change: how answers begin, where a refused matter goes.

A change is a revision of kind `template`, written by one and approved by another; the shipped text
holds until then, and a newer edition never overwrites a change. Texts are read with the session,
so every process says the new one from the next turn on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from content.case_schema import ReadyText, Refusal
from content.library import Library
from content.wording import PLACEHOLDER, faults_of
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

KIND = "template"
SHOWN = 50
LEAST_REASON, MOST_REASON = 4, 200
MOST = 300
GRADES = ("a", "b", "c", "d")  # the classes of answers
_REFUSAL, _WAY_ON = "refusal.", ".way_on"
DECLINED_BY = "declined_by"

_READY: TypeAdapter[str] = TypeAdapter(ReadyText)


class Stale(AppError):
    """Another changed the text, or proposed something, after the form was made."""

    key = "texts.stale"
    status = 409


@dataclass(frozen=True)
class Version:
    """One change: `state` is in_force, past, waiting or declined."""

    id: str
    text: str
    reason: str
    by: str | None
    author_id: str
    approver: str | None
    at: datetime
    state: str


@dataclass(frozen=True)
class Text:
    """One text: as it holds, as it was shipped, what waits for a yes, and its history.

    `seen` proves in a form what it showed; `fields` are the placeholders that must stay.
    """

    key: str
    text: str
    shipped: str
    fields: tuple[str, ...]
    waiting: Version | None
    history: tuple[Version, ...]
    seen: str


def shipped(library: Library) -> dict[str, str]:
    """Every text that may be changed, as it was shipped."""
    keys = [f"case_steps.template_{grade}" for grade in GRADES]
    templates = {key: library.messages[key] for key in keys}
    ways = {way_on_of(each): refusal.way_on for each, refusal in library.refusals.items()}
    return {**templates, **ways}


def way_on_of(refusal_id: str) -> str:
    """The key of where a matter goes that is refused for this reason."""
    return f"{_REFUSAL}{refusal_id}{_WAY_ON}"


async def in_force(session: AsyncSession, library: Library, clock: Clock) -> dict[str, str]:
    """Every such text as it holds now."""
    texts = shipped(library)
    for row in await LibraryRepository(session).all_in_force(KIND, clock()):
        if row.key in texts:
            texts[row.key] = str(row.body["text"])
    return texts


async def refusals(session: AsyncSession, library: Library, clock: Clock) -> Mapping[str, Refusal]:
    """The reasons for a refusal, each with the way on that holds now."""
    texts = await in_force(session, library, clock)
    return {
        each: refusal.model_copy(update={"way_on": texts[way_on_of(each)]})
        for each, refusal in library.refusals.items()
    }


async def show(
    session: AsyncSession, library: Library, clock: Clock, actor: Actor, key: str
) -> Text:
    """One text with its history; raises NotFound."""
    need(actor, Permission.EDIT_CONTENT)
    original = shipped(library).get(key)
    if original is None:
        raise NotFound("texts.no_such_text")
    rows = LibraryRepository(session)
    holds = await rows.in_force(KIND, key, clock())
    found = await rows.revisions(KIND, key, SHOWN)
    people = {who for row in found for who in (row.author, row.approver) if who}
    names = await StaffRepository(session).names(people)
    history = tuple(_version(row, holds, names) for row in found)
    return Text(
        key=key,
        text=str(holds.body["text"]) if holds else original,
        shipped=original,
        fields=tuple(f"{{{name}}}" for name in sorted(set(PLACEHOLDER.findall(original)))),
        waiting=next((each for each in history if each.state == "waiting"), None),
        history=history,
        seen=_mark(found[0] if found else None),
    )


async def waiting(session: AsyncSession, actor: Actor) -> dict[str, int]:
    """How many changes of each text wait for a yes."""
    need(actor, Permission.EDIT_CONTENT)
    counts: dict[str, int] = {}
    for row in await LibraryRepository(session).proposals(KIND):
        if DECLINED_BY not in row.body:
            counts[row.key] = counts.get(row.key, 0) + 1
    return counts


async def propose(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    actor: Actor,
    key: str,
    *,
    text: str,
    reason: str,
    seen: str,
) -> None:
    """Write a change down for another's approval; it takes the place of one that waits.

    Raises BadInput for a text that would not do, Stale where another was faster.
    """
    shown = await show(session, library, clock, actor, key)
    new, why = tidy(text), " ".join(tidy(reason).split())
    check(library, key, new)
    if new == shown.text:
        raise BadInput("texts.unchanged")
    if not LEAST_REASON <= len(why) <= MOST_REASON:
        raise BadInput("texts.reason", least=LEAST_REASON, most=MOST_REASON)
    rows = LibraryRepository(session)
    await rows.hold(int(ids.digest(f"{KIND}:{key}")[:15], 16))
    newest = await rows.revisions(KIND, key, 1)
    if seen != _mark(newest[0] if newest else None):
        raise Stale
    for row in await rows.proposals(KIND, key):
        _decline(row, actor)
    rows.add(
        Revision(
            id=ids.new_id(),
            kind=KIND,
            key=key,
            body={"text": new, "before": shown.text},
            reason=why,
            author=actor.id,
            created_at=clock(),
        )
    )
    await session.flush()


async def approve(session: AsyncSession, clock: Clock, actor: Actor, revision_id: str) -> str:
    """Bring a change into force from now on; gives its key. Nobody approves his own."""
    row = await _proposal(session, actor, revision_id)
    if row.author == actor.id:
        raise NotAllowed("texts.own_change")
    row.approver, row.valid_from = actor.id, clock()
    return row.key


async def decline(session: AsyncSession, actor: Actor, revision_id: str) -> str:
    """Say no to a change, or take one's own back; gives its key."""
    row = await _proposal(session, actor, revision_id)
    _decline(row, actor)
    return row.key


def check(library: Library, key: str, text: str) -> None:
    """Raise BadInput, with what to do, where the content's own rules would not take a text."""
    original = shipped(library)[key]
    wanted = sorted(set(PLACEHOLDER.findall(original)))
    if sorted(set(PLACEHOLDER.findall(text))) != wanted:
        if not wanted:
            raise BadInput("texts.no_field")
        raise BadInput("texts.fields", fields="、".join(f"{{{name}}}" for name in wanted))
    if faults_of(text):
        raise BadInput("texts.unreadable")
    try:
        if key.startswith(_REFUSAL):
            refusal = library.refusals[key.removeprefix(_REFUSAL).removesuffix(_WAY_ON)]
            Refusal.model_validate({**refusal.model_dump(), "way_on": text})
        else:
            _READY.validate_python(text)
    except ValidationError as error:
        is_way = key.startswith(_REFUSAL)
        raise BadInput("texts.way_on_shape" if is_way else "texts.template_shape") from error


async def _proposal(session: AsyncSession, actor: Actor, revision_id: str) -> Revision:
    need(actor, Permission.EDIT_CONTENT)
    may_be = revision_id.isascii() and revision_id.isalnum()
    row = await session.get(Revision, revision_id, with_for_update=True) if may_be else None
    if row is None or row.kind != KIND or row.approver or DECLINED_BY in row.body:
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
        text=str(row.body["text"]),
        reason=row.reason,
        by=names.get(row.author),
        author_id=row.author,
        approver=names.get(row.approver or ""),
        at=row.created_at,
        state=state,
    )

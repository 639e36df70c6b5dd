"""Writing a notice: each edit is a version of its own, and each version is whole."""

import re
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Notice, NoticePicture, NoticeVersion
from db.repositories.notices import NoticeRepository
from kit.clock import Clock
from kit.errors import BadInput
from kit.text import is_readable, tidy
from services import photos, signups
from services.notices import audience, states
from services.notices.locking import locked
from services.notices.values import BUTTONS, GO, Draft
from services.staff.actors import Actor
from services.staff.permissions import Permission
from services.staff.rules import need

_LINK = re.compile(r"https?://[^\s<>\"]{3,500}", re.ASCII)


async def compose(
    session: AsyncSession, library: Library, clock: Clock, actor: Actor, draft: Draft
) -> int:
    """Write a new notice; returns its number. Raises BadInput for what cannot be sent, NotAllowed
    where the actor may not write (to all of these).
    """
    await check(session, library, clock, actor, draft)
    notice = Notice(state=states.DRAFT, version=1, created_at=clock(), events=[], versions=[])
    notice.versions.append(_version(draft, 1, actor, clock))
    states.append(notice, "compose", states.DRAFT, actor.id, clock())
    NoticeRepository(session).add(notice)
    await session.flush()
    return notice.number


async def edit(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    actor: Actor,
    number: int,
    *,
    draft: Draft,
    seen: int | None = None,
) -> None:
    """Write a new version: it needs approval anew, and what was to go out does not.

    Nothing changes where the draft is what the version says. Raises as `compose` does, Stale when
    somebody took a step since event `seen`.
    """
    await check(session, library, clock, actor, draft, number=number)
    notice = await locked(session, number, seen)
    states.check(notice, "edit")
    if newest(notice).digest == draft.digest:
        return
    await NoticeRepository(session).drop_moments(number, ("waiting", "sending"))
    notice.version += 1
    notice.timing = None
    notice.versions.append(_version(draft, notice.version, actor, clock))
    states.append(notice, "edit", states.DRAFT, actor.id, clock())
    await session.flush()


async def check(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    actor: Actor,
    draft: Draft,
    *,
    number: int | None = None,
) -> None:
    """Raise BadInput with what is wrong with a draft of a new notice, or of the one of this
    number; NotAllowed where it is beyond the actor.
    """
    limits = library.notices.limits
    audience.check(draft.audience)
    audience.need_reach(actor, Permission.WRITE_NOTICES, draft.audience)
    for text, most, key in (
        (draft.title, limits.title_most, "notices.bad_title"),
        (draft.text, limits.text_most, "notices.bad_text"),
    ):
        if not is_readable(tidy(text)) or len(text) > most or text != tidy(text):
            raise BadInput(key, most=most, length=len(text))
    if draft.topic not in library.notices.topics:
        raise BadInput("notices.bad_topic")
    if draft.link is not None and not _LINK.fullmatch(draft.link):
        raise BadInput("notices.bad_link")
    _check_buttons(draft.buttons, has_link=draft.link is not None)
    if draft.picture and await NoticeRepository(session).picture(draft.picture) is None:
        raise BadInput("notices.no_such_picture")
    if draft.offer is not None:
        await signups.check(session, clock, draft.offer, number)


def _check_buttons(buttons: Sequence[str], *, has_link: bool) -> None:
    if set(buttons) - set(BUTTONS) or len(set(buttons)) != len(buttons):
        raise BadInput("notices.bad_buttons")
    if GO in buttons and not has_link:
        raise BadInput("notices.go_needs_link")


async def keep_picture(
    session: AsyncSession, clock: Clock, actor: Actor, picture: photos.Encoded
) -> str:
    """Keep a picture for notices; returns what a draft calls it. The same one is kept once."""
    need(actor, Permission.WRITE_NOTICES)
    rows = NoticeRepository(session)
    if await rows.picture(picture.digest) is None:
        rows.add(
            NoticePicture(
                digest=picture.digest,
                jpeg=picture.jpeg,
                width=picture.width,
                height=picture.height,
                added_by=actor.id,
                added_at=clock(),
            )
        )
        await session.flush()
    return picture.digest


async def picture_of(session: AsyncSession, digest: str) -> bytes | None:
    """A picture of notices as a JPEG; None where there is none."""
    row = await NoticeRepository(session).picture(digest)
    return row.jpeg if row else None


def newest(notice: Notice) -> NoticeVersion:
    """The newest version of a loaded notice."""
    return notice.versions[-1]


def _version(draft: Draft, number: int, actor: Actor, clock: Clock) -> NoticeVersion:
    return NoticeVersion(
        number=number,
        author_id=actor.id,
        written_at=clock(),
        digest=draft.digest,
        title=draft.title,
        text=draft.text,
        link=draft.link,
        buttons=tuple(draft.buttons),
        topic=draft.topic,
        urgent=draft.urgent,
        picture=draft.picture,
        audience=draft.audience.as_json(),
        places=draft.offer.places if draft.offer else None,
        closes_at=draft.offer.closes_at if draft.offer else None,
    )

"""Sending a notice to oneself: to the chat that was shown the digits for linking."""

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.repositories.links import LinkRepository
from db.repositories.outbox import NEWS
from kit import ids
from kit.clock import Clock
from kit.errors import NotFound
from services import links, outbox
from services.notices import audience, rendering
from services.notices.composing import newest
from services.notices.locking import locked
from services.notices.values import draft_of
from services.staff.actors import Actor
from services.staff.permissions import Permission
from services.turns import Reply


async def send_test(
    session: AsyncSession, library: Library, clock: Clock, actor: Actor, number: int, *, code: str
) -> None:
    """Send the newest version, marked as a test and without buttons, to the chat of a code.

    Whoever writes notices types 绑定 in his own chat and is shown six digits there. Raises
    NotFound for digits that no chat was shown, or that have ended.
    """
    draft = draft_of(newest(await locked(session, number)))
    audience.need_reach(actor, Permission.WRITE_NOTICES, draft.audience)
    read = links.read_code(code)
    shown = await LinkRepository(session).by_code(read) if read else None
    if shown is None or shown.expires_at <= clock():
        raise NotFound("notices.no_such_chat")
    said = rendering.reply_of(library, number, draft, "")
    reply = rendering.stored(draft, Reply(library.say("notices.test", text=said.text)))
    cause = f"notice-test:{ids.new_id()}"
    await outbox.put_for(session, clock, shown.account_id, cause, reply, priority=NEWS)

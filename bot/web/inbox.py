"""The worker's inbox as server-sent events, resumable with Last-Event-ID."""

import asyncio
import json
from collections.abc import AsyncGenerator

from db.session import Sessions, transaction
from kit.clock import Clock
from services import outbox

# Rows come from other processes, so the inbox looks for them itself, at this pace in seconds.
LOOK_EVERY = 5.0
# A comment now and then keeps proxies from closing a quiet line, and shows us a broken one.
BEATS_BETWEEN_SIGNS = 3


async def events(
    sessions: Sessions, clock: Clock, account_id: str, seen: int
) -> AsyncGenerator[str]:
    """The messages of an account behind the one seen last, then each new one, without end.

    The first comment comes behind what waited, so that a page can tell it from what comes live.
    """
    quiet = BEATS_BETWEEN_SIGNS
    while True:
        async with transaction(sessions) as session:
            news = await outbox.after(session, account_id, seen)
            await outbox.mark_sent(session, clock, [item.number for item in news])
        for item in news:
            seen = item.number
            yield f"id: {item.number}\ndata: {json.dumps(item.reply, ensure_ascii=False)}\n\n"
        quiet += 1
        if news or quiet >= BEATS_BETWEEN_SIGNS:
            quiet = 0
            yield ": ok\n\n"
        await asyncio.sleep(LOOK_EVERY)

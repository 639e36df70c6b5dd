"""A process that makes and sends notices until it is killed: `python -m … <database> <log>`.

Its channel writes each message to the log before it answers, as a real one delivers before the
answer arrives; so the log is what workers have seen.
"""

import asyncio
import os
import sys
from contextlib import suppress
from typing import Any

from bot.bell import Bells
from bot.delivery import Before, Delivery, Outcome
from bot.noticing import look
from db.session import AWAY, make_engine, make_sessions
from kit.clock import Clock
from tests.factories import FixedClock
from tests.testers.chat import shipped_library

SENDING = 0.002  # seconds between delivery and answer


class LoggingCarrier:
    """Delivers into a file, one line each."""

    def __init__(self, log: str) -> None:
        self._log = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def parts(self, reply: dict[str, Any]) -> tuple[str, ...]:
        return (reply["text"],)

    async def send(self, number: int, part: str, priority: int, before: Before) -> Outcome:
        del part, priority
        await before()
        os.write(self._log, f"{number}\n".encode())
        await asyncio.sleep(SENDING)
        return Outcome("sent", message_id=1)


async def run(url: str, log: str, clock: Clock) -> None:
    """Make and send until cancelled, or killed."""
    engine, library = make_engine(url), shipped_library()
    sessions = make_sessions(engine)
    batch = library.notices.limits.batch
    delivery = Delivery(
        sessions, library, clock, "telegram", LoggingCarrier(log), bells=Bells(batch)
    )
    sending = asyncio.create_task(delivery.run())
    try:
        while True:
            with suppress(AWAY):  # the database is locked; the next look finds it
                await look(sessions, library, clock, batch)
            await asyncio.sleep(0.05)
    finally:
        sending.cancel()
        await asyncio.gather(sending, return_exceptions=True)
        await engine.dispose()


if __name__ == "__main__":
    asyncio.run(run(sys.argv[1], sys.argv[2], FixedClock()))

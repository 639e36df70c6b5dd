"""The sender of a notice is killed at a random moment: nobody twice, nobody missing unlisted."""

import asyncio
import sys
from collections import Counter
from pathlib import Path
from random import Random

from sqlalchemy import func, select

from db.models import Account, OutboxRow
from db.session import transaction
from services import notices
from tests.bot.notice_process import run
from tests.factories import NOON_OF_TESTS
from tests.services.noticing import Newsroom
from tests.testers.chat import Chat, on_sqlite

SEED = 7  # `python -m tools.soak.notices` does it with many, and the whole bot
PEOPLE = 500
PATIENCE = 120
BATCH = 100


@on_sqlite
async def test_killed_in_the_middle(chat: Chat, database_url: str, tmp_path: Path):
    random, log = Random(SEED), tmp_path / "sent"  # noqa: S311 - a test's moment
    room = Newsroom(chat.sessions, chat.library, chat.clock)
    assert chat.clock() == NOON_OF_TESTS  # so the process agrees
    await room.workers(PEOPLE)
    number = await room.scheduled(urgent=True)

    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "tests.bot.notice_process", database_url, str(log))
    )
    kill_after = random.randrange(1, PEOPLE)
    async with asyncio.timeout(PATIENCE):
        while lines(log) < kill_after:  # noqa: ASYNC110 - a process tells nobody
            await asyncio.sleep(0.002)
    process.kill()
    await process.wait()

    await goes_on(room, database_url, log, number)

    seen = Counter(log.read_text().split())
    async with transaction(chat.sessions) as session:
        unknown = set(
            await session.scalars(
                select(Account.key)
                .join(OutboxRow, OutboxRow.account_id == Account.id)
                .where(OutboxRow.state == "unknown")
            )
        )
        everybody = set(await session.scalars(select(Account.key)))
    assert set(seen.values()) == {1}
    assert everybody - set(seen) <= unknown
    assert len(unknown) <= BATCH
    report = await room.report(number)
    assert (report.planned, report.sent + report.unknown) == (PEOPLE, PEOPLE)


def lines(log: Path) -> int:
    return log.read_bytes().count(b"\n") if log.exists() else 0


async def goes_on(room: Newsroom, url: str, log: Path, number: int) -> None:
    """The next process, until there is nothing left to make and nothing left to send."""
    task = asyncio.create_task(run(url, str(log), room.clock))
    waits = select(func.count()).where(OutboxRow.state.in_(("waiting", "sending")))
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                await asyncio.sleep(0.1)
                async with transaction(room.sessions) as session:
                    left = await session.scalar(waits)
                    made = await notices.report(session, await room.author(), number)
                if left == 0 and made.sent + made.unknown >= PEOPLE:
                    return
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)

"""The loop that makes rows: one broken notice keeps back no other, and bells are heard."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import update

from bot import noticing
from bot.bell import Bells
from db.models import NoticeVersion
from db.session import Sessions, transaction
from tests.bot.test_delivery import until
from tests.services.noticing import Newsroom
from tests.testers.chat import Chat, on_sqlite

pytestmark = on_sqlite


@pytest.fixture
def room(chat: Chat) -> Newsroom:
    return Newsroom(chat.sessions, chat.library, chat.clock)


@asynccontextmanager
async def looking(room: Newsroom, sessions: Sessions) -> AsyncIterator[Bells]:
    bells = Bells(room.library.notices.limits.batch)
    task = asyncio.create_task(noticing.send_when_due(sessions, room.library, room.clock, bells))
    try:
        yield bells
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_one_that_breaks_keeps_back_no_other(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
):
    await room.workers(2)
    broken = await room.scheduled(urgent=True)
    await room.scheduled(urgent=True, title="好的")
    async with transaction(room.sessions) as session:
        spoiled = update(NoticeVersion).where(NoticeVersion.notice == broken)
        await session.execute(spoiled.values(audience=[]))
    monkeypatch.setattr(noticing, "SECONDS_BETWEEN_LOOKS", 0.01)
    async with looking(room, room.sessions):
        await until(lambda: _has(room, 2))
    assert all("好的" in row.reply["text"] for row in await room.rows())


async def test_it_looks_when_it_hears_that_few_rows_are_left_and_says_that_it_made_some(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
):
    await room.workers(2)
    monkeypatch.setattr(noticing, "SECONDS_BETWEEN_LOOKS", 60)
    async with looking(room, room.sessions) as bells:
        await asyncio.sleep(0.05)
        await room.scheduled(urgent=True)
        bells.low.ring()
        async with asyncio.timeout(10):
            await bells.made.rest(60)
        assert len(await room.rows()) == 2


async def _has(room: Newsroom, count: int) -> bool:
    return len(await room.rows()) >= count

"""The themes of one night from beginning to end, beside the event loop, outside transactions."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from datetime import date, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.repositories.likeness import LikenessRepository
from kit.clock import Clock
from services.cases import themes

Opened = Callable[[], AbstractAsyncContextManager[AsyncSession]]
TakenUp = Callable[[AsyncSession], Awaitable[None]]
SPAN = timedelta(days=90)  # what lies longer back is no hot matter


async def group_once(
    opened: Opened, library: Library, clock: Clock, night: date, taken_up: TakenUp
) -> int | None:
    """Group a night's cases; how many themes, None when somebody else does it already.

    `opened` is the edge's way to open a transaction: a short one to claim the night, one to read
    the cases, one to write the themes down, in which whoever keeps something of them takes them
    up. What breaks is not tried again before the next night.
    """
    now = clock()
    since = now - SPAN
    async with opened() as session:
        if not await LikenessRepository(session).claim(night, now):
            return None
    async with opened() as session:
        rows = await themes.to_group(session, since)
    found = await asyncio.to_thread(themes.grouped, library, rows)
    count = len({theme["theme"] for theme in found})
    async with opened() as session:
        await themes.keep(session, since, found)
        await taken_up(session)
        await LikenessRepository(session).grouped(night, count)
    return count

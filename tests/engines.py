"""Engines of tests, of which nothing is left when a test ends."""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncEngine

from db.session import make_engine

SECONDS = 30


@asynccontextmanager
async def engine_of(url: str) -> AsyncIterator[AsyncEngine]:
    """An engine inside the block; after it none of its connections lives.

    A connection that was cut off in the middle closes later, by itself, and tells the loop so: a
    loop that is closed by then makes it a fault of whichever test runs next.
    """
    before = set(threading.enumerate())
    engine = make_engine(url)
    try:
        yield engine
    finally:
        await engine.dispose()
        for thread in set(threading.enumerate()) - before:
            if "_connection_worker_thread" in thread.name:
                await asyncio.to_thread(thread.join, SECONDS)

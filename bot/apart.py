"""Work that must not take along whoever does it, whatever breaks in it."""

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


async def apart(work: Awaitable[T]) -> tuple[T | None, BaseException | None]:
    """Do it in a task of its own; returns what came of it, or what broke in it, even what nobody
    foresaw.

    Who waits here and is cancelled ends the work first: its transaction is undone before the
    engine is closed beneath it.
    """
    task = asyncio.ensure_future(work)
    try:
        await asyncio.wait({task})
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    if task.cancelled():
        return None, None
    error = task.exception()
    return (None, error) if error is not None else (task.result(), None)

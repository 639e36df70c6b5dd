"""One training from beginning to end, beside the event loop and outside of any transaction."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from kit.clock import Clock
from services.cases.sorting import learning
from services.cases.sorting.learning import Trained

Opened = Callable[[], AbstractAsyncContextManager[AsyncSession]]


async def train_once(
    opened: Opened, library: Library, clock: Clock, night: date | None
) -> Trained | None:
    """Train for a night, or by hand without one; None when somebody else does it already.

    `opened` is the edge's way to open a transaction: a short one to claim the training, one to
    read the examples, one to write down what came of it.
    """
    async with opened() as session:
        claim = await learning.claim(session, clock, night)
    if claim is None:
        return None
    trained = None
    try:
        async with opened() as session:
            lesson = await learning.lesson(session, library)
        trained = await asyncio.to_thread(learning.learn, lesson)
    finally:
        # What broke or was stopped is not tried again before the next night.
        async with opened() as session:
            await learning.conclude(session, claim, trained)
    return trained

"""Work that many ask for at the same moment, done for all of them in one transaction."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from db.session import AWAY

Item = TypeVar("Item")
Result = TypeVar("Result")

Asked = tuple[Item, "asyncio.Future[Result]"]

AT_ONCE = 100


class Together(Generic[Item, Result]):
    """Hands `work` all that was asked for since it was last begun, at most `AT_ONCE`; nobody waits
    for company.

    `work` gives a result for each item, in order. Where it fails, each is tried by itself, so that
    one spoils nothing for the others; a database that is away, it is for all.
    """

    def __init__(self, work: Callable[[Sequence[Item]], Awaitable[Sequence[Result]]]) -> None:
        self._work = work
        self._waiting: list[Asked[Item, Result]] = []
        self._task: asyncio.Task[None] | None = None

    async def ask(self, item: Item) -> Result:
        """The result for one item; raises what the work raises. Who is cancelled before the work
        on his item began asks for nothing.
        """
        future: asyncio.Future[Result] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, future))
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return await future

    async def stop(self) -> None:
        """Return when nothing is under way any more."""
        if self._task is not None:
            await self._task

    async def _run(self) -> None:
        try:
            while self._waiting:
                some, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
                await self._do([each for each in some if not each[1].done()])
        finally:
            self._task = None

    async def _do(self, some: "Sequence[Asked[Item, Result]]") -> None:
        if not some:
            return
        work = self._work([item for item, _ in some])
        (outcome,) = await asyncio.gather(work, return_exceptions=True)
        if not isinstance(outcome, BaseException):
            for (_, future), result in zip(some, outcome, strict=True):
                if not future.done():
                    future.set_result(result)
        elif isinstance(outcome, AWAY) or len(some) == 1:
            _fail(some, outcome)
        else:
            for each in some:
                await self._do([each])


def _fail(some: "Sequence[Asked[Item, Result]]", error: BaseException) -> None:
    for _, future in some:
        if not future.done():
            future.set_exception(error)

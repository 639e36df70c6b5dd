"""Sends what waits in the outbox for accounts of one channel: in order, and nothing twice.

A row is `sending` only from the moment its request goes out. What ends without a clear answer
there is `unknown` and is never sent again by itself: it may have arrived.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, Protocol, TypeVar

import structlog

from bot.bell import Bells
from bot.together import Together
from content.library import Library
from db.session import AWAY, Sessions, transaction
from kit.clock import Clock
from services import deliveries
from services.deliveries import Arrived, Leaving, Parcel
from services.outbox import LIVE
from services.turns import Channel

log = structlog.get_logger()

LOOK_EVERY = 1.0
ACCOUNTS_AT_ONCE = 200

Before = Callable[[], Awaitable[None]]
Result = TypeVar("Result")


@dataclass(frozen=True)
class Outcome:
    """How sending one part ended; `seconds` is how long to wait before the next try."""

    kind: Literal["sent", "later", "refused", "gone", "unknown"]
    seconds: float = 0.0
    parts_sent: int | None = None
    # What the channel calls the message that it became.
    message_id: int | None = None


class TakenBack(Exception):
    """The message was deleted before it went out."""


class Overtaken(Exception):
    """It had not gone out yet when something live came for the same account."""


class NotBegun(Exception):
    """It could not be noted that a part goes out, so it did not."""

    def __init__(self, parts_sent: int) -> None:
        super().__init__(parts_sent)
        self.parts_sent = parts_sent


class Carrier(Protocol):
    """A channel's way to send."""

    def parts(self, reply: dict[str, Any]) -> tuple[Any, ...]:
        """The messages that a reply becomes, always the same ones."""

    async def send(self, number: int, part: Any, priority: int, before: Before) -> Outcome:  # noqa: ANN401 - the channel's own
        """Send one message to a number of the channel; `before` runs when it really goes out."""


class Delivery:
    """One a process and channel. Each account's messages go one after the other."""

    def __init__(
        self,
        sessions: Sessions,
        library: Library,
        clock: Clock,
        channel: Channel,
        carrier: Carrier,
        *,
        bells: Bells,
    ) -> None:
        self._sessions = sessions
        self._library = library
        self._clock = clock
        self._channel = channel
        self._carrier = carrier
        self.bells = bells
        self._under_way: dict[str, asyncio.Task[None]] = {}
        self._again: set[str] = set()
        # What waits for its turn and can wait longer, by account.
        self._patient: dict[str, asyncio.Task[Outcome]] = {}
        self._begun: set[int] = set()
        self._message_ids: dict[int, list[int]] = {}
        self._leaving = Together(self._begin_all)
        self._arrived = Together(self._note_arrived)
        self._is_open = False

    async def run(self) -> None:
        """Send what waits, until cancelled."""
        await self._patiently(self._give_up_interrupted)
        try:
            self._is_open = True
            while True:
                found = await self._patiently(self._due)
                for account_id, parcel in found.items():
                    if account_id not in self._under_way:
                        self._set_out(account_id, parcel)
                await self.bells.made.rest(LOOK_EVERY if len(found) < ACCOUNTS_AT_ONCE else 0)
        finally:
            await self._stop()

    def nudge(self, account_id: str) -> None:
        """Look at once whether there is something to send to this account; what is live goes
        before news and notices that wait for their turn.
        """
        if not self._is_open:
            return  # a look will find it, when there are looks
        self._again.add(account_id)
        if account_id not in self._under_way:
            self._set_out(account_id, None)
        waiting = self._patient.pop(account_id, None)
        if waiting is not None:
            waiting.cancel()

    def _set_out(self, account_id: str, parcel: Parcel | None) -> None:
        task = asyncio.create_task(self._deliver(account_id, parcel))
        self._under_way[account_id] = task
        task.add_done_callback(_report)

    async def _give_up_interrupted(self) -> None:
        async with transaction(self._sessions) as session:
            await deliveries.give_up_interrupted(session, self._library, self._clock)

    async def _due(self) -> Mapping[str, Parcel]:
        """The first message of accounts that have one which is due and that nobody is at."""
        async with transaction(self._sessions) as session:
            # Those under way are found again, and maybe first.
            most = len(self._under_way) + ACCOUNTS_AT_ONCE
            found = await deliveries.accounts_due(session, self._clock, self._channel, most)
            new = [each for each in found if each not in self._under_way]
            some = new[:ACCOUNTS_AT_ONCE]
            return await deliveries.next_for(session, self._clock, some) if some else {}

    async def _deliver(self, account_id: str, parcel: Parcel | None) -> None:
        try:
            while parcel is not None or account_id in self._again:
                if account_id in self._again:
                    parcel = await self._next(account_id)
                elif parcel is not None:
                    parcel = await self._deliver_one(parcel)
        except AWAY as error:
            # It could not even be read: the row waits, and the next look finds it.
            log.warning("delivery_waits", error=type(error).__name__)
        finally:
            del self._under_way[account_id]
            if len(self._under_way) == self.bells.batch // 2:
                self.bells.low.ring()

    async def _next(self, account_id: str) -> Parcel | None:
        self._again.discard(account_id)
        async with transaction(self._sessions) as session:
            found = await deliveries.next_for(session, self._clock, [account_id])
        return found.get(account_id)

    async def _deliver_one(self, parcel: Parcel) -> Parcel | None:
        """Send a message; gives the account's next one, if that is due."""
        try:
            outcome = await self._in_turn(parcel)
        except (TakenBack, Overtaken):
            self._begun.discard(parcel.row)
            return await self._next(parcel.account_id)
        except NotBegun as error:
            outcome = Outcome("later", parts_sent=error.parts_sent)
        except Exception:
            # Nobody foresaw this, so nobody knows how far it came; it must not come back for ever.
            await self._record(parcel, Outcome("unknown"))
            raise
        # How it ended must be written down, however long that takes.
        return await self._patiently(partial(self._record, parcel, outcome))

    async def _in_turn(self, parcel: Parcel) -> Outcome:
        """Send a message; raises Overtaken when something live came while it waited."""
        if parcel.priority == LIVE:
            return await self._send(parcel)
        sending = asyncio.create_task(self._send(parcel))
        self._patient[parcel.account_id] = sending
        try:
            return await sending
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise  # all is being ended, not this one alone
            raise Overtaken from None
        finally:
            self._patient.pop(parcel.account_id, None)

    async def _send(self, parcel: Parcel) -> Outcome:
        """Send what is left of a message. Raises TakenBack when it is no longer wanted."""
        parts = self._carrier.parts(parcel.reply)
        for count in range(parcel.parts_sent, len(parts)):
            before = partial(self._begin, parcel, count)
            outcome = await self._carrier.send(
                parcel.number, parts[count], parcel.priority, before
            )
            if outcome.kind != "sent":
                return outcome
            if outcome.message_id is not None:
                known = self._message_ids.setdefault(parcel.row, list(parcel.message_ids))
                known.append(outcome.message_id)
        return Outcome("sent")

    async def _begin(self, parcel: Parcel, parts_sent: int) -> None:
        self._patient.pop(parcel.account_id, None)  # from now on it may be gone
        known = tuple(self._message_ids.get(parcel.row, ()))
        first = parcel.row not in self._begun
        try:
            begun = await self._leaving.ask(Leaving(parcel, parts_sent, first, known))
        except AWAY as error:
            raise NotBegun(parts_sent) from error
        if not begun:
            raise TakenBack
        self._begun.add(parcel.row)

    async def _begin_all(self, leaving: Sequence[Leaving]) -> Sequence[bool]:
        async with transaction(self._sessions) as session:
            return await deliveries.begin(session, leaving)

    async def _note_arrived(self, arrived: Sequence[Arrived]) -> Sequence[Parcel | None]:
        """Write down that these arrived; gives the next message of each account."""
        async with transaction(self._sessions) as session:
            await deliveries.sent(session, self._clock, arrived)
            accounts = [parcel.account_id for parcel, _ in arrived]
            following = await deliveries.next_for(session, self._clock, accounts)
        return [following.get(account_id) for account_id in accounts]

    async def _record(self, parcel: Parcel, outcome: Outcome) -> Parcel | None:
        """Write down how it ended; gives the account's next message."""
        self._begun.discard(parcel.row)
        if outcome.kind == "sent":
            message_ids = self._message_ids.get(parcel.row, parcel.message_ids)
            following = await self._arrived.ask((parcel, message_ids))
        else:
            following = await self._record_other(parcel, outcome)
        self._message_ids.pop(parcel.row, None)
        return following

    async def _record_other(self, parcel: Parcel, outcome: Outcome) -> Parcel | None:
        async with transaction(self._sessions) as session:
            match outcome.kind:
                case "later":
                    await deliveries.try_later(
                        session,
                        self._library,
                        self._clock,
                        parcel,
                        seconds=outcome.seconds,
                        parts_sent=outcome.parts_sent,
                    )
                case "refused":
                    log.error("delivery_refused", row=parcel.row)
                    await deliveries.failed(session, self._library, self._clock, parcel)
                case "gone":
                    await deliveries.gone(session, self._clock, parcel)
                case "unknown":
                    log.warning("delivery_unknown", row=parcel.row)
                    await deliveries.unknown(session, self._library, self._clock, parcel)
            following = await deliveries.next_for(session, self._clock, [parcel.account_id])
        return following.get(parcel.account_id)

    async def _patiently(self, work: Callable[[], Awaitable[Result]]) -> Result:
        """Do it again until the database is there."""
        while True:
            try:
                return await work()
            except AWAY as error:
                log.warning("delivery_waits", error=type(error).__name__)
                await asyncio.sleep(LOOK_EVERY)

    async def _stop(self) -> None:
        self._is_open = False
        tasks = list(self._under_way.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.gather(self._leaving.stop(), self._arrived.stop())


def _report(task: asyncio.Task[None]) -> None:
    """Say what nobody foresaw."""
    error = None if task.cancelled() else task.exception()
    if error is not None:
        log.error("delivery_broke", exc_info=error)

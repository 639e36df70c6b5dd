"""A live reply does not wait behind a notice that waits for its turn; bells end a rest early."""

import asyncio

import pytest

from bot.bell import Bell
from bot.delivery import Before, Delivery, Outcome
from db.session import transaction
from services import notices, outbox
from services.outbox import LIVE
from services.turns import Reply
from tests.bot.test_delivery import FakeCarrier, delivering, until
from tests.services.noticing import Newsroom
from tests.testers.chat import Chat, on_sqlite


class Turns(FakeCarrier):
    """Lets live replies go at once, and all else when it is told to."""

    def __init__(self) -> None:
        super().__init__()
        self.turn = asyncio.Event()
        self.waiting = 0

    async def send(self, number: int, part: str, priority: int, before: Before) -> Outcome:
        if priority > LIVE:
            self.waiting += 1
            try:
                await self.turn.wait()
            finally:
                self.waiting -= 1
        return await super().send(number, part, priority, before)


@pytest.fixture
def room(chat: Chat) -> Newsroom:
    return Newsroom(chat.sessions, chat.library, chat.clock)


async def answered(room: Newsroom, delivery: Delivery, account_id: str, text: str) -> None:
    """A live reply of an account is written, as whoever serves an update does."""
    async with transaction(room.sessions) as session:
        reply = Reply(text).as_json()
        await outbox.put_for(session, room.clock, account_id, text, reply, priority=LIVE)
    delivery.nudge(account_id)


async def is_waiting(carrier: Turns, count: int) -> bool:
    return carrier.waiting == count


async def test_a_live_reply_overtakes_what_waits_and_that_goes_afterwards(room: Newsroom):
    await room.workers(2)
    number = await room.scheduled()
    await room.look()
    carrier = Turns()
    async with delivering(room, carrier) as delivery:  # type: ignore[arg-type] - it has all that is asked
        await until(lambda: is_waiting(carrier, 2))
        account_id = (await room.rows())[0].account_id
        await answered(room, delivery, account_id, "回答")
        await until(lambda: has(carrier, "回答"))
        await until(lambda: is_waiting(carrier, 2))
        carrier.turn.set()
        await until(lambda: is_sent(room, number, 2))
    assert carrier.texts[0] == "回答"
    assert len(carrier.sent) == 3


async def test_what_is_going_out_is_not_overtaken(room: Newsroom):
    """Its request has left: whoever breaks it off does not know whether it arrived."""
    await room.workers(1)
    number = await room.scheduled()
    await room.look()

    class Slow(FakeCarrier):
        going, turn = asyncio.Event(), asyncio.Event()

        async def send(self, number: int, part: str, priority: int, before: Before) -> Outcome:
            outcome = await super().send(number, part, priority, before)
            self.going.set()
            await self.turn.wait()
            return outcome

    carrier = Slow()
    async with delivering(room, carrier) as delivery:  # type: ignore[arg-type]
        await carrier.going.wait()
        await answered(room, delivery, (await room.rows())[0].account_id, "回答")
        await asyncio.sleep(0.05)
        carrier.turn.set()
        await until(lambda: is_sent(room, number, 1))
        await until(lambda: has(carrier, "回答"))
    assert len(carrier.sent) == 2


async def test_an_end_of_all_ends_what_waits_too(room: Newsroom):
    await room.workers(3)
    await room.scheduled()
    await room.look()
    carrier = Turns()
    async with delivering(room, carrier):  # type: ignore[arg-type]
        await until(lambda: is_waiting(carrier, 3))
    assert (carrier.waiting, carrier.sent) == (0, [])
    assert {row.state for row in await room.rows()} == {"waiting"}


@on_sqlite
async def test_it_looks_when_rows_were_made_and_says_when_few_are_left(
    room: Newsroom, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("bot.delivery.LOOK_EVERY", 60)
    carrier = Turns()
    await room.workers(60)
    async with delivering(room, carrier) as delivery:  # type: ignore[arg-type]
        await asyncio.sleep(0.05)
        number = await room.scheduled()
        await room.look()
        delivery.bells.made.ring()
        await until(lambda: is_waiting(carrier, 60))
        carrier.turn.set()
        async with asyncio.timeout(10):
            await delivery.bells.low.rest(60)
        await until(lambda: is_sent(room, number, 60))


async def test_a_bell_that_rang_meanwhile_is_heard_and_only_once():
    bell = Bell()
    bell.ring()
    async with asyncio.timeout(5):
        await bell.rest(60)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await bell.rest(60)


async def has(carrier: FakeCarrier, text: str) -> bool:
    return text in carrier.texts


async def is_sent(room: Newsroom, number: int, count: int) -> bool:
    async with transaction(room.sessions) as session:
        return (await notices.report(session, await room.author(), number)).sent == count

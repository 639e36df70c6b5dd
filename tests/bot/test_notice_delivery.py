"""What becomes of the rows of a notice on their way: retries, dead letters, gone, held back."""

import pytest
from sqlalchemy import select

from bot.delivery import Outcome
from db.models import Account, OutboxRow
from db.session import transaction
from services import deliveries, notices, outbox
from services.deliveries import Leaving
from services.turns import Reply
from tests.bot.test_delivery import FakeCarrier, delivering, until
from tests.services.noticing import Newsroom
from tests.testers.chat import Chat, on_sqlite

pytestmark = on_sqlite


@pytest.fixture
def room(chat: Chat) -> Newsroom:
    return Newsroom(chat.sessions, chat.library, chat.clock)


@pytest.fixture
def carrier() -> FakeCarrier:
    return FakeCarrier()


async def row_of(room: Newsroom) -> OutboxRow:
    (row,) = [row for row in await room.rows() if row.occurrence_id]
    return row


async def one(room: Newsroom, **fields) -> int:
    """A notice that one worker at Telegram is to get."""
    await room.workers(1)
    number = await room.scheduled(**{"urgent": True, **fields})
    await room.look()
    return number


async def tried(room: Newsroom, outcome: Outcome) -> OutboxRow:
    """The row after one try that ended so."""
    async with transaction(room.sessions) as session:
        account_id = (await row_of(room)).account_id
        parcel = (await deliveries.next_for(session, room.clock, [account_id]))[account_id]
        assert await deliveries.begin(session, [Leaving(parcel, 0, first=True)]) == [True]
        await deliveries.try_later(
            session,
            room.library,
            room.clock,
            parcel,
            seconds=outcome.seconds,
            parts_sent=outcome.parts_sent,
        )
    return await row_of(room)


async def test_it_is_tried_after_1_5_15_and_60_minutes_and_then_listed(room: Newsroom):
    number = await one(room)
    for minutes in (1, 5, 15, 60):
        row = await tried(room, Outcome("later"))
        assert (row.due_at - room.clock()).total_seconds() == minutes * 60
        room.clock.now = row.due_at
    row = await tried(room, Outcome("later"))

    assert (row.state, row.reason, row.attempts) == ("failed", "given_up", 5)
    async with transaction(room.sessions) as session:
        (letter,) = await notices.dead_letters(session, await room.author(), number)
    assert letter.row == row.number


async def test_a_halt_that_telegram_asks_for_is_kept_to_the_second_and_is_no_try(room: Newsroom):
    await one(room)
    for _ in range(6):
        row = await tried(room, Outcome("later", 37))
        assert (row.due_at - room.clock()).total_seconds() == 37
        room.clock.now = row.due_at
    assert (row.state, row.attempts) == ("waiting", 0)


async def test_a_retry_of_an_ordinary_one_does_not_fall_into_the_night(room: Newsroom):
    room.clock.advance(hours=9.75)  # 20:15
    await one(room, urgent=False)
    for _ in range(3):
        row = await tried(room, Outcome("later"))
        room.clock.now = row.due_at
    room.clock.advance(hours=0.9)
    row = await tried(room, Outcome("later"))
    assert row.due_at.hour == 23  # seven in Shanghai


async def test_who_blocked_us_is_gone_and_the_notice_does_not_wait_for_him(
    room: Newsroom, carrier: FakeCarrier
):
    number = await one(room)
    carrier.outcomes = [Outcome("gone")]
    async with delivering(room, carrier):  # type: ignore[arg-type] - it has all that is asked
        await until(lambda: _is(room, "failed"))
    async with transaction(room.sessions) as session:
        (account,) = await session.scalars(select(Account))
    assert account.gone_at is not None
    assert (await room.report(number)).failed == {"gone": 1}
    assert (await room.report(number)).planned == 1


async def test_what_arrived_keeps_the_numbers_of_its_messages(
    room: Newsroom, carrier: FakeCarrier
):
    await one(room, text="一|二")
    carrier.outcomes = [Outcome("sent", message_id=41), Outcome("sent", message_id=42)]
    async with delivering(room, carrier):  # type: ignore[arg-type]
        await until(lambda: _is(room, "sent"))
    assert (await row_of(room)).message_ids == [41, 42]


async def test_an_unknown_one_is_never_sent_again(room: Newsroom, carrier: FakeCarrier):
    number = await one(room)
    carrier.outcomes = [Outcome("unknown")]
    async with delivering(room, carrier):  # type: ignore[arg-type]
        await until(lambda: _is(room, "unknown"))
    author = await room.author()
    async with transaction(room.sessions) as session:
        assert await notices.dead_letters(session, author, number) == []
        assert await notices.resend(session, room.clock, author, number) == 0
    assert (await room.report(number)).unknown == 1


async def test_live_replies_and_news_go_before_a_notice(room: Newsroom, carrier: FakeCarrier):
    await one(room, urgent=False)
    account_id = (await row_of(room)).account_id
    async with transaction(room.sessions) as session:
        for text, priority in (("新闻", 1), ("回答", 0)):
            reply = Reply(text).as_json()
            await outbox.put_for(session, room.clock, account_id, text, reply, priority=priority)
    async with delivering(room, carrier):  # type: ignore[arg-type]
        await until(lambda: _is(room, "sent"))
    assert carrier.texts[:2] == ["回答", "新闻"]
    assert carrier.priorities == [0, 1, 2]


async def test_a_notice_that_waits_for_its_next_try_keeps_back_no_news(room: Newsroom):
    await one(room)
    row = await tried(room, Outcome("later"))
    async with transaction(room.sessions) as session:
        reply = Reply("新闻").as_json()
        await outbox.put_for(session, room.clock, row.account_id, "news", reply, priority=1)
    async with transaction(room.sessions) as session:
        assert len(await deliveries.accounts_due(session, room.clock, "telegram", 9)) == 1
        found = await deliveries.next_for(session, room.clock, [row.account_id])
    assert found[row.account_id].cause == "news"


async def test_what_waits_for_who_is_gone_is_not_kept_for_his_return(
    room: Newsroom, carrier: FakeCarrier
):
    number = await one(room)
    await room.scheduled(urgent=True, title="又来了")
    await room.look()
    carrier.outcomes = [Outcome("gone")]
    async with delivering(room, carrier):  # type: ignore[arg-type]
        await until(lambda: _is(room, "failed"))
    assert {row.reason for row in await room.rows()} == {"gone"}
    assert len(carrier.sent) == 1
    assert (await room.report(number)).failed == {"gone": 1}


async def test_a_notice_on_the_web_is_the_inboxes_to_fetch(room: Newsroom):
    await room.workers(1, "web")
    number = await room.scheduled(urgent=True)
    for _ in range(3):
        await room.look()
    (row,) = await room.rows()
    assert row.state == "claimed"
    async with transaction(room.sessions) as session:
        (news,) = await outbox.after(session, row.account_id, 0)
        await outbox.mark_sent(session, room.clock, [news.number])
    assert (await room.report(number)).sent == 1


async def test_what_was_stopped_while_it_was_being_sent_is_not_tried_again(room: Newsroom):
    number = await one(room)
    async with transaction(room.sessions) as session:
        account_id = (await row_of(room)).account_id
        parcel = (await deliveries.next_for(session, room.clock, [account_id]))[account_id]
        assert await deliveries.begin(session, [Leaving(parcel, 0, first=True)]) == [True]
    await room.step(notices.stop, number)
    async with transaction(room.sessions) as session:
        await deliveries.try_later(
            session, room.library, room.clock, parcel, seconds=0, parts_sent=None
        )
    row = await row_of(room)
    assert (row.state, row.reason) == ("failed", "stopped")


async def _is(room: Newsroom, state: str) -> bool:
    return {row.state for row in await room.rows() if row.occurrence_id} == {state}

"""What waits in the outbox goes out in order, once, and never again when nobody knows whether it
arrived.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from bot.bell import Bells
from bot.delivery import Before, Delivery, Outcome
from db.models import Account, ChoiceRow, OutboxRow
from db.session import transaction
from services import accounts, outbox
from services.accounts import Account as Way
from services.conversation import Incoming
from services.turns import Reply
from tests.factories import NOON_OF_TESTS
from tests.testers.chat import Chat, on_sqlite

SECONDS = 10
HIM = 700_001
SENT = Outcome("sent")


@dataclass
class FakeCarrier:
    """A channel that does what a test says, and remembers what it was given."""

    outcomes: list[Outcome] = field(default_factory=list)
    sent: list[tuple[int, str]] = field(default_factory=list)
    priorities: list[int] = field(default_factory=list)
    stuck: bool = False

    def parts(self, reply: dict[str, Any]) -> tuple[str, ...]:
        return tuple(reply["text"].split("|"))

    async def send(self, number: int, part: str, priority: int, before: Before) -> Outcome:
        await before()
        self.sent.append((number, part))
        self.priorities.append(priority)
        if self.stuck:
            await asyncio.Event().wait()
        return self.outcomes.pop(0) if self.outcomes else SENT

    @property
    def texts(self) -> list[str]:
        return [text for _, text in self.sent]


@pytest.fixture
def carrier() -> FakeCarrier:
    return FakeCarrier()


@pytest.fixture
async def way(chat: Chat) -> Way:
    async with transaction(chat.sessions) as session:
        return await accounts.at_telegram(session, chat.clock, HIM)


@asynccontextmanager
async def delivering(chat: Chat, carrier: FakeCarrier) -> AsyncIterator[Delivery]:
    bells = Bells(chat.library.notices.limits.batch)
    delivery = Delivery(chat.sessions, chat.library, chat.clock, "telegram", carrier, bells=bells)
    task = asyncio.create_task(delivery.run())
    try:
        yield delivery
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def put(chat: Chat, way: Way, *texts: str, priority: int = outbox.LIVE) -> None:
    async with transaction(chat.sessions) as session:
        for text in texts:
            reply = Reply(text).as_json()
            cause = f"cause:{text}"
            await outbox.put_for(session, chat.clock, way.id, cause, reply, priority=priority)
            await session.flush()


async def rows(chat: Chat) -> dict[str, OutboxRow]:
    async with transaction(chat.sessions) as session:
        found = await session.scalars(select(OutboxRow).order_by(OutboxRow.number))
        return {row.cause: row for row in found}


async def until(holds: Any) -> None:
    async with asyncio.timeout(SECONDS):
        while not await holds():  # noqa: ASYNC110 - a database tells nobody
            await asyncio.sleep(0.01)


async def test_live_replies_go_first_in_order_and_leave_no_row(
    chat: Chat, carrier: FakeCarrier, way: Way
):
    await put(chat, way, "新闻", priority=1)
    await put(chat, way, "一", "二|三")
    async with delivering(chat, carrier):
        await until(lambda: _settled(chat, "sent"))
    assert carrier.sent == [(HIM, text) for text in ("一", "二", "三", "新闻")]
    assert carrier.priorities == [0, 0, 0, 1]
    assert list(await rows(chat)) == ["cause:新闻"]


async def _settled(chat: Chat, state: str) -> bool:
    return {row.state for row in (await rows(chat)).values()} <= {state}


async def test_what_surely_did_not_arrive_goes_on_where_it_stopped(
    chat: Chat, carrier: FakeCarrier, way: Way
):
    carrier.outcomes = [SENT, Outcome("later", 30)]
    await put(chat, way, "一|二|三", "四")
    async with delivering(chat, carrier) as delivery:
        await until(lambda: _is(len(carrier.sent) == 2))
        await until(lambda: _waits(chat, "cause:一|二|三", 1))
        delivery.nudge(way.id)
        chat.clock.advance(seconds=29)
        delivery.nudge(way.id)
        # What came later must not overtake it.
        assert carrier.texts == ["一", "二"]
        chat.clock.advance(seconds=1)
        await until(lambda: _is(len(carrier.sent) == 5))
    assert carrier.texts == ["一", "二", "二", "三", "四"]


async def _is(value: bool) -> bool:  # noqa: FBT001
    return value


async def _waits(chat: Chat, cause: str, attempts: int) -> bool:
    row = (await rows(chat))[cause]
    return (row.state, row.attempts) == ("waiting", attempts)


async def _state(chat: Chat, cause: str, state: str) -> bool:
    return (await rows(chat))[cause].state == state


@on_sqlite
async def test_after_a_day_it_is_given_up(chat: Chat, carrier: FakeCarrier, way: Way):
    carrier.outcomes = [Outcome("later")] * 2
    await put(chat, way, "一")
    async with delivering(chat, carrier):
        await until(lambda: _waits(chat, "cause:一", 1))
        chat.clock.advance(hours=25)
        await until(lambda: _state(chat, "cause:一", "failed"))


async def test_who_is_gone_gets_his_news_when_he_is_back(
    chat: Chat, carrier: FakeCarrier, way: Way
):
    carrier.outcomes = [Outcome("gone")]
    await put(chat, way, "答", "新闻", priority=1)
    async with delivering(chat, carrier):
        await until(lambda: _is_gone(chat))
        assert await _waits(chat, "cause:答", 0)
        async with transaction(chat.sessions) as session:
            await accounts.at_telegram(session, chat.clock, HIM)
        await until(lambda: _settled(chat, "sent"))
    assert carrier.texts == ["答", "答", "新闻"]


async def remind(chat: Chat, way: Way, *texts: str) -> None:
    async with transaction(chat.sessions) as session:
        for text in texts:
            await outbox.remind(session, chat.clock, way.worker_id, text, Reply(text))


async def test_a_reminder_does_not_wait_for_who_is_gone(
    chat: Chat, carrier: FakeCarrier, way: Way
):
    carrier.outcomes = [Outcome("gone")]
    await remind(chat, way, "明天到期", "后天到期")
    async with delivering(chat, carrier):
        await until(lambda: _settled(chat, "failed"))
        await remind(chat, way, "再提醒")
        async with transaction(chat.sessions) as session:
            await accounts.at_telegram(session, chat.clock, HIM)
        await put(chat, way, "新闻", priority=1)
        await until(lambda: _state(chat, "cause:新闻", "sent"))
    assert carrier.texts == ["明天到期", "新闻"]
    reasons = {row.cause: row.reason for row in (await rows(chat)).values()}
    assert reasons == {"remind:明天到期": "gone", "remind:后天到期": "gone", "cause:新闻": None}


@on_sqlite
async def test_a_reminder_that_fails_is_tried_again_by_day_and_keeps_back_no_news(
    chat: Chat, carrier: FakeCarrier, way: Way
):
    chat.clock.now = NOON_OF_TESTS.replace(hour=13, minute=59, second=59)  # 21:59:59 in Shanghai
    carrier.outcomes = [Outcome("later")]
    await remind(chat, way, "明天到期")
    async with delivering(chat, carrier):
        await until(lambda: _waits(chat, "remind:明天到期", 1))
        await put(chat, way, "新闻", priority=1)
        await until(lambda: _state(chat, "cause:新闻", "sent"))
        assert (await rows(chat))["remind:明天到期"].due_at.hour == 23  # seven in the morning
        chat.clock.advance(hours=9, seconds=1)
        await until(lambda: _settled(chat, "sent"))
    assert carrier.texts == ["明天到期", "新闻", "明天到期"]


async def _is_gone(chat: Chat) -> bool:
    async with transaction(chat.sessions) as session:
        account = (await session.scalars(select(Account).where(Account.key == str(HIM)))).one()
        return account.gone_at is not None


@on_sqlite
async def test_an_answer_to_a_closed_chat_is_dropped(chat: Chat, carrier: FakeCarrier, way: Way):
    carrier.outcomes = [Outcome("gone")]
    await put(chat, way, "答")
    async with delivering(chat, carrier):
        await until(lambda: _is_gone(chat))
    assert await rows(chat) == {}


@on_sqlite
async def test_what_is_refused_stops_nothing_and_is_said(
    chat: Chat, carrier: FakeCarrier, way: Way
):
    carrier.outcomes = [Outcome("refused"), Outcome("refused")]
    await put(chat, way, "一")
    async with delivering(chat, carrier):
        await until(lambda: _is(len(carrier.sent) == 2))
        await put(chat, way, "二")
        await until(lambda: _settled(chat, "failed"))
    assert [text[:8] for text in carrier.texts] == ["一", "这里出了点问题，", "二"]
    assert len(await rows(chat)) == 2


async def asked(chat: Chat, way: Way, text: str) -> list[dict[str, Any]]:
    """Replies to a sentence on Telegram, and their row as the channel writes it."""
    said = Incoming(way.worker_id, "tg5", "text", text=text, channel="telegram")
    replies = await chat.pipeline.answer(said)
    async with transaction(chat.sessions) as session:
        await outbox.put_for(
            session, chat.clock, way.id, "tg5:0", replies[0], priority=outbox.LIVE
        )
    return replies


async def test_what_may_have_arrived_is_offered_never_repeated(
    chat: Chat, carrier: FakeCarrier, way: Way
):
    carrier.outcomes = [Outcome("unknown")]
    [menu] = await asked(chat, way, "菜单")
    async with delivering(chat, carrier):
        await until(lambda: _is(len(carrier.sent) == 2))
        await until(lambda: _settled(chat, "unknown"))
    assert carrier.texts[0].startswith("我能帮你")
    assert carrier.texts[1].startswith("刚才的回答可能没发到")
    assert list(await rows(chat)) == ["tg5:0"]

    again = await press_again(chat, way)

    assert again[0]["text"] == menu["text"]
    titles = [choice["title"] for choice in menu["choices"]]
    assert [choice["title"] for choice in again[0]["choices"]] == titles
    find = again[0]["choices"][0]["token"]
    pressed = Incoming(way.worker_id, "tg7", "choice", choice=find, channel="telegram")
    assert "你在哪" in (await chat.pipeline.answer(pressed))[0]["text"]


@on_sqlite
async def test_seeing_it_again_does_not_leave_an_open_form(
    chat: Chat, carrier: FakeCarrier, way: Way
):
    async def says(number: int, text: str) -> list[dict[str, Any]]:
        chat.clock.advance(seconds=5)
        said = Incoming(way.worker_id, f"tg{number}", "text", text=text, channel="telegram")
        return await chat.pipeline.answer(said)

    carrier.outcomes = [Outcome("unknown")]
    await asked(chat, way, "提建议")
    async with delivering(chat, carrier):
        await until(lambda: _is(len(carrier.sent) == 2))
        await until(lambda: _settled(chat, "unknown"))
    await says(8, "换电柜太少")

    again = await press_again(chat, way)

    assert "想提什么建议" in again[1]["text"]
    assert "在什么地方" in again[-1]["text"]
    assert "怎么办好" in (await says(9, "跳过"))[0]["text"]


async def press_again(chat: Chat, way: Way) -> list[dict[str, Any]]:
    async with transaction(chat.sessions) as session:
        query = select(ChoiceRow).where(ChoiceRow.task == "replies.again")
        choice = (await session.scalars(query)).one()
    said = Incoming(way.worker_id, "tg6", "choice", choice=choice.token, channel="telegram")
    return await chat.pipeline.answer(said)


async def test_a_sender_that_died_leaves_unknown_what_it_was_sending(
    chat: Chat, carrier: FakeCarrier, way: Way
):
    carrier.stuck = True
    await asked(chat, way, "菜单")
    async with delivering(chat, carrier):
        await until(lambda: _state(chat, "tg5:0", "sending"))
    carrier.stuck = False
    async with delivering(chat, carrier):
        await until(lambda: _is(len(carrier.sent) == 2))
    assert carrier.texts[1].startswith("刚才的回答可能没发到")
    async with delivering(chat, carrier):
        await until(lambda: _state(chat, "tg5:0", "unknown"))
    assert len(carrier.sent) == 2


@on_sqlite
async def test_a_message_taken_back_before_it_left_is_not_sent(chat: Chat, way: Way):
    class Slow(FakeCarrier):
        async def send(self, number: int, part: str, priority: int, before: Before) -> Outcome:
            async with transaction(chat.sessions) as session:
                await session.execute(update(OutboxRow).values(state="failed"))
            return await super().send(number, part, priority, before)

    slow = Slow()
    await put(chat, way, "一")
    async with delivering(chat, slow):
        await until(lambda: _state(chat, "cause:一", "failed"))
    assert slow.sent == []


@on_sqlite
async def test_a_database_that_is_away_loses_nothing(
    chat: Chat, carrier: FakeCarrier, way: Way, monkeypatch: pytest.MonkeyPatch
):
    """The note that it was sent is written as soon as the database is back."""
    real, away = outbox.mark_sent, []

    async def failing(*args: Any) -> None:
        if not away:
            away.append(1)
            raise OperationalError("locked", {}, Exception())
        await real(*args)

    monkeypatch.setattr(outbox, "mark_sent", failing)
    monkeypatch.setattr("bot.delivery.LOOK_EVERY", 0.01)
    await put(chat, way, "新闻", priority=1)
    async with delivering(chat, carrier):
        await until(lambda: _settled(chat, "sent"))
    assert carrier.texts == ["新闻"]


@on_sqlite
async def test_what_nobody_foresaw_does_not_come_back_for_ever(chat: Chat, way: Way):
    class Broken(FakeCarrier):
        async def send(self, number: int, part: str, priority: int, before: Before) -> Outcome:
            if part == "一":
                raise ZeroDivisionError
            return await super().send(number, part, priority, before)

    broken = Broken()
    await put(chat, way, "一", "二")
    async with delivering(chat, broken):
        await until(lambda: _is(broken.texts == ["二"]))
        await until(lambda: _settled(chat, "unknown"))
    assert (await rows(chat))["cause:一"].state == "unknown"

"""One turn, one answer: whichever road is first, and nothing by halves."""

import asyncio

import pytest
from sqlalchemy import func, select

from db.models import Case, ChoiceRow, TurnRow
from db.session import Sessions, transaction
from kit.errors import TooFast
from kit.ids import new_id
from services import conversation, desk
from services.conversation import Incoming
from services.turns import NOTHING_HEARD
from tests.factories import FixedClock, add_turn, add_worker
from tests.fakes import heard
from tests.testers.chat import PER_MINUTE, Chat, on_sqlite
from tests.testers.worker import WorkerTester

ROADS = 20


async def rows(chat: Chat) -> list[TurnRow]:
    async with transaction(chat.sessions) as session:
        return list(await session.scalars(select(TurnRow).order_by(TurnRow.received_at)))


async def count(sessions: Sessions, model: type) -> int:
    async with transaction(sessions) as session:
        return await session.scalar(select(func.count()).select_from(model)) or 0


async def test_of_twenty_roads_one_wins(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    for text in ("我要提个建议", "路灯不亮", "跳过", "跳过", "对"):
        await worker.says(text)
    async with transaction(chat.sessions) as session:
        turn = await add_turn(session, worker.id, text="发送", received_at=chat.clock())

    async def take(number: int) -> bool:
        road = "rasa" if number % 2 else "bot"
        async with transaction(chat.sessions) as session:
            return await conversation.take(
                session, chat.library, chat.clock, turn.id, road=road, heard=NOTHING_HEARD
            )

    assert sum(await asyncio.gather(*map(take, range(ROADS)))) == 1
    assert await count(chat.sessions, Case) == 1


async def test_a_slow_rasa_changes_nothing_any_more(chat: Chat, worker: WorkerTester):
    text = "多装几个换电柜"
    chat.rasa.hears = {text: heard("send_suggestion")}
    chat.rasa.mode = "slow"
    await worker.says(text)
    worker.sees("没听懂")
    before = (await rows(chat))[-1]
    choices = await count(chat.sessions, ChoiceRow)
    assert await chat.rasa.catch_up() == [False]
    after = (await rows(chat))[-1]
    assert (after.taken_by, after.intent, after.replies) == ("bot", None, before.replies)
    assert await count(chat.sessions, ChoiceRow) == choices


async def test_a_crash_of_the_action_leaves_the_turn_to_the_bot(chat: Chat, worker: WorkerTester):
    text = "多装几个换电柜"
    chat.rasa.hears = {text: heard("send_suggestion")}
    chat.rasa.mode = "crashing"
    await worker.says(text)
    worker.sees("没听懂", "把刚才那句当建议交")
    assert (await rows(chat))[-1].taken_by == "bot"
    chat.rasa.mode = "up"
    await worker.says(text)
    worker.sees("在什么地方")
    assert ((await rows(chat))[-1].taken_by, (await rows(chat))[-1].intent) == (
        "rasa",
        "send_suggestion",
    )


async def test_a_crash_of_the_desk_rolls_back_and_the_turn_can_come_again(
    chat: Chat, worker: WorkerTester, monkeypatch: pytest.MonkeyPatch
):
    chat.rasa.mode = "down"
    for text in ("我要提个建议", "路灯不亮", "跳过", "跳过", "对"):
        await worker.says(text)
    send, message = worker.token("发送"), new_id()
    real = desk.serve

    async def broken(*args: object) -> None:
        await real(*args)
        raise ZeroDivisionError

    with monkeypatch.context() as patch:
        # A bug that strikes after the work is done; there is no honest way to have one.
        patch.setattr(desk, "serve", broken)
        with pytest.raises(ZeroDivisionError):
            await worker.sends({"choice": send}, message)
    assert await count(chat.sessions, Case) == 0
    assert (await rows(chat))[-1].taken_by is None
    await worker.sends({"choice": send}, message)
    worker.card("case")
    assert await count(chat.sessions, Case) == 1


async def test_the_same_message_gets_the_same_replies(chat: Chat, worker: WorkerTester):
    message = new_id()
    await worker.sends({"text": "菜单"}, message)
    first = worker.replies
    await worker.sends({"text": "别的话"}, message)
    assert worker.replies == first
    assert len(await rows(chat)) == 1


async def test_the_same_message_at_once_is_one_turn(chat: Chat, worker: WorkerTester):
    message = new_id()
    await asyncio.gather(*(worker.sends({"text": "菜单"}, message) for _ in range(5)))
    assert len(await rows(chat)) == 1


@on_sqlite
async def test_two_workers_may_use_the_same_message_id(chat: Chat, worker: WorkerTester):
    other = await chat.newcomer()
    await worker.sends({"text": "菜单"}, "1")
    await other.sends({"text": "菜单"}, "1")
    assert len(await rows(chat)) == 2


async def test_words_and_position_are_blanked(chat: Chat, worker: WorkerTester):
    chat.rasa.hears = {"我电话13800138000": heard("greet")}
    await worker.says("我电话13800138000")
    await worker.says("救命")
    await worker.is_at(22.79, 113.53, "gcj02")
    await worker.says("🙂🙂")
    for row in await rows(chat):
        assert row.answered_at is not None
        assert (row.text, row.lat, row.lon, row.datum) == (None, None, None, None)


async def test_too_fast_is_refused_and_nothing_stored(sessions: Sessions, clock: FixedClock):
    async with transaction(sessions) as session:
        worker = await add_worker(session)

    async def send() -> None:
        async with transaction(sessions) as session:
            incoming = Incoming(worker.id, new_id(), "text", text="你好")
            await conversation.accept(session, clock, incoming, PER_MINUTE)

    for _ in range(PER_MINUTE):
        await send()
    with pytest.raises(TooFast) as refusal:
        await send()
    assert 0 < int(str(refusal.value.fields["seconds"])) <= 60
    assert await count(sessions, TurnRow) == PER_MINUTE
    clock.advance(seconds=61)
    await send()


@on_sqlite
async def test_an_answered_message_is_never_too_fast(chat: Chat, worker: WorkerTester):
    chat.clock.advance(days=1)
    messages = [new_id() for _ in range(PER_MINUTE)]
    async with transaction(chat.sessions) as session:
        for message in messages[1:]:
            await add_turn(session, worker.id, message_id=message, received_at=chat.clock())
    await worker.sends({"text": "菜单"}, messages[0])
    first = worker.replies
    await worker.sends({"text": "菜单"}, messages[0])
    assert worker.replies == first


async def test_an_unknown_turn_is_nobodys(chat: Chat):
    async with transaction(chat.sessions) as session:
        assert not await conversation.take(
            session, chat.library, chat.clock, "x" * 32, road="rasa", heard=NOTHING_HEARD
        )
        assert await conversation.replies_of(session, "x" * 32) == []


@on_sqlite
async def test_numbers_run_on_through_the_replies_of_a_turn(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    for text in ("我要提个建议", "路灯不亮", "菜单"):
        await worker.says(text)
    assert worker.titles[-1] == "继续写"
    await worker.says(str(len(worker.titles)))
    worker.sees("在什么地方")

"""The limiter against a naive reading of Telegram's limits."""

import asyncio

import pytest
from hypothesis import HealthCheck, given, settings
from telegram.error import RetryAfter, TelegramError, TimedOut

from bot.telegram.limiter import CATCH_UP, Limiter, Priority, Ticket
from tests.bot.telegram.doubles import FakeApi, Refused, VirtualTime
from tests.bot.telegram.traffic import GROUP, TINY, Asked, Sent, Traffic, bursts

# PTB's own constructor of RetryAfter warns of a change to come, whoever calls it.
pytestmark = pytest.mark.filterwarnings("ignore:Deprecated since version v22.2")


@given(bursts())
@settings(deadline=None, max_examples=60, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_is_asked_the_limits_are_kept_and_no_time_is_lost(asked: list[Asked]):
    asyncio.run(check(asked))


async def check(asked: list[Asked]) -> None:
    traffic, arrived, tasks = Traffic(), {}, []
    for number, one in enumerate(asked):
        await traffic.time.advance(one.after)
        arrived[number] = traffic.time.now
        tasks.append(traffic.send(number, one.chat, one.priority))
    await traffic.time.finish(*tasks)
    sent = traffic.sent
    assert sorted(one.name for one in sent) == list(range(len(asked)))
    calm_until = 0.0
    for place, one in enumerate(sent):
        waited = [other for other in sent[place + 1 :] if arrived[other.name] < one.at]
        earliest = max(arrived[one.name], free_at(sent[:place], one.chat))
        if asked[one.name].priority > Priority.LIVE:
            earliest = max(earliest, calm_until)
            calm_until = max(calm_until, one.at - CATCH_UP) + 1 / 30
        assert abs(one.at - earliest) < TINY, "too early, or later than it had to be"
        for other in waited:
            mine, others = asked[one.name].priority, asked[other.name].priority
            if one.chat == other.chat:
                assert (mine, one.name) < (others, other.name), "out of order within a chat"
            elif others < mine:
                chat = chat_free_at(sent[:place], other.chat)
                assert chat > one.at - TINY, "a more urgent one could have gone"


def free_at(before: list[Sent], chat: int | str | None) -> float:
    """From when on one more may go to this chat, read off the list of what went."""
    overall = before[-30].at + 1 if len(before) >= 30 else 0
    return max(overall, chat_free_at(before, chat))


def chat_free_at(before: list[Sent], chat: int | str | None) -> float:
    same = [one.at for one in before if one.chat == chat]
    if chat == GROUP:
        return same[-20] + 60 if len(same) >= 20 else 0
    return same[-1] + 1 if same else 0


async def test_one_flooded_chat_holds_nobody_up():
    traffic = Traffic()
    flood = [traffic.send(f"a{number}", 1) for number in range(100)]
    other = traffic.send("b", 2)
    await traffic.time.settle()
    assert [one.name for one in traffic.sent] == ["a0", "b"]
    await traffic.all(*flood, other)
    assert traffic.time.now == pytest.approx(1099)


async def test_live_replies_go_before_news_and_news_before_notices():
    traffic = Traffic(overall_per_second=1)
    tasks = [
        traffic.send("first", 1),
        traffic.send("notice", 2, Priority.NOTICE),
        traffic.send("news", 3, Priority.NEWS),
        traffic.send("live", 4, Priority.LIVE),
    ]
    assert await traffic.all(*tasks) == [(0, "first"), (1, "live"), (2, "news"), (3, "notice")]


@pytest.mark.parametrize(
    "endpoint", ["editMessageText", "deleteMessage", "sendChatAction", "answerCallbackQuery"]
)
async def test_what_adds_no_message_does_not_delay_the_chats_next_reply(endpoint: str):
    traffic = Traffic(overall_per_second=3)
    chat = None if endpoint == "answerCallbackQuery" else 1
    tasks = [traffic.send(f"aside{n}", chat, endpoint=endpoint) for n in (1, 2)]
    tasks += [traffic.send(name, 1) for name in ("reply", "next")]
    assert await traffic.all(*tasks) == [
        (0, "aside1"),
        (0, "aside2"),
        (0, "reply"),
        (1, "next"),
    ]
    # But it counts for the bot as a whole: the third of the first second was the last.
    more = [traffic.send(f"aside{n}", chat, endpoint=endpoint) for n in (3, 4, 5)]
    assert [at for at, _ in await traffic.all(*more)][4:] == [1, 1, 2]


@pytest.mark.parametrize("endpoint", ["getMe", "setWebhook", "setMyCommands", "getFile"])
async def test_what_concerns_no_chat_is_not_slowed(endpoint: str):
    traffic = Traffic(overall_per_second=1)
    tasks = [traffic.send("busy")] + [traffic.send(n, None, endpoint=endpoint) for n in range(50)]
    assert {at for at, _ in await traffic.all(*tasks)} == {0}


@pytest.mark.parametrize("group", [-100, "-200", "@channel"])
async def test_a_group_gets_twenty_a_minute(group: int | str):
    traffic = Traffic()
    sent = await traffic.all(*[traffic.send(number, group) for number in range(45)])
    assert [at for at, _ in sent] == [0] * 20 + [60] * 20 + [120] * 5


@pytest.mark.parametrize(("chat", "pause"), [(7, 1), (-7, 60)])
async def test_a_chat_is_the_same_as_number_and_as_text(chat: int, pause: float):
    traffic = Traffic(group_per_minute=1)
    tasks = [traffic.send("a", chat), traffic.send("b", str(chat))]
    assert await traffic.all(*tasks) == [(0, "a"), (pause, "b")]


async def test_other_errors_are_the_callers():
    traffic = Traffic()

    async def fail() -> bool:
        raise TimedOut

    with pytest.raises(TimedOut):
        await traffic.limiter.process_request(fail, (), {}, "sendMessage", {"chat_id": 1}, None)


async def test_who_gives_up_waiting_takes_nobodys_turn():
    traffic = Traffic()
    first, gone, last = (traffic.send(name) for name in ("first", "gone", "last"))
    await traffic.time.settle()
    gone.cancel()
    assert await traffic.all(first, last) == [(0, "first"), (1, "last")]


async def test_chats_that_went_quiet_leave_nothing_behind():
    traffic = Traffic()
    chats = [*range(1, 200), *range(-200, -1)]
    await traffic.all(*[traffic.send(chat, chat) for chat in chats])
    await traffic.time.advance(61)
    await traffic.all(traffic.send("x", 7))
    assert len(traffic.limiter._lanes) == 1


async def test_at_shutdown_what_waits_is_turned_away_as_unsent():
    traffic = Traffic()
    tasks = [traffic.send(name) for name in ("first", "second")]
    await traffic.time.settle()
    await traffic.limiter.shutdown()
    await traffic.time.advance(10)
    assert tasks[0].result() is True
    assert isinstance(tasks[1].exception(), RetryAfter)
    assert [one.name for one in traffic.sent] == ["first"]


async def test_the_bots_own_methods_go_through_it():
    """PTB hands over every call but getUpdates."""
    time = VirtualTime()
    api = FakeApi(time)
    bot = api.bot(Limiter(clock=time.clock, sleep=time.sleep))
    message = {"message_id": 1, "date": 0, "chat": {"id": 5, "type": "private"}}
    api.will("sendMessage", *[message] * 2, Refused(429, "Too Many Requests", 3), *[message] * 2)
    await bot.initialize()
    tasks = [
        asyncio.create_task(bot.send_message(5, text, rate_limit_args=Ticket(priority)))
        for text, priority in [
            ("now", Priority.LIVE),
            ("notice", Priority.NOTICE),
            ("news", Priority.NEWS),
            ("live", Priority.LIVE),
        ]
    ]
    await time.finish(*tasks)
    assert [(at - 1000, said["text"]) for at, _, said in api.calls[1:]] == [
        (0, "now"),
        (1, "live"),
        (2, "news"),
        (pytest.approx(5.1), "news"),
        (pytest.approx(6.1), "notice"),
    ]
    assert not any(isinstance(task.exception(), TelegramError) for task in tasks)
    await bot.shutdown()


async def test_what_is_to_be_noted_is_noted_when_the_request_leaves():
    time = VirtualTime()
    limiter, said = Limiter(clock=time.clock, sleep=time.sleep), []

    async def call() -> bool:
        said.append(("sent", time.now - 1000))
        return True

    async def note() -> None:
        said.append(("noted", time.now - 1000))

    async def send() -> object:
        data: dict[str, object] = {"chat_id": 5}
        ticket = Ticket(before=note)
        return await limiter.process_request(call, (), {}, "sendMessage", data, ticket)

    await time.finish(*[asyncio.create_task(send()) for _ in range(2)])
    assert said == [("noted", 0), ("sent", 0), ("noted", 1), ("sent", 1)]


async def test_what_must_not_leave_after_all_is_not_sent():
    limiter, sent = Limiter(), []

    async def call() -> bool:
        sent.append(1)
        return True

    async def refuse() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await limiter.process_request(
            call, (), {}, "sendMessage", {"chat_id": 5}, Ticket(before=refuse)
        )
    assert sent == []

"""Nothing accepted stays unanswered, nothing is answered twice, whatever Telegram does."""

import asyncio
from collections import Counter
from typing import Any

import httpx
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from bot.web.telegram import BODY_MOST
from db.models import Account, OutboxRow, TurnRow, UpdateRow
from db.session import transaction
from services import deliveries
from tests import pictures
from tests.telegram.conftest import SECRET, Bot, aside, until
from tests.testers.chat import on_sqlite
from tools.telegram.bench import TelegramApi
from tools.telegram.phone import Phone

MENU = "我能帮你"
BURST_CHATS, BURST_EACH = 100, 5

polling = pytest.mark.parametrize("mode", ["polling"], indirect=True)
webhook = pytest.mark.parametrize("mode", ["webhook"], indirect=True)


def answers(phone: Phone, words: str = MENU) -> int:
    """How often a phone was told this."""
    return sum(words in message.printed for message in phone.messages)


async def states(bot: Bot) -> Counter[str]:
    async with transaction(bot.chat.sessions) as session:
        return Counter(await session.scalars(select(UpdateRow.state)))


async def count(bot: Bot, table: type) -> int:
    async with transaction(bot.chat.sessions) as session:
        return await session.scalar(select(func.count()).select_from(table)) or 0


@on_sqlite
async def test_the_same_update_three_times_is_one_turn(running: Bot, phone: Phone):
    await aside(phone.says, "菜单")
    await aside(phone.waits_for, MENU)
    number = phone.updates[0]["update_id"]
    await aside(running.api.again, number, 2)
    await aside(phone.says, "提建议")
    await aside(phone.waits_for, "想提什么建议")
    handed = [each for each in running.api.deliveries() if each["update_id"] == number]
    assert len(handed) == 3
    assert answers(phone) == 1
    assert await count(running, TurnRow) == 2


async def test_two_updates_of_one_worker_at_once_keep_their_order(running: Bot, phone: Phone):
    await aside(phone.says_at_once, "提建议", "换电柜太少", "蕉门地铁口", "多装几个", "对")
    await aside(phone.waits_for, "请看一遍", "换电柜太少", "蕉门地铁口", "多装几个")
    assert await states(running) == {"done": 5}


@polling
@on_sqlite
async def test_a_burst_of_500_updates(running: Bot, api: TelegramApi):
    phones = [api.phone(820_000 + number) for number in range(BURST_CHATS)]

    def all_write() -> None:
        for phone in phones:
            phone.says_at_once(*["菜单"] * BURST_EACH)

    await aside(all_write)
    wanted = BURST_CHATS * BURST_EACH
    await aside(api.waits_for_call, "sendMessage", lambda _: True)
    await until_states(running, {"done": wanted}, seconds=60)
    await until_nothing_waits(running, seconds=60)
    per_chat = Counter(call["chat_id"] for call in await aside(api.log, "sendMessage"))
    assert set(per_chat.values()) == {BURST_EACH}
    assert len(per_chat) == BURST_CHATS


@webhook
@on_sqlite
@pytest.mark.parametrize("said", [None, "", "wrong", SECRET + "x", "秘密"])
async def test_a_forged_delivery_is_refused(running: Bot, said: str | None):
    headers = {} if said is None else {"X-Telegram-Bot-Api-Secret-Token": said.encode()}
    async with httpx.AsyncClient(trust_env=False) as http:
        body = {"update_id": 5, "message": {"text": "菜单"}}
        answer = await http.post(f"{running.url}/telegram", json=body, headers=headers)
    assert (answer.status_code, answer.text) == (403, "")
    assert await count(running, UpdateRow) == 0


@webhook
@on_sqlite
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"no json", 400),
        (b"[1]", 400),
        (b"[" * 100_000, 400),
        (b"\xff\xfe", 400),
        (b'{"update_id": "x"}', 200),
        (b"{}", 200),
        (b" " * (BODY_MOST + 1), 413),
    ],
    ids=["text", "list", "deep", "bytes", "number", "empty", "large"],
)
async def test_a_broken_delivery_stops_nothing(
    running: Bot, phone: Phone, body: bytes, status: int
):
    headers = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(f"{running.url}/telegram", content=body, headers=headers)
    assert answer.status_code == status
    await aside(phone.says, "菜单")
    await aside(phone.waits_for, MENU)


@polling
@on_sqlite
async def test_without_a_webhook_there_is_no_door(running: Bot):
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(f"{running.url}/telegram", json={"update_id": 1})
    assert answer.status_code == 404


@on_sqlite
async def test_a_poison_update_is_set_aside_and_the_others_go_on(
    running: Bot, api: TelegramApi, phone: Phone
):
    broken = {"message": {"chat": {"id": 810_001, "type": "private"}, "date": "yesterday"}}
    await aside(api.updates, broken)
    await aside(phone.says, "菜单")
    await aside(phone.waits_for, MENU)
    assert await states(running) == {"poison": 1, "done": 1}


@polling
@on_sqlite
async def test_what_nobody_can_serve_is_set_aside_and_said(
    running: Bot, phone: Phone, monkeypatch: pytest.MonkeyPatch
):
    async def fail(_incoming: object) -> list[object]:
        raise ZeroDivisionError

    monkeypatch.setattr("bot.telegram.intake.SECONDS_BETWEEN_TRIES", 0.01)
    monkeypatch.setattr(running.chat.pipeline, "answer", fail)
    await aside(phone.says, "菜单")
    await aside(phone.waits_for, "这条我没办成，已经记下来")
    await until_states(running, {"poison": 1})


async def until_states(bot: Bot, wanted: dict[str, int], seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while await states(bot) != wanted:  # noqa: ASYNC110 - a database tells nobody
            await asyncio.sleep(0.05)


async def until_nothing_waits(bot: Bot, seconds: float = 10) -> None:
    async with asyncio.timeout(seconds):
        while await count(bot, OutboxRow):  # noqa: ASYNC110 - a database tells nobody
            await asyncio.sleep(0.05)


async def test_what_waited_while_the_bot_was_down_is_answered(bot: Bot, phone: Phone):
    await aside(phone.says, "菜单")
    async with bot.running():
        await aside(phone.waits_for, MENU)
    assert answers(phone) == 1


@polling
@on_sqlite
async def test_what_was_stored_and_not_worked_is_taken_up(bot: Bot, phone: Phone):
    """As after a kill between the commit and the first work on it."""
    async with bot.running() as channel:
        await channel._intake.stop()  # whoever stores now works nothing any more
        channel._intake._lanes.add = lambda *_: None  # type: ignore[method-assign]
        await aside(phone.says_at_once, "提建议", "换电柜太少")
        await until_states(bot, {"waiting": 2})
    async with bot.running():
        await aside(phone.waits_for, "在什么地方")
    assert answers(phone, "想提什么建议") == 1


@polling
@on_sqlite
async def test_a_server_that_counts_anew_is_not_taken_for_one_that_repeats(bot: Bot, phone: Phone):
    async with bot.running():
        await aside(phone.says, "菜单")
        await aside(phone.waits_for, MENU)
    bot.api.forget()
    other = bot.api.phone(810_001)
    async with bot.running():
        await aside(other.says, "提建议")
        await aside(other.waits_for, "想提什么建议")
    assert other.updates[0]["update_id"] == phone.updates[0]["update_id"]


@polling
@on_sqlite
async def test_a_worker_who_writes_too_fast_loses_nothing(
    bot: Bot, phone: Phone, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bot.chat.pipeline, "_per_minute", 2)
    async with bot.running():
        await aside(phone.says_at_once, "菜单", "提建议", "换电柜太少")
        await aside(phone.waits_for, "你发得太快了", "都收到了")
        bot.chat.clock.advance(minutes=2)
        await aside(phone.waits_for, "在什么地方", seconds=15)
    assert answers(phone, "你发得太快了") == 1


@polling
@on_sqlite
async def test_other_workers_do_not_wait_for_who_writes_too_fast(
    bot: Bot, phone: Phone, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(bot.chat.pipeline, "_per_minute", 1)
    async with bot.running():
        await aside(phone.says_at_once, *["菜单"] * 5)
        await aside(phone.waits_for, "你发得太快了")
        other = bot.api.phone(810_009)
        await aside(other.says, "菜单")
        await aside(other.waits_for, MENU, seconds=2)


@polling
@on_sqlite
async def test_who_blocked_us_is_left_alone_until_he_writes(running: Bot, phone: Phone):
    await aside(phone.says, "菜单")
    await aside(phone.waits_for, MENU)
    await aside(phone.blocks)
    await until_gone(running, gone=True)
    await aside(phone.unblocks)
    await until_gone(running, gone=False)


async def until_gone(bot: Bot, *, gone: bool) -> None:
    async with asyncio.timeout(10):
        while True:
            async with transaction(bot.chat.sessions) as session:
                at = await session.scalar(select(Account.gone_at))
            if (at is not None) == gone:
                return
            await asyncio.sleep(0.02)


@polling
@on_sqlite
async def test_nothing_stays_behind_when_all_went_well(running: Bot, phone: Phone):
    await aside(phone.says_at_once, "提建议", "我的电话13800138000换电柜太少")
    await aside(phone.waits_for, "在什么地方")
    await aside(phone.waits_for, "号码")
    await until_nothing_waits(running)
    async with transaction(running.chat.sessions) as session:
        rows = list(await session.scalars(select(UpdateRow)))
    assert {(row.state, row.body, row.lane) for row in rows} == {("done", None, None)}


@polling
@on_sqlite
async def test_a_database_that_is_locked_for_a_moment_costs_no_answer(
    running: Bot, phone: Phone, monkeypatch: pytest.MonkeyPatch
):
    """It could not be noted that the answer leaves, so it did not; it is no "unknown"."""
    real, away = deliveries.begin, []

    async def locked(*args: Any, **kwargs: Any) -> bool:
        if not away:
            away.append(1)
            raise OperationalError("locked", {}, Exception())
        return await real(*args, **kwargs)

    monkeypatch.setattr(deliveries, "begin", locked)
    await aside(phone.says, "菜单")
    await aside(phone.waits_for, MENU)
    await until_nothing_waits(running)
    assert len(phone.messages) == 1


@polling
@on_sqlite
async def test_what_breaks_the_delivery_does_not_end_it(
    running: Bot, phone: Phone, monkeypatch: pytest.MonkeyPatch
):
    real, broken = deliveries.accounts_due, []

    async def breaking(*args: Any) -> Any:
        if not broken:
            broken.append(1)
            raise ZeroDivisionError
        return await real(*args)

    monkeypatch.setattr("bot.telegram.channel.SECONDS_BETWEEN_STARTS", 0.1)
    monkeypatch.setattr(deliveries, "accounts_due", breaking)
    await until(lambda: broken)
    await aside(phone.says, "菜单")
    await aside(phone.waits_for, MENU)
    assert await states(running) == {"done": 1}


@polling
@on_sqlite
async def test_a_lane_survives_whatever_its_first_update_does(
    running: Bot, phone: Phone, monkeypatch: pytest.MonkeyPatch
):
    real, tries = running.chat.pipeline.answer, []

    async def fail_once(incoming: Any) -> Any:
        tries.append(incoming)
        if len(tries) == 1:
            raise KeyError
        return await real(incoming)

    monkeypatch.setattr("bot.telegram.intake.SECONDS_BETWEEN_TRIES", 0.01)
    monkeypatch.setattr(running.chat.pipeline, "answer", fail_once)
    await aside(phone.says_at_once, "提建议", "换电柜太少")
    await aside(phone.waits_for, "在什么地方")
    assert await states(running) == {"done": 2}


@polling
@on_sqlite
async def test_a_broken_picture_leaves_the_rest_of_its_album(
    running: Bot, api: TelegramApi, phone: Phone
):
    file = await aside(phone._file, "photo", pictures.photo())
    said = {"from": phone.user, "chat": phone.chat, "media_group_id": "9", "photo": file}
    await aside(api.updates, {"message": {**said, "date": 10**17}}, {"message": said})
    await aside(phone.waits_for, "收到1张照片")
    await until_states(running, {"poison": 1, "done": 1})

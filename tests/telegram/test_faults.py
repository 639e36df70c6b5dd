"""Telegram refuses, hangs, loses answers: what is said then, and what is not said twice."""

import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from bot.telegram.rendering import PictureOut
from db.session import transaction
from services import accounts, updates
from services.rest_stops import sketches
from tests.sketching import SCENE
from tests.telegram.conftest import Bot, aside
from tests.testers.chat import on_sqlite
from tools.telegram.bench import TelegramApi
from tools.telegram.phone import Phone

MENU = "我能帮你"
BAD_PICTURE = "Bad Request: PHOTO_INVALID_DIMENSIONS"

pytestmark = [
    on_sqlite,
    pytest.mark.parametrize("mode", ["polling"], indirect=True),
    # PTB's own RetryAfter says so whenever it is made.
    pytest.mark.filterwarnings("ignore:Deprecated since version v22.2"),
]


def menus(phone: Phone) -> int:
    return sum(MENU in message.printed for message in phone.messages)


@pytest.mark.usefixtures("running")
async def test_a_429_is_obeyed_by_everybody(api: TelegramApi, phone: Phone):
    other = api.phone(810_005)
    await aside(api.fault, method="sendMessage", status=429, retry_after=2, times=1)
    began = time.monotonic()
    await aside(phone.says, "菜单")
    await aside(api.waits_for_call, "sendMessage")
    await aside(other.says, "菜单")
    await aside(phone.waits_for, MENU)
    await aside(other.waits_for, MENU)
    sent = [call for call in api.log("sendMessage") if call["status"] == 200]
    assert len(sent) == 2
    assert time.monotonic() - began >= 2


@pytest.mark.usefixtures("running")
@pytest.mark.parametrize("status", [500, 502])
async def test_a_server_that_fails_is_asked_again(api: TelegramApi, phone: Phone, status: int):
    await aside(api.fault, method="sendMessage", status=status, times=2)
    await aside(phone.says, "菜单")
    await aside(phone.waits_for, MENU, seconds=20)
    assert menus(phone) == 1


@pytest.mark.usefixtures("running")
async def test_a_refused_message_goes_plain(api: TelegramApi, phone: Phone):
    description = "Bad Request: can't parse entities"
    await aside(api.fault, method="sendMessage", status=400, description=description, times=1)
    await aside(phone.says, "菜单")
    menu = await aside(phone.waits_for, MENU)
    assert menu.buttons == []
    await aside(phone.says, "3")
    await aside(phone.waits_for, "想提什么建议")


@pytest.mark.usefixtures("running")
async def test_forbidden_marks_the_worker_as_gone(api: TelegramApi, phone: Phone):
    description = "Forbidden: bot was blocked by the user"
    await aside(api.fault, method="sendMessage", status=403, description=description, times=1)
    await aside(phone.says, "找驿站")
    await aside(api.waits_for_call, "sendMessage")
    await aside(phone.says, "菜单")
    await aside(phone.waits_for, MENU)
    assert not any("你在哪" in message.printed for message in phone.messages)


@pytest.fixture
async def impatient(bot: Bot, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    """A bot at work that waits for an answer only a moment."""
    monkeypatch.setattr("bot.telegram.connection.READ", 0.5)
    async with bot.running():
        yield bot


@pytest.mark.usefixtures("impatient")
async def test_an_answer_that_was_lost_is_not_said_twice(api: TelegramApi, phone: Phone):
    """Delivered, but the bot never hears of it: he is asked whether he saw it."""
    await aside(api.fault, method="sendMessage", hang_after=5, times=1)
    await aside(phone.says, "菜单")
    await aside(phone.waits_for, "刚才的回答可能没发到你那里")
    assert menus(phone) == 1
    await aside(phone.presses, "再看一次")
    await aside(phone.waits_for, MENU)
    assert menus(phone) == 2


@pytest.mark.usefixtures("impatient")
async def test_a_request_that_was_never_delivered_can_be_seen_again(
    api: TelegramApi, phone: Phone
):
    await aside(api.fault, method="sendMessage", hang=5, times=1)
    await aside(phone.says, "菜单")
    await aside(phone.waits_for, "刚才的回答可能没发到你那里")
    assert menus(phone) == 0
    await aside(phone.presses, "再看一次")
    await aside(phone.waits_for, MENU)


@pytest.mark.usefixtures("running")
async def test_an_update_is_not_confirmed_while_it_cannot_be_stored(
    phone: Phone, monkeypatch: pytest.MonkeyPatch
):
    real, failures = updates.store, []

    async def failing(*args: Any) -> Any:
        if len(failures) < 2:
            failures.append(1)
            raise OSError
        return await real(*args)

    monkeypatch.setattr(updates, "store", failing)
    await aside(phone.says, "菜单")
    await aside(phone.waits_for, MENU, seconds=20)
    assert len(failures) == 2
    assert menus(phone) == 1


async def test_a_refused_token_is_said_and_the_web_chat_goes_on(bot: Bot, api: TelegramApi):
    await aside(api.fault, method="getMe", status=401, times=99)
    async with bot.running("token_refused"), httpx.AsyncClient(trust_env=False) as http:
        ready = await http.get(f"{bot.url}/readyz")
        enrolled = await http.post(f"{bot.url}/api/workers")
    assert (ready.status_code, ready.json()["telegram"]) == (200, "token_refused")
    assert enrolled.status_code == 200


async def test_a_map_that_is_gone_or_refused_keeps_nothing_back(bot: Bot, phone: Phone):
    async def out() -> None:
        """It goes out."""

    async with bot.running() as channel:
        await aside(phone.says, "菜单")
        await aside(phone.waits_for, MENU)
        number = phone.chat["id"]
        gone = await channel._sender.send(number, PictureOut("gone", ""), 0, out)
        assert gone.kind == "sent"
        assert bot.api.log("sendPhoto") == []
        async with transaction(bot.chat.sessions) as session:
            account = await accounts.at_telegram(session, bot.chat.clock, number)
            token = await sketches.put(session, bot.chat.clock, account.worker_id, SCENE)
        await aside(
            bot.api.fault, method="sendPhoto", status=400, description=BAD_PICTURE, times=1
        )
        refused = await channel._sender.send(number, PictureOut(token, ""), 0, out)
        assert refused.kind == "sent"
        assert len(bot.api.log("sendPhoto")) == 1

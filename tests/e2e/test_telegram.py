"""The three questions of the first conversation on Telegram, through real Rasa, by both doors."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import requests
from pydantic import SecretStr

from tests import pictures
from tests.e2e.conftest import Running
from tests.e2e.test_first_conversation import console_page, until
from tools.start.machine import ROOT, environment
from tools.start.programs import surroundings
from tools.start.trial import free_ports
from tools.telegram.bench import TelegramApi, telegram_api

pytestmark = pytest.mark.stack

WANSHENGWEI = (23.1035, 113.3845)
SECONDS_TO_START = 30


@contextmanager
def delivered_to(stack: Running) -> Iterator[TelegramApi]:
    """A second bot on the same database and Rasa, to which another Bot API delivers."""
    [port] = free_ports(1)
    with telegram_api() as api:
        settings = stack[1].model_copy(
            update={
                "bot_port": port,
                "telegram_token": SecretStr(api.token),
                "telegram_api_base": api.base,
                "telegram_webhook_url": f"http://127.0.0.1:{port}/telegram",
            }
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "bot"], cwd=ROOT, env=environment(surroundings(settings))
        )
        try:
            assert until(lambda: _is_delivered_to(port), SECONDS_TO_START)
            yield api
        finally:
            process.terminate()
            process.wait(20)


def _is_delivered_to(port: int) -> bool:
    try:
        answer = requests.get(f"http://127.0.0.1:{port}/readyz", timeout=2)
    except requests.ConnectionError:
        return False
    return bool(answer.json()["telegram"] == "webhook")


@pytest.fixture(params=["polling", "webhook"])
def api(
    request: pytest.FixtureRequest, stack: Running, telegram: TelegramApi
) -> Iterator[TelegramApi]:
    """The Bot API of a bot at work; no call of the bot may be wrong."""
    if request.param == "polling":
        yield telegram
        assert telegram.problems() == []
        return
    with delivered_to(stack) as other:
        yield other
        assert other.problems() == []


def test_the_three_questions_with_venue_and_photo(api: TelegramApi, stack: Running) -> None:
    worker = api.phone(830_001)
    worker.starts()
    worker.waits_for("你好，我是驿站", "境外")

    worker.says("附近哪里能歇脚")
    worker.waits_for("你在哪", "发送我的位置")
    worker.sends_location(*WANSHENGWEI)
    worker.waits_for("怎么进", "约 ", "24小时")
    worker.waits_for(lambda message: message.venue is not None)

    worker.says("广州最低工资多少")
    worker.waits_for("最低工资", "施行", "核对于")

    worker.says("建议在蕉门地铁口多装几个换电柜")
    worker.waits_for("在什么地方")
    worker.sends_photo(pictures.photo())
    worker.waits_for("照片收到了，现在有1张")
    worker.presses("跳过")
    worker.waits_for("怎么办好")
    worker.presses("跳过")
    worker.waits_for("请看一遍", "换电柜", "照片：1张", "境外")
    worker.presses("发送")
    receipt = worker.waits_for("收到了，编号", "一起交了1张照片")

    code = receipt.text.split("编号 ")[1][:9]
    page = console_page(stack, f"/cases/{code}")
    assert "换电柜" in page
    assert f"/cases/{code}/photos/1" in page

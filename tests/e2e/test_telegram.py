"""The three questions of the first conversation on Telegram, through real Rasa, by both doors."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import pictures
from tests.e2e.conftest import Running
from tests.e2e.test_first_conversation import console_page
from tools.telegram.bench import TelegramApi
from tools.telegram.whole import whole

pytestmark = pytest.mark.stack

WANSHENGWEI = (23.1035, 113.3845)


@pytest.fixture(params=["polling", "webhook"])
def reached(
    request: pytest.FixtureRequest, tmp_path: Path
) -> Iterator[tuple[TelegramApi, Running]]:
    """The Bot API of a bot at work, and its stack; no call of the bot may be wrong."""
    if request.param == "polling":
        api, stack = request.getfixturevalue("telegram"), request.getfixturevalue("stack")
        yield api, stack
        assert api.problems() == []
        return
    # One database has one bot, so the other door is another house.
    with whole(tmp_path, "webhook") as other:
        yield other.api, (other.stack, other.settings)
        assert other.api.problems() == []


def test_the_three_questions_with_map_and_photo(reached: tuple[TelegramApi, Running]) -> None:
    api, stack = reached
    worker = api.phone(830_001)
    worker.starts()
    worker.waits_for("你好，我是驿站", "境外")

    worker.says("附近哪里能歇脚")
    worker.waits_for("你在哪", "发送我的位置")
    worker.sends_location(*WANSHENGWEI)
    worker.waits_for("怎么进", "约 ", "24小时")
    worker.waits_for(lambda message: message.photo is not None)  # the map that we drew

    worker.says("广州最低工资多少")
    worker.waits_for("最低工资", "施行", "核对于")

    worker.says("建议在东涌地铁站多装几个换电柜")
    worker.waits_for("归到“充电换电”")
    worker.sends_photo(pictures.photo())
    worker.waits_for("照片收到了，现在有1张")
    worker.presses("对")
    worker.waits_for("请看一遍", "换电柜", "东涌地铁站", "照片：1张", "境外")
    worker.presses("发送")
    receipt = worker.waits_for("收到了，编号", "一起交了1张照片")

    code = receipt.text.split("编号 ")[1][:9]
    page = console_page(stack, f"/cases/{code}")
    assert "换电柜" in page
    assert f"/cases/{code}/photos/1" in page

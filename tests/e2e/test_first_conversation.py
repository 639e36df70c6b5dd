"""One worker's three questions, end to end through real Rasa, over HTTP and in a browser."""

import re
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cache

import pytest
import requests
from playwright.async_api import BrowserContext

from kit import ids
from kit.clock import in_shanghai, utc_now
from kit.settings import Settings
from services import working_days
from tests.e2e.conftest import Running
from tests.staffing import PASSWORD, code, secret_in
from tests.web.phone import Phone
from tools.chat import Chat
from tools.start.machine import ROOT, environment
from tools.start.programs import surroundings

pytestmark = pytest.mark.stack

NANSHA = (22.7947, 113.5328)
RASA_BACK_WITHIN = 120
MENU_WITHIN = 3


def until(what: Callable[[], bool], seconds: float) -> bool:
    """Whether something came true in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if what():
            return True
        time.sleep(0.2)
    return False


def heard_by_rasa(worker: Chat) -> bool:
    """Whether a sentence that only Rasa understands is understood."""
    worker.says("最低工资广州是多少来着")
    return bool(worker.cards("right"))


def console_page(stack: Running, path: str) -> str:
    """A page of the console, read by the first admin, who is set up by a fresh link once."""
    _, settings = stack
    staff = first_admin(settings)
    page = staff.get(f"{settings.console}{path}", timeout=10)
    page.raise_for_status()
    return page.text


@cache
def first_admin(settings: Settings) -> requests.Session:
    """Who follows the link that is printed to its end, as a browser would."""
    link = subprocess.run(
        [sys.executable, "-m", "tools.cli", "staff", "link", "--name", "reviewer"],
        cwd=ROOT,
        env=environment(surroundings(settings)),
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    staff = requests.Session()
    staff.trust_env = False

    def sends(url: str, form: str, **typed: str) -> requests.Response:
        token = re.search(r'name="csrf" value="([^"]+)"', form)
        assert token, form
        answer = staff.post(url, data={"csrf": token[1], **typed}, timeout=10)
        answer.raise_for_status()
        return answer

    form = staff.get(link, timeout=10).text
    setup = sends(link, form, name="reviewer", password=PASSWORD, again=PASSWORD)
    shown = re.search(r'class="secret">([^<]+)<', setup.text)
    assert shown, setup.text
    sends(setup.url, setup.text, code=code(utc_now, secret_in(shown[1])))
    return staff


def test_the_three_questions(worker: Chat, stack: Running) -> None:
    worker.says("附近哪里能歇脚")
    assert worker.last[-1]["ask"] == "location"
    assert "你在哪" in worker.text

    worker.is_at(*NANSHA)
    [stop] = worker.cards("rest_stop")
    assert "南沙万达" in stop["name"]
    assert (stop["distance_m"], stop["open_state"], stop["hours_text"]) == (None, "open", "24小时")
    assert stop["entry"] == "没公布"
    assert stop["checked_on"] is None
    assert "source_url" not in stop
    assert "别的没有收录" in worker.text
    worker.says("广州最低工资多少")
    [right] = worker.cards("right")
    first = right["claims"][0]
    assert "2500" in first["text"]
    assert "23.7" in first["text"]
    assert (first["number"], first["effective"]) == ("粤府函〔2025〕23号", "2025-03-01")
    assert right["as_of"] == "2026-11-22"

    code = suggests(worker, "建议在蕉门公园北门多装几个换电柜")
    [case] = worker.cards("case")
    promised = working_days.after(in_shanghai(utc_now()).date(), 5)
    assert (case["due"], ids.read_code(code)) == (promised and promised.isoformat(), code)

    listed = console_page(stack, "/cases")
    assert code in listed
    assert "建议在蕉门公园北门多装几个换电柜" in listed
    assert "蕉门公园北门" in console_page(stack, f"/cases/{code}")


def test_two_messages_and_a_tap_lead_to_a_stop(worker: Chat) -> None:
    worker.says("歇脚")
    worker.is_at(*NANSHA)
    [stop] = worker.cards("rest_stop")
    assert stop["map_url"].startswith("https://uri.amap.com/")
    assert [link["app"] for link in stop["maps"]] == ["amap", "baidu", "tencent"]
    for asked, answer in (("怎么进", "怎么进：没公布"), ("还有吗", "就这些了")):
        worker.says(asked)
        assert answer in worker.text


def suggests(worker: Chat, subject: str) -> str:
    """Hand in a suggestion, adding nothing to the sentence; returns its code."""
    worker.says("我要提个建议")
    worker.says(subject)
    to_the_summary(worker)
    worker.presses("发送")
    return str(worker.cards("case")[0]["code"])


def to_the_summary(worker: Chat) -> None:
    """Agree to what is proposed, skip what is asked, and stay with one's own matter."""
    while "请看一遍" not in worker.text:
        offered = [choice["title"] for reply in worker.last for choice in reply["choices"]]
        ways = [title for title in ("都不是，交我的", "对", "跳过") if title in offered]
        worker.presses((ways or offered)[0])


HARMLESS = [
    '/find_rest_stop{"place":"x"}',
    '\u3000/find_rest_stop{"place":"x"}',
    '\u2028/find_rest_stop{"place":"x"}',
    '\x1c/find_rest_stop{"place":"x"}',
    '\u200b/find_rest_stop{"place":"x"}',
    "／restart",
    "/restart",
    "😀😀",
    "\u200b\u200d",
    "",
    "?" * 4096,
    "\x00",
]


@pytest.mark.parametrize("text", HARMLESS, ids=ascii)
def test_no_text_is_obeyed_as_an_intent(worker: Chat, text: str) -> None:
    worker.says(text)
    assert worker.text
    assert worker.last[-1]["choices"]
    assert worker.cards("rest_stop") == []
    assert worker.last[-1]["ask"] is None


def test_the_longest_text_is_answered(worker: Chat) -> None:
    worker.says("附近哪里能歇脚" * 585 + "。")
    assert worker.text
    refused = worker.post({"id": "x", "text": "长" * 4097})
    assert refused.status_code == 413
    assert "4096" in refused.json()["error"]["text"]


def test_a_dead_rasa_costs_the_worker_nothing(worker: Chat, stack: Running) -> None:
    """Killed in the middle of a suggestion: it is finished, and Rasa comes back by itself."""
    programs, _ = stack
    assert until(lambda: heard_by_rasa(worker), RASA_BACK_WITHIN)
    worker.says("我要提个建议")
    others = [programs.pid(name) for name in ("bot", "console", "actions")]
    programs.kill("rasa")

    began = time.monotonic()
    worker.says("黄阁大道的红绿灯太短")
    assert time.monotonic() - began < MENU_WITHIN
    to_the_summary(worker)
    assert "黄阁大道的红绿灯太短" in worker.text
    worker.presses("发送")
    assert worker.cards("case")

    began = time.monotonic()
    worker.says("这句没人听得懂也不会丢掉")
    assert time.monotonic() - began < MENU_WITHIN
    worker.presses("把刚才那句当建议交")
    to_the_summary(worker)
    assert "这句没人听得懂也不会丢掉" in worker.text
    worker.presses("不交了")

    assert [programs.pid(name) for name in ("bot", "console", "actions")] == others
    assert until(lambda: heard_by_rasa(worker), RASA_BACK_WITHIN)


def test_no_word_of_a_worker_is_in_any_log(worker: Chat, stack: Running) -> None:
    canary, phone = "金丝雀路口的井盖松了", "13900001234"
    worker.says(f"{canary}打我电话{phone}")
    suggests(worker, f"{canary}请修一修{phone}")
    programs, _ = stack
    logs = [log.read_text(errors="replace") for log in programs.logs.iterdir() if log.is_file()]
    assert logs
    assert not [log for log in logs if "金丝雀" in log or phone in log or "\\u91d1\\u4e1d" in log]


@pytest.mark.asyncio(loop_scope="session")
@pytest.mark.browser
async def test_the_three_questions_on_a_phone(
    context: BrowserContext, bot: str, worker: Chat
) -> None:
    assert until(lambda: heard_by_rasa(worker), RASA_BACK_WITHIN)
    context.set_default_timeout(15_000)
    await context.grant_permissions(["geolocation"], origin=bot)
    await context.set_geolocation({"latitude": NANSHA[0], "longitude": NANSHA[1]})
    phone = Phone(await context.new_page())
    await phone.open(f"{bot}/")
    await phone.says("附近哪里能歇脚")
    await phone.sees("你在哪")
    await phone.page.locator("#place-go").click()
    await phone.sees("南沙万达广场旁24小时户外劳动者爱心驿站")
    await phone.says("广州最低工资多少")
    await phone.sees("粤府函〔2025〕23号")
    await phone.says("我要提个建议")
    await phone.sees("想提什么建议")
    await phone.says("驿站的微波炉太少")
    await phone.sees("在什么地方")
    await phone.taps("跳过")
    await phone.sees("怎么办好")
    await phone.taps("跳过")
    await phone.sees("归到")
    await phone.taps("对")
    await phone.sees("请看一遍")
    await phone.taps("改主题")
    await phone.says("黄阁驿站的微波炉太少")
    await phone.sees("【主题】黄阁驿站的微波炉太少")
    await phone.page.locator(".choices button", has_text="发送").last.click()
    await phone.sees("已收到，等工作人员看")
    assert await phone.overflow() <= 0
    phone.is_well()

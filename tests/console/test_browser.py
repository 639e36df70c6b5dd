"""The console as its process serves it, in real Chromium: usable, accessible, without scripts."""

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select

from db.models import Case
from db.session import make_engine, make_sessions, transaction
from kit.clock import utc_now
from services import cases, photos, staff
from tests import pictures
from tests.factories import add_turn, add_worker

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

WAIT = 60  # seconds until the process must be ready on a busy machine
DRAFTS = (
    cases.Draft("suggestion", "<b>粗体</b> \u202eالعربية", "a" * 200),
    cases.Draft("hazard", "桥下积水很深，" * 300, "番禺大桥北侧桥底，" * 20, "装水泵"),
    cases.Draft("suggestion", "希望驿站晚上十点以后也开门，送完最后一单能有地方喝口热水"),
    cases.Draft(
        "hazard",
        "市桥街路口的路灯坏了一个多星期，晚上看不见坑\n上周有两个骑手在这里摔了",
        "番禺区市桥街大北路与环城路路口",
        "修好路灯，先放一个警示牌",
    ),
    cases.Draft("suggestion", "商场门口没有电动车停车位，取餐只能停路边", "南沙万达广场"),
)

# The first case comes without a photo, the second with one, and so on.
PICTURES = [pictures.photo(*size) for size in ((1600, 1200), (300, 2000), (2000, 80))]


@dataclass
class Served:
    """A running console with cases in it, and links to sign in by."""

    address: str
    url: str
    codes: list[str]

    async def link(self) -> str:
        engine = make_engine(self.url)
        async with transaction(make_sessions(engine)) as session:
            token = await staff.issue_link(session, utc_now, "陈静")
        await engine.dispose()
        return f"{self.address}/sign-in/{token}"


@pytest.fixture(scope="module")
def served(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    data = tmp_path_factory.mktemp("console")
    shutil.copyfile(migrated_sqlite, data / "yizhan.db")
    url = f"sqlite+aiosqlite:///{data / 'yizhan.db'}"
    codes = asyncio.run(_fill(url, data / "photos"))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "YIZHAN_DATA_DIR": str(data),
        "YIZHAN_DATABASE_URL": url,
        "YIZHAN_CONSOLE_PORT": str(port),
    }
    log = data / "console.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "console"], env=environment, stderr=output
        )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/readyz", process)
        yield Served(f"http://127.0.0.1:{port}", url, codes)
    finally:
        process.terminate()
        process.wait(WAIT)
    assert "/sign-in/" not in log.read_text(), "a sign-in link stands in the log"


@pytest_asyncio.fixture(loop_scope="session", params=[True, False], ids=["scripts", "no-scripts"])
async def desk(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[BrowserContext]:
    """A browser at a desk, with scripts and without."""
    context = await browser.new_context(locale="zh-CN", java_script_enabled=request.param)
    yield context
    await context.close()


async def test_a_case_is_reviewed_by_keyboard_alone(desk: BrowserContext, served: Served):
    page = await desk.new_page()
    await page.goto(await served.link())
    await _tab_to(page, "登录")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("全部来件")
    code = await page.locator("tr", has_text="已收到").locator("a").first.inner_text()
    await _tab_to(page, code)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text(f"来件 {code}")
    await _tab_to(page, "开始审核")
    await page.keyboard.press("Enter")
    await expect(page.locator(".heading .state")).to_have_text("审核中")
    await page.get_by_role("button", name="退出").click()
    await page.goto(f"{served.address}/cases/{code}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("请先登录")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
async def test_every_page_is_accessible_and_fits(
    browser: Browser, served: Served, scheme: str, width: int
):
    context = await browser.new_context(
        locale="zh-CN", color_scheme=scheme, viewport={"width": width, "height": 800}
    )
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda seen: seen.url.startswith(served.address) or faults.append(seen.url))
    link = await served.link()
    await page.goto(link)
    await _is_well(page, f"link-{width}-{scheme}")
    await page.get_by_role("button", name="登录").click()
    await _is_well(page, f"inbox-{width}-{scheme}")
    paths = [f"/cases/{code}" for code in served.codes]
    for path in [*paths, "/cases?state=withdrawn", "/cases/X", "/sign-in"]:
        await page.goto(served.address + path)
        await _is_well(page, f"{path.split('?')[0][1:].replace('/', '-')}-{width}-{scheme}")
    await page.goto(link)
    await _is_well(page, f"link-over-{width}-{scheme}")
    assert faults == []
    await context.close()


async def test_a_photo_opens_whole_and_stays_in_the_console(desk: BrowserContext, served: Served):
    page = await desk.new_page()
    await page.goto(await served.link())
    await page.get_by_role("button", name="登录").click()
    await page.goto(f"{served.address}/cases/{served.codes[3]}")
    shown = page.locator(".photos img")
    await expect(shown).to_have_count(3)
    for number in range(3):
        await shown.nth(number).scroll_into_view_if_needed()
        await expect(shown.nth(number)).to_have_js_property("complete", value=True)
        assert await shown.nth(number).evaluate("image => image.naturalWidth") > 0
    await page.get_by_role("link", name="照片2").click()
    await expect(page).to_have_url(f"{served.address}/cases/{served.codes[3]}/photos/2")
    assert await page.locator("img").evaluate("image => image.naturalHeight") == 2000


async def _is_well(page: Page, name: str) -> None:
    shots = os.environ.get("CONSOLE_SHOTS")  # a folder, to look at the pages with one's own eyes
    if shots:
        await page.screenshot(path=Path(shots) / f"{name}.png", full_page=True)
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(wide) == 0, f"{page.url} is too wide"


async def _tab_to(page: Page, words: str) -> None:
    for _ in range(40):
        await page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if await focused.count() and await focused.inner_text() == words:
            return
    pytest.fail(f"the Tab key never reaches {words}")


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + WAIT
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(url).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"the console is not ready; it ended with {process.poll()}")


async def _fill(url: str, folder: Path) -> list[str]:
    engine = make_engine(url)
    codes = []
    for number, draft in enumerate(DRAFTS):
        async with transaction(make_sessions(engine)) as session:
            worker = await add_worker(session)
            turn = await add_turn(session, worker.id)
            taken = [
                await photos.keep(session, utc_now, folder, worker.id, photos.encode(picture))
                for picture in PICTURES[:number]
            ]
            whole = replace(draft, photos=tuple(taken))
            case = await cases.hand_in(session, utc_now, worker.id, turn.id, whole)
            codes.append(case.code)
    async with transaction(make_sessions(engine)) as session:
        second = await session.scalar(select(Case).where(Case.code == codes[1]))
        assert second
        second.due = date(2026, 12, 3)
        assert second.worker_id
        await cases.withdraw(session, utc_now, second.worker_id, codes[1])
    await engine.dispose()
    return codes

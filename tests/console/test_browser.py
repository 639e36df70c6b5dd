"""The console as its process serves it, in real Chromium: usable, accessible, without scripts."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, expect
from sqlalchemy import select

from content.loader import load
from db.models import Case
from db.session import make_engine, make_sessions, transaction
from kit.clock import utc_now
from kit.settings import Settings
from services import cases, photos, vault
from tests import pictures
from tests.console.served import Served, faultless, is_well, serving, tab_to, url_of
from tests.factories import add_turn, add_worker

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

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


@pytest.fixture(scope="module")
def codes(data: Path) -> list[str]:
    """The cases that are in it."""
    return asyncio.run(_fill(url_of(data), data / "photos"))


@pytest.fixture(scope="module")
def served(data: Path, codes: list[str]) -> Iterator[Served]:
    assert codes
    with serving(data) as running:
        yield running


async def test_a_case_is_reviewed_by_keyboard_alone(desk: BrowserContext, served: Served):
    page = await served.signed_in(desk)
    await expect(page.get_by_role("heading", level=1)).to_have_text("全部来件")
    code = await page.locator("tr", has_text="已收到").locator("a").first.inner_text()
    await tab_to(page, code)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text(f"来件 {code}")
    await tab_to(page, "开始审核")
    await page.keyboard.press("Enter")
    await expect(page.locator(".heading .state")).to_have_text("审核中")
    await page.get_by_role("button", name="退出").click()
    await page.goto(f"{served.address}/cases/{code}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("请先登录")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
async def test_every_page_is_accessible_and_fits(
    browser: Browser, served: Served, codes: list[str], scheme: str, width: int
):
    context = await browser.new_context(
        locale="zh-CN", color_scheme=scheme, viewport={"width": width, "height": 800}
    )
    page = await served.signed_in(context)
    with faultless(page, served.address):
        await is_well(page, f"inbox-{width}-{scheme}")
        paths = [f"/cases/{code}" for code in codes]
        for path in [*paths, "/cases?state=withdrawn", "/cases/reminders", "/cases/X", "/sign-in"]:
            await page.goto(served.address + path)
            # Folded forms are looked at as well.
            for folded in await page.locator(".next summary").all():
                await folded.click()
            await is_well(page, f"{path.split('?')[0][1:].replace('/', '-')}-{width}-{scheme}")
    await context.close()


async def test_a_photo_opens_whole_and_stays_in_the_console(
    desk: BrowserContext, served: Served, codes: list[str]
):
    page = await served.signed_in(desk)
    await page.goto(f"{served.address}/cases/{codes[3]}")
    shown = page.locator(".photos img")
    await expect(shown).to_have_count(3)
    for number in range(3):
        await shown.nth(number).scroll_into_view_if_needed()
        await expect(shown.nth(number)).to_have_js_property("complete", value=True)
        assert await shown.nth(number).evaluate("image => image.naturalWidth") > 0
    await page.get_by_role("link", name="照片2").click()
    await expect(page).to_have_url(f"{served.address}/cases/{codes[3]}/photos/2")
    assert await page.locator("img").evaluate("image => image.naturalHeight") == 2000


async def _fill(url: str, folder: Path) -> list[str]:
    engine, library = make_engine(url), load(Settings().content_dir)
    key = vault.master_key(Settings(data_dir=folder.parent))
    sessions = make_sessions(engine, master_key=key)
    codes = []
    for number, draft in enumerate(DRAFTS):
        async with transaction(sessions) as session:
            worker = await add_worker(session)
            turn = await add_turn(session, worker.id)
            taken = [
                await photos.SHELF.keep(
                    session, utc_now, folder, worker.id, photos.encode(picture)
                )
                for picture in PICTURES[:number]
            ]
            whole = replace(draft, photos=tuple(taken))
            done = await cases.hand_in(session, library, utc_now, worker.id, turn.id, draft=whole)
            codes.append(done.case.code)
    async with transaction(sessions) as session:
        second = await session.scalar(select(Case).where(Case.code == codes[1]))
        assert second
        second.due = date(2026, 12, 3)
        assert second.worker_id
        await cases.withdraw(session, library, utc_now, second.worker_id, codes[1])
    await engine.dispose()
    return codes

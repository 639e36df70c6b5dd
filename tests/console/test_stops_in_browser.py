"""The pages of stops in real Chromium: usable by keyboard, accessible, without scripts."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from content.loader import load
from db.models import StopProposal
from db.session import make_engine, make_sessions, transaction
from kit.settings import Settings
from services.rest_stops import editing
from tests.console.served import Served, faultless, is_well, serving, tab_to, url_of
from tests.factories import FixedClock, add_staff
from tests.stops import add_proposal, add_report, add_stop

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

LONG, BUSY = "a" * 80, "南沙万达广场户外劳动者爱心驿站"
SAVE, SETTLE = "保存，马上生效", "核实完了，告诉骑手"
SHAPES = [("light", 1280), ("dark", 1280), ("light", 360), ("dark", 360)]


@pytest.fixture(scope="module")
def served(data: Path) -> Iterator[Served]:
    asyncio.run(_fill(url_of(data)))
    with serving(data) as running:
        yield running


@asynccontextmanager
async def seen_as(
    browser: Browser, served: Served, scheme: str, width: int
) -> AsyncIterator[Page]:
    """Somebody signed in, on a screen of that width; nobody else is asked for anything."""
    context = await browser.new_context(
        locale="zh-CN", color_scheme=scheme, viewport={"width": width, "height": 800}
    )
    page = await served.signed_in(context)
    with faultless(page, served.address):
        yield page
    await context.close()


@pytest.mark.parametrize(("scheme", "width"), SHAPES)
async def test_every_page_of_stops_is_accessible_and_fits(
    browser: Browser, served: Served, scheme: str, width: int
):
    paths = ("/stops", "/stops?q=驿站", "/stops?q=" + LONG, "/stops/busy", "/stops/quiet",
             "/stops/proposals", "/stops/proposals?state=declined", "/stops/none")  # fmt: skip
    async with seen_as(browser, served, scheme, width) as page:
        for number, path in enumerate(paths):
            await page.goto(served.address + path)
            await is_well(page, f"stops-{number}-{width}-{scheme}")
        await page.goto(served.address + "/stops/proposals")
        await page.locator(".found a").first.click()
        await is_well(page, f"proposal-{width}-{scheme}")


@pytest.mark.parametrize(("scheme", "width"), SHAPES)
async def test_a_form_with_faults_is_accessible_and_fits(
    browser: Browser, served: Served, scheme: str, width: int
):
    async with seen_as(browser, served, scheme, width) as page:
        await page.goto(served.address + "/stops/busy")
        await page.get_by_text("改登记的内容").click()
        await is_well(page, f"form-{width}-{scheme}")
        await page.get_by_label("电话", exact=True).fill("13812345678")
        await page.get_by_label("名称").fill("")
        await page.get_by_role("button", name=SAVE).click()
        await expect(page.get_by_role("alert")).to_contain_text("不能这样填")
        await is_well(page, f"faults-{width}-{scheme}")


async def test_a_stop_is_edited_and_settled_by_keyboard_alone(
    desk: BrowserContext, served: Served, request: pytest.FixtureRequest
):
    stop = "keys-" + request.node.callspec.id
    page = await served.signed_in(desk)
    await tab_to(page, "驿站")
    await page.keyboard.press("Enter")
    await tab_to(page, f"{stop}驿站")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text(f"{stop}驿站")
    await tab_to(page, "改登记的内容")
    await page.keyboard.press("Enter")
    await page.get_by_label("收费").focus()
    await page.keyboard.type("免费")
    await page.get_by_label("改动原因").focus()
    await page.keyboard.type("打电话问过")
    await tab_to(page, SAVE)
    await page.keyboard.press("Enter")
    await expect(page.locator(".history")).to_contain_text("打电话问过")
    await expect(page.get_by_label("登记的已经改好")).to_be_checked()
    await tab_to(page, SETTLE)
    await page.keyboard.press("Enter")
    await expect(page.get_by_text("现在没有等着核实的")).to_be_visible()


async def test_two_staff_in_two_browsers_lose_nothing(
    browser: Browser, desk: BrowserContext, served: Served, request: pytest.FixtureRequest
):
    stop = "two-" + request.node.callspec.id
    other = await browser.new_context(locale="zh-CN")
    pages = [await served.signed_in(desk), await served.signed_in(other, "李强")]
    for page in pages:
        await page.goto(f"{served.address}/stops/{stop}")
        await page.get_by_text("改登记的内容").click()
    first, second = pages
    await first.get_by_label("名称").fill("李强没看到的名")
    await first.get_by_label("改动原因").fill("陈静改的")
    await first.get_by_role("button", name=SAVE).click()
    await second.get_by_label("收费").fill("免费")
    await second.get_by_label("改动原因").fill("李强改的")
    await second.get_by_role("button", name=SAVE).click()
    await expect(second.get_by_role("alert")).to_contain_text("别人改过")
    await expect(second.locator(".clashes")).to_contain_text("李强没看到的名")
    await expect(second.get_by_label("收费")).to_have_value("免费")
    await expect(second.get_by_label("名称")).to_have_value("李强没看到的名")
    await is_well(second, f"clash-{request.node.callspec.id}")
    await second.get_by_role("button", name=SAVE).click()
    await expect(second.get_by_role("heading", level=1)).to_have_text("李强没看到的名")
    await expect(second.locator(".history")).to_contain_text("陈静改的")
    await other.close()


async def _fill(url: str) -> None:
    engine = make_engine(url)
    library, clock = load(Settings().content_dir), FixedClock()
    async with transaction(make_sessions(engine)) as session:
        await add_stop(
            session, library, id="busy", name="南沙万达广场户外劳动者爱心驿站", note="长" * 200
        )
        await add_stop(session, library, id="quiet", name=LONG, address=LONG * 2, position=None)
        for kind in ("locked", "locked", "dry", "open"):
            clock.advance(hours=1)
            await add_report(session, clock, "busy", kind, near=kind == "locked")
        for name in ("keys", "two"):
            for scripts in ("scripts", "no-scripts"):
                key = f"{name}-{scripts}"
                await add_stop(session, library, id=key, name=f"{key}驿站", address=f"{key}号")
                await add_report(session, clock, key, "moved", days=0)
        for words in (
            ("阿婶糖水铺", "东涌市场南门", "有热水"),
            (LONG, LONG * 10),
            ("不要的", "别处"),
        ):
            await add_proposal(session, clock, *words)
        await _decide(session, clock)
    await engine.dispose()


async def _decide(session: AsyncSession, clock: FixedClock) -> None:
    """One proposal is declined, and one stop has a history."""
    person = await add_staff(session, name="王芳")
    query = select(StopProposal).where(StopProposal.subject == "不要的")
    proposal = (await session.scalars(query)).one()
    proposal.state, proposal.answer = "declined", "老板说不方便"
    proposal.decided_at, proposal.decided_by = clock(), person.id
    position = {"lat": 22.79, "lon": 113.53, "datum": "gcj02"}
    changes = {"published_position": position, "phone": None, "facilities": ["水"], "note": LONG}
    body = {"before": {"phone": "020-84960000"}, "after": changes}
    signed = editing.Signed(person.id, "打电话问过保安")
    editing.record(session, clock, "busy", body, signed)

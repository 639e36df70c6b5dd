"""Figures and a report in real Chromium: accessible, not too wide, no script needed."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, expect

from content.loader import load
from db.session import make_engine, make_sessions, transaction
from kit.clock import in_shanghai, utc_now
from kit.settings import Settings
from services import units, vault
from services.figures import Period, reports
from services.turns import Position
from tests.console.served import Served, faultless, is_well, serving, url_of
from tests.factories import FixedClock
from tests.services.casing import Office

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

UNIT = "区城管"


@pytest.fixture(scope="module")
def served(data: Path) -> Iterator[Served]:
    asyncio.run(_fill(url_of(data), data))
    with serving(data) as running:
        yield running


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
async def test_figures_and_reports_are_accessible_and_fit(
    browser: Browser, served: Served, scheme: str, width: int
):
    context = await browser.new_context(
        locale="zh-CN", color_scheme=scheme, viewport={"width": width, "height": 800}
    )
    page = await served.signed_in(context)
    with faultless(page, served.address):
        for path in ("/figures", "/figures?kind=hazard&from=2021-01-01&to=2021-01-02"):
            await page.goto(served.address + path)
            for folded in await page.locator("main summary").all():
                await folded.click()
            await is_well(page, f"figures-{len(path)}-{width}-{scheme}")
        await page.goto(f"{served.address}/figures/reports")
        await is_well(page, f"figures-reports-{width}-{scheme}")
        await page.locator(".found a").first.click()
        await is_well(page, f"figures-report-{width}-{scheme}")
    await context.close()


async def test_from_the_figures_to_the_file_of_a_report(desk: BrowserContext, served: Served):
    page = await served.signed_in(desk)
    await page.get_by_role("link", name="统计").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("统计")
    assert await page.locator("svg.cells path").count() == 1
    await page.get_by_label("建议还是隐患").select_option(label="隐患")
    await page.get_by_role("button", name="筛选").click()
    await expect(page.locator(".keys b").first).to_have_text("4")
    await page.get_by_role("link", name="周报和月报").click()
    await page.locator(".found a").first.click()
    async with page.expect_download() as loading:
        await page.get_by_role("link", name="下载表格").click()
    assert (await loading.value).suggested_filename.endswith(".xlsx")
    await page.emulate_media(media="print")
    await expect(page.locator(".stamp")).to_be_visible()
    await expect(page.get_by_role("link", name="下载表格")).to_be_hidden()


async def _fill(url: str, folder: Path) -> None:
    """Some cases of the last days, answered, and last week's report."""
    engine, library = make_engine(url), load(Settings().content_dir)
    sessions = make_sessions(engine, master_key=vault.master_key(Settings(data_dir=folder)))
    clock = FixedClock(utc_now() - timedelta(days=9))
    office = Office(sessions, library, clock)
    async with transaction(sessions) as session:
        await units.put(session, clock, UNIT)
    first, second = await office.actor(), await office.actor()
    for number in range(12):
        clock.advance(hours=12)
        done = await office.hand_in(
            await office.worker(),
            f"路口第{number}盏灯坏了",
            kind="suggestion" if number % 3 else "hazard",
            spot=Position(22.8012, 113.5312) if number % 2 else None,
            category="rest_stops" if number % 3 else "other",
        )
        code = done.case.code
        if number % 4 == 0:
            await office.takes(first, code, "refuse", reason="too_vague")
        elif number % 4 == 1:
            await office.takes(first, code, "accept")
            await office.takes(first, code, "assign", unit=UNIT)
            await office.takes(first, code, "sign_for")
            await office.takes(first, code, "answer", text="修好了", grade="A")
            await office.takes(second, code, "approve")
            await office.takes(second, code, "adopt", route="service_measure")
    today = in_shanghai(utc_now()).date()
    period = Period(today - timedelta(days=7), today - timedelta(days=1))
    async with transaction(sessions) as session:
        await reports.make(session, library, utc_now, reports.Wanted("week", period, ""))
    await engine.dispose()

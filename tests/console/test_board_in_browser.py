"""Exports, the board, sentences and texts in real Chromium, and the public's own board."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest
from fastapi import FastAPI
from playwright.async_api import Browser, Route, expect
from sqlalchemy import select
from starlette.staticfiles import StaticFiles

from bot.web import board
from bot.web.app import STATIC
from content.loader import load
from db.models import Case, CaseEvent
from db.session import make_engine, make_sessions, transaction
from kit.ids import new_id
from kit.settings import Settings
from services import sentences
from services.board import releasing
from services.board.releasing import Words
from services.cases.states import IN_REVIEW
from tests.console.served import Served, faultless, is_well, serving, url_of
from tests.factories import FixedClock, add_case, add_staff
from tests.staffing import everything

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SHAPES = [("light", 1280), ("dark", 360)]
PUBLIC = "http://board.test"
LONG = "a" * 40


@pytest.fixture(scope="module")
def served(data: Path) -> Iterator[Served]:
    asyncio.run(_fill(url_of(data)))
    with serving(data) as running:
        yield running


@pytest.mark.parametrize(("scheme", "width"), SHAPES)
async def test_every_page_is_accessible_and_fits(
    browser: Browser, served: Served, scheme: str, width: int
):
    context = await browser.new_context(
        locale="zh-CN", color_scheme=scheme, viewport={"width": width, "height": 800}
    )
    page = await served.signed_in(context)
    codes = await _codes(served.url)
    with faultless(page, served.address):
        paths = ("/cases/export", "/sentences", "/texts", "/texts/case_steps.template_a",
                 f"/cases/{codes[0]}/board", "/cases", "/cases/board")  # fmt: skip
        for number, path in enumerate(paths):
            await page.goto(served.address + path)
            await is_well(page, f"board-{number}-{width}-{scheme}")
        await page.goto(f"{served.address}/rights?reason=draft")
        await is_well(page, f"rights-{width}-{scheme}")
        await page.locator(".found a").first.click()
        fact = page.url
        await page.get_by_role("button", name="看过了").click()
        await expect(page.get_by_role("alert")).to_contain_text("请写明看了什么")
        await page.get_by_label("看了什么").fill("查过，还是草案")
        await page.get_by_role("button", name="看过了").click()
        await page.wait_for_url("**/rights")
        await page.goto(fact)
        await expect(page.get_by_text("查过，还是草案", exact=True)).to_be_visible()
        await is_well(page, f"right-{width}-{scheme}")
        await page.goto(f"{served.address}/cases/{codes[1]}/board")
        await page.get_by_label("标题").fill("路口加灯")
        await page.get_by_label("内容").fill("找张伟民13812345678，" + LONG)
        await page.get_by_role("button", name="预览").click()
        await expect(page.get_by_role("alert")).to_contain_text("像是有个人信息")
        await is_well(page, f"preview-{width}-{scheme}")
    await context.close()


async def test_an_export_is_downloaded(browser: Browser, served: Served, tmp_path: Path):
    context = await browser.new_context(locale="zh-CN", accept_downloads=True)
    page = await served.signed_in(context)
    await page.goto(f"{served.address}/cases/export")
    await page.get_by_label("导出做什么用").fill("季度汇总")
    async with page.expect_download() as downloading:
        await page.get_by_role("button", name="导出").click()
    file = await downloading.value
    assert file.suggested_filename.startswith("来件-cases-1-")
    await file.save_as(tmp_path / "x.xlsx")
    assert (tmp_path / "x.xlsx").read_bytes().startswith(b"PK")
    await context.close()


@pytest.mark.parametrize(("scheme", "width"), SHAPES)
async def test_the_public_board_is_accessible_and_fits_without_scripts(
    browser: Browser, served: Served, scheme: str, width: int
):
    engine = make_engine(served.url)
    app = FastAPI()
    app.state.parts = SimpleNamespace(
        sessions=make_sessions(engine), library=load(Settings().content_dir), clock=FixedClock()
    )
    app.include_router(board.routes())
    app.mount("/static", StaticFiles(directory=STATIC))
    context = await browser.new_context(
        locale="zh-CN", color_scheme=scheme, viewport={"width": width, "height": 800}
    )
    page = await context.new_page()
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=PUBLIC) as client:

        async def answer(route: Route) -> None:
            got = await client.get(route.request.url)
            await route.fulfill(
                status=got.status_code, headers=dict(got.headers), body=got.content
            )

        await page.route("**/*", answer)
        with faultless(page, PUBLIC):
            for number, path in enumerate(
                ("/board", "/board/1", "/board/99", "/board?kind=hazard")
            ):
                await page.goto(PUBLIC + path)
                await is_well(page, f"public-{number}-{width}-{scheme}")
            await page.goto(f"{PUBLIC}/board")
            await page.get_by_label("建议还是隐患").select_option("suggestion")
            await page.get_by_role("button", name="筛选").click()
            await page.get_by_role("link", name="路口加灯").click()
            await expect(page.get_by_role("heading", level=1)).to_contain_text("路口加灯")
    await context.close()
    await engine.dispose()


async def _codes(url: str) -> list[str]:
    engine = make_engine(url)
    async with transaction(make_sessions(engine)) as session:
        codes = list(await session.scalars(select(Case.code).order_by(Case.created_at)))
    await engine.dispose()
    return codes


async def _fill(url: str) -> None:
    engine = make_engine(url)
    library, clock = load(Settings().content_dir), FixedClock()
    async with transaction(make_sessions(engine)) as session:
        staff = await add_staff(session, name="王芳")
        area = {"province": "广东", "city": "广州", "district": "南沙区"}
        for number in range(2):
            clock.advance(minutes=1)
            given = {"state": IN_REVIEW, "category": "rest_stops", "created_at": clock()}
            case = await add_case(session, subject="来件里的话" * 20, **area, **given)
            session.add(
                CaseEvent(
                    id=new_id(),
                    case_id=case.id,
                    number=1,
                    state=IN_REVIEW,
                    actor="worker",
                    step="hand_in",
                    at=clock(),
                )
            )
            await session.flush()
            if number == 0:
                await _release(session, library, clock, staff.id, case.code)
        for text in ("车没电咋整啊", "嘟嘟嘟嘟嘟"):
            await sentences.note(session, library, clock, text)
    await engine.dispose()


async def _release(session, library, clock, staff_id, code):  # type: ignore[no-untyped-def]
    words = Words("路口加灯", f"晚上太黑。\n{LONG * 3}", "下周装好。", "区城管局")
    given = (session, library, clock, everything(staff_id), code)
    await releasing.release(*given, words=words, seen="", looked=True)

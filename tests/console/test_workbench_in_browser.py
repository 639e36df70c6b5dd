"""The workbench in real Chromium: two reviewers on one case, twins, bulk and undo, keys."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, expect

from content.loader import load
from db.models import Case
from db.session import make_engine, make_sessions, transaction
from kit.clock import utc_now
from kit.settings import Settings
from services import cases, units, vault
from services.cases.duplicates import note_missing
from services.staff.actors import Grant
from services.staff.permissions import Role
from tests.console.served import Served, faultless, is_well, serving, url_of
from tests.factories import add_turn, add_worker
from tests.staffing import add_member

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

UNIT, CATEGORY = "区城管", "battery_charging_swap"
WORDS = "市桥街大北路口换电柜坏了，电池换不出来"
SUBJECTS = (
    *(WORDS, f"{WORDS}，已经三天", "希望驿站晚上十点以后也开门", "桥下积水很深"),
    *("商场门口没有电动车停车位", "路口红灯太短", "食堂周末不开", "驿站门口夜里没有灯"),
)


@pytest.fixture(scope="module")
def codes(data: Path) -> list[str]:
    return asyncio.run(_fill(data))


@pytest.fixture(scope="module")
def served(data: Path, codes: list[str]) -> Iterator[Served]:
    assert codes
    with serving(data) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="session")
async def pair(browser: Browser, served: Served) -> AsyncIterator[list[Page]]:
    """Two reviewers, each with a browser of his own."""
    contexts = [await browser.new_context(locale="zh-CN") for _ in range(2)]
    pages = [
        await served.signed_in(context, name)
        for context, name in zip(contexts, ("陈静", "王芳"), strict=True)
    ]
    yield pages
    for context in contexts:
        await context.close()


async def test_two_reviewers_see_each_other_and_neither_loses_his_words(
    pair: list[Page], served: Served, codes: list[str]
):
    """Zammad's simultaneously_with_two_user_spec: both see who does what, both texts survive."""
    one, two = pair
    address = f"{served.address}/cases/{codes[2]}"
    await one.goto(address)
    await two.goto(address)
    await expect(two.locator("#presence")).to_have_text("陈静正在看")
    await one.keyboard.press("n")
    async with one.expect_response("**/presence"):
        await one.keyboard.type("我打过电话了")
    await two.reload()
    await expect(two.locator("#presence")).to_have_text("陈静正在写")
    await two.keyboard.press("n")
    await two.keyboard.type("我去现场看过")
    await one.locator("form[action$='/steps/note'] button").click()
    await expect(one.locator("#notes-heading")).to_be_visible()
    # It is told without being asked for.
    await two.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(two.locator("#moved")).to_be_visible()
    await is_well(two, "case-moved")
    await two.locator("form[action$='/steps/note'] button").click()
    await expect(two.get_by_role("heading", name="请对照")).to_be_visible()
    for words in ("我打过电话了", "我去现场看过"):
        await expect(two.get_by_text(words).first).to_be_visible()
    await expect(two.locator("#step-note-note")).to_have_value("我去现场看过")


async def test_an_answer_is_kept_while_it_is_typed(
    pair: list[Page], served: Served, codes: list[str]
):
    one, two = pair
    address = f"{served.address}/cases/{codes[3]}"
    await signed_for(one, address)
    await one.keyboard.press("r")
    await one.keyboard.type("下周一抽干")
    await expect(one.locator("#draft-said")).to_have_text("草稿已存")
    await two.goto(address)
    await expect(two.get_by_text("下周一抽干")).to_be_visible()
    await one.goto(f"{served.address}/cases")  # away without a word
    await one.goto(address)
    await one.keyboard.press("r")
    await expect(one.locator("#step-answer-text")).to_have_value("下周一抽干")
    await one.keyboard.type("，下雨不算")
    await one.locator("#step-answer-grade").select_option("B")
    await one.get_by_role("button", name="写答复").click()
    await expect(one.locator(".heading .state")).to_have_text("待审核")
    await expect(one.get_by_role("heading", name="没有发出的答复草稿")).to_have_count(0)


async def test_an_answer_begins_with_a_text_of_its_category_and_no_gap_is_sent(
    pair: list[Page], served: Served, codes: list[str]
):
    page, _ = pair
    await signed_for(page, f"{served.address}/cases/{codes[-1]}")
    await page.keyboard.press("r")
    await page.keyboard.type("谢谢你。")
    text, grade = page.locator("#step-answer-text"), page.locator("#step-answer-grade")
    begin = load(Settings().content_dir).answers[CATEGORY].b
    await page.get_by_role("button", name="用这段").nth(1).click()
    await expect(text).to_have_value(f"谢谢你。\n{begin}")
    await expect(grade).to_have_value("B")
    marked = "field => field.value.slice(field.selectionStart, field.selectionEnd)"
    assert await text.evaluate(marked) == "〔哪个点〕"
    await page.get_by_role("button", name="写答复").click()
    await expect(page.get_by_role("alert")).to_contain_text("还有没填的〔哪个点〕")
    await expect(text).to_have_value(f"谢谢你。\n{begin}")
    await text.fill("谢谢你。东涌地铁口下月装好。")
    await page.get_by_role("button", name="写答复").click()
    await expect(page.locator(".heading .state")).to_have_text("待审核")


async def test_on_a_phone_the_cases_come_before_what_narrows_them(
    browser: Browser, served: Served
):
    screen = {"width": 360, "height": 740}
    context = await browser.new_context(locale="zh-CN", viewport=screen)
    page = await served.signed_in(context, "陈静")
    await page.goto(f"{served.address}/cases")
    await page.wait_for_load_state()
    await is_well(page, "inbox-phone")
    first = await page.locator("table.cases tbody tr").first.bounding_box()
    assert first["y"] < screen["height"] - 100
    await expect(page.locator("#code")).to_be_hidden()
    await page.locator(".narrow-by summary").click()
    await expect(page.locator("#code")).to_be_visible()
    await page.goto(f"{served.address}/cases?kind=suggestion")
    await page.wait_for_load_state()
    await expect(page.locator("#code")).to_be_visible()
    await context.close()


async def signed_for(page: Page, address: str) -> None:
    """A case that was accepted, handed to a unit and signed for by the one at this page."""
    await page.goto(address)
    for button, state in (("受理", "已受理"), ("分办", "待签收"), ("签收", "办理中")):
        if button == "分办":
            await page.keyboard.press("a")
            await page.locator("#step-assign-category").select_option(CATEGORY)
            await page.locator("#step-assign-unit").fill(UNIT)
        await page.get_by_role("button", name=button, exact=True).click()
        await expect(page.locator(".heading .state")).to_have_text(state)
        await page.wait_for_load_state()


async def arrived(page: Page, code: str) -> None:
    """At the page of a case, its script included: keys pressed before would lead nowhere."""
    await expect(page.get_by_role("heading", level=1)).to_have_text(f"来件 {code}")
    await page.wait_for_load_state()


async def test_keys_lead_about_and_never_in_a_field(
    pair: list[Page], served: Served, codes: list[str]
):
    page = pair[0]
    await page.goto(f"{served.address}/cases")
    rows = await page.locator(".cases tbody .code a").all_inner_texts()
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await expect(page.locator(":focus")).to_have_text(rows[1])
    await page.keyboard.press("x")
    await expect(page.locator(f"#tick-{rows[1]}")).to_be_checked()
    await page.keyboard.press("o")
    await arrived(page, rows[1])
    await page.keyboard.press("j")
    await arrived(page, rows[2])
    await page.keyboard.press("k")
    await arrived(page, rows[1])
    await page.keyboard.press("?")
    await expect(page.locator("#keys dl")).to_be_visible()
    await page.keyboard.press("n")
    await page.keyboard.type("ju?y")  # words, not keys
    await expect(page.locator("#step-note-note")).to_have_value("ju?y")
    await arrived(page, rows[1])
    await page.locator("#back").focus()
    await page.keyboard.press("u")
    await expect(page.get_by_role("heading", level=1)).to_have_text("全部来件")
    await page.wait_for_load_state()
    await page.keyboard.press("/")
    await page.keyboard.type(codes[4].lower())
    await page.keyboard.press("Enter")
    await arrived(page, codes[4])


async def test_ticked_confirmed_done_and_taken_back(
    desk: BrowserContext, served: Served, codes: list[str]
):
    """With scripts and without."""
    page = await served.signed_in(desk)
    await page.goto(f"{served.address}/cases/labels")
    word = "急" if await page.get_by_role("link", name="急", exact=True).count() == 0 else "缓"
    await page.locator("#word").fill(word)
    await page.get_by_role("button", name="加上").click()
    await page.goto(f"{served.address}/cases")
    for code in codes[4:6]:
        await page.locator(f"#tick-{code}").check()
    await page.get_by_text("批量办理勾选的来件").click()
    await page.get_by_label("要办什么").select_option("label")
    await page.get_by_label("标签（加、去标签时选）").select_option(label=word)
    await page.get_by_role("button", name="下一步：核对").click()
    await expect(page.get_by_role("heading", name="会办 2 件")).to_be_visible()
    await page.get_by_role("button", name="办这 2 件").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("批量加标签：办好 2 件")
    done = page.url
    await page.goto(f"{served.address}/cases?label={word}")
    await expect(page.locator(".cases tbody tr")).to_have_count(2)
    await page.goto(done)
    await page.get_by_role("button", name="撤销").click()
    await expect(page.get_by_role("heading", name="撤销：办好 2 件")).to_be_visible()
    await page.goto(f"{served.address}/cases?label={word}")
    await expect(page.locator(".cases tbody tr")).to_have_count(0)


async def test_a_handler_whose_unit_keeps_out_finds_nothing(
    browser: Browser, served: Served, codes: list[str], pair: list[Page]
):
    code, reviewer = codes[6], pair[0]
    context = await browser.new_context(locale="zh-CN")
    handler = await served.signed_in(context, "李强")
    await reviewer.goto(f"{served.address}/cases/{code}")
    await reviewer.get_by_role("button", name="受理", exact=True).click()
    await expect(reviewer.locator(".heading .state")).to_have_text("已受理")
    await reviewer.wait_for_load_state()
    await reviewer.keyboard.press("a")
    await reviewer.locator("#step-assign-category").select_option(CATEGORY)
    await reviewer.locator("#step-assign-unit").fill(UNIT)
    await reviewer.get_by_role("button", name="分办", exact=True).click()
    await expect(reviewer.locator(".heading .state")).to_have_text("待签收")
    await handler.goto(f"{served.address}/cases")
    await expect(handler.get_by_role("link", name=code)).to_be_visible()
    await reviewer.locator("summary", has_text="回避").click()
    await reviewer.locator("#step-step_aside-note").fill("说的就是它")
    await reviewer.locator("#step-step_aside-unit").fill(UNIT)
    await reviewer.get_by_role("button", name="回避", exact=True).click()
    await expect(reviewer.locator(".history")).to_contain_text(f"{UNIT} 回避")
    await handler.reload()
    await expect(handler.get_by_role("link", name=code)).to_have_count(0)
    await handler.goto(f"{served.address}/cases/{code}")
    await expect(handler.get_by_role("heading", level=1)).to_have_text("没有找到")
    await context.close()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
async def test_its_pages_are_accessible_and_fit(
    browser: Browser, served: Served, codes: list[str], scheme: str, width: int
):
    context = await browser.new_context(
        locale="zh-CN", color_scheme=scheme, viewport={"width": width, "height": 800}
    )
    page = await served.signed_in(context)
    with faultless(page, served.address):
        for name, path in {
            "views": "/cases/views?query=kind%3Dhazard",
            "labels": "/cases/labels",
            "units": "/cases/units",
            "rewards": "/cases/rewards",
            "limits": "/limits",
            "narrowed": "/cases?kind=suggestion",
            "twins": f"/cases/{codes[0]}",
            "compare": f"/cases/{codes[0]}/compare?with={codes[1]}",
        }.items():
            await page.goto(served.address + path)
            for folded in await page.locator("summary").filter(visible=True).all():
                await folded.click()
            await is_well(page, f"workbench-{name}-{width}-{scheme}")
        await page.goto(f"{served.address}/cases")
        await page.locator(f"#tick-{codes[4]}").check()
        await page.locator(f"#tick-{codes[3]}").check()
        await page.get_by_text("批量办理勾选的来件").click()
        for what, name in (("assign", "missing"), ("take_up", "asked")):
            await page.get_by_label("要办什么").select_option(what)
            await page.locator("main form button:visible").last.click()
            await is_well(page, f"workbench-bulk-{name}-{width}-{scheme}")
    await context.close()


async def test_a_dozen_views_stand_in_one_line_and_make_no_page_wide(
    browser: Browser, served: Served
):
    """What only screen readers read of each made the inbox four screens wide on a phone."""
    context = await browser.new_context(locale="zh-CN", viewport={"width": 360, "height": 740})
    page = await served.signed_in(context, "王芳")
    for number in range(8):
        await page.goto(f"{served.address}/cases/views?query=state%3Dreceived")
        await page.locator("#name").fill(f"看得见的长名字{number}")
        await page.get_by_role("button", name="存下").click()
    await page.goto(f"{served.address}/cases")
    assert await page.locator(".views a").count() > 7
    await is_well(page, "inbox-views-360")
    await context.close()


async def test_merged_from_the_twins_beside_a_case(
    desk: BrowserContext, served: Served, codes: list[str]
):
    """In two steps: one looks at both before one goes into the other."""
    page = await served.signed_in(desk)
    await page.goto(f"{served.address}/cases/{codes[1]}")
    if await page.locator(".heading .state").inner_text() == "已并入":
        await page.locator("summary", has_text="重新打开").click()
        await page.locator("#step-reopen-note").fill("再来一次")
        await page.get_by_role("button", name="重新打开").click()
    await page.get_by_role("link", name=f"{codes[0]} 对照着看").click()
    await page.get_by_role("button", name=f"并入 {codes[0]}").click()
    await expect(page.locator(".heading .state")).to_have_text("已并入")
    await expect(page.locator("dl").get_by_role("link", name=codes[0])).to_be_visible()


async def _fill(data: Path) -> list[str]:
    engine, library = make_engine(url_of(data)), load(Settings().content_dir)
    sessions = make_sessions(engine, master_key=vault.master_key(Settings(data_dir=data)))
    found = []
    async with transaction(sessions) as session:
        await units.put(session, utc_now, UNIT)
        await add_member(session, "李强", (Grant(Role.HANDLER, unit=UNIT),))
    for subject in SUBJECTS:
        async with transaction(sessions) as session:
            worker = await add_worker(session)
            turn = await add_turn(session, worker.id)
            draft = cases.Draft("suggestion", subject)
            done = await cases.hand_in(session, library, utc_now, worker.id, turn.id, draft=draft)
            found.append(done.case.code)
    async with transaction(sessions) as session:
        while await note_missing(session, library):
            pass
        assert await session.get(Case, done.case.id)
    await engine.dispose()
    return found

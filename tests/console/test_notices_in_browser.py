"""A notice from its author to a worker's phone and back to the report, in real Chromium."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from bot.noticing import look
from bot.web import inbox
from content.library import Library
from services.staff.actors import Grant
from services.staff.permissions import Role
from tests.console.served import faultless
from tests.console.together import both, look_well, signed_in
from tests.services.talking import Desk
from tests.web.phone import Phone

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

CLOSES = "2026-11-18T16:30"
PATIENCE = 15_000  # milliseconds: what comes by itself waits for a busy machine


async def press(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()


async def sees(page: Page, words: str) -> None:
    await expect(page.get_by_text(words).last).to_be_visible(timeout=PATIENCE)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_a_notice_reaches_a_worker_and_is_answered(
    browser: Browser,
    tmp_path: Path,
    migrated_sqlite: Path,
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
    *,
    scripts: bool,
):
    monkeypatch.setattr(inbox, "LOOK_EVERY", 0.2)
    small = {"viewport": {"width": 360, "height": 640}, "locale": "zh-CN"}
    desks = {"locale": "zh-CN", "java_script_enabled": scripts}
    async with (
        both(tmp_path, migrated_sqlite, library) as (desk, bot, console),
        await browser.new_context(**small) as pocket,
        await browser.new_context(**desks) as one,
        await browser.new_context(**desks) as other,
    ):
        author = await signed_in(
            *(desk, one, console, "/"), name="李强", grants=(Grant(Role.NOTICE_AUTHOR),)
        )
        approver = await signed_in(
            *(desk, other, console, "/"), name="王芳", grants=(Grant(Role.URGENT_APPROVER),)
        )
        phone = Phone(await pocket.new_page())
        await phone.open(bot)
        await phone.says("菜单")
        await phone.sees("我能帮你")
        with faultless(author, console), faultless(approver, console):
            await written(author, look_at=scripts)
            await approved(approver, look_at=scripts)
            await sent(author, look_at=scripts)
            await answered(desk, phone, author, look_at=scripts)
        phone.is_well()


async def written(page: Page, *, look_at: bool) -> None:
    """An author writes it, looks at it and asks for approval."""
    await page.get_by_role("link", name="写通知").click()
    await page.get_by_label("标题").fill("台风")
    await page.get_by_label("正文").fill("明天有台风，江边别跑。")
    await page.get_by_label("类别").select_option("weather")
    await page.get_by_label("要报名").check()
    await page.get_by_label("名额").fill("1")
    await page.get_by_label("报名截止").fill(CLOSES)
    await page.get_by_label("紧急").check()
    await press(page, "数一数，看样子")
    await sees(page, "现在发，会发给 1 人的 1 个账号。")
    if look_at:
        await look_well(page, "notice-form")
    await press(page, "存草稿")
    await press(page, "提交，请人批准")
    await sees(page, "等另一位同事批准")


async def approved(page: Page, *, look_at: bool) -> None:
    """Somebody else approves it."""
    await page.reload()
    if look_at:
        await look_well(page, "notices")
    await page.get_by_role("link", name="第1号").click()
    if look_at:
        await page.get_by_text("退回去改").click()
        await look_well(page, "notice-approve")
    await press(page, "批准")
    await sees(page, "王芳 批准")


async def sent(page: Page, *, look_at: bool) -> None:
    """Its author sends it now."""
    await page.reload()
    await page.get_by_label("马上").check()
    await press(page, "先看什么时候发")
    await sees(page, "马上发。")
    if look_at:
        await look_well(page, "notice-when")
    await press(page, "就这样发")
    await sees(page, "李强 定了时间")  # by now the bot may have begun


async def answered(desk: Desk, phone: Phone, page: Page, *, look_at: bool) -> None:
    """The worker reads it, and staff see that."""
    chat = desk.chat
    await look(chat.sessions, chat.library, chat.clock, 100)
    await sees(phone.page, "【紧急通知】台风")
    await phone.taps("收到")
    await sees(phone.page, "好，记下你看过了")
    await phone.taps("报名")
    await sees(phone.page, "已报名“台风”（第1号通知），第1号，还剩0个名额。")
    await phone.taps("留称呼或电话")
    await phone.says("王师傅")
    await sees(phone.page, "记下了（王…）")
    await phone.says("回复1 我电话13812345678，几点停工？")
    await sees(phone.page, "已经转给工作人员")
    await page.get_by_role("link", name="报告").click()
    read = page.get_by_role("listitem").filter(has_text="点了“收到”")
    await expect(read).to_contain_text("1")
    if look_at:
        await look_well(page, "notice-report")
    await listed(page, look_at=look_at)
    await page.get_by_role("link", name="回话").click()
    await sees(page, "我电话〔电话〕")
    if look_at:
        await look_well(page, "notice-replies")


async def listed(page: Page, *, look_at: bool) -> None:
    """Staff mark who came, and see how to reach him."""
    await page.get_by_role("link", name="报名", exact=True).click()
    came = page.get_by_role("button", name="来了")
    await came.click()
    await expect(came).to_have_attribute("aria-pressed", "true")
    if look_at:
        await look_well(page, "notice-signups")
    await page.get_by_label("第1号", exact=True).check()
    await page.get_by_label("为什么要看").fill("改地方要告诉他")
    await press(page, "看勾选的")
    await sees(page, "王师傅")
    if look_at:
        await look_well(page, "notice-contacts")
    await page.get_by_role("link", name="返回第1号的名单").click()

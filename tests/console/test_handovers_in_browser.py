"""A worker on the chat page and staff in the console talk with each other, in real Chromium."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from bot.web import inbox
from content.library import Library
from tests.console.served import faultless
from tests.console.together import both, look_well, signed_in
from tests.web.phone import Phone

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


class Both:
    """Staff's page, with scripts or without, and the worker's phone."""

    def __init__(self, page: Page, phone: Phone, *, scripts: bool) -> None:
        self.page, self.phone, self.scripts = page, phone, scripts

    async def staff_see(self, words: str) -> None:
        """What comes by itself with scripts, and by hand without."""
        shown = self.page.get_by_text(words).last
        for _ in range(0 if self.scripts else 20):
            await self.page.reload()
            if await shown.count():
                return
        await expect(shown).to_be_visible(timeout=15_000)

    async def staff_press(self, name: str) -> None:
        await self.page.get_by_role("button", name=name).click()

    async def look_well(self, name: str) -> None:
        """On a wide screen and a phone, by day and by night; scripts change nothing of it."""
        if self.scripts:
            await look_well(self.page, name)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
async def test_a_worker_and_staff_talk(
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
    async with (
        both(tmp_path, migrated_sqlite, library) as (desk, bot, console),
        await browser.new_context(**small) as pocket,
        await browser.new_context(locale="zh-CN", java_script_enabled=scripts) as context,
    ):
        await desk.comes("李强")
        page = await signed_in(desk, context, console, "/handovers")
        phone = Phone(await pocket.new_page())
        await phone.open(bot)
        with faultless(page, console):
            await talk(Both(page, phone, scripts=scripts))
        phone.is_well()


async def talk(two: Both) -> None:
    """From asking for a person to the way back."""
    phone = two.phone
    await two.staff_press("我在岗")
    await phone.says("找人工")
    await phone.sees("你排第1位")
    await phone.says("站点扣我钱，我电话13812345678")
    await two.staff_see("站点扣我钱，我电话〔电话〕")
    await two.look_well("handovers")
    await two.staff_press("接手")
    await phone.sees("工作人员来了，看着你发的话")
    await two.page.get_by_role("link", name="打招呼").click()
    await two.staff_press("发给骑手")
    await phone.sees("你好，我是工作人员，你说，我在看。")
    await phone.says("扣了两百")
    await two.staff_see("扣了两百")
    for folded in await two.page.locator(".next summary").all():
        await folded.click()
    await two.look_well("handover")
    await phone.taps("返回机器人")
    await phone.sees("好，我回来了，要办哪一样？")
    await two.staff_see("这次对话结束了：他回到机器人了。")
    await phone.says("菜单")
    await phone.sees("我能帮你")

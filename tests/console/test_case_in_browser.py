"""A case from acceptance to what its worker thinks of the answer, each on a page of his own."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect
from sqlalchemy import select

from bot import ticking
from bot.web import inbox
from content.library import Library
from db.models import Worker
from db.session import transaction
from services.staff.actors import Grant
from services.staff.permissions import Role
from tests.console.served import faultless
from tests.console.together import Desk, both, signed_in
from tests.services.casing import Office
from tests.web.phone import Phone

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

UNIT, OTHER = "区城管", "区交警"


@dataclass
class Clerk:
    """Somebody at a page of the console."""

    page: Page
    console: str

    async def opens(self, code: str) -> None:
        await self.page.goto(f"{self.console}/cases/{code}")

    async def takes(self, step: str, **typed: str) -> None:
        """Fill in the form of a step and send it."""
        form = self.page.locator(f"form[action$='/steps/{step}']")
        folded = self.page.locator("details:not([open])").filter(has=form).locator("summary")
        if await folded.count():
            await folded.click()
        for name, value in typed.items():
            field = form.locator(f"[name={name}]")
            if await field.evaluate("each => each.tagName") == "SELECT":
                await field.select_option(value)
            else:
                await field.fill(value)
        await form.locator("button[type=submit]:not([formaction])").click()
        await self.page.wait_for_load_state()

    async def sees(self, words: str) -> None:
        await expect(self.page.get_by_text(words).first).to_be_visible()


async def test_from_acceptance_to_what_the_worker_thinks(
    browser: Browser,
    tmp_path: Path,
    migrated_sqlite: Path,
    library: Library,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(inbox, "LOOK_EVERY", 0.2)
    monkeypatch.setattr(ticking, "SECONDS_BETWEEN_TICKS", 0.2)
    pocket = await browser.new_context(locale="zh-CN", viewport={"width": 360, "height": 640})
    desks = [await browser.new_context(locale="zh-CN") for _ in range(4)]
    async with both(tmp_path, migrated_sqlite, library) as (desk, bot, console):
        phone = Phone(await pocket.new_page())
        await phone.open(bot)
        await phone.says("菜单")
        await phone.sees("我能帮你")
        code = await handed_in(desk)
        roles = {
            "陈静": Grant(Role.REVIEWER),
            "李强": Grant(Role.HANDLER, unit=UNIT),
            "赵敏": Grant(Role.HANDLER, unit=OTHER),
            "王芳": Grant(Role.REVIEWER),
        }
        reviewer, handler, other, second = [
            Clerk(
                await signed_in(desk, desks[n], console, "/", name=name, grants=(grant,)), console
            )
            for n, (name, grant) in enumerate(roles.items())
        ]
        with faultless(reviewer.page, console), faultless(handler.page, console):
            await decided(reviewer, code)
            await worked_on(handler, other, code)
            await revealed(reviewer, code)
            await phone.sees("工作人员看了你留的称呼和联系方式。理由：要约时间看现场。")
            await second.opens(code)
            await second.takes("approve")
            await second.sees("已答复")
            await phone.sees("下周装好")
            desk.chat.clock.advance(days=1)  # he is asked on the next working day
            await phone.sees("你觉得怎么样")
            await phone.page.get_by_role("button", name="满意", exact=True).click()
            await phone.sees("记下了")
            later = await signed_in(desk, desks[3], console, f"/cases/{code}", name="吴霞")
            await expect(later.locator(".heading .state")).to_have_text("已评价")
        phone.is_well()
    for context in (pocket, *desks):
        await context.close()


async def handed_in(desk: Desk) -> str:
    """A case of the worker at the phone."""
    chat = desk.chat
    office = Office(chat.sessions, chat.library, chat.clock)
    await office.unit(UNIT, OTHER)
    async with transaction(chat.sessions) as session:
        worker = (await session.scalars(select(Worker.id))).one()
    return (await office.hand_in(worker, contact="13812345678")).case.code


async def decided(reviewer: Clerk, code: str) -> None:
    """Taken up, accepted, handed to a unit."""
    await reviewer.opens(code)
    await reviewer.takes("take_up")
    await reviewer.takes("accept")
    await reviewer.takes("assign", unit=UNIT, category="battery_charging_swap")
    await expect(reviewer.page.locator(".heading .state")).to_have_text("待签收")


async def worked_on(handler: Clerk, other: Clerk, code: str) -> None:
    """Signed for and answered by the unit's handler; another unit's finds nothing there."""
    await other.opens(code)
    await expect(other.page.get_by_text(code)).to_have_count(0)
    await expect(other.page.locator("form[action*='/steps/']")).to_have_count(0)
    await handler.opens(code)
    await handler.takes("sign_for")
    await handler.takes("answer", text="下周装好", grade="B")
    await handler.sees("待审核")
    await expect(handler.page.locator("form[action$='/steps/approve']")).to_have_count(0)


async def revealed(reviewer: Clerk, code: str) -> None:
    """The contact is shown for a reason only, and once."""
    page = reviewer.page
    await expect(page.get_by_text("13812345678")).to_have_count(0)
    form = page.locator(f"form[action='/cases/{code}/contact']")
    await form.get_by_role("button").click()
    await reviewer.sees("请写明为什么要看")
    await form.locator("[name=contact_reason]").fill("要约时间看现场")
    await form.get_by_role("button").click()
    await reviewer.sees("13812345678")
    await reviewer.opens(code)
    await expect(page.get_by_text("13812345678")).to_have_count(0)

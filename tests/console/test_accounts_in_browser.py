"""Accounts in real Chromium: an invitation, a password, a second factor, out, and in again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from kit.clock import utc_now
from tests.console.served import Served, faultless, is_well, serving
from tests.staffing import PASSWORD, code, secret_in

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture(scope="module")
def served(data: Path) -> Iterator[Served]:
    with serving(data) as running:
        yield running


async def invited(admin: Page, served: Served, name: str) -> str:
    """The address of an invitation that an admin makes."""
    await admin.goto(f"{served.address}/staff/invite")
    await admin.get_by_label("姓名").fill(name)
    await admin.get_by_label("审核员", exact=False).first.check()
    await admin.get_by_role("button", name="生成邀请链接").click()
    return await admin.locator("code.url").inner_text()


async def joins(page: Page, link: str) -> str:
    """Follow the link until the recovery codes are shown; gives the secret."""
    await page.goto(link)
    await page.get_by_label("密码", exact=True).fill(PASSWORD)
    await page.get_by_label("再填一次密码").fill(PASSWORD)
    await page.get_by_role("button", name="下一步").click()
    picture = page.get_by_role("img", name="二维码")
    box = await picture.bounding_box()
    assert box
    assert box["width"] > 150
    secret = secret_in(await page.locator("code.secret").inner_text())
    await page.get_by_label("6 位数字").fill(code(utc_now, secret))
    await page.get_by_role("button", name="绑定").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("抄下恢复码")
    return secret


async def signs_in(page: Page, served: Served, name: str, typed: str) -> None:
    await page.goto(f"{served.address}/sign-in")
    await page.get_by_label("姓名").fill(name)
    await page.get_by_label("密码").fill(PASSWORD)
    await page.get_by_role("button", name="下一步").click()
    await page.get_by_label("6 位数字").fill(typed)
    await page.get_by_role("button", name="登录").click()


async def test_invited_set_up_out_and_in_again(
    browser: Browser, desk: BrowserContext, served: Served, request: pytest.FixtureRequest
):
    name = f"王芳{len(request.node.name)}"
    office = await browser.new_context(locale="zh-CN")
    admin = await served.signed_in(office)
    page = await desk.new_page()
    with faultless(page, served.address):
        secret = await joins(page, await invited(admin, served, name))
        await expect(page.locator(".codes li")).to_have_count(10)
        recovery = await page.locator(".codes li").first.inner_text()
        await page.get_by_role("link", name="抄好了").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("全部来件")
        await page.get_by_role("button", name="退出").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("登录工作台")

        once = code(utc_now, secret, steps=1)
        await signs_in(page, served, name, once)
        await expect(page.get_by_role("heading", level=1)).to_have_text("全部来件")
        await page.goto(f"{served.address}/staff")
        await expect(page.get_by_role("heading", level=1)).to_have_text("现在不能这样做")
        await page.goto(f"{served.address}/cases")
        await page.get_by_role("button", name="退出").click()

        await signs_in(page, served, name, once)
        await expect(page.get_by_role("alert")).to_contain_text("已经用过")
        await page.get_by_label("6 位数字").fill(recovery)
        await page.get_by_role("button", name="登录").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("全部来件")
    await office.close()


async def looks_at_staff(admin: Page, served: Served, name: str, where: str) -> str:
    """Every page of an admin; gives the link that he makes on the way."""
    link = await invited(admin, served, name)
    await is_well(admin, f"invitation-{where}")
    for path in ("/staff", "/staff/invite", "/staff/events", "/me"):
        await admin.goto(served.address + path)
        await is_well(admin, f"{path[1:].replace('/', '-')}-{where}")
    await admin.get_by_label("现在的密码").last.fill(PASSWORD)
    await admin.get_by_role("button", name="重新绑定验证器").click()
    await is_well(admin, f"second-factor-{where}")
    await admin.goto(f"{served.address}/staff")
    await admin.get_by_role("link", name=name, exact=True).click()
    await is_well(admin, f"member-{where}")
    return link


async def looks_at_the_door(page: Page, served: Served, name: str, where: str) -> None:
    """Every page of signing in, a refused one too."""
    await page.goto(f"{served.address}/cases")
    await is_well(page, f"signed-out-{where}")
    await page.goto(f"{served.address}/sign-in")
    await is_well(page, f"sign-in-{where}")
    for password in ("x" * 12, PASSWORD):
        await page.get_by_label("姓名").fill(name)
        await page.get_by_label("密码").fill(password)
        await page.get_by_role("button", name="下一步").click()
        await is_well(page, f"{len(password)}-{where}")
    await expect(page.get_by_role("heading", level=1)).to_have_text("填验证码")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
async def test_every_page_of_accounts_is_accessible_and_fits(
    browser: Browser, served: Served, scheme: str, width: int
):
    context = await browser.new_context(
        locale="zh-CN", color_scheme=scheme, viewport={"width": width, "height": 800}
    )
    where = f"{width}-{scheme}"
    name = f"李强{where}"
    admin = await served.signed_in(context)
    link = await looks_at_staff(admin, served, name, where)
    await context.clear_cookies()
    page = await context.new_page()
    await page.goto(link)
    await is_well(page, f"join-{where}")
    await joins(page, link)
    await is_well(page, f"codes-{where}")
    await page.goto(link)
    await is_well(page, f"link-over-{where}")
    await context.clear_cookies()
    await looks_at_the_door(page, served, name, where)
    await context.close()

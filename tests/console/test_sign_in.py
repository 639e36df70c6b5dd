"""Signing in: the first time by a link, later by name, password and code; staying in, and out."""

import asyncio
import re
from collections.abc import Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI

from console.app import create_app
from db.session import Sessions, transaction
from kit.settings import Settings
from tests.console.reader import Page, Reader
from tests.factories import FixedClock
from tests.staffing import PASSWORD, add_member, code, secret_in

Link = Callable[[], Awaitable[str]]


async def joins(reader: Reader, path: str, name: str = "陈静") -> Page:
    """Follow a link up to the picture of the secret."""
    await reader.opens(path)
    return await reader.presses("下一步", name=name, password=PASSWORD, again=PASSWORD)


@pytest.fixture
async def member(sessions: Sessions) -> str:
    """The name of somebody who has joined."""
    async with transaction(sessions) as session:
        return (await add_member(session)).name


async def test_a_link_sets_up_the_first_admin(stranger: Reader, link: Link, clock: FixedClock):
    path = await link()
    page = await stranger.opens(path)
    assert page.headings["h1"] == ["设置第一个管理员"]
    page = await joins(stranger, path, "李强")
    assert page.headings["h1"] == ["绑定手机验证器"]
    assert "svg" in {tag for tag, _ in page.elements}
    secret = secret_in(page.text)
    page = await stranger.presses("绑定", 422, code="000000")
    assert "验证码对不上" in page.text
    assert secret_in(page.text) == secret
    page = await stranger.presses("绑定", code=code(clock, secret))
    assert page.headings["h1"] == ["抄下恢复码"]
    assert len(re.findall(r"\b\w{4}-\w{4}-\w{4}-\w{4}\b", page.text)) == 10
    page = await stranger.opens("/")
    assert (page.path, page.headings["h1"]) == ("/cases", ["全部来件"])
    assert "李强" in page.text
    await stranger.presses("退出")
    clock.advance(seconds=30)
    await stranger.opens("/sign-in")
    await stranger.presses("下一步", name="李强", password=PASSWORD)
    page = await stranger.presses("登录", code=code(clock, secret))
    assert page.path == "/cases"


async def test_looking_at_a_link_does_not_use_it_up(stranger: Reader, link: Link):
    path = await link()
    for _ in range(3):
        await stranger.opens(path)
    await joins(stranger, path)


async def test_a_link_works_once(stranger: Reader, link: Link):
    path = await link()
    await joins(stranger, path)
    page = await stranger.opens(path, 401)
    assert page.headings["h1"] == ["链接不能用了"]
    assert "make run" in page.text
    assert "yizhan staff link" in page.text


@pytest.mark.parametrize(
    ("password", "again", "words"),
    [
        ("short", "short", "密码要 10 到"),
        ("password123!", "password123!", "太常见"),
        (PASSWORD, PASSWORD + "x", "不一样"),
    ],
)
async def test_a_password_that_is_refused_leaves_the_link(
    stranger: Reader, link: Link, password: str, again: str, words: str
):
    path = await link()
    await stranger.opens(path)
    page = await stranger.presses("下一步", 422, name="李强", password=password, again=again)
    assert words in page.text
    assert page.forms[0].fields["name"] == "李强"
    assert password not in page.answer.text
    page = await stranger.presses("下一步", name="李强", password=PASSWORD, again=PASSWORD)
    assert page.headings["h1"] == ["绑定手机验证器"]


async def test_of_two_who_press_at_once_one_goes_on(app: FastAPI, link: Link):
    path = await link()
    clients = [
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")
        for _ in range(4)
    ]
    forms = []
    for client in clients:
        page = await Reader(client).opens(path)
        forms.append({**page.forms[0].fields, "password": PASSWORD, "again": PASSWORD})
    answers = await asyncio.gather(
        *(client.post(path, data=form) for client, form in zip(clients, forms, strict=True))
    )
    assert sorted(answer.status_code for answer in answers) == [303, 401, 401, 401]
    for client in clients:
        await client.aclose()


async def test_a_link_ends_after_a_day(stranger: Reader, link: Link, clock: FixedClock):
    path = await link()
    await stranger.opens(path)
    clock.advance(hours=24)
    await stranger.presses("下一步", 401, password=PASSWORD, again=PASSWORD)
    await stranger.opens(path, 401)


@pytest.mark.parametrize("token", ["x", "%00", "..%2f..%2f", "登录", "a" * 5000, "%F0%9F%98%80"])
async def test_a_forged_link_is_told_where_to_get_a_real_one(stranger: Reader, token: str):
    page = await stranger.opens(f"/sign-in/{token}", 404 if "%2f" in token else 401)
    assert "返回来件列表" in page.links or "yizhan staff link" in page.text


async def test_a_form_serves_only_the_browser_that_opened_it(
    stranger: Reader, link: Link, sessions: Sessions
):
    async def refused(**typed: str) -> None:
        stranger.client.cookies.clear()
        page = await stranger.presses("下一步", 403, **typed)
        assert "已经过期" in page.text

    await stranger.opens(await link())
    await refused(password=PASSWORD, again=PASSWORD)
    async with transaction(sessions) as session:
        await add_member(session, "李强")
    await stranger.opens("/sign-in")
    await refused(name="李强", password=PASSWORD)
    await stranger.opens("/sign-in")
    await stranger.presses("下一步", name="李强", password=PASSWORD)


async def test_a_wrong_password_and_an_unknown_name_get_the_same_page(
    stranger: Reader, member: str
):
    seen = []
    for name in (member, "李强"):
        await stranger.opens("/sign-in")
        page = await stranger.presses("下一步", 401, name=name, password="x" * 12)
        seen.append(page.text)
    assert seen[0] == seen[1]
    assert "姓名或密码不对" in seen[0]


async def test_five_wrong_ones_lock_and_say_how_long(
    stranger: Reader, member: str, clock: FixedClock
):
    await stranger.opens("/sign-in")
    for _ in range(4):
        await stranger.presses("下一步", 401, name=member, password="x" * 12)
    page = await stranger.presses("下一步", 429, name=member, password="x" * 12)
    assert "等 15 分钟" in page.text
    clock.advance(minutes=6)
    page = await stranger.presses("下一步", 429, name=member, password=PASSWORD)
    assert "等 9 分钟" in page.text
    clock.advance(minutes=9)
    await stranger.presses("下一步", name=member, password=PASSWORD)


async def test_a_code_is_not_taken_twice(stranger: Reader, member: str, clock: FixedClock):
    for status in (200, 401):
        await stranger.opens("/sign-in")
        await stranger.presses("下一步", name=member, password=PASSWORD)
        page = await stranger.presses("登录", status, code=code(clock))
    assert "已经用过" in page.text


async def test_half_way_in_opens_nothing(stranger: Reader, member: str, clock: FixedClock):
    await stranger.opens("/sign-in")
    await stranger.presses("下一步", name=member, password=PASSWORD)
    await stranger.opens("/cases", 401)
    await stranger.opens("/sign-in/setup", 401)
    await stranger.opens("/sign-in/code")
    clock.advance(minutes=30)
    page = await stranger.presses("登录", 401, code=code(clock))
    assert "重新开始" in page.text


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(
    stranger: Reader, member: str, clock: FixedClock
):
    await stranger.opens("/sign-in")
    page = await stranger.presses("下一步", name=member, password=PASSWORD)
    form = {**page.forms[0].fields, "code": code(clock)}
    answer = await stranger.client.post("/sign-in/code", data=form)
    cookies = [c.lower() for c in answer.headers.get_list("set-cookie")]
    (session,) = [cookie for cookie in cookies if cookie.startswith("console-8001-session=")]
    assert {"httponly", "samesite=strict", "path=/", "max-age=43200"} <= set(session.split("; "))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_in_production_the_cookie_travels_by_https_only(
    settings: Settings, app: FastAPI, member: str, clock: FixedClock
):
    secure = settings.model_copy(update={"console_cookie_secure": True})
    parts = app.state.console
    app = create_app(secure, parts.sessions, parts.library, parts.clock)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://localhost") as client:
        reader = Reader(client)
        await reader.opens("/sign-in")
        page = await reader.presses("下一步", name=member, password=PASSWORD)
        form = {**page.forms[0].fields, "code": code(clock)}
        answer = await client.post("/sign-in/code", data=form)
        assert "__Host-console-session" in client.cookies
        for cookie in answer.headers.get_list("set-cookie"):
            assert "secure" in cookie.lower().split("; ")
        await reader.opens("/cases")
        await reader.presses("退出")
        assert "__Host-console-session" not in client.cookies


async def test_signing_out_ends_the_session_itself(reader: Reader):
    cookies = dict(reader.client.cookies)
    page = await reader.presses("退出")
    assert page.headings["h1"] == ["登录工作台"]
    assert "console-8001-session" not in reader.client.cookies
    reader.client.cookies.update(cookies)
    await reader.opens("/cases", 401)


async def test_an_hour_without_a_click_signs_out(reader: Reader, clock: FixedClock):
    clock.advance(minutes=59)
    await reader.opens("/cases")
    clock.advance(minutes=59)
    await reader.opens("/cases")
    clock.advance(minutes=60)
    page = await reader.opens("/cases", 401)
    assert page.headings["h1"] == ["请先登录"]


async def test_half_a_day_signs_out_even_the_busy(reader: Reader, clock: FixedClock):
    for _ in range(23):
        clock.advance(minutes=30)
        await reader.opens("/cases")
    clock.advance(minutes=30)
    await reader.opens("/cases", 401)


@pytest.mark.parametrize("path", ["/cases", "/cases/7KQ3-M9TX", "/"])
async def test_a_stranger_is_told_how_to_sign_in(stranger: Reader, path: str):
    page = await stranger.opens(path, 401)
    assert "make run" in page.text
    stranger.client.cookies.set("console-8001-session", "forged")
    await stranger.opens(path, 401)


@pytest.mark.parametrize("path", ["/staff/%00", "/staff/x-1", "/staff/1", "/staff/events?of=%00"])
async def test_an_address_written_by_hand_is_a_clear_page(reader: Reader, path: str):
    await reader.opens(path, 404)

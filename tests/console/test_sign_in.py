"""Signing in by a one-time link, staying signed in, and signing out."""

import asyncio
from collections.abc import Awaitable, Callable

import httpx
import pytest
from fastapi import FastAPI

from console.app import create_app
from kit.settings import Settings
from tests.console.reader import Reader
from tests.factories import FixedClock

Link = Callable[[], Awaitable[str]]


async def test_a_link_opens_a_page_whose_button_signs_in(stranger: Reader, link: Link):
    page = await stranger.opens(await link())
    assert page.headings["h1"] == ["登录工作台"]
    page = await stranger.presses("登录")
    assert (page.path, page.headings["h1"]) == ("/cases", ["全部来件"])
    assert "陈静" in page.text


async def test_looking_at_a_link_does_not_use_it_up(stranger: Reader, link: Link):
    path = await link()
    for _ in range(3):
        await stranger.opens(path)
    await stranger.presses("登录")


async def test_a_link_signs_in_once(stranger: Reader, link: Link):
    path = await link()
    await stranger.opens(path)
    await stranger.presses("登录")
    page = await stranger.opens(path, 401)
    assert page.headings["h1"] == ["登录链接不能用了"]
    assert "make run" in page.text
    assert "yizhan staff link" in page.text


async def test_of_two_who_press_at_once_one_is_let_in(app: FastAPI, link: Link):
    path = await link()
    clients = [
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost")
        for _ in range(4)
    ]
    forms = []
    for client in clients:
        reader = Reader(client)
        page = await reader.opens(path)
        forms.append(page.forms[0].fields)
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
    await stranger.presses("登录", 401)
    await stranger.opens(path, 401)


@pytest.mark.parametrize("token", ["x", "%00", "..%2f..%2f", "登录", "a" * 5000, "%F0%9F%98%80"])
async def test_a_forged_link_is_told_where_to_get_a_real_one(stranger: Reader, token: str):
    page = await stranger.opens(f"/sign-in/{token}", 404 if "%2f" in token else 401)
    assert "返回来件列表" in page.links or "yizhan staff link" in page.text


async def test_the_sign_in_form_serves_only_the_browser_that_opened_it(
    stranger: Reader, link: Link
):
    path = await link()
    await stranger.opens(path)
    stranger.client.cookies.clear()
    page = await stranger.presses("登录", 403)
    assert "已经过期" in page.text
    await stranger.opens(path)
    await stranger.presses("登录")


async def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(
    stranger: Reader, link: Link
):
    path = await link()
    page = await stranger.opens(path)
    answer = await stranger.client.post(path, data=page.forms[0].fields)
    cookies = [c.lower() for c in answer.headers.get_list("set-cookie")]
    (session,) = [cookie for cookie in cookies if cookie.startswith("console-8001-session=")]
    assert {"httponly", "samesite=strict", "path=/", "max-age=43200"} <= set(session.split("; "))


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_in_production_the_cookie_travels_by_https_only(
    settings: Settings, app: FastAPI, link: Link
):
    secure = settings.model_copy(update={"console_cookie_secure": True})
    parts = app.state.console
    app = create_app(secure, parts.sessions, parts.library, parts.clock)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="https://localhost") as client:
        reader = Reader(client)
        page = await reader.opens(await link())
        answer = await client.post(page.path, data=page.forms[0].fields)
        assert "__Host-console-session" in client.cookies
        for cookie in answer.headers.get_list("set-cookie"):
            assert "secure" in cookie.lower().split("; ")
        await reader.opens("/cases")
        await reader.presses("退出")
        assert not client.cookies


async def test_signing_out_ends_the_session_itself(reader: Reader):
    cookies = dict(reader.client.cookies)
    page = await reader.presses("退出")
    assert page.headings["h1"] == ["请先登录"]
    assert not reader.client.cookies
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

"""What holds on every route: permission, errors as pages, refusals, health."""

from collections.abc import Iterable, Iterator

import httpx
import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from sqlalchemy.exc import OperationalError
from starlette.routing import BaseRoute, Mount

from console import auth
from console.app import create_app
from console.guards import MAX_BODY, own_names
from console.pages import HERE
from content.library import Library
from db.models import Case, CaseEvent
from db.session import make_sessions
from kit.settings import Settings
from services.cases import ROUTES
from tests.console.reader import Page, Reader, check, check_headers
from tests.engines import engine_of
from tests.factories import FixedClock
from tests.testers.chat import shipped_library

EVERYWHERE = ".".join("0000")  # all addresses of the machine, as in a container


@pytest.fixture
def database() -> str:
    """Nothing here depends on the kind of database."""
    return "sqlite"


def dependencies(dependant: Dependant) -> Iterator[object]:
    for part in dependant.dependencies:
        yield part.call
        yield from dependencies(part)


def routes(among: Iterable[BaseRoute]) -> Iterator[BaseRoute]:
    """Every route; FastAPI hides those of an included router in an object of its own."""
    for route in among:
        included = getattr(route, "original_router", None)
        yield from [route] if included is None else routes(included.routes)


def test_every_route_declares_its_permission(app: FastAPI):
    found = list(routes(app.routes))
    pages = [route for route in found if isinstance(route, APIRoute)]
    assert "/cases/{code}" in [route.path for route in pages]
    assert [route.path for route in pages if len(auth.declared(route)) != 1] == []
    others = [route for route in found if not isinstance(route, APIRoute)]
    assert [(type(route), route.path) for route in others] == [(Mount, "/static")]


def test_every_form_is_checked_for_its_token(app: FastAPI):
    unchecked = [
        route.path
        for route in routes(app.routes)
        if isinstance(route, APIRoute)
        and "POST" in route.methods
        and not auth.FORM_CHECKS & set(dependencies(route.dependant))
    ]
    assert unchecked == []


def test_every_state_and_kind_has_words():
    text = (HERE / "templates" / "words.html").read_text(encoding="utf-8")
    routes_in_words = {f"route_{route}" for route in ROUTES}
    assert all(shipped_library().say(f"case_steps.{key}") for key in routes_in_words)
    for table in (Case.__table__, CaseEvent.__table__):
        for constraint in table.constraints:
            for value in str(getattr(constraint, "sqltext", "")).split("'")[1::2]:
                assert value in ROUTES or f'"{value}": ' in text


@pytest.mark.parametrize(
    "path", ["/nowhere", "/cases/7KQ3-M9TX/nothing", "/docs", "/openapi.json", "/static/x", "//x"]
)
async def test_an_unknown_address_is_a_clear_page(stranger: Reader, path: str):
    answer = await stranger.client.get(f"http://127.0.0.1:8001{path}")
    assert answer.status_code == 404
    page = Page(answer)
    assert page.headings["h1"] == ["没有找到"]
    if not path.startswith("/static/"):
        check(page)


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "/cases"), ("PUT", "/cases"), ("GET", "/sign-out"), ("DELETE", "/cases/7KQ3-M9TX")],
)
async def test_a_wrong_method_is_a_clear_page(reader: Reader, method: str, path: str):
    answer = await reader.client.request(method, path)
    assert answer.status_code == 405
    assert answer.headers["allow"]
    page = Page(answer)
    check(page)
    assert page.headings["h1"] == ["不能这样打开"]


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"content-type": "application/json"}, b"{}"),
        ({"content-type": "multipart/form-data"}, b"x"),
        ({"content-type": "multipart/form-data; boundary=x"}, b"--x\r\nbroken"),
        ({"content-type": "application/x-www-form-urlencoded"}, b"csrf=%ff&csrf=\x00"),
        (
            {"content-type": "multipart/form-data; boundary=x"},
            b'--x\r\nContent-Disposition: form-data; name="csrf"; filename="f"\r\n\r\nv\r\n--x--',
        ),
    ],
)
async def test_a_body_that_is_no_form_is_a_clear_page(
    reader: Reader, headers: dict[str, str], body: bytes
):
    answer = await reader.client.post("/sign-out", content=body, headers=headers)
    assert answer.status_code in {400, 403, 422}
    check(Page(answer))


async def test_a_large_body_is_refused_unread(reader: Reader):
    answer = await reader.client.post("/sign-out", content=b"x" * (MAX_BODY + 1))
    assert answer.status_code == 413
    check(Page(answer))
    for length in ("-1", "many", "9" * 40):
        answer = await reader.client.post("/sign-out", headers={"content-length": length})
        assert answer.status_code in {413, 422}


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8001", "[", "", "a b"])
async def test_another_host_name_is_refused(stranger: Reader, host: str):
    answer = await stranger.client.get("/cases", headers={"host": host})
    assert answer.status_code == 421
    page = Page(answer)
    check(page)
    assert "YIZHAN_CONSOLE_URL" in page.text
    answer = await stranger.client.get("/healthz", headers={"host": host})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("host", "url", "names"),
    [
        ("127.0.0.1", None, {"127.0.0.1", "localhost", "::1"}),
        (EVERYWHERE, None, set()),
        (
            EVERYWHERE,
            "https://tai.example.cn/",
            {"127.0.0.1", "localhost", "::1", "tai.example.cn"},
        ),
    ],
)
def test_the_console_knows_its_names(host: str, url: str | None, names: set[str]):
    assert own_names(Settings(host=host, console_url=url)) == names


async def test_a_crash_is_a_clear_page_that_tells_nothing(
    settings: Settings, library: Library, clock: FixedClock
):
    async with engine_of("sqlite+aiosqlite:////nonexistent/folder/x.db") as engine:
        broken = create_app(settings, make_sessions(engine), library, clock)
        transport = httpx.ASGITransport(broken, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            client.cookies.set("console-8001-session", "x")
            answer = await client.get("/cases")
            assert answer.status_code == 500
            page = Page(answer)
            check(page)
            assert page.headings["h1"] == ["系统出了问题"]
            assert "nonexistent" not in answer.text
            assert OperationalError.__name__ not in answer.text
            assert (await client.get("/healthz")).json() == {"status": "ok"}
            answer = await client.get("/readyz")
            assert (answer.status_code, answer.json()["waiting_for"]) == (503, ["database"])


async def test_health_needs_no_sign_in(stranger: Reader):
    for path in ("/healthz", "/readyz"):
        answer = await stranger.client.get(path)
        assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
        assert (await stranger.client.head(path)).status_code == 200


async def test_the_sheet_is_ours_and_may_be_kept(stranger: Reader):
    answer = await stranger.client.get("/static/console.css")
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-cache")
    assert "http" not in answer.text
    headers = {"if-none-match": answer.headers["etag"]}
    again = await stranger.client.get("/static/console.css", headers=headers)
    assert again.status_code == 304


async def test_a_redirect_bears_the_headers_too(reader: Reader):
    answer = await reader.client.get("/")
    assert (answer.status_code, answer.headers["location"]) == (303, "/cases")
    check_headers(answer)

"""The console on a real database, a reader before it, and cases that workers handed in."""

import shutil
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from fastapi import FastAPI
from playwright.async_api import Browser, BrowserContext

from console.app import create_app
from console.deps import Console
from console.pages import Pages
from content.library import Library
from content.loader import load
from db.session import Sessions, transaction
from kit.settings import Settings
from services import cases, photos, recordings
from services.staff import links
from services.staff.actors import Grant
from services.staff.permissions import Role
from tests.browser import browser
from tests.console.reader import Reader
from tests.factories import FixedClock, add_turn, add_worker
from tests.services.noticing import Newsroom
from tests.staffing import EVERYTHING, add_member, sign_in

__all__ = ["browser"]  # A fixture is found under the name by which it is imported here.

HandIn = Callable[..., Awaitable[str]]


@pytest.fixture(scope="session")
def library() -> Library:
    return load(Settings().content_dir)


@pytest.fixture(scope="module")
def data(migrated_sqlite: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a database of its own."""
    folder = tmp_path_factory.mktemp("console")
    shutil.copyfile(migrated_sqlite, folder / "yizhan.db")
    return folder


@pytest_asyncio.fixture(loop_scope="session", params=[True, False], ids=["scripts", "no-scripts"])
async def desk(browser: Browser, request: pytest.FixtureRequest) -> AsyncIterator[BrowserContext]:
    """A browser at a desk, with scripts and without."""
    context = await browser.new_context(locale="zh-CN", java_script_enabled=request.param)
    yield context
    await context.close()


@pytest.fixture(scope="session")
def built() -> list[FastAPI]:
    """The one app that all tests ask; its routes take longer to build than most tests to run."""
    return []


@pytest.fixture
def app(
    built: list[FastAPI],
    settings: Settings,
    sessions: Sessions,
    library: Library,
    clock: FixedClock,
) -> FastAPI:
    """The console; all that it is handed is this test's own."""
    if not built:
        built.append(create_app(settings, sessions, library, clock))
    built[0].state.console = Console(settings, sessions, library, clock, Pages(library))
    return built[0]


@pytest.fixture
async def stranger(app: FastAPI) -> AsyncIterator[Reader]:
    """A reader who is not signed in."""
    async with _client(app) as client:
        yield Reader(client)


@pytest.fixture
async def staff_at(
    app: FastAPI, sessions: Sessions, clock: FixedClock
) -> AsyncIterator[Callable[..., Awaitable[Reader]]]:
    """Readers who are signed in, each with the roles that are named; without any, with all."""
    async with AsyncExitStack() as held:

        async def one(name: str = "陈静", *roles: Role | Grant) -> Reader:
            grants = tuple(each if isinstance(each, Grant) else Grant(each) for each in roles)
            async with transaction(sessions) as session:
                staff = await add_member(session, name, grants or EVERYTHING)
                token = await sign_in(session, clock, staff)
            client = await held.enter_async_context(_client(app))
            client.cookies.set("console-8001-session", token, domain="127.0.0.1", path="/")
            return Reader(client)

        yield one


@pytest.fixture
async def reader(staff_at: Callable[..., Awaitable[Reader]]) -> Reader:
    """A member of staff who has just signed in and looks at the inbox."""
    reader = await staff_at()
    await reader.opens("/")
    return reader


@pytest.fixture
def room(sessions: Sessions, library: Library, clock: FixedClock) -> Newsroom:
    """Notices, and workers who get them."""
    return Newsroom(sessions, library, clock)


@pytest.fixture
async def author(staff_at: Callable[..., Awaitable[Reader]]) -> Reader:
    """Who writes notices."""
    return await staff_at("李强", Role.NOTICE_AUTHOR)


@pytest.fixture
async def approver(staff_at: Callable[..., Awaitable[Reader]]) -> Reader:
    """Who approves them."""
    return await staff_at("周洋", Role.NOTICE_APPROVER)


@pytest.fixture
def link(sessions: Sessions, clock: FixedClock) -> Callable[[], Awaitable[str]]:
    """Issue a link for the first admin and tell its path."""

    async def issue() -> str:
        async with transaction(sessions) as session:
            return "/sign-in/" + await links.issue_link(session, clock, "陈静")

    return issue


@pytest.fixture
def hand_in(sessions: Sessions, library: Library, clock: FixedClock, settings: Settings) -> HandIn:
    """Let a worker hand in a case, a minute after the one before; returns its code.

    No two say the same unless the test does: they would be held.
    """
    said: list[str] = []

    async def one(
        subject: str | None = None,
        *pictures: bytes,
        kind: str = "suggestion",
        voices: Sequence[bytes] = (),
        **fields: str | None,
    ) -> str:
        clock.advance(minutes=1)
        if subject is None:
            subject = f"路口没有充电柜{'，还有一处' * len(said)}"
            said.append(subject)
        async with transaction(sessions) as session:
            worker = await add_worker(session)
            turn = await add_turn(session, worker.id)
            kept = [
                await photos.SHELF.keep(
                    session, clock, settings.photos, worker.id, photos.encode(picture)
                )
                for picture in pictures
            ]
            spoken = [
                await recordings.SHELF.keep(
                    session, clock, settings.recordings, worker.id, recordings.encode(voice)
                )
                for voice in voices
            ]
            draft = cases.Draft(
                kind, subject, photos=tuple(kept), recordings=tuple(spoken), **fields
            )
            done = await cases.hand_in(session, library, clock, worker.id, turn.id, draft=draft)
        return done.case.code

    return one


def _client(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app)
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8001")

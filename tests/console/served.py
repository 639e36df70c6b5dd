"""A console as its process serves it, and what every page of it must keep in a real browser."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import BrowserContext, Page
from sqlalchemy.ext.asyncio import AsyncSession

from db.repositories.staff import StaffRepository
from db.session import make_engine, make_sessions, transaction
from kit.clock import utc_now
from services.staff import links
from tests.staffing import add_member, sign_in

WAIT = 60  # seconds until the process must be ready on a busy machine


@dataclass
class Served:
    """A running console, and links to sign in by."""

    address: str
    url: str

    async def link(self, name: str = "陈静") -> str:
        """A new link for the first admin; there must be none yet."""
        async with self._transaction() as session:
            token = await links.issue_link(session, utc_now, name)
        return f"{self.address}/sign-in/{token}"

    async def signed_in(self, desk: BrowserContext, name: str = "陈静") -> Page:
        """A page of somebody who has just signed in."""
        async with self._transaction() as session:
            staff = await StaffRepository(session).by_name(name)
            token = await sign_in(session, utc_now, staff or await add_member(session, name))
        port = self.address.rsplit(":", 1)[1]
        cookie = {"name": f"console-{port}-session", "value": token, "url": self.address}
        await desk.add_cookies([cookie])
        page = await desk.new_page()
        await page.goto(f"{self.address}/")
        return page

    @asynccontextmanager
    async def _transaction(self) -> AsyncIterator[AsyncSession]:
        engine = make_engine(self.url)
        async with transaction(make_sessions(engine)) as session:
            yield session
        await engine.dispose()


@contextmanager
def serving(data: Path) -> Iterator[Served]:
    """The console over the database of a folder, until the block ends."""
    url = url_of(data)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = os.environ | {
        "YIZHAN_DATA_DIR": str(data),
        "YIZHAN_DATABASE_URL": url,
        "YIZHAN_CONSOLE_PORT": str(port),
    }
    log = data / "console.log"
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "console"], env=environment, stderr=output
        )
    try:
        _wait_until_ready(f"http://127.0.0.1:{port}/readyz", process)
        yield Served(f"http://127.0.0.1:{port}", url)
    finally:
        process.terminate()
        process.wait(WAIT)
    assert "/sign-in/" not in log.read_text(), "a sign-in link stands in the log"


def url_of(data: Path) -> str:
    """The database of a folder."""
    return f"sqlite+aiosqlite:///{data / 'yizhan.db'}"


@contextmanager
def faultless(page: Page, address: str) -> Iterator[None]:
    """Fail if a script of the page breaks or it asks anybody else for anything."""
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("request", lambda seen: seen.url.startswith(address) or faults.append(seen.url))
    yield
    assert faults == []


async def is_well(page: Page, name: str) -> None:
    await page.wait_for_load_state()  # a click that leads elsewhere does not wait for the style
    # Colours that change with the scheme change slowly; in a closed <details> they never end.
    shown = "document.getAnimations().filter(each => each.effect.target.checkVisibility())"
    await page.evaluate(f"Promise.allSettled({shown}.map(each => each.finished)).then(() => null)")
    shots = os.environ.get("CONSOLE_SHOTS")  # a folder, to look at the pages with one's own eyes
    if shots:
        await page.screenshot(path=Path(shots) / f"{name}.png", full_page=True)
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert await page.evaluate(wide) == 0, f"{page.url} is too wide"


async def tab_to(page: Page, words: str) -> None:
    for _ in range(40):
        await page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if await focused.count() and await focused.inner_text() == words:
            return
    pytest.fail(f"the Tab key never reaches {words}")


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + WAIT
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(url).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.1)
    pytest.fail(f"the console is not ready; it ended with {process.poll()}")

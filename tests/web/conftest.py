"""The chat page opened on a phone against the fake turn API."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext

from tests.browser import browser
from tests.web.fake_api import FakeApi, start
from tests.web.phone import Phone

__all__ = ["browser"]  # A fixture is found under the name by which it is imported here.


@pytest.fixture
def api() -> FakeApi:
    return FakeApi()


@pytest.fixture
def address(api: FakeApi) -> Iterator[str]:
    server = start(api)
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest_asyncio.fixture(loop_scope="session")
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(
        viewport={"width": 360, "height": 640}, locale="zh-CN", has_touch=True, is_mobile=True
    )
    context.set_default_timeout(5000)
    yield context
    await context.close()


@pytest_asyncio.fixture(loop_scope="session")
async def phone(context: BrowserContext, address: str) -> AsyncIterator[Phone]:
    """A worker's phone with the page open; it fails the test if the page itself ever errs."""
    phone = Phone(await context.new_page())
    await phone.open(address)
    yield phone
    phone.is_well()

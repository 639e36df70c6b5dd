"""The browser that page tests share: one headless Chromium a session, found on the machine.

Playwright's loop is the session's, so a test module that uses it carries
`pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]`.
"""

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tools import chromium as chromiums


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        path = chromiums.find(playwright.chromium.executable_path)
        if path is None:
            pytest.fail(chromiums.MISSING, pytrace=False)
        # Chromium's sandbox refuses to start for root, which is who runs tests in a container.
        chromium = await playwright.chromium.launch(
            executable_path=path, chromium_sandbox=os.geteuid() != 0
        )
        yield chromium
        await chromium.close()

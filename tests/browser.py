"""The browser that page tests share: one headless Chromium a session, found on the machine.

Playwright's loop is the session's, so a test module that uses it carries
`pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]`.
"""

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Playwright, async_playwright

# The shell has no window nor what belongs to one: the same pages for two thirds of the work.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)
MISSING = "No Chromium found. Install one: apt-get install chromium-headless-shell fonts-noto-cjk"


def find_chromium(playwright: Playwright) -> str | None:
    """The machine's own Chromium first, then one that Playwright has downloaded."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    own = playwright.chromium.executable_path
    return own if Path(own).exists() else None


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        path = find_chromium(playwright)
        if path is None:
            pytest.fail(MISSING, pytrace=False)
        # Chromium's sandbox refuses to start for root, which is who runs tests in a container.
        chromium = await playwright.chromium.launch(
            executable_path=path, chromium_sandbox=os.geteuid() != 0
        )
        yield chromium
        await chromium.close()

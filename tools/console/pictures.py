"""Takes the pictures of the console: an office that is made up, in a real browser.

python -m tools.console.pictures        writes docs/images/console-*.png
"""

import asyncio
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ViewportSize, sync_playwright
from sqlalchemy import text as sql

from content.library import Library
from content.loader import load
from db.session import make_engine, make_sessions, transaction
from kit.settings import Settings
from services.cases import sorting
from tools import chromium
from tools.console.asking import serving
from tools.console.filling import Filled, fill
from tools.screenshots import DESK, OUT, PHONE, SCRIPT, find_browser
from tools.start.machine import ROOT
from tools.stops.databases import databases

CASES, SORTED = 900, 200
WHO = "all roles"
TALL: ViewportSize = {"width": DESK["width"], "height": 1000}


def main() -> int:
    """Fill, serve, picture."""
    library = load(Settings().content_dir)
    units = sorted({each.unit for each in library.categories.values() if each.unit})
    with ExitStack() as held:
        folder = Path(held.enter_context(tempfile.TemporaryDirectory(prefix="yizhan-pictures-")))
        url = held.enter_context(databases()["SQLite"](folder))
        filled = fill(url, library, CASES, units)
        shown = asyncio.run(_made_plausible(url, library))
        console = held.enter_context(serving(url, folder))
        browser = find_browser(held.enter_context(sync_playwright()).chromium)
        if browser is None:
            print(chromium.MISSING)
            return 1
        held.callback(browser.close)
        for path in _pictured(browser, console.port, filled, shown):
            print(path.relative_to(ROOT))
    return 0


async def _made_plausible(url: str, library: Library) -> str:
    """Give the newest cases the category that their words speak of, and who looks a name; gives
    the code of a case that is in hand.
    """
    name = tomllib.loads(SCRIPT.read_text(encoding="utf-8"))["staff"]
    engine = make_engine(url)
    sessions = make_sessions(engine)
    async with transaction(sessions) as session:
        await session.execute(sql("UPDATE staff SET name = :name WHERE name = :who"),
                              {"name": name, "who": WHO})  # fmt: skip
        newest = await session.execute(
            sql("SELECT id, kind, subject FROM cases ORDER BY created_at DESC LIMIT :most"),
            {"most": SORTED},
        )
        for case_id, kind, subject in newest.all():
            found = await sorting.propose(session, library, kind, subject)
            await session.execute(
                sql("UPDATE cases SET category = :category WHERE id = :id"),
                {"category": found.category or "other", "id": case_id},
            )
        shown = await session.execute(
            sql("SELECT code FROM cases WHERE state = 'handling' ORDER BY created_at DESC LIMIT 1")
        )
        code = str(shown.scalar_one())
    await engine.dispose()
    return code


def _pictured(browser: Browser, port: int, filled: Filled, code: str) -> Iterator[Path]:
    """The pages on a desk, and two of them on a phone."""
    address = f"http://127.0.0.1:{port}"
    cookie = {"name": f"console-{port}-session", "value": filled.tokens[WHO], "url": address}
    for size, pages in (
        (TALL, {"inbox": "/cases", "case": f"/cases/{code}", "figures": "/figures"}),
        (PHONE, {"phone-inbox": "/cases", "phone-case": f"/cases/{code}"}),
    ):
        context: BrowserContext = browser.new_context(
            viewport=size, locale="zh-CN", device_scale_factor=1 if size is TALL else 2
        )
        context.add_cookies([cookie])  # type: ignore[list-item] # a dictionary of Playwright's own
        page = context.new_page()
        for name, path in pages.items():
            page.goto(address + path)
            page.wait_for_load_state()
            file = OUT / f"console-{name}.png"
            page.screenshot(path=file)
            yield file
        context.close()


if __name__ == "__main__":
    sys.exit(main())

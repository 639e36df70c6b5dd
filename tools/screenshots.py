"""Takes the pictures of the README in a real browser.

python -m tools.screenshots                                starts Yizhan for it, on free ports
python -m tools.screenshots --chat URL --sign-in URL       uses one that runs

`docs/images/chat.png` is the chat on a phone, three screens of one conversation side by side;
`docs/images/console.png` is the case that came of it, as staff see it.
"""

import argparse
import base64
import os
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import (
    Browser,
    BrowserType,
    Geolocation,
    Page,
    ViewportSize,
    expect,
    sync_playwright,
)
from pyotp import TOTP

from kit.clock import utc_now
from kit.ids import new_token
from tools import chromium
from tools.run import SIGN_IN_LINK
from tools.start.machine import ROOT, Stopped, answer
from tools.start.programs import surroundings
from tools.start.progress import explain, words
from tools.start.trial import running

OUT = ROOT / "docs" / "images"
SCRIPT = Path(__file__).with_suffix(".toml")

PHONE: ViewportSize = {"width": 360, "height": 800}
DESK: ViewportSize = {"width": 1280, "height": 720}
PLACE: Geolocation = {"latitude": 22.7947, "longitude": 113.5328}
GAP = 16
PATIENCE_MS = 20_000
TRIES = 4  # the first sentences after a start may take Rasa longer than the bot waits


@contextmanager
def started() -> Iterator[tuple[str, str]]:
    """A copy of our own with an empty database; the addresses of chat and sign-in."""
    with (
        tempfile.TemporaryDirectory(prefix="yizhan-pictures-") as folder,
        running(Path(folder)) as (stack, settings),
    ):
        link = answer([sys.executable, *SIGN_IN_LINK], surroundings(settings))
        if link is None:
            start, why = words("steps", "start"), "no sign-in link"
            raise Stopped("step_failed", step=start, reason=why, log=stack.logs)
        yield f"http://127.0.0.1:{settings.bot_port}/", link.splitlines()[-1]


def main() -> int:
    """Take both pictures."""
    options = _arguments()
    script = tomllib.loads(SCRIPT.read_text(encoding="utf-8"))
    with ExitStack() as held:
        try:
            given = (options.chat, options.sign_in)
            chat, sign_in = given if all(given) else held.enter_context(started())
        except Stopped as stopped:
            print(explain(stopped), file=sys.stderr)
            return 1
        browser = find_browser(held.enter_context(sync_playwright()).chromium)
        if browser is None:
            print(chromium.MISSING)
            return 1
        OUT.mkdir(parents=True, exist_ok=True)
        held.callback(browser.close)
        code = next(
            filter(None, (_picture_chat(browser, chat, script) for _ in range(TRIES))), None
        )
        if code is None:
            print("The chat did not answer with the cards that the pictures are to show.")
            return 1
        _picture_console(browser, sign_in, code, script)
    print(*(path.relative_to(ROOT) for path in sorted(OUT.glob("*.png"))), sep="\n")
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--chat", help="address of the chat page; give --sign-in too")
    parser.add_argument("--sign-in", help="an unused first link of the same copy's console")
    options = parser.parse_args()
    if bool(options.chat) != bool(options.sign_in):
        parser.error("give both --chat and --sign-in, or neither")
    return options


def find_browser(kind: BrowserType) -> Browser | None:
    """The machine's own Chromium, else the one that Playwright downloaded."""
    found = chromium.find(kind.executable_path)
    if found is None:
        return None
    # Chromium's sandbox refuses to start for root.
    return kind.launch(executable_path=found, chromium_sandbox=os.geteuid() != 0)


def _picture_chat(browser: Browser, address: str, script: dict[str, Any]) -> str | None:
    """Play the conversation and picture it; gives the code of the case, None without a card."""
    context = browser.new_context(
        viewport=PHONE, device_scale_factor=2, is_mobile=True, has_touch=True,
        locale="zh-CN", geolocation=PLACE, permissions=["geolocation"],
    )  # fmt: skip
    page = context.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.goto(address)
    screens = []
    for part in script["shown"]:
        _play(page, part, script)
        screens.append(page.screenshot())
        if page.locator(".card").count() < len(screens):
            context.close()
            return None
    code = page.locator(".card.case .code").inner_text()
    context.close()
    _side_by_side(browser, screens)
    return code


def _play(page: Page, part: dict[str, Any], script: dict[str, Any]) -> None:
    """Say and tap what one group of the script says."""
    for said in part["said"]:
        page.locator("#text").fill(said)
        page.locator("#composer").get_by_role("button", name=script["send"], exact=True).click()
        _wait_for_answer(page)
    if part.get("shares_place"):
        if not page.locator("#place").is_visible():
            page.locator("#place-open").click()
        page.locator("#place-go").click()
        _wait_for_answer(page)
    if part.get("sends"):
        page.locator(".turn").last.get_by_role("button", name=script["send"], exact=True).click()
        _wait_for_answer(page)


def _wait_for_answer(page: Page) -> None:
    turn = page.locator(".turn").last
    expect(turn).to_have_attribute("data-state", "done", timeout=PATIENCE_MS)


def _side_by_side(browser: Browser, screens: list[bytes]) -> None:
    """One picture of several screens."""
    wide = (PHONE["width"] + GAP) * len(screens) - GAP
    size: ViewportSize = {"width": wide, "height": PHONE["height"]}
    page = browser.new_page(viewport=size, device_scale_factor=2)
    shown = [base64.b64encode(screen).decode() for screen in screens]
    images = "".join(
        f'<img width="{PHONE["width"]}" src="data:image/png;base64,{each}">' for each in shown
    )
    page.set_content(f'<body style="margin:0;display:flex;gap:{GAP}px">{images}</body>')
    page.screenshot(path=OUT / "chat.png", omit_background=True)
    page.close()


def _picture_console(browser: Browser, sign_in: str, code: str, script: dict[str, Any]) -> None:
    page = browser.new_page(viewport=DESK, locale="zh-CN")
    _set_up(page, sign_in, script)
    page.get_by_role("link", name=code).click()
    page.get_by_role("heading", name=code).wait_for()
    page.screenshot(path=OUT / "console.png")
    page.close()


def _set_up(page: Page, link: str, script: dict[str, Any]) -> None:
    """Follow the first link to its end, with a password and a second factor of nobody's."""
    page.goto(link)
    page.locator("[name=name]").fill(script["staff"])
    password = new_token()
    for field in ("password", "again"):
        page.locator(f"[name={field}]").fill(password)
    page.locator("main button").click()
    secret = page.locator(".secret").inner_text().replace(" ", "")
    page.locator("[name=code]").fill(TOTP(secret).at(utc_now()))
    page.locator("main button").click()
    page.locator("main a.main").click()


if __name__ == "__main__":
    sys.exit(main())

"""Takes the pictures of the README in a real browser.

python -m tools.screenshots                                starts Yizhan for it, on free ports
python -m tools.screenshots --chat URL --sign-in URL       uses one that runs

`docs/images/chat.png` is the chat on a phone, three screens of one conversation side by side;
`docs/images/console.png` is the case that came of it, as staff see it.
"""

import argparse
import base64
import os
import shutil
import socket
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserType, Page, expect, sync_playwright

from kit.settings import Settings
from tools.run import SECONDS_TO_READY, SIGN_IN_LINK, check_ports, data_folder, prepare
from tools.start.machine import ROOT, Stopped, answer
from tools.start.programs import programs, surroundings
from tools.start.progress import Progress, explain
from tools.start.stack import Stack

OUT = ROOT / "docs" / "images"
MODELS = ROOT / ".tools" / "models"  # the tests train there too
SCRIPT = Path(__file__).with_suffix(".toml")
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
PORTS = ("bot_port", "console_port", "actions_port", "rasa_port")

PHONE = {"width": 360, "height": 800}
DESK = {"width": 1280, "height": 720}
PLACE = {"latitude": 22.7947, "longitude": 113.5328}
GAP = 16
PATIENCE_MS = 20_000  # the first sentence after a start takes Rasa longest


@contextmanager
def started() -> Iterator[tuple[str, str]]:
    """Yizhan on free ports with an empty database; the addresses of chat and sign-in."""
    with tempfile.TemporaryDirectory(prefix="yizhan-pictures-") as folder:
        data = Path(folder)
        settings = Settings(data_dir=data, database_url=None, **_free_ports())
        with data_folder(data) as lock:
            check_ports(programs(settings, Path()))
            model = prepare(settings, Progress(4), MODELS)
            with Stack.of(settings, model, lock=lock) as stack:
                stack.wait_ready(SECONDS_TO_READY)
                link = answer([sys.executable, *SIGN_IN_LINK], surroundings(settings))
                if link is None:
                    raise Stopped("no_sign_in_link")
                yield f"http://127.0.0.1:{settings.bot_port}/", link.splitlines()[-1]


def _free_ports() -> dict[str, Any]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in PORTS]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return {name: each.getsockname()[1] for name, each in zip(PORTS, sockets, strict=True)}

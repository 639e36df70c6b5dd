"""The Chromium that tests and pictures use: the machine's own, else the one of Playwright."""

import shutil
from pathlib import Path

# The shell has no window nor what belongs to one: the same pages for two thirds of the work.
NAMES = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
)
MISSING = "No Chromium found. Install one: apt-get install chromium-headless-shell fonts-noto-cjk"


def find(own: str) -> str | None:
    """Its path; `own` is where Playwright keeps the one that it downloads. None without any."""
    found = next(filter(None, map(shutil.which, NAMES)), own)
    return found if Path(found).exists() else None

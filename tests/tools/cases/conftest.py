"""Files of past cases and of units, written for one test, and the command line that reads them."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from content.library import Library
from content.loader import load
from tests.content.conftest import SHIPPED
from tests.tools.stops.command import Command

Write = Callable[..., Path]


@pytest.fixture(scope="session")
def library() -> Library:
    return load(SHIPPED)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes bytes, or a list of values as JSON lines."""

    def run(content: object, name: str = "file.jsonl") -> Path:
        path = tmp_path / name
        if isinstance(content, list):
            content = "".join(json.dumps(each, ensure_ascii=False) + "\n" for each in content)
        path.write_bytes(content.encode() if isinstance(content, str) else bytes(content))  # type: ignore[call-overload]
        return path

    return run


@pytest.fixture
def yizhan(database_url: str, tmp_path: Path) -> Command:
    """The command line on a database without any row."""
    return Command(database_url, tmp_path)

"""The shipped library, loaded once, and a small tree that a test may spoil."""

from pathlib import Path

import pytest

from content.library import Library
from content.loader import load
from tests.content.small_tree import plant

SHIPPED = Path(__file__).resolve().parents[2] / "content"


@pytest.fixture(scope="session")
def shipped() -> Library:
    return load(SHIPPED)


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return plant(tmp_path)

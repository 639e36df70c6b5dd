"""What is read once is not looked through again."""

import gc

import pytest

from kit.memory import keep_what_is_read


@pytest.fixture(autouse=True)
def _collected_again():
    yield
    gc.unfreeze()


def test_what_is_there_is_kept_and_what_comes_is_collected():
    class Node:
        """Points at itself, so only the collector ends it."""

    old = Node()
    keep_what_is_read()
    assert gc.get_freeze_count() > 0
    assert not any(each is old for each in gc.get_objects())
    new = Node()
    assert any(each is new for each in gc.get_objects())

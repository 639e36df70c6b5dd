"""The list of what tests run beside what names only what exists."""

import pytest

from tests import side_by_side
from tests.architecture import tree


@pytest.mark.parametrize("path", side_by_side.LONG)
def test_a_named_group_has_tests(path):
    assert [name for name in tree.files() if name.startswith(path)]

"""content/notices/: what is wrong there is named at its file; what is shipped fits a phone."""

from pathlib import Path

import pytest

from content.library import Library
from content.loader import load
from content.problems import ContentError
from tests.content.small_tree import FILES

TOPICS, LIMITS, TIMES = (f"notices/{stem}.yml" for stem in ("topics", "limits", "times"))


@pytest.mark.parametrize(("file", "old", "new", "complaint"), [
    (TOPICS, "unasked: true", "unasked: maybe", "unasked"),
    (TOPICS, "name: 天气", "name: 天气预报和各种停工消息", "at most 8"),
    (TOPICS, "weather: {", "wind: {name: 风, words: [台风], unasked: true}\nweather: {",
     "already"),
    (LIMITS, "22:00-07:00", "late", "quiet_hours"),
    (LIMITS, "a_week: 7", "a_week: 0", "a_week"),
    (LIMITS, "batch: 100", "batch: 9000", "batch"),
    (TIMES, "every_day: [词]\n", "", "every_day"),
])  # fmt: skip
def test_what_is_wrong_is_named(tree: Path, file: str, old: str, new: str, complaint: str):
    assert old in FILES[file]
    (tree / file).write_text(FILES[file].replace(old, new))
    with pytest.raises(ContentError) as found:
        load(tree)
    assert any(file in str(each) and complaint in str(each) for each in found.value.problems)


def test_a_button_of_each_topic_fits_beside_another(shipped: Library):
    assert len(shipped.notices.topics) >= 5
    assert all(len(topic.name) <= 8 for topic in shipped.notices.topics.values())

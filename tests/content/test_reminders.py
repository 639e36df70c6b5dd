"""content/reminders.yml and time limits: faults are named, and what is shipped has words."""

from pathlib import Path

import pytest

from content.library import Library
from content.loader import load
from content.problems import ContentError
from tests.content.small_tree import FILES

RULES, RIGHT = "reminders.yml", "rights/minimum_wage.yml"


@pytest.mark.parametrize(("file", "old", "new", "complaint"), [
    (RULES, "[7, 1]", "[1, 7]", "must fall"),
    (RULES, "[7, 1]", "[7, 7]", "must fall"),
    (RULES, "[7, 1]", "[]", "days_before"),
    (RULES, "[7, 1]", "[365]", "days_before"),
    (RULES, "most: 2", "most: 0", "deadlines_most"),
    (RULES, "stop_days: 9", "stop_days: soon", "stop_days"),
    (RIGHT, "force: policy", "force: policy\n    within_years: 1", "within_years"),
    (RIGHT, "force: policy", "force: law\n    within_years: 0", "within_years"),
])  # fmt: skip
def test_what_is_wrong_is_named(tree: Path, file: str, old: str, new: str, complaint: str):
    assert old in FILES[file]
    (tree / file).write_text(FILES[file].replace(old, new), encoding="utf-8")
    with pytest.raises(ContentError) as found:
        load(tree)
    assert any(file in str(each) and complaint in str(each) for each in found.value.problems)


def test_each_topic_with_a_time_limit_has_one_and_a_name_for_it(shipped: Library):
    limits = {
        topic.id: [fact for fact in topic.facts if fact.within_years]
        for topic in shipped.topics.values()
    }
    with_limit = {topic: facts for topic, facts in limits.items() if facts}
    assert set(with_limit) == {"labour_arbitration"}
    for topic, facts in with_limit.items():
        assert len(facts) == 1
        assert f"reminders.name_{topic}" in shipped.messages
        assert "一年" in facts[0].claim
        assert facts[0].within_years == 1

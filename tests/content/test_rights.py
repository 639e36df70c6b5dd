"""What the shipped rights say is proved, dated and honest about what was not verified."""

from datetime import date
from urllib.parse import urlsplit

import pytest

from content.library import Library
from content.schema import Fact, RightTopic, staff_only_fields

# Reprints and unknown sites among the sources: `link_ok: false` in the fact base.
NOT_TO_BE_SHOWN = (
    *("chujupifa.com", "pooen.cn", "djtrjvjv.cn", "lggbt.com", "yanshiren.com", "hot.dzwww.com"),
    *("fx361.cc", "114.255.111.180", "m.www-332159.com", "diy114.com"),
)


def facts(library: Library) -> list[tuple[RightTopic, Fact]]:
    return [(topic, fact) for topic in library.topics.values() for fact in topic.facts]


def test_all_topics_of_the_catalogue_are_here(shipped: Library) -> None:
    assert len(shipped.topics) == 51
    shared = shipped.topics_for("ask_new_and_local_rules")
    assert [topic.id for topic in shared] == [
        "central_policy_2024_2026",
        "draft_measures_2026",
        "shenzhen_guangzhou_rules",
        "zhejiang_anhui_xiamen_jiangsu_rules",
    ]
    for topic in set(shipped.topics.values()) - set(shared):
        assert shipped.topics_for(f"ask_{topic.id}") == (topic,)
    assert shipped.topics_for("ask_nothing") == ()


def test_every_topic_can_be_answered_and_leads_on(shipped: Library) -> None:
    for topic in shipped.topics.values():
        assert topic.facts or topic.unverified, topic.id
        assert topic.steps, topic.id
        assert topic.hotlines, topic.id
        assert topic.as_of == date(2026, 11, 22), topic.id


def test_the_minimum_wage_of_guangzhou_with_its_proof(shipped: Library) -> None:
    (topic,) = shipped.topics_for("ask_minimum_wage")
    (fact,) = [f for f in topic.facts if f.region == "广州" and f.confidence == "high"]
    assert "2500" in fact.claim
    assert "23.7" in fact.claim
    assert fact.doc_no == "粤府函〔2025〕23号"
    assert fact.effective == date(2025, 3, 1)
    assert fact.article == "一类标准"
    assert topic.hotlines[0].number == "12333"


def test_what_was_not_verified_is_named_and_not_answered(shipped: Library) -> None:
    wage = shipped.topics["minimum_wage"]
    assert "深圳的最低工资数额" in wage.unverified
    assert not [fact for fact in wage.facts if "2520" in fact.claim]
    injury = shipped.topics["occupational_injury_protection"]
    assert injury.unverified
    said = " ".join([*(fact.claim for fact in injury.facts), *injury.steps])
    assert "30日内" not in said


def test_no_source_that_must_not_be_shown_is_linked(shipped: Library) -> None:
    for topic, fact in facts(shipped):
        host = urlsplit(fact.link).hostname if fact.link else ""
        assert not any(bad in str(host) for bad in NOT_TO_BE_SHOWN), (topic.id, fact.link)


def test_a_draft_is_called_one_and_has_no_date(shipped: Library) -> None:
    drafts = [fact for _, fact in facts(shipped) if fact.force == "draft"]
    assert len(drafts) == 8
    for fact in drafts:
        assert fact.effective is None
        assert "征求意见稿" in fact.law
    law = [fact for _, fact in facts(shipped) if "征求意见稿" in fact.law]
    assert law == drafts
    assert "还没生效" in shipped.say("rights.force_draft")


def test_another_places_practice_is_marked(shipped: Library) -> None:
    for topic, fact in facts(shipped):
        assert "参照" not in fact.region, topic.id
    assert sum(fact.reference_only for _, fact in facts(shipped)) == 12


def test_what_staff_noted_is_marked_as_theirs() -> None:
    assert staff_only_fields(Fact) == {"staff_note"}
    assert staff_only_fields(RightTopic) == frozenset()


@pytest.mark.parametrize("word", ["背景知识", "公开代码库", "上线前", "本次", "对外一律"])
def test_workers_read_no_workshop_talk(shipped: Library, word: str) -> None:
    for topic, fact in facts(shipped):
        said = [fact.claim, fact.note or "", topic.caveat or "", *topic.steps, *topic.unverified]
        assert not [text for text in said if word in text], topic.id

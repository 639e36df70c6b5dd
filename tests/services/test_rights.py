"""A right's card: the proof of every claim, and nothing of another place."""

import re
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from content.library import Library
from services import rights
from services.turns import RightCard
from tests.factories import FixedClock
from tests.fakes import heard
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

CITIES = (None, "广州", "深圳", "盐城", "杭州", "厦门", "拉萨", "广东", "北京")
MONEY = re.compile(r"\d{4}元")


def card_of(library: Library, topic: str, city: str | None) -> RightCard:
    return rights.card(library, FixedClock(), library.topics[topic], city)


def test_guangzhou_minimum_wage(library: Library):
    card = card_of(library, "minimum_wage", "广州")
    first = card.claims[0]
    assert "2500" in first.text
    assert "23.7" in first.text
    assert (first.number, first.effective, first.region) == (
        "粤府函〔2025〕23号",
        "2025-03-01",
        "广州",
    )
    assert "12333" in {line.number for line in card.hotline}
    assert not any(name in c.text for c in card.claims for name in ("江苏", "湛江（三类）"))


def test_shenzhen_has_no_number_of_another_city(library: Library):
    card = card_of(library, "minimum_wage", "深圳")
    said = "".join(claim.text for claim in card.claims)
    assert "2500" not in said
    assert "2520" not in said
    assert not MONEY.search(said)
    remarks = "".join(card.remarks)
    assert "深圳的最低工资数额" in remarks
    assert "没核到" in remarks
    assert "12333" in remarks


def test_a_fact_of_the_province_serves_its_city(library: Library):
    card = card_of(library, "minimum_wage", "盐城")
    assert {claim.region for claim in card.claims} == {"江苏", "全国"}
    assert card.claims[0].region == "江苏"
    assert "2660" in card.claims[0].text


def test_a_place_without_own_facts_is_told_so(library: Library):
    card = card_of(library, "minimum_wage", "拉萨")
    assert {claim.region for claim in card.claims} == {"全国"}
    assert any("没有核到拉萨自己的规定" in remark for remark in card.remarks)


def test_a_draft_is_called_a_draft(library: Library):
    drafts = [
        claim
        for topic in library.topics.values()
        for claim in rights.card(library, FixedClock(), topic, None).claims
        if claim.force == "草案"
    ]
    assert drafts
    for claim in drafts:
        assert claim.effective == "还没生效"
        assert any("草案" in remark for remark in claim.remarks)


def test_practice_of_another_place_binds_nobody(library: Library):
    for topic in library.topics.values():
        for fact in topic.facts:
            if fact.reference_only:
                away = rights.card(library, FixedClock(), topic, "拉萨")
                assert fact.claim not in {claim.text for claim in away.claims}
                at_home = rights.card(library, FixedClock(), topic, None)
                [shown] = [claim for claim in at_home.claims if claim.text == fact.claim]
                assert "只能参照" in shown.region


@pytest.mark.parametrize("city", CITIES)
def test_every_card_carries_its_proof(library: Library, city: str | None):
    assert len(library.topics) == 51
    for topic in library.topics:
        card = card_of(library, topic, city)
        assert card.hotline
        assert re.fullmatch(r"\d{4}-\d\d-\d\d", card.as_of)
        assert card.steps
        assert "不算法律意见" in card.remarks[-1]
        for claim in card.claims:
            parts = (claim.text, claim.law, claim.article, claim.number, claim.effective)
            assert all(parts)
            assert (claim.region, claim.force) != ("", "")
            missing = [part for part in parts if part == "未核到"]
            assert claim.proof.endswith("未核到") == bool(missing)
            assert all(part in claim.proof for part in parts[1:])
        for fact in library.topics[topic].facts:
            shown = [claim for claim in card.claims if claim.text == fact.claim]
            for claim in shown:
                assert fact.article or claim.article == "未核到"
                assert fact.doc_no or claim.number == "未核到"


@pytest.mark.parametrize("city", [city for city in CITIES if city])
def test_facts_of_other_places_are_left_out(library: Library, city: str):
    allowed = {city, library.province_of(city), "全国"} - {None}
    for topic in library.topics:
        for claim in card_of(library, topic, city).claims:
            assert any(place in claim.region for place in allowed), (topic, claim)


def test_an_overdue_answer_says_so(library: Library):
    topic = library.topics["minimum_wage"]
    later = FixedClock(datetime(2031, 1, 1, tzinfo=UTC))
    assert any("过了复核日期" in r for r in rights.card(library, later, topic, "广州").remarks)
    empty = topic.model_copy(update={"facts": ()})
    assert rights.card(library, later, empty, "广州").claims == ()
    assert replace(rights.card(library, FixedClock(), empty, None), remarks=())


@on_sqlite
async def test_the_city_is_remembered_for_the_next_question(chat: Chat, worker: WorkerTester):
    chat.rasa.hears = {
        "广州最低工资多少": heard("ask_minimum_wage"),
        "那最低工资呢": heard("ask_minimum_wage"),
        "深圳呢最低工资": heard("ask_minimum_wage"),
    }
    await worker.says("那最低工资呢")
    regions = {claim["region"] for claim in worker.card("right")["claims"]}
    assert {"广州", "江苏"} <= regions
    await worker.says("广州最低工资多少")
    await worker.says("那最低工资呢")
    assert worker.card("right")["claims"][0]["region"] == "广州"
    await worker.says("深圳呢最低工资")
    worker.sees_not("2500")
    worker.sees("深圳", "12333")


@pytest.mark.parametrize(
    ("text", "region"),
    [
        ("广州最低工资", "广州"),
        ("湖南京东快递扣我钱", "湖南"),
        ("陕西安康的快递", "安康"),
        ("中山大道那个站点", None),
        ("广州街头送外卖", "广州"),
        ("日照太强有补贴吗", None),
        ("送三明治洒了", None),
        ("广东佛山", "佛山"),
    ],
)
def test_the_region_that_a_text_names(library: Library, text: str, region: str | None):
    assert library.region_in(text) == region


def test_a_city_of_the_second_class_hears_its_figure_and_no_other(library: Library):
    card = rights.card(library, FixedClock(), library.topics["minimum_wage"], "佛山")
    local = [claim.text for claim in card.claims if claim.region != "全国"]
    assert any("2080" in text for text in local)
    assert not any("2500" in text or "1850" in text for text in local)


def test_a_city_without_a_verified_figure_is_told_so(library: Library):
    card = rights.card(library, FixedClock(), library.topics["minimum_wage"], "深圳")
    assert not any(number in claim.text for claim in card.claims for number in ("2520", "2500"))
    assert any("没有核到深圳自己的规定" in remark for remark in card.remarks)

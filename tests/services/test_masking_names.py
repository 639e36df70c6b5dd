"""Names of third parties are hidden from others; places and common words never are."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.masking import Kind, Masker, masker
from tests.testers.chat import shipped_library
from tools.masking_eval import Sentence, read, score

NAME = Kind.NAME
mask = masker(shipped_library())


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("站长李国强不让进", f"站长{NAME}不让进"),
        ("王师傅和欧阳经理", f"{NAME}师傅和{NAME}经理"),
        ("姓赵的保安", f"姓{NAME}的保安"),
        ("张某某扣我钱", f"{NAME}扣我钱"),
        ("老何说的，小马也在", f"老{NAME}说的，小{NAME}也在"),
        ("我叫高峰", f"我叫{NAME}"),
        ("刘志远和周建平都摔了", f"{NAME}和{NAME}都摔了"),
        ("冯保安和邝先生", f"{NAME}保安和{NAME}先生"),
        ("刘婆婆、甄师傅、高警察", f"{NAME}婆婆、{NAME}师傅、{NAME}警察"),
        ("站长李国强13800138000", f"站长{NAME}{Kind.PHONE}"),
    ],
)
def test_hidden(text: str, expected: str):
    assert mask(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "小区保安不让进，和保安吵了，向保安反映也没用",
        "周一交警、夜班保安、路口交警都不管",
        "欧洲杯那晚",
        "江城管网坏了",
    ],
)
def test_left_alone(text: str):
    assert mask(text) == text


def test_no_place_is_taken_for_a_name():
    names = {place.name for place in shipped_library().places}
    said = [f"我在{name}附近，{name}没有充电柜，老板说{name}都一样" for name in names]
    assert [text for text in said if mask(text) != text] == []


def test_no_region_is_taken_for_a_name():
    regions = shipped_library().regions
    for name in {*regions, *(city for cities in regions.values() for city in cities)}:
        assert mask(f"{name}的路灯，站长{name}都去过") == f"{name}的路灯，站长{name}都去过"


def test_nothing_that_we_say_or_publish_holds_a_name():
    library = shipped_library()
    stops = (f"{stop.name}，{stop.address or ''}" for stop in library.stops.values())
    claims = (fact.claim for topic in library.topics.values() for fact in topic.facts)
    assert [text for text in (*stops, *claims) if NAME in mask(text)] == []


# What the rules reach today on sentences that they were not made from, and may not fall below.
@pytest.mark.parametrize(
    ("half", "precision", "recall"), [("held_out", 0.97, 0.95), ("tuning", 0.97, 0.97)]
)
def test_the_labelled_sentences(half: str, precision: float, recall: float):
    scored = score(read(half), mask)
    assert scored.precision() >= precision
    assert scored.recall() >= recall
    assert scored.precision(NAME) >= precision
    assert scored.recall(NAME) >= 0.9


def test_the_labelled_sentences_are_of_all_kinds():
    sentences = [*read("held_out"), *read("tuning")]
    assert len(sentences) == 100
    named = [one for one in sentences if any(found.kind is NAME for found in one.wanted)]
    assert len(named) >= 35
    assert len([one for one in sentences if not one.wanted]) >= 25
    assert {found.kind for one in sentences for found in one.wanted} == set(Kind)


def test_half_a_name_is_a_miss_and_a_false_find():
    [wanted] = mask.find("站长李国强不让进")
    text = "站长李国不让进"
    scored = score([Sentence(text, (wanted,))], mask)
    assert (scored.precision(), scored.recall()) == (0.0, 0.0)


LETTERS = "王李欧阳建国强小老姓某师傅站长我叫说在路口13800〔姓名〕，。 "


@given(st.text() | st.text(st.sampled_from(LETTERS)))
def test_masking_twice_is_masking_once(text: str):
    assert mask(mask(text)) == mask(text)


def test_a_masker_is_made_once_for_an_edition():
    assert masker(shipped_library()) is mask
    assert isinstance(mask, Masker)

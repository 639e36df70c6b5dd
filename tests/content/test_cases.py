"""content/cases/: what is wrong is named by file and line; what is shipped is fit for a phone."""

from pathlib import Path

import pytest

from content.library import Library
from content.loader import load
from content.problems import ContentError, Problem
from tests.content.small_tree import FILES

CATEGORIES = "cases/categories.yml"
REDRESS = "cases/redress.yml"
REFUSALS = "cases/refusals.yml"
ANSWERS = "cases/answers.yml"
LIMITS = "cases/limits.yml"
CUES = "cases/cues.yml"

# file, what stands there, what a hasty hand makes of it, words of the complaint, and how many
# lines after the beginning of the change the fault is named.
SPOILED = [
    (CATEGORIES, "井盖没了一个, ", "", "examples: Tuple should have at least 5", 0),
    (CATEGORIES, "井盖没了一个", "第1类的例一", "already stands under manhole", 13),
    (CATEGORIES, "井盖没了一个", "井盖松了响", "twice", 0),
    (CATEGORIES, "井盖没了一个", "井盖" * 31, "at most 60", 0),
    (CATEGORIES, "井盖没了一个", "井盖\u200b没了", "show nothing", 0),
    (CATEGORIES, "井盖没了一个", "打13800138000", "mobile", 0),
    (CATEGORIES, "[井盖, 窨井]", "[井盖, 词1]", "already stands under manhole", 13),
    (CATEGORIES, "[井盖, 窨井]", "[井盖, 井盖]", "twice", 0),
    (CATEGORIES, "[井盖, 窨井]", "[井盖]\n  hints: [井盖]", "already stands under manhole", 1),
    (CATEGORIES, "kinds: [hazard]\n  unit", "kinds: [claim]\n  unit", "kinds.0", 0),
    (CATEGORIES, "kinds: [hazard]\n  unit", "kinds: [suggestion]\n  unit", "does not take", -2),
    (CATEGORIES, "danger: 敞着", "danger: 开着", "none of the `choices`", -4),
    (CATEGORIES, "choices: [敞着, 盖着]", "choices: [敞着, 敞着]", "twice", 0),
    (CATEGORIES, "choices: [敞着, 盖着]", f"choices: [敞着, {'盖着' * 8}]", "at most 14", 0),
    (CATEGORIES, "  complex: false\n  words: [井盖", "  words: [井盖", "complex: Field", -4),
    (CATEGORIES, "manhole:", "Manhole:", "id", 0),
    (CATEGORIES, "manhole:", "kind_1:", "twice", 13),
    (CATEGORIES, "other:", "others:", "does not end with `other`", -83),
    (REDRESS, '"12333"', '"12334"', "12334", 0),
    (REDRESS, '"12333": 问劳动监察', "[]: x", "no text", 0),
    (REDRESS, "我叫〔姓名〕", "我叫〔姓名", "without its other half", -1),
    (REDRESS, "我叫〔姓名〕", "我叫〔〕", "without its other half", -1),
    (REDRESS, "我叫〔姓名〕", "我叫〔姓〔名〕〕", "without its other half", -1),
    (REDRESS, "〔姓名〕，〔公司全称〕欠我〔金额〕元。", "某某。", "must be left to him", -1),
    (REDRESS, "请帮我处理", "請幫我處理", "Simplified", -2),
    (REDRESS, "请帮我处理", "请帮我处理" * 60, "at most 300", -2),
    (REDRESS, "先把流水存好。", "先把流水存好。" * 13, "at most 90", 0),
    (REDRESS, "  idea: 可以另写一条建议。\n", "", "idea: Field", -10),
    (REFUSALS, "way_on", "way_out", "way_on: Field", -3),
    (REFUSALS, "报警110。", "见 http://a.cn", "address of the web", 0),
    (ANSWERS, "other:", "others:", "is no category", 0),
    (ANSWERS, "〔做了什么〕", "什么都做了", "must be left to him", 0),
    (ANSWERS, "办好了：", "办好{about}：", "has a placeholder", 0),
    (ANSWERS, "办好了", "辦好了", "Simplified", 0),
    (ANSWERS, "  a: ", "  e: ", "knows a, b, c, d", 0),
    (LIMITS, "accept_days: 3", "accept_days: soon", "accept_days", 0),
    (LIMITS, "accept_days: 3", "accept_days: 9", "must not shrink", -1),
    (LIMITS, "cases_a_day: 5", "cases_a_day: 0", "cases_a_day", 0),
    (CUES, "place_ends: [词]", "place_ends: 词", "not a list", 0),
    (CUES, "place_ends: [词]", "place_ends: []", "has no words", 0),
    (CUES, "place_ends: [词]", "place_ends: [词]\nplace_end: [词]", "no list of this book", 1),
]  # fmt: skip


def problems_of(root: Path) -> tuple[Problem, ...]:
    with pytest.raises(ContentError) as caught:
        load(root)
    return caught.value.problems


@pytest.mark.parametrize("case", SPOILED)
def test_a_spoiled_book_of_cases_is_refused_by_file_and_line(
    tree: Path, case: tuple[str, str, str, str, int]
) -> None:
    name, old, new, words, offset = case
    text = FILES[name]
    assert old in text
    line = text[: text.index(old)].count("\n") + 1 + offset
    (tree / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    found = problems_of(tree)
    spots = [(p.path, p.line) for p in found if words in str(p)]
    assert (f"content/{name}", line) in spots, "\n".join(map(str, found))


def test_too_few_categories_are_refused(tree: Path) -> None:
    few = (
        FILES[CATEGORIES].partition("kind_1:")[0]
        + "other:"
        + FILES[CATEGORIES].partition("other:")[2]
    )
    (tree / CATEGORIES).write_text(few, encoding="utf-8")
    assert any("holds 2 categories" in problem.what for problem in problems_of(tree))


def test_a_stray_file_among_the_cases_is_refused(tree: Path) -> None:
    (tree / "cases" / "more.yml").write_text("a: b\n", encoding="utf-8")
    assert [p.path for p in problems_of(tree)] == ["content/cases/more.yml"]


def test_each_kind_finds_enough_categories_and_other_is_the_last(shipped: Library) -> None:
    for kind, least in (("suggestion", 12), ("hazard", 8)):
        assert sum(kind in one.kinds for one in shipped.categories.values()) >= least
    other = shipped.categories["other"]
    assert list(shipped.categories)[-1] == "other"
    assert set(other.kinds) == {"suggestion", "hazard"}


def test_every_danger_has_numbers_to_call(shipped: Library) -> None:
    assert any(q.danger for one in shipped.categories.values() for q in one.questions)
    numbers = {place.number for place in shipped.redress["emergency"].places}
    assert {"110", "119", "120", "122"} <= numbers


def test_every_number_of_a_redress_is_in_the_telephone_book(shipped: Library) -> None:
    numbers = {place.number for one in shipped.redress.values() for place in one.places}
    assert numbers <= set(shipped.hotlines)
    wanted = {"12333", "12345", "12351", "12315", "12348", "110", "120", "122"}
    assert wanted <= numbers


def test_nothing_promises_who_is_right(shipped: Library) -> None:
    promises = ("一定能", "肯定能", "保证", "必须赔", "必须付", "违法了", "你有权获得")
    for one in shipped.redress.values():
        said = one.lead + one.text + one.idea
        assert not [promise for promise in promises if promise in said], one.id


def test_the_reasons_for_refusing_are_the_closed_list(shipped: Library) -> None:
    assert list(shipped.refusals) == [
        *("personal_claim", "in_proceedings", "urgent", "repeated", "out_of_remit"),
        *("secret_or_private", "unlawful", "too_vague", "advertising", "not_local"),
    ]


def test_a_question_is_found_by_kind(shipped: Library) -> None:
    battery = shipped.categories["battery_charging_swap"]
    asked = battery.question_for("hazard")
    assert asked is not None
    assert asked.danger in asked.choices
    assert battery.question_for("suggestion") is None

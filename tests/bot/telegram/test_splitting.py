"""Cutting long texts: nothing is lost, nothing torn, and a reader may pause at the cut."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.telegram.splitting import LIMIT, PAUSE, Run, folded, html, joined, plain, split, units
from tests.bot.telegram.shown import Shown

# Few letters, so that marks, spaces, markup and pairs of surrogates meet often.
LETTERS = st.sampled_from("ab好。！？；”\n <>&\"'😀𠮷\u200d\u3000")
TEXTS = st.one_of(st.text(LETTERS, max_size=60), st.text(max_size=20))
RUNS = st.builds(
    Run,
    TEXTS,
    st.sampled_from([None, "b", "code"]),
    st.sampled_from([None, "https://example.cn/?a=1&b=\"<'>"]),
    st.booleans(),
)
RICH = st.lists(RUNS, max_size=6).map(tuple)
LIMITS = st.integers(2, 40)


@given(RICH, LIMITS)
@example((Run("\n😀"),), 2)
@example((Run("😀" * 5),), 3)
@example((Run("a\n\n\n"), Run("\n b。”c")), 4)
def test_no_character_is_lost_but_spaces_at_the_cuts(rich, limit):
    rest = plain(rich)
    for part in split(rich, limit):
        rest = rest.lstrip()
        assert rest.startswith(plain(part))
        rest = rest.removeprefix(plain(part))
    assert rest.strip() == ""


@given(RICH, LIMITS)
@example((Run("😀😀"),), 3)
def test_every_part_is_within_the_limit_and_says_something(rich, limit):
    for part in split(rich, limit):
        text = plain(part)
        assert 1 <= len(text.encode("utf-16-le")) // 2 <= limit
        assert text == text.strip()


@given(RICH, LIMITS)
def test_the_html_of_every_part_is_whole_and_says_the_same(rich, limit):
    addresses = {run.href for run in rich}
    for part in split(rich, limit):
        shown = Shown(html(part))
        assert shown.text == plain(part)
        assert {address for _, address in shown.links} <= addresses


@given(RICH, LIMITS)
def test_a_sentence_is_cut_only_when_it_has_no_end(rich, limit):
    rest = plain(rich)
    for part in split(rich, limit):
        before, rest = rest.split(plain(part), 1)
        assert before.strip() == ""
        gap = rest[: len(rest) - len(rest.lstrip())]
        at_pause = re.search(r"[。！？；][”’』」）]*$", plain(part)) or "\n" in gap
        assert at_pause or not rest.strip() or not PAUSE.search(plain(part))


@given(RICH)
def test_a_short_text_is_one_part(rich):
    assert [plain(part) for part in split(rich)] == [
        text for text in [plain(rich).strip()] if text
    ]


@given(st.text())
def test_units_are_those_of_utf_16(text):
    assert units(text) == len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("好" * LIMIT, [LIMIT]),
        ("好" * (LIMIT + 1), [LIMIT, 1]),
        ("😀" * (LIMIT // 2), [LIMIT // 2]),
        ("a" + "😀" * (LIMIT // 2), [LIMIT // 2, 1]),
        ("好" * 4000 + "。" + "好" * 200, [4001, 200]),
        ("句。" * 3000, [LIMIT, 6000 - LIMIT]),
        (("行" * 99 + "\n") * 50, [40 * 100 - 1, 10 * 100 - 1]),
        ("好" * 3000 + "\n\n" + "句。" * 1000, [3000, 2000]),  # the second card stays whole
        (" \n" * 5000, []),
    ],
)
def test_where_long_texts_are_cut(text, sizes):
    assert [len(plain(part)) for part in split((Run(text),))] == sizes


def test_a_cut_link_stays_a_link_in_both_parts():
    parts = split((Run("见"), Run("来源网页", href="https://example.cn/a"), Run("。")), 3)
    assert [Shown(html(part)).links for part in parts] == [
        [("来源", "https://example.cn/a")],
        [("网页", "https://example.cn/a")],
    ]


def test_markup_in_a_text_is_only_text():
    rich = (Run("<b>&amp;</b> 1<2"), Run('"', "b", 'https://x.cn/"><script>'))
    assert html(rich) == (
        "&lt;b&gt;&amp;amp;&lt;/b&gt; 1&lt;2"
        '<a href="https://x.cn/&quot;&gt;&lt;script&gt;"><b>"</b></a>'
    )


def test_empty_blocks_leave_no_gap():
    rich = joined([(), (Run("a"),), (Run(" "),), folded(joined([(Run("b"),), (Run("c", "b"),)]))])
    assert html(rich) == "a\n<blockquote expandable>b\n<b>c</b></blockquote>"

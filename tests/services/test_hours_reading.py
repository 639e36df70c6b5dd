"""Published hours become a rule only where the words leave no doubt."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opening_hours import validate
from pydantic import TypeAdapter

from content.library import Library
from content.schema import OpeningHours
from services.hours.reading import derive

RULE = TypeAdapter(OpeningHours)

CERTAIN = {
    "24小时": "24/7",
    "２４小时": "24/7",
    "24小时营业": "24/7",
    "24小时免费开放": "24/7",
    "7×24小时": "24/7",
    "二十四小时开放": "24/7",
    "全天": "24/7",
    "全天候开放": "24/7",
    "全天24小时": "24/7",
    "24小时，全年无休": "24/7",
    "24小时（含节假日）": "24/7",
    "24小时（扫码进入）": "24/7",
    "24小时(扫码开门,无人值守)": "24/7",
    "周一至周日24小时": "24/7",
    "周一至周五24小时": "Mo-Fr 00:00-24:00",
    "每日9点至22点": "Mo-Su 09:00-22:00",
    "每天8时至20时": "Mo-Su 08:00-20:00",
    "每天 8:00-24:00": "Mo-Su 08:00-24:00",
    "天天8：00～22：00": "Mo-Su 08:00-22:00",
    "开放时间：每天 08：00－22：00": "Mo-Su 08:00-22:00",
    "周一至周日9:00-17:00": "Mo-Su 09:00-17:00",
    "全年无休 8:00-22:00": "Mo-Su 08:00-22:00; PH 08:00-22:00",
    "8:00-22:00，全年无休": "Mo-Su 08:00-22:00; PH 08:00-22:00",
    "周一至周日 8:00-20:00，节假日不休": "Mo-Su 08:00-20:00; PH 08:00-20:00",
    "周一至周五 08:30-12:00,13:00-17:30": "Mo-Fr 08:30-12:00,13:00-17:30",
    "周一至周五 08:30-12:00 13:00-17:30": "Mo-Fr 08:30-12:00,13:00-17:30",
    "周一至周五：8:30—12:00、13:00—17:30": "Mo-Fr 08:30-12:00,13:00-17:30",
    "星期一到星期五 9:00~17:00": "Mo-Fr 09:00-17:00",
    "周一至五9:00-17:00": "Mo-Fr 09:00-17:00",
    "周1-周5 8:00-18:00": "Mo-Fr 08:00-18:00",
    "工作日 8:30-17:30": "Mo-Fr 08:30-17:30",
    "8:00-18:00（工作日）": "Mo-Fr 08:00-18:00",
    "8:00-18:00(工作日),周末正常开放": "Mo-Su 08:00-18:00",
    "8:00-18:00(工作日),周末休息": "Mo-Fr 08:00-18:00",
    "周一至周五9:00-17:00（法定节假日除外）": "Mo-Fr 09:00-17:00; PH off",
    "除法定节假日外周一至周五9:00-17:00": "Mo-Fr 09:00-17:00; PH off",
    "周一至周五8:30-17:30，周六、周日9:00-17:00": "Mo-Fr 08:30-17:30; Sa-Su 09:00-17:00",
    "周一至周五8:30-17:30;周末及节假日9:00-17:00": (
        "Mo-Fr 08:30-17:30; Sa-Su 09:00-17:00; PH 09:00-17:00"
    ),
    "周一、三、五 8:00-12:00": "Mo,We,Fr 08:00-12:00",
    "周一至周五，周日 8:00-18:00": "Mo-Fr,Su 08:00-18:00",
    "周二至周日 9:00-17:00，周一闭馆": "Tu-Su 09:00-17:00",
    "每天8:00-18:00，周一闭馆": "Tu-Su 08:00-18:00",
    "每天早8点到晚6点": "Mo-Su 08:00-18:00",
    "每天上午9点到下午5点半": "Mo-Su 09:00-17:30",
    "每天上午8点至12点，下午2点至5点": "Mo-Su 08:00-12:00,14:00-17:00",
    "每天八点半至十七点": "Mo-Su 08:30-17:00",
    "每天8-18点": "Mo-Su 08:00-18:00",
    "每天18:00-次日6:00": "Mo-Su 18:00-30:00",
    "每天22:00-06:00": "Mo-Su 22:00-30:00",
    "周六日9:00-12:00": "Sa-Su 09:00-12:00",
    # public holidays, where the words name them and the hours can only be these
    "每天 8:00-20:00 全年无休": "Mo-Su 08:00-20:00; PH 08:00-20:00",
    "每天8:00-20:00（常年无休）": "Mo-Su 08:00-20:00; PH 08:00-20:00",
    "每天9:00-22:00(含节假日)": "Mo-Su 09:00-22:00; PH 09:00-22:00",
    "每天（包括法定节假日）18:00-次日6:00": "Mo-Su 18:00-30:00; PH 18:00-30:00",
    "每天8:00-12:00,14:00-18:00，节假日照常开放": (
        "Mo-Su 08:00-12:00,14:00-18:00; PH 08:00-12:00,14:00-18:00"
    ),
    "8:00-18:00(工作日),周末及节假日正常开放": "Mo-Su 08:00-18:00; PH 08:00-18:00",
    "每天8:00-18:00，法定节假日休息": "Mo-Su 08:00-18:00; PH off",
    "每天8:00-18:00，节假日不开放": "Mo-Su 08:00-18:00; PH off",
    "除节假日外每天8:00-18:00": "Mo-Su 08:00-18:00; PH off",
    "周一至周五9:00-17:00，周末及节假日休息": "Mo-Fr 09:00-17:00; PH off",
    "周一至周五9:00-17:00，周末（含节假日）休息": "Mo-Fr 09:00-17:00; PH off",
    # which hours of several, or whether the days that are not named are meant: not known
    "周一至周五9:00-17:00（含节假日）": "Mo-Fr 09:00-17:00",
    "周一至周五9:00-17:00，节假日照常开放": "Mo-Fr 09:00-17:00",
    "周一至周五8:00-18:00，周末9:00-12:00，节假日不休": "Mo-Fr 08:00-18:00; Sa-Su 09:00-12:00",
    "每天8:00-18:00（含节假日），周一闭馆": "Tu-Su 08:00-18:00",
}

DOUBTFUL = (
    *("", "  ", "不固定", "以门口公告为准", "电话联系", "2026-03-01", "8:00"),
    *("工作日开放", "每天对外开放（未公布时段）", "节假日9:00-17:00", "周末开放", "全年无休"),
    # no days
    *("8:00—18:00", "早8点到晚6点", "9:00-16:30", "8:30-11:00,13:30-17:00", "8-18点"),
    # a condition, a season, a peak
    *("24小时(夜间11点后扫码)", "24小时（夜间刷身份证进入）", "24小时；大空间暑期延至20时"),
    *("高峰延长", "每天8:00-18:00，高峰延长", "每天8:00-18:00（暑期延至20:00）"),
    *("夏令时8:00-19:00，冬令时8:00-18:00", "每天夏季8:00-20:00，冬季8:00-18:00"),
    *("5月1日至9月30日每天8:00-19:00", "每天5月-10月 8:00-18:00", "春运期间全天值守"),
    *("2026年3月起每天8:00-18:00", "2023-11启用时每日8时到22时；2025-08报道24小时开放"),
    *("24小时停车、休息", "热水24小时", "24小时（节假日除外）", "24小时营业，周日不含"),
    # times that mean more than one thing
    *("每天8点到6点", "每天9:00-5:00", "每天2点到5点", "每天8-18", "每天8.30-17.30"),
    *(
        "每天8-晚6",
        "每天8:30-12:00,1:30-5:30",
        "每天下午12点到5点",
        "每天晚1点到3点",
        "每天8:00-8:00",
    ),
    *("每天25:00-26:00", "每天8:70-18:00", "每天8:00-12:00,11:00-18:00", "每天8:00-18:000"),
    # days that mean more than one thing
    *("每天8:00-18:00,周六9:00-12:00", "周五至周一8:00-18:00", "8:00-18:00 周六9:00-12:00"),
    *("周八8:00-18:00", "单双周8:00-18:00", "每周三次8:00-18:00", "隔天8:00-18:00"),
    *("周一至周五8:30-17:30，午休12:00-14:00", "每天8:00-18:00休息", "每天12小时"),
    # holidays both ways, or days left out of a whole year
    *("每天8:00-18:00（含节假日），节假日休息", "全年无休8:00-18:00，节假日除外"),
    *("周一至周五9:00-17:00，全年无休", "每天8:00-18:00，周一闭馆，全年无休"),
    *("每天8:00-18:00，节假日9:00-12:00", "每天8:00-18:00，春节休息", "24小时，节假日休息"),
    "Mo-Fr 08:00-18:00",
    "每天8:00-18:00，" * 20,
)

FRAGMENTS = st.sampled_from(
    [
        *("每天", "每日", "工作日", "周末", "周一至周五", "周六", "周日", "星期天", "节假日"),
        *(
            "除外",
            "休息",
            "闭馆",
            "全年无休",
            "含节假日",
            "照常开放",
            "24小时",
            "全天",
            "开放",
            "营业时间",
        ),
        *("早", "晚", "上午", "下午", "凌晨", "次日", "8点", "9:00", "12:00", "14:30", "18时"),
        *("22:00", "五点半", "至", "-", "—", "~", "，", "、", "；", "：", "（", "）", "扫码进入"),
        *("高峰", "暑期", "夏季", "延长", "3月", "11点后", "2026", "7", "含", "不"),
    ]
)


@pytest.mark.parametrize("words", CERTAIN)
def test_plain_words_become_a_rule(words: str) -> None:
    assert derive(words) == CERTAIN[words]


@pytest.mark.parametrize("words", DOUBTFUL)
def test_doubtful_words_stay_words(words: str) -> None:
    assert derive(words) is None


def test_nothing_is_read_that_an_editor_read_otherwise(library: Library) -> None:
    derived = {stop.id: derive(stop.hours_text or "") for stop in library.stops.values()}

    contradicted = {
        stop.id: (stop.hours_text, derived[stop.id], stop.opening_hours)
        for stop in library.stops.values()
        if derived[stop.id] and stop.opening_hours and derived[stop.id] != stop.opening_hours
    }
    assert any(derived.values())
    assert not contradicted


@given(st.one_of(st.text(max_size=130), st.lists(FRAGMENTS, max_size=12).map("".join)))
def test_whatever_is_written_only_our_part_of_osm_comes_out(words: str) -> None:
    rule = derive(words)
    if rule is not None:
        assert RULE.validate_python(rule) == rule
        assert validate(rule)


def everywhere(noise: str) -> Iterator[tuple[str, str]]:
    """Each certain phrase with its rule, and something put in at every place of it."""
    for words, rule in CERTAIN.items():
        for at in range(len(words) + 1):
            yield words[:at] + noise + words[at:], rule


@pytest.mark.parametrize("noise", ["3", "11", "2026", "5月", "11点后", "19:30", "二十"])
def test_a_number_more_is_never_passed_over(noise: str) -> None:
    """A season, a date or a floor among the hours changes the rule or takes it away."""
    assert [mixed for mixed, rule in everywhere(noise) if derive(mixed) == rule] == []


@pytest.mark.parametrize("noise", ["高峰", "暑期", "夏", "可能", "约", "隔", "提前"])
def test_a_word_that_is_not_known_takes_the_rule_away(noise: str) -> None:
    assert [mixed for mixed, _ in everywhere(noise) if derive(mixed)] == []

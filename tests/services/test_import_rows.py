"""A row of a table becomes the values of a stop, or every reason why not."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from content.library import Library
from kit.errors import BadInput
from services.rest_stops.importing.data import Defaults, StopValues
from services.rest_stops.importing.faults import Fault
from services.rest_stops.importing.headers import Headers
from services.rest_stops.importing.rows import RowChecker

ENOUGH = {"名称": "一号驿站", "类型": "工会驿站", "城市": "广州"}
POSITION = {"纬度": "22.7947", "经度": "113.5328", "坐标系": "GCJ-02", "位置精度": "精确"}


def clock() -> datetime:
    return datetime(2026, 11, 29, 17, tzinfo=UTC)  # the 30th in Shanghai


def check(
    library: Library, cells: dict[str, str], defaults: Defaults | None = None
) -> StopValues | tuple[Fault, ...]:
    columns = Headers(library).assign(tuple(cells))
    checker = RowChecker(library, clock, columns, defaults or Defaults())
    return checker.check(7, tuple(cells.values()))


def values(library: Library, defaults: Defaults | None = None, **cells: str) -> StopValues:
    found = check(library, ENOUGH | cells, defaults)
    assert isinstance(found, StopValues), [fault.told(library) for fault in found]
    return found


def keys(library: Library, cells: dict[str, str], defaults: Defaults | None = None) -> set[str]:
    found = check(library, cells, defaults)
    assert isinstance(found, tuple), found
    for fault in found:
        assert fault.told(library).startswith("第7行：")
    return {fault.key.partition(".")[2] for fault in found}


def test_a_full_row_becomes_a_stop(library: Library) -> None:
    cells = POSITION | {
        "编号": "NS-001",
        "名称": "黄阁 户外劳动者驿站",
        "类型": "工会驿站",
        "所属单位": "工商银行黄阁支行",
        "省份": "广东省",
        "城市": "广州市",
        "区县": "广州市南沙区",
        "街道": "黄阁镇",
        "地址": "广州市南沙区黄阁大道1号",
        "开放时间": "周一至周五 8:30-17:30",
        "进入方式": "微信扫码后进入",
        "设施": "饮水、微波炉（自备碗筷）,手机充电 无淋浴；按摩椅",
        "厕所": "有",
        "停车": "×",
        "收费": "免费",
        "服务对象": "户外劳动者",
        "联系电话": "（020）84960000转801",
        "管理单位": "南沙区总工会",
        "来源": "区总工会",
        "来源网址": "https://example.org/a",
        "公布日期": "2026年3月",
        "核实日期": "2026/11/30",
        "状态": "正常开放",
        "备注": "冬天早点来",
        "可信度": "高",
    }

    assert check(library, cells) == StopValues(
        code="NS-001",
        name="黄阁 户外劳动者驿站",
        kind="工会驿站",
        host="工商银行黄阁支行",
        province="广东",
        city="广州",
        district="南沙区",
        street="黄阁镇",
        address="广州市南沙区黄阁大道1号",
        lat=22.7947,
        lon=113.5328,
        datum="gcj02",
        accuracy="exact",
        hours_text="周一至周五 8:30-17:30",
        opening_hours="Mo-Fr 08:30-17:30",
        hours_derived=True,
        entry="scan_qr",
        entry_note="微信扫码后进入",
        facilities=("水", "手机充电", "厕所"),
        lacks=("淋浴", "停车"),
        is_whole_list=True,
        other_facilities=("微波炉（自备碗筷）", "按摩椅"),
        fee="免费",
        admits="户外劳动者",
        phone="020-84960000-801",
        operator="南沙区总工会",
        source="区总工会",
        source_url="https://example.org/a",
        published_on="2026-03",
        checked_on=date(2026, 11, 30),
        status="open_to_public",
        note="冬天早点来",
        confidence="high",
    )


def test_what_is_not_said_stays_unknown(library: Library) -> None:
    empty = dict.fromkeys(["地址", "开放时间", "进入方式", "设施", "电话", "状态"], " / ")

    assert values(library, 饮水="", 厕所="不详", **empty) == StopValues(
        name="一号驿站", kind="工会驿站", province="广东", city="广州"
    )


def test_all_that_is_wrong_is_said_at_once(library: Library) -> None:
    cells = {"名称": "", "城市": "长安", "纬度": "北边", "经度": "113.5", "电话": "13800138000"}

    assert keys(library, cells) == {"missing", "city_unknown", "not_a_number", "mobile"}


@pytest.mark.parametrize(
    ("cells", "city"),
    [
        ({"城市": "广州市"}, "广州"),
        ({"城市": "广东省广州市"}, "广州"),
        ({"城市": "延边朝鲜族自治州"}, "延边"),
        ({"省份": "北京市"}, "北京"),
        ({"区县": "盐城市亭湖区"}, "盐城"),
        ({"地址": "江苏省盐城市亭湖区人民路1号"}, "盐城"),
        ({"地址": "广西壮族自治区南宁市青秀区民族大道"}, "南宁"),
        ({"地址": "人民路1号"}, "佛山"),
        ({"地址": "广州大道南2号"}, "佛山"),  # a road's name says nothing
        ({"地址": "广州市场路2号"}, "佛山"),
    ],
    ids=str,
)
def test_the_city_is_taken_from_where_it_is_certain(
    library: Library, cells: dict[str, str], city: str
) -> None:
    row = {"名称": "一号驿站", "类型": "工会驿站", **cells}
    found = check(library, row, Defaults(city="佛山"))

    assert isinstance(found, StopValues)
    assert found.city == city
    assert found.province == library.province_of(city)


@pytest.mark.parametrize(
    ("cells", "key"),
    [
        ({"地址": "人民路1号"}, "no_city"),
        ({"城市": "义乌市"}, "city_unknown"),
        ({"城市": "广东省"}, "city_unknown"),
        ({"城市": "盐城", "省份": "广东"}, "wrong_province"),
        ({"城市": "广州", "地址": "佛山市南海区桂城街道"}, "two_cities"),
        ({**ENOUGH, "名称": "无"}, "missing"),
        ({**ENOUGH, "名称": "驿" * 81}, "too_long"),
        ({**ENOUGH, "地址": "路" * 201}, "too_long"),
        ({**ENOUGH, "备注": "找老李１３８ ００１３ ８０００"}, "mobile"),
        ({**ENOUGH, "名称": "驿站138-0013-8000"}, "mobile"),
        ({**ENOUGH, "设施": "饮水，电话13800138000"}, "mobile"),
        ({**ENOUGH, "停车": "找13800138000"}, "mobile"),
        ({**ENOUGH, "进入方式": "打13800138000"}, "mobile"),
        ({**ENOUGH, "电话": "+86 138 0013 8000"}, "mobile"),
        ({**ENOUGH, "电话": "2084960000"}, "not_a_phone"),
        ({**ENOUGH, "电话": "020-84960000、84960001"}, "not_a_phone"),
        ({**ENOUGH, "状态": "挺好"}, "not_a_choice"),
        ({**ENOUGH, "饮水": "2"}, "not_an_answer"),
        ({**ENOUGH, "饮水": "有", "设施": "无热水"}, "has_and_lacks"),
        ({**ENOUGH, "公布日期": "2026-13-01"}, "not_a_date"),
        ({**ENOUGH, "公布日期": "46082"}, "not_a_date"),
        ({**ENOUGH, "公布日期": "去年"}, "not_a_date"),
        ({**ENOUGH, "公布日期": "2026年13月"}, "not_a_date"),
        ({**ENOUGH, "公布日期": "2026-02-30"}, "not_a_date"),
        ({**ENOUGH, "核实日期": "2026年3月"}, "not_a_day"),
        ({**ENOUGH, "核实日期": "2026-12-01"}, "in_future"),
        ({**ENOUGH, "公布日期": "2027"}, "in_future"),
        ({**ENOUGH, "来源": "区总工会 http://example.org/a"}, "not_words"),
        ({**ENOUGH, "来源": "ＷＷＷ.example.org"}, "not_words"),
        ({**ENOUGH, "来源网址": "区总工会"}, "not_a_link"),
        ({**ENOUGH, "来源网址": "javascript:alert(1)"}, "not_a_link"),
        ({**ENOUGH, "opening_hours": "24/7"}, "hours_without_words"),
        ({**ENOUGH, "开放时间": "全天", "opening_hours": "每天"}, "not_osm"),
        ({**ENOUGH, **POSITION, "纬度": "113.5328", "经度": "22.7947"}, "point_swapped"),
        ({**ENOUGH, **POSITION, "纬度": "0", "经度": "0"}, "point_zero"),
        ({**ENOUGH, **POSITION, "纬度": "51.5", "经度": "-0.1"}, "point_abroad"),
        ({**ENOUGH, **POSITION, "纬度": "22.79附近"}, "not_a_number"),
        ({**ENOUGH, **POSITION, "经度": ""}, "half_a_point"),
        ({**ENOUGH, **POSITION, "坐标系": ""}, "no_datum"),
        ({**ENOUGH, **POSITION, "坐标系": "西安80"}, "not_a_choice"),
        ({**ENOUGH, **POSITION, "位置精度": ""}, "no_accuracy"),
        ({**ENOUGH, "坐标": "113.5328"}, "not_a_point"),
        ({**ENOUGH, "坐标": "113.5,22.7,3"}, "not_a_point"),
    ],
    ids=str,
)
def test_a_spoiled_cell_is_refused(library: Library, cells: dict[str, str], key: str) -> None:
    row = {"名称": "一号驿站", "类型": "工会驿站", **cells}

    assert keys(library, row) == {key}


@pytest.mark.parametrize(
    "cell",
    ["22.79", "22.79°", "北纬22.79°", "22.79°N", "２２．７９", " 22.79 "],
)
def test_a_latitude_may_be_written_so(library: Library, cell: str) -> None:
    assert values(library, **POSITION | {"纬度": cell}).lat == 22.79


@pytest.mark.parametrize(
    "cell",
    ["113.53,22.79", "22.79,113.53", "113.53，22.79", "(113.53, 22.79)", "东经113.53° 北纬22.79°"],
)
def test_one_cell_may_hold_both_in_any_order(library: Library, cell: str) -> None:
    said = Defaults(datum="bd09", accuracy="landmark")
    found = values(library, said, 坐标=cell)

    assert (found.lat, found.lon, found.datum) == (22.79, 113.53, "bd09")
    assert found.accuracy == "landmark"


def test_what_a_table_leaves_open_is_asked_once(library: Library) -> None:
    def asked(headers: tuple[str, ...], defaults: Defaults) -> tuple[str, ...]:
        columns = Headers(library).assign(headers)
        return RowChecker(library, clock, columns, defaults).questions()

    assert asked(("名称", "类型", "来源"), Defaults()) == ()
    of_all = ("stops_import.ask_kind", "stops_import.ask_source")
    assert asked(("名称",), Defaults()) == of_all
    of_points = ("stops_import.ask_datum", "stops_import.ask_accuracy")
    assert asked(("名称", "经纬度"), Defaults()) == of_all + of_points
    said = Defaults(kind="工会驿站", source="区总工会")
    assert asked(("名称", "百度坐标", "精度"), said) == ()
    said = replace(said, datum="gcj02", accuracy="exact")
    assert asked(("名称", "经纬度"), said) == ()


def test_headers_of_another_datum_than_was_told_are_refused(library: Library) -> None:
    columns = Headers(library).assign(("名称", "百度纬度", "百度经度"))

    with pytest.raises(BadInput, match="other_datum"):
        RowChecker(library, clock, columns, Defaults(datum="wgs84"))
    cells = {**ENOUGH, "百度坐标": "113.5,22.7", "坐标系": "WGS84", "精度": "精确"}
    assert keys(library, cells) == {"two_datums"}


@pytest.mark.parametrize(
    ("cell", "entry", "note"),
    [
        ("扫码", "scan_qr", None),
        ("直接进入", "open_door", None),
        ("夜间刷身份证进入", "id_card", "夜间刷身份证进入"),
        ("无需扫码", "open_door", None),
        ("不用扫码，推门就行", "unknown", "不用扫码，推门就行"),
        ("扫码或刷脸", "unknown", "扫码或刷脸"),
        ("问保安", "unknown", "问保安"),
    ],
)
def test_the_way_in_is_known_where_the_words_name_one(
    library: Library, cell: str, entry: str, note: str | None
) -> None:
    found = values(library, 进入方式=cell)

    assert (found.entry, found.entry_note) == (entry, note)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        *((yes, (("水",), (), ())) for yes in ("有", "是", "√", "✓", "1", "TRUE", "Y")),
        *((no, ((), ("水",), ())) for no in ("无", "否", "×", "0", "FALSE", "没有")),
        *((unknown, ((), (), ())) for unknown in ("", " ", "不详", "?")),
        ("夏天有", ((), (), ("饮水（夏天有）",))),
    ],
)
def test_a_column_of_one_facility_says_yes_no_or_nothing(
    library: Library, cell: str, expected: tuple[tuple[str, ...], ...]
) -> None:
    found = values(library, 饮水=cell)

    assert (found.facilities, found.lacks, found.other_facilities) == expected


@pytest.mark.parametrize(
    ("cell", "phone"),
    [
        *(("020-84960000", "020-84960000"), ("02084960000", "020-84960000")),
        *(("0515 88888888", "0515-88888888"), ("84960000", "84960000")),
        *(("400-800-8888", "400-800-8888"), ("4008008888", "400-800-8888"), ("12351", "12351")),
    ],
)
def test_a_telephone_is_written_one_way(library: Library, cell: str, phone: str) -> None:
    assert values(library, 电话=cell).phone == phone


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        *(("2026-3-1", "2026-03-01"), ("2026年3月1日", "2026-03-01"), ("2026.3.1", "2026-03-01")),
        *(("20260301", "2026-03-01"), ("2026-03-01 00:00:00", "2026-03-01")),
        *(("2026年3月", "2026-03"), ("2026/11", "2026-11"), ("2026年", "2026"), ("2026", "2026")),
        *((words, words) for words in ("2021前后", "12-26（未标年份）", "2025（未标日期）")),
    ],
)
def test_a_date_is_written_one_way(library: Library, cell: str, day: str) -> None:
    assert values(library, 公布日期=cell).published_on == day


def test_a_line_break_in_a_cell_becomes_a_space(library: Library) -> None:
    assert values(library, 地址="黄阁大道\u200b1号\n一楼").address == "黄阁大道1号 一楼"


@given(data=st.data())
def test_whatever_stands_in_the_cells_a_row_is_taken_or_refused(
    library: Library, data: st.DataObject
) -> None:
    heads = [words[0] for words in library.stop_columns["headers"].values()] + ["饮水", "停车"]
    cells = {head: data.draw(st.text(max_size=12), label=head) for head in heads}
    found = check(library, cells | {"名称": "一号驿站", "类型": "工会驿站", "市": "广州"})

    for fault in found if isinstance(found, tuple) else ():
        assert fault.told(library)

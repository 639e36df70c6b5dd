"""A wrong tree is refused, every bad file and line named; a right one is a frozen library."""

import shutil
import time
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest
from pydantic import ValidationError

from content.loader import load
from content.problems import ContentError, Problem
from tests.content.conftest import SHIPPED
from tests.content.small_tree import FILES

STOPS = "rest_stops/guangdong.yml"
WAGE = "rights/minimum_wage.yml"
ARREARS = "rights/pay_arrears.yml"
MENU = "messages/menu.yml"
COLUMNS = "stop_columns.yml"
PLACES = "places/openstreetmap.csv"

# file, what stands there, what a hasty hand makes of it, words of the complaint, and how many
# lines after the beginning of the change the fault is named.
SPOILED = [
    (STOPS, "id: gz-nansha-two", "id: gz-nansha-one", "taken", 0),
    (STOPS, "id: gz-nansha-two", "id: GZ_2", "id", 0),
    (STOPS, "name: 二号驿站", "name: 一号驿站\n  district: 南沙区", "same name", 0),
    (STOPS, "  name: 二号驿站\n", "", "name: Field required", -1),
    (STOPS, "name: 二号驿站", "naem: 二号驿站", "naem", 0),
    (
        STOPS,
        "province: 广东\n  city: 广州\n  position",
        "province: 江苏\n  city: 广州\n  position",
        "no city of",
        1,
    ),
    (STOPS, "lat: 22.794742", "lat: 113.5", "position.lat", 0),
    (STOPS, "lat: 22.794742", "lat: nan", "position.lat", 0),
    (STOPS, "datum: gcj02", "datum: gcj", "position.datum", 0),
    (STOPS, "accuracy: street", "accuracy: good", "position.accuracy", 0),
    (STOPS, "landmark: 金洲站", "landmark: 银洲站", "no place", 0),
    (STOPS, ", est_error_m: 200", "", "est_error_m", 0),
    (STOPS, "opening_hours: 24/7", "opening_hours: 全天", "opening_hours", 0),
    (STOPS, "opening_hours: 24/7", "opening_hours: Mo-Fr 9:00-17:00", "opening_hours", 0),
    (STOPS, "  hours_text: 24小时\n", "", "never assumed", -7),
    (STOPS, "facilities: [水, 休息]", "facilities: [水, 沙发]", "沙发", 0),
    (STOPS, "facilities: [水, 休息]", "facilities: [水, 水]", "twice", 0),
    (STOPS, "hours_text: 24小时", "phone: 13800138000", "phone", 0),
    (STOPS, "hours_text: 24小时", "hours_text: 24小时，打13800138000", "mobile", 0),
    (STOPS, "hours_text: 24小时", "hours_text: 24\u200b小时", "show nothing", 0),
    (STOPS, "hours_text: 24小时", "entry: knock", "entry", 0),
    (STOPS, "hours_text: 24小时", "status: planned", "status", 0),
    (STOPS, "hours_text: 24小时", "hours_text: *a", "not YAML", 0),
    (STOPS, "hours_text: 24小时", "\thours_text: 24小时", "not YAML", 0),
    (STOPS, "hours_text: 24小时", "city: 广州", "twice", 0),
    (WAGE, "id: minimum_wage", "id: minimum_pay", "the file is", 0),
    (WAGE, "answers: [ask_minimum_wage]", "answers: []", "no intent", -3),
    (WAGE, "answers: [ask_minimum_wage]", "answers: []\nshared_answers: [ask_new]", "shares", 1),
    (WAGE, "audiences: [all]", "audiences: [everybody]", "audiences.0", 0),
    (WAGE, "hotlines: [12333]", "hotlines: [12334]", "12334", 0),
    (WAGE, "hotlines: [12333]", "hotlines: []", "hotlines", 0),
    (WAGE, "review_by: 2027-05-22", "review_by: 2026-05-22", "after", -5),
    (WAGE, "effective: 2025-03-01", "effective: 2025年3月", "facts.0.effective", 0),
    (WAGE, "confidence: high", "confidence: low", "facts.0.confidence", 0),
    (WAGE, "force: policy", "force: draft", "draft has no effective", -6),
    (WAGE, "https://www.gov.cn/a", "https://spam.example/a", "spam.example", 0),
    (WAGE, "https://www.gov.cn/a", "javascript:alert(1)", "facts.0.link", 0),
    (WAGE, "月最低工资2500元", "月最低工资2500元" * 10, "facts.0.claim", 0),
    (WAGE, "    law: 关于调整最低工资标准的通知\n", "", "facts.0.law", -1),
    (ARREARS, "unverified:\n  - 当地窗口的地址\n", "", "nothing true", -7),
    (ARREARS, "steps:\n  - 打12333问。\n", "steps: []\n", "steps", 0),
    (MENU, "{name}", "{Name}", "brace", 0),
    (MENU, "{name}", "{name", "brace", 0),
    (MENU, "{name}", "{0}", "brace", 0),
    (MENU, "{name}", "{name.upper}", "brace", 0),
    (MENU, "请选一项", "Please choose", "not Chinese", 0),
    (MENU, "请选一项", "請選一項", "Simplified", 0),
    (MENU, "请选一项", "请选" * 700, "at most", 0),
    (MENU, "请选一项", "", "empty", 0),
    (MENU, "请选一项", "{a: b}", "not a text", 0),
    (MENU, "greeting:", "title:", "twice", 0),
    (MENU, "title:", "Title:", "not a-z", 0),
    (PLACES, "22.80", "north", "lat", 0),
    (PLACES, "蕉门站", "金洲站", "twice", 0),
    (PLACES, "metro,广州,南沙区,22.80", "subway,广州,南沙区,22.80", "kind", 0),
    (PLACES, "22.80,113.55,ODbL 1.0", "22.80,113.55,CC BY 4.0", "two licences", -2),
    (PLACES, "district,lat,lon", "district,lon,lat", "columns", 0),
    (PLACES, "蕉门站,metro", "蕉门站,metro,more,and,more", "cells", 0),
    (PLACES, "蕉门站", '"蕉门站"x', "not CSV", 0),
    ("hotlines.yml", "high", "sure", "confidence", 0),
    ("hotlines.yml", '"12333"', '"+8612333"', "number", 0),
    ("facilities.yml", "[休息]", "休息", "休息", 0),
    ("facilities.yml", "[休息]", "[热水]", "already", 0),
    (COLUMNS, "类型", "名称", "already", 0),
    (COLUMNS, "face: [刷脸]", "faces: [刷脸]", "entry: not all", -1),
    (COLUMNS, "exact: [精确]", "exact: 精确", "exact: is not a list", 0),
    (COLUMNS, "marks:", "remarks:", "remarks: is no part", 0),
    ("regions.yml", "[盐城]", "[广州]", "already", 0),
    ("link_hosts.yml", "- www.gov.cn", "www.gov.cn: yes", "not a list", 0),
]


def problems_of(root: Path) -> tuple[Problem, ...]:
    with pytest.raises(ContentError) as caught:
        load(root)
    return caught.value.problems


@pytest.mark.parametrize("case", SPOILED)
def test_a_spoiled_tree_is_refused_by_file_and_line(
    tree: Path, case: tuple[str, str, str, str, int]
) -> None:
    name, old, new, words, offset = case
    text = FILES[name]
    assert old in text
    line = text[: text.index(old)].count("\n") + 1 + offset
    (tree / name).write_text(text.replace(old, new, 1), encoding="utf-8")
    found = problems_of(tree)
    shown = "\n".join(str(problem) for problem in found)
    spots = [(p.path, p.line) for p in found if words in str(p)]
    assert (f"content/{name}", line) in spots, shown


def test_an_intent_of_two_topics_is_refused_unless_both_share_it(tree: Path) -> None:
    for name in (WAGE, ARREARS):
        intent = FILES[name].partition("answers: [")[2].partition("]")[0]
        shared = FILES[name].replace(
            f"answers: [{intent}]", "answers: []\nshared_answers: [ask_new]"
        )
        (tree / name).write_text(shared, encoding="utf-8")
    library = load(tree)
    assert [t.id for t in library.topics_for("ask_new")] == ["minimum_wage", "pay_arrears"]

    only_one = FILES[ARREARS].replace("ask_pay_arrears", "ask_new")
    (tree / ARREARS).write_text(only_one, encoding="utf-8")
    (problem,) = problems_of(tree)
    assert (problem.path, problem.line) == (f"content/{ARREARS}", 4)
    assert WAGE in problem.what


def test_everything_wrong_is_said_at_once(tree: Path) -> None:
    for name, old, new in (
        (STOPS, "24/7", "always"),
        (STOPS, "二号驿站", ""),
        (WAGE, "confidence: high", "confidence: sure"),
        (MENU, "{name}", "{name"),
        (PLACES, "22.80", "x"),
    ):
        path = tree / name
        path.write_text(path.read_text("utf-8").replace(old, new), encoding="utf-8")
    found = problems_of(tree)
    assert {(p.path.removeprefix("content/"), p.line) for p in found} == {
        (STOPS, 9),
        (STOPS, 13),
        (WAGE, 14),
        (MENU, 2),
        (PLACES, 3),
    }


@pytest.mark.parametrize(
    "name",
    [
        "rights/notes.txt",
        "rights/more.yaml",
        "right/pay.yml",
        "rest_stops/guangdong.csv",
        "messages/deep/menu.yml",
        "extra.yml",
    ],
)
def test_a_stray_file_is_not_silently_ignored(tree: Path, name: str) -> None:
    path = tree / name
    path.parent.mkdir(exist_ok=True)
    path.write_text("a: b\n", encoding="utf-8")
    assert [p.path for p in problems_of(tree)] == [f"content/{name}"]


@pytest.mark.parametrize("name", ["README.md", "schema.py", ".hidden.yml", "rights/.swp"])
def test_code_and_notes_may_stand_beside_the_data(tree: Path, name: str) -> None:
    (tree / name).write_text("x", encoding="utf-8")
    assert load(tree).topics


@pytest.mark.parametrize("name", ["hotlines.yml", "rights", "rest_stops", "messages", "places"])
def test_what_is_missing_is_named(tree: Path, name: str) -> None:
    path = tree / name
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    assert [p.path for p in problems_of(tree)] == [f"content/{name}"]


def test_a_folder_that_does_not_exist_is_an_error_too(tmp_path: Path) -> None:
    assert problems_of(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "empty"),
        (b"# only a comment\n", "empty"),
        (b"title: \xff\xfe\n", "UTF-8"),
        (b"title: \x00\n", "not YAML"),
        (b"- a\n- b\n", "not a mapping"),
        (b"a: &x 1\nb: *x\n", "alias"),
        (b"? [a]\n: b\n", "no text"),
        (b"a: 1\n---\nb: 2\n", "not YAML"),
        (b"[" * 3_000, "not YAML"),
        (b"a: b\n" * 300_000, "bytes"),
    ],
)
def test_a_file_that_is_no_yaml_mapping_is_refused(tree: Path, raw: bytes, words: str) -> None:
    (tree / MENU).write_bytes(raw)
    found = problems_of(tree)
    assert any(p.path == f"content/{MENU}" and words in str(p) for p in found), found


def test_a_folder_named_like_a_file_is_refused(tree: Path) -> None:
    (tree / "rights" / "odd.yml").mkdir()
    assert [p.path for p in problems_of(tree)] == ["content/rights/odd.yml"]


def test_a_byte_order_mark_is_no_fault(tree: Path) -> None:
    (tree / MENU).write_text("\ufeff" + FILES[MENU], encoding="utf-8")
    assert load(tree).say("menu.title") == "请选一项"


def test_the_version_follows_every_file_and_nothing_else(tree: Path) -> None:
    before = load(tree).version
    assert load(tree).version == before
    (tree / "README.md").write_text("x", encoding="utf-8")
    assert load(tree).version == before
    (tree / MENU).write_text(FILES[MENU].replace("请选", "选"), encoding="utf-8")
    assert load(tree).version != before


def test_a_library_cannot_be_changed(tree: Path) -> None:
    library = load(tree)
    with pytest.raises(FrozenInstanceError):
        library.version = "x"
    with pytest.raises(TypeError):
        library.topics["x"] = library.topics["minimum_wage"]
    with pytest.raises(ValidationError):
        library.topics["minimum_wage"].title = "x"


def test_a_landmark_gives_the_stop_its_point_and_credit(tree: Path) -> None:
    position = load(tree).stops["gz-nansha-two"].position
    assert position is not None
    assert (position.lat, position.lon, position.datum) == (22.79, 113.53, "wgs84")
    assert position.credit == "© OpenStreetMap contributors"


def test_the_shipped_tree_loads_fast() -> None:
    start = time.process_time()
    load(SHIPPED)
    assert time.process_time() - start < 1.5

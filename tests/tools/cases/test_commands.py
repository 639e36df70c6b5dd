"""`yizhan cases` and `make bench-sorting` as somebody types them."""

import subprocess

import pytest

from content.library import Library
from tests.architecture.tree import ROOT
from tests.services.sorting import CATEGORIES, examples
from tests.tools.cases.conftest import Write
from tests.tools.stops.command import Command
from tools.cases import bench_sorting

UNITS = "市,区,道路,责任单位\n广州市,南沙区,进港大道,区公路局\n广州市,南沙区,,区城管局\n"


def rows(library: Library, count: int | None = None) -> list[dict[str, str]]:
    names = library.categories
    return [
        {"留言主题": "", "留言详情": text, "一级标签": names[key].name}
        for text, key in examples(library)[:count]
    ]


def test_a_history_is_shown_and_then_written(yizhan: Command, write: Write, library: Library):
    lines = rows(library, 3)
    lines[1]["留言详情"] = "换电柜坏了，找我13800138000"
    path = write([*lines, {**lines[0], "留言详情": f"  {lines[0]['留言详情']}！"}])

    shown = yizhan("cases", "import", path)
    assert shown.exit_code == 0
    assert "新增3，重复1，拒绝0" in shown.stdout
    assert "第4行：和第1行一样。" in shown.stdout
    assert not yizhan.stored()["case_examples"]

    assert yizhan("cases", "import", path, "--yes", "--by", "王敏").exit_code == 0
    stored = yizhan.stored()
    assert len(stored["case_examples"]) == 3
    assert len(stored["sorting_imports"]) == 1
    assert "13800138000" not in str(stored)

    again = yizhan("cases", "import", path, "--yes")
    assert "新增0，重复4，拒绝0" in again.stdout
    assert yizhan.stored() == stored


def test_one_bad_line_and_nothing_is_written(yizhan: Command, write: Write, library: Library):
    lines = rows(library, 3)
    lines[1]["一级标签"] = "不存在的类别"
    lines[2]["留言详情"] = " "
    path = write([*lines, {"留言详情": "缺类别"}])

    found = yizhan("cases", "import", path, "--yes")

    assert found.exit_code == 1
    assert "第2行：不认识类别“不存在的类别”" in found.stdout
    assert "第3行：“留言详情”没有填" in found.stdout
    assert "第4行：缺“一级标签”" in found.stdout
    assert not yizhan.stored()["case_examples"]


def test_all_refused_rows_go_into_a_report(yizhan: Command, write: Write, library: Library):
    path = write([*rows(library, 1), {"留言详情": "缺类别"}])
    yizhan("cases", "import", path, "--report", yizhan.folder / "report.csv")
    assert "2,拒绝," in (yizhan.folder / "report.csv").read_text("utf-8-sig")


def test_units_are_written_and_changed(yizhan: Command, write: Write):
    first = yizhan("cases", "units", write(UNITS, "a.csv"), "--yes")
    assert first.exit_code == 0, first.output
    assert "新增2，修改0，不变0，拒绝0" in first.stdout
    other = yizhan(
        "cases", "units", write(UNITS.replace("区公路局", "市公路局"), "a.csv"), "--yes"
    )
    assert "新增0，修改1，不变1，拒绝0" in other.stdout
    stored = str(yizhan.stored()["area_units"])
    assert "市公路局" in stored
    assert "区公路局" not in stored


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (",南沙区,进港大道,区公路局", "就要填“市”"),
        ("广州市,南沙区,进港大道,", "“责任单位”没有填"),
        (",,,区公路局", "至少要填一项"),
        ("广州市,南沙区,进港%,区公路局", "有%或_"),
        ("广州市,南沙区,进港大道,镇里", "和第2行是同一个地方"),
    ],
)
def test_a_spoiled_rule_spoils_the_file(yizhan: Command, write: Write, line: str, said: str):
    found = yizhan("cases", "units", write(f"{UNITS}{line}\n", "a.csv"), "--yes")
    assert found.exit_code == 1
    assert "第4行：" in found.stdout
    assert said in found.stdout
    assert not yizhan.stored()["area_units"]


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_learning_by_hand_tells_what_came_of_it(yizhan: Command, write: Write, library: Library):
    yizhan("cases", "import", write(rows(library)), "--yes")
    found = yizhan("cases", "train")
    assert found.exit_code == 0
    assert "正在使用" in found.stdout
    assert yizhan("cases", "models").stdout == found.stdout


def test_the_bench_prints_what_was_measured(write: Write, library: Library, capsys):
    assert bench_sorting.main(["--file", str(write(rows(library)))]) == 0
    said = capsys.readouterr().out
    assert "macro-F1: " in said
    assert "±" in said
    assert all(library.categories[name].name in said for name in CATEGORIES)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "找不到文件"),
        ('{"text": "路灯"}\n', "第1行：缺“一级标签”"),
        ('{"text": "路灯", "label": "a"}\n', "分5份不够"),
        ('{"text": "", "label": "a"}\n', "第1行：类别或内容是空的"),
    ],
)
def test_the_bench_refuses_in_chinese(write: Write, tmp_path, capsys, content, said):
    path = write(content) if content else tmp_path / "none.jsonl.gz"
    assert bench_sorting.main(["--file", str(path)]) == 2
    assert said in capsys.readouterr().err


def test_the_bench_wants_a_file(capsys):
    assert bench_sorting.main([]) == 2
    assert "make bench-sorting FILE=" in capsys.readouterr().err


def test_make_knows_the_bench():
    said = subprocess.run(["make", "-n", "bench-sorting", "FILE=a b.jsonl"], cwd=ROOT,
                          capture_output=True, text=True, check=True)  # fmt: skip
    assert '-m tools.cases.bench_sorting --file "a b.jsonl"' in said.stdout


def test_a_unit_of_the_table_can_be_handed_cases(yizhan: Command, write: Write):
    """What sorting proposes out of the table was refused: no such unit."""
    yizhan("cases", "units", write(UNITS, "a.csv"), "--yes")
    assert "区公路局" in str(yizhan.stored()["units"])

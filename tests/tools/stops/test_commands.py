"""`yizhan stops`: what it says, what it asks, and that what it writes out can be read again."""

import csv
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import pytest

from content.library import Library
from tests.architecture.tree import ROOT
from tests.testers.chat import on_sqlite
from tests.tools.stops.command import Command
from tests.tools.stops.stations import COUNT, HEADERS, as_csv, stations, write

STOPS = "rest_stops"


@pytest.fixture
def file(library: Library, tmp_path: Path) -> Path:
    return write(tmp_path / "stations.csv", as_csv(stations(library)))


def test_without_yes_and_terminal_it_only_shows(yizhan: Command, file: Path) -> None:
    done = yizhan("stops", "import", file)

    assert done.exit_code == 0
    assert f"文件stations.csv：{COUNT}行内容，表头在第1行。" in done.output
    assert f"新增{COUNT}，修改0，不变0" in done.output
    assert "要写入请加--yes" in done.output
    assert yizhan.stored()[STOPS] == set()


def test_yes_writes_and_again_changes_nothing(yizhan: Command, file: Path) -> None:
    assert "已写入" in yizhan.imports(file).output
    stored = yizhan.stored()
    assert len(stored[STOPS]) == COUNT
    assert "没有变化" in yizhan.imports(file).output
    assert yizhan.stored() == stored
    past = yizhan("stops", "imports").output
    assert f"stations.csv　王敏：新增{COUNT}，修改0" in past


@on_sqlite
def test_what_is_missing_is_asked_for(yizhan: Command, tmp_path: Path) -> None:
    path = write(tmp_path / "a.csv", "名称,城市,经度,纬度\n一号,广州,113.3,23.1\n".encode())
    done = yizhan.imports(path)

    assert done.exit_code == 1
    for option in ("--kind", "--source", "--datum", "--accuracy"):
        assert option in done.output
    said = ("--kind", "工会驿站", "--source", "市总工会", "--datum", "gcj02")
    assert yizhan.imports(path, *said, "--accuracy", "exact").exit_code == 0


@on_sqlite
def test_columns_are_named_by_hand_and_others_told(yizhan: Command, tmp_path: Path) -> None:
    rows = "名称,类型,来源,在哪,面积\n一号,工会驿站,市总工会,人民路1号,30\n".encode()
    path = write(tmp_path / "a.csv", rows)
    done = yizhan.imports(path, "--map", "在哪=地址", "--city", "广州市")

    assert done.exit_code == 0, done.output
    assert "不导入的列：面积" in done.output
    assert any("'人民路1号'" in row for row in yizhan.stored()[STOPS])
    assert yizhan.imports(path, "--map", "在哪=哪").exit_code == 1
    assert yizhan.imports(path, "--map", "在哪").exit_code == 2
    assert yizhan.imports(path, "--city", "某地").exit_code == 1


@on_sqlite
def test_rows_about_one_stop_are_refused_or_the_first_is_taken(
    yizhan: Command, library: Library, tmp_path: Path
) -> None:
    rows = stations(library)
    path = write(tmp_path / "a.csv", as_csv([*rows, *rows]))
    report = tmp_path / "report.csv"

    done = yizhan.imports(path)
    assert done.exit_code == 1
    assert f"第{COUNT + 2}行：和第2行是同一个驿站" in done.output
    done = yizhan.imports(path, "--keep-first", "--report", report)
    assert done.exit_code == 0
    with report.open(encoding="utf-8-sig", newline="") as told:
        outcomes = [row["结果"] for row in csv.DictReader(told)]
    assert outcomes == ["新增"] * COUNT + ["重复，不导入"] * COUNT
    assert len(yizhan.stored()[STOPS]) == COUNT


@on_sqlite
def test_a_change_is_told_field_by_field(
    yizhan: Command, library: Library, file: Path, tmp_path: Path
) -> None:
    yizhan.imports(file)
    rows = stations(library)
    rows[0][HEADERS.index("开放时间")] = "24小时"
    done = yizhan.imports(write(tmp_path / "b.csv", as_csv(rows)))

    assert "第2行：2号驿站：“开放时间”由每天8点-20点改为24小时" in done.output
    assert f"新增0，修改1，不变{COUNT - 1}" in done.output


@on_sqlite
def test_more_than_fifty_lines_are_left_to_the_report(yizhan: Command, tmp_path: Path) -> None:
    rows = "名称,城市,类型,来源\n" + ",广州,工会驿站,市总工会\n" * 70
    done = yizhan.imports(write(tmp_path / "a.csv", rows.encode()))

    assert sum(line.startswith("第") for line in done.output.splitlines()) == 50
    assert "还有20行" in done.output
    done = yizhan.imports(tmp_path / "a.csv", "--report", tmp_path / "missing" / "r.csv")
    assert done.exit_code == 1
    assert "写不了文件r.csv" in done.output


def test_a_database_that_does_not_answer_is_told(file: Path, tmp_path: Path) -> None:
    for url, said in (
        (f"sqlite:///{tmp_path / 'nowhere' / 'x.db'}", "请先运行./yizhan db upgrade"),
        ("postgresql://nobody@127.0.0.1:1/nothing", "数据库正忙"),
    ):
        done = Command(url, tmp_path).imports(file)
        assert done.exit_code == 1
        assert said in done.output


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_whole_edition_goes_out_and_comes_in_unchanged(
    yizhan: Command, library: Library, tmp_path: Path, kind: str
) -> None:
    yizhan("db", "upgrade")
    stored = yizhan.stored()
    path = tmp_path / f"out.{kind}"
    assert yizhan("stops", "export", path, "--with-leads").exit_code == 0

    done = yizhan.imports(path)

    assert done.exit_code == 0, done.output
    assert f"不变{len(library.stops)}，重复0" in done.output
    assert yizhan.stored() == stored


@on_sqlite
def test_an_export_says_where_it_cannot_go(yizhan: Command, tmp_path: Path) -> None:
    assert yizhan("stops", "export", tmp_path / "a.pdf").exit_code == 1
    for name in ("a.csv", "a.xlsx"):
        done = yizhan("stops", "export", tmp_path / "missing" / name)
        assert done.exit_code == 1
        assert f"写不了文件{name}" in done.output


@on_sqlite
def test_geojson_holds_what_a_map_may_show(
    yizhan: Command, library: Library, tmp_path: Path
) -> None:
    yizhan("db", "upgrade")
    path = tmp_path / "stops.geojson"
    assert yizhan("stops", "geojson", path, "--city", "广州").exit_code == 0

    text = path.read_text("utf-8")
    told = json.loads(text)
    placed = {s.id for s in library.stops.values() if s.city == "广州" and s.position}
    assert told["type"] == "FeatureCollection"
    assert {feature["id"] for feature in told["features"]} == placed
    assert "http" not in text
    for feature in told["features"]:
        lon, lat = feature["geometry"]["coordinates"]
        assert 112 < lon < 115
        assert 22 < lat < 24


@on_sqlite
def test_at_a_terminal_it_shows_how_far_it_is_and_asks(
    yizhan: Command, database_url: str, file: Path, tmp_path: Path
) -> None:
    ours, theirs = pty.openpty()
    surroundings = {"YIZHAN_DATABASE_URL": database_url, "YIZHAN_DATA_DIR": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-m", "tools.cli", "stops", "import", str(file)],
        cwd=ROOT,
        env={**os.environ, **surroundings, "TERM": "xterm"},
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=theirs,
    ) as process:
        os.write(ours, b"y\n")
        output, _ = process.communicate(timeout=60)
        os.close(theirs)
        bars = os.read(ours, 100_000).decode(errors="replace")
        os.close(ours)

    assert "写入吗？" in output.decode()
    assert "已写入" in output.decode()
    assert "检查每一行" in bars
    assert len(yizhan.stored()[STOPS]) == COUNT

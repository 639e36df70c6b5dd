"""Files of citizens' messages: whatever their fields are called, bad lines are named."""

import gzip
import json

import pytest
import yaml

from tools.cases import bench_themes
from tools.cases.messages import FIELDS, BadFile, read

NAMES = yaml.safe_load(FIELDS.read_text("utf-8"))


def write(path, rows, *, packed=False):
    text = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if packed else text.encode())
    return path


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
@pytest.mark.parametrize("subject", NAMES["subject"])
@pytest.mark.parametrize("detail", NAMES["detail"])
def test_fields_by_any_of_their_names(tmp_path, packed, subject, detail):
    rows = [{NAMES["id"][-1]: 7, subject: "one", detail: "two", NAMES["likes"][-1]: 3}]

    (message,) = read(write(tmp_path / "file", rows, packed=packed))

    assert (message.id, message.subject, message.detail, message.likes) == ("7", "one", "two", 3)


def test_a_line_with_one_text_is_numbered_where_it_names_no_id(tmp_path):
    assert [one.id for one in read(write(tmp_path / "file", [{"text": "a"}, {"text": "b"}]))] == [
        "1", "2",
    ]  # fmt: skip


def test_every_bad_line_is_named(tmp_path):
    path = tmp_path / "file"
    path.write_text('{"text": "a"}\n{"other": 1}\n[]\nx\n', encoding="utf-8")

    with pytest.raises(BadFile) as caught:
        read(path)

    told = str(caught.value).splitlines()[1:]
    assert [next(ch for ch in line if ch.isdigit()) for line in told] == ["2", "3", "4"]
    assert "other" in told[0]


@pytest.mark.parametrize("content", [b"", b"\xff\xfe\xff", b"\x1f\x8bno"])
def test_what_is_no_file_of_messages_is_said(tmp_path, content):
    path = tmp_path / "file"
    path.write_bytes(content)

    with pytest.raises(BadFile):
        read(path)


def test_groups_are_written_largest_first(tmp_path, capsys):
    path, out = write(tmp_path / "file", [{"id": n, "text": t} for n, t in TEXTS]), tmp_path / "o"

    assert bench_themes.main(["--file", str(path), "--out", str(out)]) == 0

    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert [set(row) for row in rows] == [
        {"group", "size", "title", "place", "ids", "likes"} for _ in rows
    ]
    assert [(row["group"], row["size"], set(row["ids"])) for row in rows] == [(1, 2, {"1", "2"})]
    assert str(out) in capsys.readouterr().out


def test_without_a_file_the_command_says_how(capsys):
    assert bench_themes.main([]) == 1
    assert "FILE=" in capsys.readouterr().err


WORDS = yaml.safe_load((FIELDS.parent / "made_up.yml").read_text("utf-8"))
PLACE = WORDS["names"][0] + WORDS["ends"][0]
TEXTS = (
    (1, PLACE + WORDS["matters"][0]),
    (2, WORDS["openers"][2] + PLACE + WORDS["matters"][0]),
    (3, PLACE + WORDS["matters"][-1]),
)

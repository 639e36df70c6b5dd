"""The editor's command: says what is sound, or each fault with its file and line."""

from pathlib import Path

import pytest

from tools.check_content import main


def test_the_shipped_content_is_sound(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    assert "51 rights" in capsys.readouterr().out


def test_each_fault_is_printed_and_the_command_fails(
    tree: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tree / "messages" / "menu.yml").write_text("title: {a: b}\nmore: Hello there\n", "utf-8")
    assert main([str(tree)]) == 1
    printed = capsys.readouterr()
    assert [line.split(": ")[0] for line in printed.out.splitlines()] == [
        "content/messages/menu.yml:1",
        "content/messages/menu.yml:2",
    ]
    assert "2 to mend" in printed.err

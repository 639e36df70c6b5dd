"""The check of the training files: silent on ours, and naming the file for each fault."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.check_nlu import ROOT, main, problems
from tools.nlu_files import read

Change = Callable[[str, str, str], list[str]]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for folder in ("nlu/domain", "nlu/data", "content/rights"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shutil.copy(ROOT / "nlu/intents.yml", tmp_path / "nlu/intents.yml")
    return tmp_path


@pytest.fixture
def after(copy: Path) -> Change:
    """The problems found after one replacement in one file."""

    def change(file: str, old: str, new: str) -> list[str]:
        path = copy / file
        before = path.read_text()
        assert old in before
        path.write_text(before.replace(old, new, 1))
        return problems(read(copy))

    return change


def test_our_own_files_are_right(capsys: pytest.CaptureFixture[str]) -> None:
    assert main() == 0
    assert "80 intents" in capsys.readouterr().out


def test_a_wrong_tree_fails_with_each_problem_on_a_line(
    copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (copy / "nlu/domain/notices.yml").unlink()
    assert main(copy) == 1
    out = capsys.readouterr().out
    assert "nlu/domain: intent latest_notices stands there 0 times, not once" in out
    assert "nlu/domain: action action_notices is missing" in out


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        ("nlu/intents.yml", "  noun: talk\n", "", "nlu/intents.yml: greet has no `noun`"),
        ("nlu/intents.yml", "  noun: talk\n", "  noun: talk\n  mood: glad\n", "reads: `mood`"),
        (
            "nlu/intents.yml",
            "\ngreet:",
            "\nhello:",
            "nlu/domain: intent hello stands there 0 times",
        ),
        ("nlu/intents.yml", "\ngreet:", "\nhello:", "talk.yml: intent greet is not in"),
        (
            "nlu/intents.yml",
            "topic: minimum_wage",
            "topic: gold",
            "content/rights/gold.yml: missing",
        ),
        ("nlu/intents.yml", "topic: minimum_wage", "topic: gold", "minimum_wage.yml: no intent"),
        ("nlu/intents.yml", "  topic: minimum_wage\n", "", "ask_minimum_wage: a right, and only"),
        ("nlu/intents.yml", "greet:", "greet: [", "nlu/intents.yml: cannot be read"),
        ("nlu/domain/talk.yml", "- greet", "- hello", "talk.yml: intent hello is not in"),
        ("nlu/domain/talk.yml", "- greet", "- find_rest_stop", "belongs to rest_stops.yml"),
        ("nlu/domain/talk.yml", "- action_talk", "- action_sing", "no intent leads to action"),
        ("nlu/domain/shared.yml", "- region", "- planet", "differ in 'planet'"),
        (
            "nlu/data/rules/talk.yml",
            "action: action_talk",
            "action: action_cases",
            "greet leads to",
        ),
        (
            "nlu/data/rules/talk.yml",
            "intent: greet",
            "intent: thank",
            "greet has 0 rules, not one",
        ),
        (
            "nlu/data/rules/talk.yml",
            "- action: action_talk",
            "- intent: deny",
            "not one intent and",
        ),
        ("nlu/data/rules/talk.yml", "intent: greet", "intent: hello", "hello, which is not in"),
        ("nlu/data/nlu/talk.yml", "intent: greet", "intent: hello", "intent hello is not in"),
        ("nlu/data/nlu/talk.yml", "intent: greet", "intent: find_rest_stop", "rest_stops.yml or"),
        ("nlu/data/nlu/talk.yml", "intent: greet", "intent: thank", "greet has 0 examples"),
        ("nlu/data/nlu/rest_stops.yml", "(place)", "(planet)", "entity 'planet' is not in"),
        ("nlu/data/nlu/rest_stops.yml", '"休息"', '"跳舞"', "'跳舞' is no known need"),
        ("nlu/data/nlu/synonyms.yml", "synonym: 水", "synonym: 汤", "'汤', which is in no table"),
        ("nlu/data/nlu/synonyms.yml", "- 饮水\n", "- 厕所\n      - 公厕\n", "stands for both"),
    ],
)
def test_each_fault_is_named(after: Change, file: str, old: str, new: str, says: str) -> None:
    found = after(file, old, new)
    assert [line for line in found if says in line], found


@pytest.mark.parametrize(
    ("added", "says"),
    [
        ("你 好 啊，张三", "thank repeats an example of greet"),
        ("ＨＥＬＬＯ张三！", "thank repeats an example of greet"),
        ("多谢你告诉我[广州](region)的事", "only a name differs"),
        ("！！！", "has an example that says nothing"),
    ],
)
def test_copies_are_found_whatever_they_are_dressed_in(copy: Path, added: str, says: str) -> None:
    (copy / "nlu/data/nlu/talk_more.yml").write_text(
        "nlu:\n- intent: greet\n  examples: |\n    - 你好啊张三\n    - hello张三\n"
        "- intent: thank\n  examples: |\n    - 多谢你告诉我[深圳](region)的事\n"
        f"    - {added}\n"
    )
    assert [line for line in problems(read(copy)) if says in line]


def test_an_unreadable_file_is_named(copy: Path) -> None:
    (copy / "nlu/data/nlu/talk.yml").write_bytes(b"\xff\xfe nonsense")
    assert [
        line for line in problems(read(copy)) if "nlu/data/nlu/talk.yml: cannot be read" in line
    ]


def test_a_line_without_a_dash_is_named(after: Change) -> None:
    found = after("nlu/data/nlu/talk.yml", "      - ", "      ")
    assert [line for line in found if "does not begin with '- '" in line]

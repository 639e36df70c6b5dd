"""The evaluation: what it counts, and what it says of a file that it cannot use."""

from pathlib import Path

import pytest

from tools.nlu_eval import FALLBACK, BadFile, Parsed, Sentence, evaluate, read, report

KNOWN = frozenset({"greet", "thank", "out_of_scope"})


def heard(intent: str, *ranking: str) -> Parsed:
    return Parsed(intent, 0.9, ranking or (intent,), (), 2.0)


def test_the_figures() -> None:
    meant = ["greet", "greet", "thank", "out_of_scope", "out_of_scope"]
    sentences = [Sentence(str(number), intent) for number, intent in enumerate(meant)]
    parsed = [
        heard("greet"),
        heard("thank", "thank", "greet"),
        heard(FALLBACK, "greet", "out_of_scope", "thank"),
        heard(FALLBACK, "greet"),
        heard("greet"),
    ]
    lines = report(sentences, parsed).splitlines()
    assert lines[:7] == [
        "sentences            5",
        "accuracy             0.400 (2 of 5)",
        # greet 2·1/(2+2), thank 0, out_of_scope 2·1/(2+1)
        "macro-F1             0.389",
        "top-3                0.800 (4 of 5)",
        "out-of-scope recall  0.500 (1 of 2)",
        "asked back           0.200 (1 of 5)",
        "ms a sentence        2.0 (95th 2.0)",
    ]
    assert lines[8] == "  thank: 1 of 1 missed (heard as nlu_fallback 1)"


def test_a_file_without_anything_out_of_scope() -> None:
    out = report([Sentence("你好", "greet")], [heard("greet")])
    assert "out-of-scope recall  none in the file" in out
    assert "none missed" in out


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "not JSON"),
        ("[1]", '"text" is missing'),
        ("null", '"text" is missing'),
        ('{"text": " ", "intent": "greet"}', '"text" is missing'),
        ('{"text": 5, "intent": "greet"}', '"text" is missing'),
        ('{"text": "x"}', '"intent" is None'),
        ('{"text": "x", "intent": "sing"}', "'sing', which nlu/intents.yml does not have"),
        ('{"text": "x", "intent": ["greet"]}', "does not have"),
    ],
)
def test_a_bad_line_is_named_with_its_number_and_fault(
    tmp_path: Path, line: str, why: str
) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(f'{{"text": "你好", "intent": "greet"}}\n\n{line}\n')
    with pytest.raises(BadFile) as error:
        read(file, KNOWN)
    assert f"{file}:3: " in str(error.value)
    assert why in str(error.value)


def test_a_good_file_with_a_byte_order_mark_and_windows_line_ends(tmp_path: Path) -> None:
    file = tmp_path / "good.jsonl"
    file.write_bytes('\ufeff{"text": "你好", "intent": "greet"}\r\n'.encode())
    assert read(file, KNOWN) == [Sentence("你好", "greet")]


def test_many_bad_lines_are_counted_not_listed(tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text("x\n" * 30)
    with pytest.raises(BadFile, match="and 20 more"):
        read(file, KNOWN)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\x00"])
def test_an_empty_or_unreadable_file_is_refused(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_bytes(content)
    with pytest.raises(BadFile):
        read(file, KNOWN)


def test_a_missing_file_or_model_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadFile, match=r"no\.jsonl"):
        evaluate(tmp_path / "no.jsonl", tmp_path / "model", tmp_path)
    file = tmp_path / "good.jsonl"
    file.write_text('{"text": "你好", "intent": "greet"}')
    with pytest.raises(BadFile, match="No model at"):
        evaluate(file, tmp_path / "model", tmp_path)

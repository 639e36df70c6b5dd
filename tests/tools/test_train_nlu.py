"""Training: only when needed, all or nothing, one at a time. A small script plays Rasa."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tools.train_nlu import ROOT, TrainingFailed, fingerprint, inputs, train

# Takes the place of the Python of Rasa's environment, and reads Rasa's own arguments.
RASA = """#!/bin/sh
while [ $# -gt 0 ]; do [ "$1" = --out ] && out=$2; shift; done
echo trained >> "{marks}"
echo half > "$out/model.tar.gz"
sleep {seconds}
echo whole > "$out/model.tar.gz"
exit {code}
"""


def stand_in(folder: Path, seconds: float = 0, code: int = 0) -> Path:
    script = folder / "python"
    script.write_text(RASA.format(marks=folder / "marks", seconds=seconds, code=code))
    script.chmod(0o755)
    return script


def trained_times(folder: Path) -> int:
    return len((folder / "marks").read_text().splitlines())


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    for path in inputs():
        target = tmp_path / "project" / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(path, target)
    return tmp_path / "project"


def test_the_same_inputs_are_trained_once(tmp_path: Path) -> None:
    python, out = stand_in(tmp_path), tmp_path / "models"
    first, second = train(python, out), train(python, out)
    assert first == (out / f"model-{fingerprint()}.tar.gz", True)
    assert second == (first[0], False)
    assert trained_times(tmp_path) == 1
    assert first[0].read_text() == "whole\n"


@pytest.mark.parametrize(
    "name",
    [
        "nlu/config.yml",
        "nlu/requirements.lock",
        "nlu/domain/talk.yml",
        "nlu/data/nlu/talk.yml",
        "nlu/data/rules/talk.yml",
        "nlu/data/lookups/words.yml",
        "nlu/dictionary/words.txt",
        "nlu/components/tokenizer.py",
        "kit/text.py",
        "kit/encoder.py",
    ],
)
def test_every_input_changes_the_fingerprint(copy: Path, name: str) -> None:
    before = fingerprint(copy)
    assert before == fingerprint()
    (copy / name).write_text((copy / name).read_text() + "\n")
    assert fingerprint(copy) != before


def test_a_new_file_changes_the_fingerprint(copy: Path) -> None:
    before = fingerprint(copy)
    (copy / "nlu/data/nlu/more.yml").write_text("")
    assert fingerprint(copy) != before


def test_a_failure_leaves_no_model_and_says_why(tmp_path: Path) -> None:
    out = tmp_path / "models"
    with pytest.raises(TrainingFailed):
        train(stand_in(tmp_path, code=1), out)
    assert list(out.glob("*.tar.gz")) == []
    assert list(out.glob(".training-*")) == []


def test_a_kill_in_the_middle_leaves_no_model_and_the_next_run_trains(tmp_path: Path) -> None:
    out = tmp_path / "models"
    command = [
        sys.executable, "-m", "tools.train_nlu",
        "--python", str(stand_in(tmp_path, seconds=600)), "--out", str(out),
    ]  # fmt: skip
    running = subprocess.Popen(
        command, cwd=ROOT, start_new_session=True, stdout=subprocess.DEVNULL
    )
    _wait_for(out, ".training-*/model.tar.gz")
    os.killpg(running.pid, signal.SIGKILL)
    running.wait()
    assert list(out.glob("*.tar.gz")) == []
    assert train(stand_in(tmp_path), out)[1]
    assert list(out.glob(".training-*")) == []


def test_two_runs_at_once_train_once(tmp_path: Path) -> None:
    out, python = tmp_path / "models", stand_in(tmp_path, seconds=1)
    command = [sys.executable, "-m", "tools.train_nlu", "--python", str(python), "--out", str(out)]
    both = [
        subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    said = [one.communicate()[0] for one in both]
    assert [one.returncode for one in both] == [0, 0]
    assert trained_times(tmp_path) == 1
    assert {one.splitlines()[-1] for one in said} == {str(out / f"model-{fingerprint()}.tar.gz")}


def test_only_the_newest_models_are_kept(tmp_path: Path) -> None:
    out = tmp_path / "models"
    out.mkdir()
    for number in range(5):
        (out / f"model-{number}.tar.gz").write_text("old")
    model, _ = train(stand_in(tmp_path), out)
    assert len(list(out.glob("model-*.tar.gz"))) == 3
    assert model.exists()


def _wait_for(folder: Path, pattern: str) -> None:
    last = time.monotonic() + 30
    while not list(folder.glob(pattern)):
        assert time.monotonic() < last, f"no {pattern} in {folder}"
        time.sleep(0.05)

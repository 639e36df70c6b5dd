"""Says how well the trained model understands a file of labelled sentences.

python -m tools.nlu_eval --file FILE      each line: {"text": "...", "intent": "..."}
"""

import argparse
import json
import subprocess
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tools.train_nlu import MODELS, ROOT, model_path, rasa_command

FALLBACK = "nlu_fallback"
OUT_OF_SCOPE = "out_of_scope"
_WORST = 10
_BAD_LINES_SHOWN = 10


@dataclass(frozen=True)
class Sentence:
    """One line of the file: what is said and what is meant by it."""

    text: str
    intent: str


@dataclass(frozen=True)
class Parsed:
    """What the model made of one sentence."""

    intent: str
    confidence: float
    ranking: tuple[str, ...]
    entities: tuple[tuple[str, str], ...]
    ms: float


class BadFile(Exception):
    """The file cannot be used; the text names each bad line and why."""


def read(path: Path, known: frozenset[str]) -> list[Sentence]:
    """The sentences of a file; every bad line is named, not only the first."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadFile(f"{path}: {error}") from error
    sentences, bad = [], []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            sentences.append(_sentence(line, known))
        except ValueError as error:
            bad.append(f"{path}:{number}: {error}")
    if bad:
        more = len(bad) - _BAD_LINES_SHOWN
        shown = bad[:_BAD_LINES_SHOWN] + ([f"… and {more} more"] if more > 0 else [])
        raise BadFile("\n".join(shown))
    if not sentences:
        raise BadFile(f"{path}: no sentence in it")
    return sentences


def _sentence(line: str, known: frozenset[str]) -> Sentence:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(f"not JSON: {error.msg} at column {error.colno}") from error
    # Anything else than an object has neither field.
    fields: dict[str, Any] = row if isinstance(row, dict) else {}
    text, intent = fields.get("text"), fields.get("intent")
    if not isinstance(text, str) or not text.strip():
        raise ValueError('"text" is missing, empty or not a string')
    if not isinstance(intent, str) or intent not in known:
        raise ValueError(f'"intent" is {intent!r}, which nlu/intents.yml does not have')
    return Sentence(text, intent)


def parse(texts: Sequence[str], model: Path, python: Path) -> list[Parsed]:
    """Each sentence through the real model, which is loaded once."""
    command = rasa_command(python, "nlu/parse_lines.py", str(model.absolute()))
    spoken = "".join(json.dumps(text) + "\n" for text in texts)
    done = subprocess.run(
        command, cwd=ROOT, input=spoken, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BadFile(f"Rasa could not use {model}:\n{done.stderr[-2000:]}")
    answers = [json.loads(line) for line in done.stdout.splitlines()][1:]
    return [_parsed(answer) for answer in answers]


def _parsed(answer: dict[str, Any]) -> Parsed:
    # The fallback stands first in Rasa's ranking; the guesses are the intents behind it.
    ranking = tuple(name for name, _ in answer["ranking"] if name != FALLBACK)
    entities = tuple((one["entity"], str(one["value"])) for one in answer["entities"])
    return Parsed(answer["intent"], answer["confidence"], ranking, entities, answer["ms"])


def report(sentences: Sequence[Sentence], parsed: Sequence[Parsed]) -> str:
    """The figures, as lines to print.

    Not understanding what is out of scope is right, so there the fallback counts as a hit.
    """
    meant = [sentence.intent for sentence in sentences]
    heard = [
        OUT_OF_SCOPE if one.intent == FALLBACK and intent == OUT_OF_SCOPE else one.intent
        for one, intent in zip(parsed, meant, strict=True)
    ]
    pairs = list(zip(meant, heard, strict=True))
    guessed = sum(
        intent in one.ranking[:3] or said == intent
        for (intent, said), one in zip(pairs, parsed, strict=True)
    )
    times = sorted(one.ms for one in parsed)
    slow = times[len(times) * 95 // 100]
    lines = [
        f"sentences            {len(pairs)}",
        f"accuracy             {_share(sum(a == b for a, b in pairs), len(pairs))}",
        f"macro-F1             {_macro_f1(pairs):.3f}",
        f"top-3                {_share(guessed, len(pairs))}",
        f"out-of-scope recall  {_recall(pairs, OUT_OF_SCOPE)}",
        f"asked back           {_share(sum(b == FALLBACK for _, b in pairs), len(pairs))}",
        f"ms a sentence        {sum(times) / len(times):.1f} (95th {slow:.1f})",
        "worst intents:",
    ]
    return "\n".join(lines + _worst(pairs))


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.3f} ({part} of {whole})"


def _recall(pairs: Sequence[tuple[str, str]], intent: str) -> str:
    heard = [b for a, b in pairs if a == intent]
    return _share(heard.count(intent), len(heard)) if heard else "none in the file"


def _macro_f1(pairs: Sequence[tuple[str, str]]) -> float:
    """The mean F1 over the intents that the file asks for."""
    meant, heard = Counter(a for a, _ in pairs), Counter(b for _, b in pairs)
    hits = Counter(a for a, b in pairs if a == b)
    return sum(2 * hits[name] / (meant[name] + heard[name]) for name in meant) / len(meant)


def _worst(pairs: Sequence[tuple[str, str]]) -> list[str]:
    meant = Counter(a for a, _ in pairs)
    missed = Counter(a for a, b in pairs if a != b)
    order = sorted(missed, key=lambda name: (-missed[name] / meant[name], -missed[name], name))
    lines = []
    for name in order[:_WORST]:
        taken = Counter(b for a, b in pairs if a == name and b != name).most_common(3)
        instead = ", ".join(f"{other} {count}" for other, count in taken)
        lines.append(f"  {name}: {missed[name]} of {meant[name]} missed (heard as {instead})")
    return lines or ["  none missed"]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--file", type=Path, required=True, help="JSON lines with text and intent")
    parser.add_argument(
        "--model", type=Path, help="the model; by default that of the present inputs"
    )
    parser.add_argument("--python", type=Path, default=ROOT / ".venv-nlu/bin/python",
                        help="the Python of Rasa's environment")  # fmt: skip
    return parser.parse_args()


def evaluate(file: Path, model: Path, python: Path) -> str:
    """The report on a file; BadFile when the file or the model cannot be used."""
    catalogue = yaml.safe_load((ROOT / "nlu/intents.yml").read_text(encoding="utf-8"))
    sentences = read(file, frozenset(catalogue))
    if not model.exists():
        raise BadFile(f"No model at {model}. Train it first: python -m tools.train_nlu")
    if not python.exists():
        raise BadFile(f"No Python at {python}. Build Rasa's environment first: make run")
    return report(sentences, parse([one.text for one in sentences], model, python))


def main() -> int:
    options = _arguments()
    model: Path = options.model or model_path(MODELS)
    try:
        print(evaluate(options.file, model, options.python.absolute()))
    except BadFile as error:
        print(error)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

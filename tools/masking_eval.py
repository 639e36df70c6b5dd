"""Says how well masking finds what it must hide: precision and recall on labelled sentences.

python -m tools.masking_eval [--misses]      writes docs/figures/masking.md

A find counts only with the right kind and to the character; half a name
is a miss and a false find.
"""

import argparse
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from content.library import Library
from content.loader import load
from kit.settings import Settings
from services.masking import Found, Kind, Masker
from tools import figures
from tools.start.machine import ROOT

SENTENCES = ROOT / "tests" / "masking"
HALVES = ("held_out", "tuning")
_LABEL = re.compile(r"\{([a-z_]+):([^{}]+)\}")


@dataclass(frozen=True)
class Sentence:
    """A sentence and what has to be hidden in it."""

    text: str
    wanted: tuple[Found, ...]


@dataclass(frozen=True)
class Score:
    """What was right, what was hidden wrongly and what was missed, by kind."""

    right: Counter[Kind]
    wrong: Counter[Kind]
    missed: Counter[Kind]

    def precision(self, kind: Kind | None = None) -> float:
        """The share of what was hidden that had to be; 1.0 when nothing was hidden."""
        return _share(_count(self.right, kind), _count(self.wrong, kind))

    def recall(self, kind: Kind | None = None) -> float:
        """The share of what had to be hidden that was; 1.0 when nothing had to be."""
        return _share(_count(self.right, kind), _count(self.missed, kind))


def read(half: str) -> list[Sentence]:
    """The sentences of a half. Raises KeyError for a label that is no kind."""
    lines = (SENTENCES / f"{half}.txt").read_text(encoding="utf-8").splitlines()
    return [_sentence(line) for line in lines if line and not line.startswith("#")]


def score(sentences: Sequence[Sentence], masker: Masker) -> Score:
    """How the masker does on the sentences."""
    found = Score(Counter(), Counter(), Counter())
    for sentence in sentences:
        wanted, hidden = set(sentence.wanted), set(masker.find(sentence.text))
        found.right.update(one.kind for one in wanted & hidden)
        found.wrong.update(one.kind for one in hidden - wanted)
        found.missed.update(one.kind for one in wanted - hidden)
    return found


def faults(sentences: Sequence[Sentence], masker: Masker) -> Iterator[str]:
    """The sentences that are masked otherwise than they are labelled, as they come out."""
    for sentence in sentences:
        if masker.find(sentence.text) != sentence.wanted:
            yield f"{sentence.text}\n  -> {masker(sentence.text)}"


def library() -> Library:
    """The shipped content."""
    return load(Settings().content_dir)


def page(halves: dict[str, Score], sizes: dict[str, int]) -> list[str]:
    """The lines of docs/figures/masking.md."""
    lines = [
        "# What masking finds",
        "",
        f"{figures.today()}, by `python -m tools.masking_eval`: {sum(sizes.values())} sentences",
        "of `tests/masking/`, labelled by hand, with invented persons and numbers. The held-out",
        "half was written before the rules and not looked at since, but by the same hand. A find",
        "counts only with the right kind and to the character: half a name is a miss and a",
        "false find.",
    ]
    for half, scored in halves.items():
        lines += ["", f"## {half} ({sizes[half]} sentences)", ""]
        lines += figures.table(("kind", "labelled", "precision", "recall"), tuple(_rows(scored)))
    return lines


def _rows(scored: Score) -> Iterator[tuple[str, int, str, str]]:
    for kind in (*Kind, None):
        labelled = _count(scored.right, kind) + _count(scored.missed, kind)
        if labelled or _count(scored.wrong, kind):
            name = kind.name.lower() if kind else "all"
            yield name, labelled, f"{scored.precision(kind):.3f}", f"{scored.recall(kind):.3f}"


def _sentence(line: str) -> Sentence:
    wanted, text, end = [], "", 0
    for label in _LABEL.finditer(line):
        text += line[end : label.start()]
        wanted.append(Found(len(text), len(text) + len(label[2]), Kind[label[1].upper()]))
        text += label[2]
        end = label.end()
    return Sentence(text + line[end:], tuple(wanted))


def _count(counted: Counter[Kind], kind: Kind | None) -> int:
    return counted.total() if kind is None else counted[kind]


def _share(right: int, other: int) -> float:
    return right / (right + other) if right + other else 1.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--misses", action="store_true", help="show what goes wrong in the tuning half"
    )
    masker = Masker(library())
    if parser.parse_args().misses:
        print("\n".join(faults(read("tuning"), masker)))
    sentences = {half: read(half) for half in HALVES}
    scores = {half: score(each, masker) for half, each in sentences.items()}
    figures.write(
        "masking.md", page(scores, {half: len(each) for half, each in sentences.items()})
    )


if __name__ == "__main__":
    main()

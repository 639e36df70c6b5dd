"""Measures how well messages are sorted: five folds, exact duplicates in one fold.

python -m tools.cases.bench_sorting --file FILE     prints; with --page docs/figures/sorting.md too
"""

import argparse
import resource
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from content.library import Library
from content.loader import load
from kit.errors import BadInput
from kit.settings import Settings
from services.cases.sorting.evaluation import FOLDS, Judged, folds, judge, same_text
from services.cases.sorting.features import Message, message
from services.cases.sorting.training import prepare
from tools import figures
from tools.cases.reading import read
from tools.stops.progress import step

PAGE = "sorting.md"
MOST_FAULTS_SHOWN = 20
PROMISED = 0.92
UNUSABLE = 2


def main(arguments: Sequence[str] | None = None) -> int:
    """Print how good sorting is on a file; 2 when the file cannot be used."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--file", default="")
    parser.add_argument("--page", action="store_true")
    options = parser.parse_args(arguments)
    library = load(Settings().content_dir)
    try:
        messages, labels = _read(library, options.file.strip())
    except BadInput as error:
        print(library.say(error.key, **error.fields), file=sys.stderr)
        return UNUSABLE
    lines = measured(library, messages, labels)
    if options.page:
        figures.write(PAGE, lines)
    else:
        print("\n".join(lines))
    return 0


def measured(library: Library, messages: Sequence[Message], labels: Sequence[str]) -> list[str]:
    """The page: what was measured, how, and what came out."""
    began = time.perf_counter()
    with step(library, "learning", 4 * len(messages)) as tick:
        prepared = prepare(messages, labels, tick)
    ready = time.perf_counter()
    fold_of = folds(messages, labels)
    with step(library, "learning", FOLDS) as tick:
        judged = judge(prepared, fold_of, done=_once(tick))
    ended = time.perf_counter()
    sizes = Counter(same_text(each) for each in messages)
    again = sum(size - 1 for size in sizes.values())
    each_fold = ", ".join(f"{each:.4f}" for each in judged.of_folds)
    reached = "reached" if judged.macro_f1 >= PROMISED else "missed"
    accuracy = float((judged.said == judged.truth).mean())
    return [
        "# Sorting",
        "",
        f"Measured {figures.today()} by `make bench-sorting`: {figures.machine()}.",
        "",
        f"{len(messages):,} messages in {len(judged.categories)} categories, {again:,} of them",
        f"with the text of another, in its fold. {FOLDS} folds, stratified.",
        "",
        f"macro-F1: {judged.macro_f1:.4f} ± {judged.spread:.4f} ({reached}: {PROMISED} promised)",
        "",
        f"Mean and standard deviation of the folds: {each_fold}. Accuracy {accuracy:.4f}.",
        "",
        *figures.table(("category", "messages", "F1"), _each(judged)),
        "",
        f"Counting and encoding took {ready - began:.0f} s, {FOLDS} times training and judging",
        f"{ended - ready:.0f} s, with {_peak_mb():.0f} MB at most.",
    ]


def _each(judged: Judged) -> list[tuple[object, ...]]:
    of_each = judged.f1_of_each().items()
    return [(name, count, f"{f1:.3f}") for name, (f1, count) in of_each]


def _read(library: Library, file: str) -> tuple[list[Message], list[str]]:
    """The messages of a file; raises BadInput, all bad lines named, when any line is bad."""
    if not file:
        raise BadInput("cases_import.bench_no_file")
    found = read(library, Path(file), "case", ("text", "category"))
    bad = [fault.told(library) for fault in found.faults]
    messages, labels = [], []
    for line in found.lines:
        title, text = line.cells.get("title", ""), line.cells["text"]
        label = line.cells["category"].strip()
        if not label or not (text + title).strip():
            bad.append(library.say("cases_import.bench_empty", row=line.number))
            continue
        messages.append(message(title, text))
        labels.append(label)
    if bad:
        shown = bad[:MOST_FAULTS_SHOWN]
        if len(bad) > len(shown):
            shown.append(library.say("cases_import.more_lines", count=len(bad) - len(shown)))
        raise BadInput("cases_import.bench_bad", lines="\n".join(shown))
    _check_enough(messages, labels)
    return messages, labels


def _check_enough(messages: Sequence[Message], labels: Sequence[str]) -> None:
    """Each category must be in each fold."""
    different = {(label, same_text(each)) for label, each in zip(labels, messages, strict=True)}
    sizes = Counter(label for label, _ in different)
    if len(sizes) < 2 or min(sizes.values()) < FOLDS:  # noqa: PLR2004
        least = min(sizes, key=lambda name: sizes[name])
        fields = {"classes": len(sizes), "rows": len(labels), "least": least, "folds": FOLDS}
        raise BadInput("cases_import.bench_too_few", **fields, count=sizes[least])


def _once(tick: Callable[[int], None]) -> Callable[[int], None]:
    return lambda _fold: tick(1)


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())

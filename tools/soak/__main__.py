"""Kills programs at random while workers hand in cases: nothing acknowledged may be lost.

python -m tools.soak [--seeds 20] [--first 1] [--intakes 200] [--workers 8] [--kills 50]
    writes docs/figures/soak.md

Each seed has a copy of its own, on the databases in turn. Each intake is a new worker who plays
the next script of tools/soak.words.txt, and sends every turn until it is answered, under the same
id, as the chat page does. After each kill, and at the end, every answer that was acknowledged must
be in his draft or his case, and no case twice.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from content.loader import load
from tools import figures
from tools.soak.running import Plan, Result, soak
from tools.start.machine import ROOT
from tools.start.trial import running
from tools.stops.databases import Fresh, databases, what_is_missing

PAGE = "soak.md"
ABOUT = """\
For each seed {plan.kills} moments are drawn at which a program is ended with kill -9 (one that is
just being started again is left alone), while {plan.workers} workers at a time play {plan.intakes}
intakes. After each kill the database is read beside the running programs, and all of it once more
at the end: "looks" are the workers of whom it was read. Each answer that was acknowledged must be
in his draft, his case, or what he added to the case that he joined.
"""
SEEDS = ("database", "seed", "kill -9", "which", "looks", "wait for a person", "minutes", "result")
SCRIPTS = ("script", "intakes", "cases", "joined another's", "taken back", "answered turns")


@dataclass(frozen=True)
class Seed:
    """One seed on one database, what happened, and how long it took."""

    kind: str
    plan: Plan
    result: Result
    minutes: float

    @property
    def row(self) -> tuple[object, ...]:
        """Its line in the table."""
        kills, result = self.result.kills, self.result
        which = ", ".join(f"{count} {name}" for name, count in sorted(kills.items()))
        return (
            *(self.kind, self.plan.seed, sum(kills.values()), which),
            *(result.checked, result.held, f"{self.minutes:.1f}"),
            "FAULT" if result.faults else "nothing lost, nothing twice",
        )


def together(results: Sequence[Result]) -> list[tuple[object, ...]]:
    """The counts of each script over all seeds."""
    names = sorted({name for result in results for name in result.scripts})
    return [
        (name, *map(sum, zip(*(result.scripts[name] for result in results), strict=True)))
        for name in names
    ]


def page(command: str, seeds: Sequence[Seed]) -> list[str]:
    """The page of these seeds, which all had the same plan."""
    where = figures.machine().removesuffix(", SQLite")
    return [
        "# Soak",
        "",
        f"{figures.today()}, {where}, `python -m tools.soak {command}`:",
        ABOUT.format(plan=seeds[0].plan),
        *figures.table(SEEDS, [each.row for each in seeds]),
        "",
        *figures.table(SCRIPTS, together([each.result for each in seeds])),
        "",
        *(f"- {s.kind}, seed {s.plan.seed}: {fault}" for s in seeds for fault in s.result.faults),
        *what_is_missing(),
    ]


def main() -> int:
    """Run, compare, write the page; 1 when anything was lost or doubled."""
    asked = _arguments()
    kinds, seeds = list(databases().items()), []
    for number in range(asked.first, asked.first + asked.seeds):
        kind, fresh = kinds[number % len(kinds)]
        plan = Plan(asked.intakes, asked.workers, asked.kills, str(number))
        seeds.append(_soaked(kind, fresh, plan))
        print(*seeds[-1].row, *seeds[-1].result.faults, file=sys.stderr, flush=True)
    names = ("seeds", "first", "intakes", "workers", "kills")
    command = " ".join(f"--{name} {getattr(asked, name)}" for name in names)
    figures.write(PAGE, page(command, seeds))
    return int(any(each.result.faults for each in seeds))


def _soaked(kind: str, fresh: Fresh, plan: Plan) -> Seed:
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="yizhan-soak-") as name,
        fresh(Path(name)) as url,
        running(Path(name) / "data", database_url=url) as (stack, settings),
    ):
        result = soak(stack, settings, load(ROOT / "content"), plan)
    return Seed(kind, plan, result, (time.monotonic() - began) / 60)


def _arguments() -> argparse.Namespace:
    reader = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    reader.add_argument("--seeds", type=int, default=20)
    reader.add_argument("--first", type=int, default=1)
    reader.add_argument("--intakes", type=int, default=200)
    reader.add_argument("--workers", type=int, default=8)
    reader.add_argument("--kills", type=int, default=50)
    return reader.parse_args()


if __name__ == "__main__":
    sys.exit(main())

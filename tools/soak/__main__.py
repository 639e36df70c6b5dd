"""Kills programs at random while workers hand in cases: nothing acknowledged may be lost.

python -m tools.soak [--intakes 200] [--workers 8] [--kills 50] [--seed …]
    writes docs/figures/soak.md

Each intake is a new worker who plays the next script of tools/soak.words.txt, and sends every turn
until it is answered, under the same id, as the chat page does. After each kill, and at the end,
every answer that was acknowledged must be in his draft or his case, and no case twice.
"""

import argparse
import sys
import tempfile
from pathlib import Path

from content.loader import load
from kit import ids
from tools import figures
from tools.soak.running import Plan, Result, soak
from tools.start.machine import ROOT
from tools.start.trial import running

PAGE = "soak.md"
ABOUT = """\
{count} times kill -9 ({kills}) at drawn moments, while {plan.workers} workers at a time play
{plan.intakes} intakes. After each kill the database was read beside the running programs, and all
of it once more at the end: {checked} looks at what a worker was told is kept. Each answer that was
acknowledged must be in his draft, his case, or what he added to the case that he joined.
"""
HEAD = ("script", "intakes", "cases", "joined another's", "taken back", "answered turns")


def page(plan: Plan, result: Result) -> list[str]:
    """The page of one run."""
    kills = ", ".join(f"{count} {name}" for name, count in result.kills.items())
    command = f"--intakes {plan.intakes} --workers {plan.workers}"
    command += f" --kills {plan.kills} --seed {plan.seed}"
    return [
        "# Soak",
        "",
        f"{figures.today()}, {figures.machine()}, `python -m tools.soak {command}`:",
        ABOUT.format(
            count=sum(result.kills.values()), kills=kills, plan=plan, checked=result.checked
        ),
        *figures.table(HEAD, result.rows),
        "",
        f"Of the cases {result.held} wait for a person; they are stored like all others.",
        f"Result: {'FAULT' if result.faults else 'nothing lost, nothing twice'}.",
        *(["", *(f"- {fault}" for fault in result.faults)] if result.faults else []),
    ]


def main() -> int:
    """Run, compare, write the page; 1 when anything was lost or doubled."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--intakes", type=int, default=200)
    parser.add_argument("--workers", type=int, default=8)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", default=ids.new_id()[:8])
    given = parser.parse_args()
    plan = Plan(given.intakes, given.workers, given.kills, given.seed)
    with (
        tempfile.TemporaryDirectory(prefix="yizhan-soak-") as folder,
        running(Path(folder)) as (stack, settings),
    ):
        result = soak(stack, settings, load(ROOT / "content"), plan)
    figures.write(PAGE, page(plan, result))
    return int(bool(result.faults))


if __name__ == "__main__":
    sys.exit(main())

"""The table of steps of a case as Markdown: python -m tools.case_table writes it into its ADR."""

from collections.abc import Iterable
from pathlib import Path

from services.cases.states import ALL, ANSWERS, BACK, OPEN, STATES, STAYS, STEPS, Rule

ADR = Path(__file__).resolve().parents[1] / "docs" / "adr" / "0031-case-flow.md"
BEGIN, END = "<!-- table -->\n", "<!-- end -->\n"
_SETS = {ALL: "any", OPEN: "any before `answered`", ANSWERS: "`answered`, `rated`, `archived`"}


def table() -> str:
    """All steps, a row each."""
    head = "| Step | From | To | Who | Given | Rules | News |\n|---|---|---|---|---|---|---|\n"
    return head + "".join(_row(rule) for rule in STEPS.values())


def printed(page: str) -> str:
    """The page with the table of today between its marks."""
    before, rest = page.split(BEGIN, 1)
    return f"{before}{BEGIN}{table()}{END}{rest.split(END, 1)[1]}"


def _row(rule: Rule) -> str:
    after = {STAYS: "stays", BACK: "where it was"}.get(rule.after, f"`{rule.after}`")
    before = _SETS.get(rule.before) or _listed(s for s in STATES if s in rule.before)
    who = rule.permission or "the author"
    cells = (f"`{rule.step}`", before, after, who, _listed(rule.needs), _listed(rule.only))
    return f"| {' | '.join(cells)} | {f'`{rule.hears}`' if rule.hears else ''} |\n"


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


if __name__ == "__main__":
    ADR.write_text(printed(ADR.read_text(encoding="utf-8")), encoding="utf-8")

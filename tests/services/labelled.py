"""The labelled sentences of tests/fixtures/cases/: all of them ours, in two halves."""

from pathlib import Path

import yaml

FIXTURES = Path(__file__).resolve().parents[1] / "fixtures" / "cases"
HALVES = ("tuned", "held_out")

Row = dict[str, str | None]


def rows(name: str, half: str) -> list[Row]:
    """The sentences of one half of a table, each with its labels."""
    table: dict[str, list[Row]] = yaml.safe_load((FIXTURES / name).read_text("utf-8"))
    return table[half]


def by_category(half: str) -> list[tuple[str, str, str]]:
    """The sentences for proposing of one half: category, kind, what was said."""
    text = (FIXTURES / "categories.yml").read_text("utf-8")
    table: dict[str, dict[str, list[str]]] = yaml.safe_load(text)
    kinds = {"s": "suggestion", "h": "hazard"}
    lines = [(key, line) for key, all_ in table[half].items() for line in all_]
    return [(key, kinds[line[0]], line[2:]) for key, line in lines]

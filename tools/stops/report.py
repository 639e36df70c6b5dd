"""What is told of an import: lines for the screen, and every row as a table."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from content.library import Library
from kit.text import shorten
from services.rest_stops.columns import DERIVED
from services.rest_stops.importing.changes import Change
from services.rest_stops.importing.faults import Fault
from services.rest_stops.importing.words import StopWords
from services.sheets import guarded
from tools.stops.importing import Told
from tools.stops.writing import table

MOST_LINES = 50
_SHOWN = 40  # characters of a value
# Columns of a row that a table has no column of that name for.
_SHOWN_AS = {
    "lacks": "facilities",
    "other_facilities": "facilities",
    "published_position": "point",
}
_CHOICES = frozenset({"entry", "status", "confidence", "accuracy"})


class Report:
    """A file that was looked at, in words."""

    def __init__(self, library: Library, told: Told) -> None:
        self._library = library
        self._words = StopWords(library)
        self._told = told

    def lines(self) -> Iterator[str]:
        """What the screen shows: at most 50 lines of each kind."""
        told, plan = self._told, self._told.plan
        yield self._say("file", name=told.origin.file_name, rows=told.rows, head=told.header_row)
        if told.columns.not_imported:
            yield self._say("not_imported", columns="、".join(told.columns.not_imported))
        yield self._say(
            "counts",
            new=len(plan.new),
            changed=len(plan.changed),
            unchanged=plan.unchanged,
            duplicate=len(plan.repeats),
            kept=len(plan.kept),
            refused=len({fault.row for fault in plan.refused}),
        )
        yield from told.complaints
        yield from self._some("head_refused", self._faults(plan.refused))
        yield from self._some("head_warnings", self._faults(plan.warnings))
        yield from self._some("head_kept", list(map(self._change, plan.kept)))
        yield from self._some("head_changed", list(map(self._change, plan.changed)))

    def rows(self) -> Iterator[tuple[int, str, str]]:
        """Every row that is not unchanged: its number, what becomes of it, and why."""
        plan = self._told.plan
        for key, faults in (("refused", plan.refused), ("odd", plan.warnings)):
            for fault in faults:
                yield fault.row, self._say(f"row_{key}"), self._what(fault)
        if not any(fault.key == "stops_import.repeat" for fault in plan.refused):
            for repeat in plan.repeats:
                yield repeat.row, self._say("row_duplicate"), self._what(repeat.fault())
        for key, changes in (("changed", plan.changed), ("kept", plan.kept)):
            for change in changes:
                yield change.row, self._say(f"row_{key}"), self._differences(change)
        for new in plan.new:
            yield new.candidate.row, self._say("row_new"), new.candidate.values.name

    def write(self, path: Path) -> None:
        """All rows, in cells that Excel does not calculate with; raises as `writing.table`."""
        with table(path) as add:
            add([self._say(f"report_{column}") for column in ("row", "outcome", "what")])
            for row, outcome, what in sorted(self.rows()):
                add([str(row), outcome, guarded(what)])

    def _faults(self, faults: Iterable[Fault]) -> list[str]:
        return [fault.told(self._library) for fault in faults]

    def _what(self, fault: Fault) -> str:
        return self._library.say(fault.key, **fault.fields)

    def _some(self, head: str, lines: Sequence[str]) -> Iterator[str]:
        if not lines:
            return
        yield self._say(head)
        yield from lines[:MOST_LINES]
        if len(lines) > MOST_LINES:
            yield self._say("more_lines", count=len(lines) - MOST_LINES)

    def _change(self, change: Change) -> str:
        what = f"{change.name}：{self._differences(change)}"
        return self._say("at_row", row=change.row, what=what)

    def _differences(self, change: Change) -> str:
        headers = self._library.stop_columns["headers"]
        return "；".join(
            self._say(
                "difference",
                field=headers[_SHOWN_AS.get(name, name)][0],
                old=self._shown(name, change.before[name]),
                new=self._shown(name, new),
            )
            for name, new in change.after.items()
            if name not in DERIVED
            and _SHOWN_AS.get(name, name) in headers
            and change.before[name] != new
        )

    def _shown(self, name: str, value: Any) -> str:  # noqa: ANN401 -- of any column
        if value is None or value in ((), [], "none"):
            return self._say("nothing")
        if name in _CHOICES:
            return self._words.word(name, value)
        if isinstance(value, dict):
            return f"{value['lat']},{value['lon']} {value['datum']}"
        if isinstance(value, tuple | list):
            value = "、".join(value)
        return shorten(str(value), _SHOWN)

    def _say(self, key: str, **fields: object) -> str:
        return self._library.say(f"stops_import.{key}", **fields)

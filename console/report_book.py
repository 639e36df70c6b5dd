"""A report as a workbook: the same tables and words as its page."""

from collections.abc import Iterator, Sequence
from typing import Any

from console.deps import Console
from console.pages import when
from services import cases, figures
from services.figures.reports import Report
from services.figures.workbook import Book, Cell, Sheet

WORDS, GENERAL = "figures/words.html", "words.html"
_TABLES = ("kinds", "categories", "areas", "units")


def book_of(parts: Console, report: Report, stamp: str) -> Book:
    """The workbook of a report; `stamp` says who took it and when."""
    say, found = parts.pages.words(WORDS), report.figures
    title = f"{say.SYSTEM}{say.REPORTS[report.entry.kind]}"
    area = report.entry.area.replace("/", " ") or say.ALL
    lines = (f"{area}  {found.first} — {found.last}", f"{say.AS_OF} {when(report.entry.made_at)}")
    return Book(title, lines, tuple(_Sheets(parts, found).all()), stamp)


class _Sheets:
    def __init__(self, parts: Console, found: figures.Figures) -> None:
        self._parts, self._found = parts, found
        self._say: Any = parts.pages.words(WORDS)
        self._general: Any = parts.pages.words(GENERAL)

    def all(self) -> Iterator[Sheet]:
        """The sheets in the order of the page."""
        found, say = self._found, self._say
        yield Sheet(say.TABLES["rates"], say.HEADS["rates"], self._rates(), frozenset({1, 4, 5}))
        days = [
            (line.label, line.counts["suggestion"], line.counts["hazard"])
            for line in found.arrivals
        ]
        name = say.ARRIVALS[int(found.by_week)]
        yield Sheet(name, say.HEADS["arrivals"], days, drawn=(1, 2))
        yield self._states()
        stages = [
            (say.STAGES[each.name], each.days, each.cases, each.days_before, each.cases_before)
            for each in found.stages
        ]
        yield Sheet(say.TABLES["stages"], say.HEADS["stages"], stages)
        for table in _TABLES:
            yield self._table(table)
        yield self._given("reasons", found.reasons)
        yield self._given("routes", found.routes)
        yield from self._rest()

    def _rates(self) -> list[tuple[Cell, ...]]:
        return [
            (
                self._say.RATES[each.name][0],
                _share(each.part, each.whole),
                self._count(each.part),
                self._count(each.whole),
                _share(each.part, each.of_all),
                _share(each.part_before, each.whole_before),
                self._count(each.part_before),
                self._count(each.whole_before),
            )
            for each in self._found.rates
        ]

    def _states(self) -> Sheet:
        counted = ("arrived", "overdue")
        rows = [
            (self._general.STATES[line.label], *(line.counts[each] for each in counted))
            for line in self._found.states
        ]
        heads = [self._say.TABLES["states"], *(self._say.COUNTED[each] for each in counted)]
        return Sheet(self._say.TABLES["states"], heads, rows, drawn=(1, 1))

    def _table(self, name: str) -> Sheet:
        rows = [
            (
                self._label(name, line.label),
                *(self._count(line.counts[c]) for c in figures.COUNTED),
            )
            for line in getattr(self._found, name)
        ]
        called = self._say.TABLES[name]
        heads = [called, *(self._say.COUNTED[each] for each in figures.COUNTED)]
        return Sheet(called, heads, rows, drawn=(1, 1))

    def _given(self, name: str, lines: Sequence[figures.Line]) -> Sheet:
        arrived = self._found.totals["arrived"]
        rows = [
            (
                self._label(name, line.label),
                line.counts["arrived"],
                _share(line.counts["arrived"], arrived),
            )
            for line in lines
        ]
        return Sheet(self._say.TABLES[name], self._say.HEADS["given"], rows, frozenset({2}))

    def _rest(self) -> Iterator[Sheet]:
        say, found = self._say, self._found
        themes = [
            (f"{each.title} {each.place}".strip(), self._count(each.cases), self._count(each.heat))
            for each in found.themes
        ]
        yield Sheet(say.TABLES["themes"], say.HEADS["themes"], themes)
        if found.funnel:
            steps = [(called, getattr(found.funnel, name)) for name, called in say.FUNNEL]
            yield Sheet(say.TABLES["funnel"], say.HEADS["funnel"], steps)
        ways = [
            (say.RATES[each.name][0], " ÷ ".join(say.RATES[each.name][1:])) for each in found.rates
        ]
        yield Sheet(say.TABLES["definitions"], say.HEADS["definitions"], [*ways, *say.DEFINED])

    def _label(self, table: str, label: str) -> str:
        if table == "kinds":
            return str(self._general.KINDS[label])
        if table == "routes" and label in cases.ROUTES:
            return self._parts.library.say(f"case_steps.route_{label}")
        known = {figures.REST: self._say.REST, figures.UNKNOWN: self._say.UNKNOWN}
        return str(known.get(label, label)).replace("/", " ")

    def _count(self, value: int) -> Cell:
        return self._say.FEW if value == figures.FEW else value


def _share(part: int, whole: int) -> float | None:
    return part / whole if part >= 0 and whole > 0 else None

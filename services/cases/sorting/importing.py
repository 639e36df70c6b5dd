"""Brings past cases in to learn from, and rules of which unit looks after what: all or nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.base import KEY_LENGTH
from db.models import AreaUnit, CaseExample, SortingImport
from db.repositories.sorting import WHERE, SortingRepository
from kit import ids
from kit.clock import Clock
from kit.errors import AppError
from kit.text import normalise, tidy
from services import districts, units
from services.cases.sorting.columns import CASE, Columns
from services.cases.sorting.learning import example_values
from services.rest_stops.importing.faults import Fault

MOST_TEXT, MOST_UNIT = 10_000, 64
Cells = Mapping[str, str]


class Refused(AppError):
    """The plan has rows that are refused."""

    key = "stops_import.refused"


@dataclass(frozen=True)
class Line:
    """One row or line of a file, by field, with the number that the file shows."""

    number: int
    cells: Cells = field(repr=False)


@dataclass(frozen=True)
class Origin:
    """Which file it is, the SHA-256 of its bytes, and who brings it."""

    file_name: str
    digest: str
    imported_by: str


@dataclass(frozen=True)
class Plan:
    """What would be written, and what not and why."""

    kind: str
    new: tuple[dict[str, Any], ...]
    changed: tuple[dict[str, Any], ...] = ()
    unchanged: int = 0
    duplicates: tuple[Fault, ...] = ()
    refused: tuple[Fault, ...] = ()

    @property
    def writes(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.new or self.changed)

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of each fate."""
        return {
            "new": len(self.new),
            "changed": len(self.changed),
            "unchanged": self.unchanged,
            "duplicate": len(self.duplicates),
            "refused": len({fault.row for fault in self.refused}),
        }


async def plan_history(
    session: AsyncSession, library: Library, lines: Sequence[Line], faults: Sequence[Fault]
) -> Plan:
    """What past cases would be learned from; nothing is written."""
    columns = Columns(library, "case")
    by_name = _categories(library)
    refused = list(faults)
    taken: dict[str, tuple[int, dict[str, Any]]] = {}
    twice: list[Fault] = []
    for line in lines:
        found = tuple(_faults_of_case(library, columns, by_name, line))
        refused += found
        if found:
            continue
        title, text, category, unit = (tidy(line.cells.get(name, "")) for name in CASE)
        values = example_values(title or None, text, by_name[normalise(category)], unit or None)
        first = taken.setdefault(values["digest"], (line.number, values))
        if first[0] != line.number:
            twice.append(Fault(line.number, "cases_import.same_as", {"first": first[0]}))
    known = await SortingRepository(session).known_digests(taken)
    twice += (Fault(taken[digest][0], "cases_import.known") for digest in known)
    return Plan(
        "history",
        new=tuple(values for digest, (_, values) in taken.items() if digest not in known),
        duplicates=_by_row(twice),
        refused=_by_row(refused),
    )


async def plan_units(
    session: AsyncSession, library: Library, lines: Sequence[Line], faults: Sequence[Fault]
) -> Plan:
    """Which rules of units would be new or other; rules that the file does not name stay."""
    columns = Columns(library, "unit")
    by_name = _categories(library)
    refused = list(faults)
    rules: dict[tuple[str, ...], tuple[int, str]] = {}
    for line in lines:
        found = tuple(_faults_of_unit(library, columns, by_name, line))
        refused += found
        if found:
            continue
        where, unit = _where(line, by_name), tidy(line.cells["unit"])
        first, other = rules.setdefault(where, (line.number, unit))
        if other != unit:
            refused.append(Fault(line.number, "cases_import.contradicts", {"first": first}))
    known = await SortingRepository(session).all_units()
    new = [(where, unit) for where, (_, unit) in rules.items() if where not in known]
    changed = [
        {"id": known[where][0], "unit": unit}
        for where, (_, unit) in rules.items()
        if where in known and known[where][1] != unit
    ]
    return Plan(
        "units",
        new=tuple({**dict(zip(WHERE, where, strict=True)), "unit": unit} for where, unit in new),
        changed=tuple(changed),
        unchanged=len(rules) - len(new) - len(changed),
        refused=_by_row(refused),
    )


async def apply(session: AsyncSession, clock: Clock, plan: Plan, origin: Origin) -> None:
    """Write a plan; raises Refused for one with refused rows.

    What another import wrote since the plan was made is not written a second time.
    """
    if plan.refused:
        raise Refused(count=len(plan.refused))
    if not plan.writes:
        return
    repository = SortingRepository(session)
    await repository.lock_imports()
    now = clock()
    row = SortingImport(
        id=ids.new_id(),
        kind=plan.kind,
        file_name=origin.file_name,
        digest=origin.digest,
        imported_by=origin.imported_by,
        counts=plan.counts,
        at=now,
    )
    new = plan.new
    if plan.kind == "history":
        known = await repository.known_digests([values["digest"] for values in new])
        given = {"source": "imported", "import_id": row.id, "at": now}
        rows = [
            {"id": ids.new_id(), **each, **given} for each in new if each["digest"] not in known
        ]
        await repository.add_import(row, CaseExample, rows)
        return
    there = await repository.all_units()
    rows = [
        {"id": ids.new_id(), **each, "import_id": row.id}
        for each in new
        if tuple(each[name] for name in WHERE) not in there
    ]
    await repository.add_import(row, AreaUnit, rows)
    await repository.change_units([{**each, "import_id": row.id} for each in plan.changed])
    # What is proposed must be possible: cases can be handed to these from now on.
    named = [each["unit"] for each in (*plan.new, *plan.changed)]
    await units.make_known(session, clock, named)


def _categories(library: Library) -> dict[str, str]:
    """Category ids by what a file may call them."""
    names = {normalise(each.name): key for key, each in library.categories.items()}
    return {**names, **{normalise(key): key for key in library.categories}}


def _faults_of_case(
    library: Library, columns: Columns, by_name: Mapping[str, str], line: Line
) -> Iterator[Fault]:
    for name in ("text", "category"):
        if not tidy(line.cells.get(name, "")):
            yield Fault(line.number, "cases_import.missing", {"column": columns.word(name)})
    for name, most in (("title", MOST_TEXT), ("text", MOST_TEXT), ("unit", MOST_UNIT)):
        yield from _too_long(columns, line, name, most)
    yield from _unknown(library, by_name, line)


def _faults_of_unit(
    library: Library, columns: Columns, by_name: Mapping[str, str], line: Line
) -> Iterator[Fault]:
    said = {name: tidy(line.cells.get(name, "")) for name in (*WHERE, "unit")}
    if not said["unit"]:
        yield Fault(line.number, "cases_import.missing", {"column": columns.word("unit")})
    if not any(said[name] for name in WHERE):
        yield Fault(line.number, "cases_import.no_place")
    elif any(said[name] for name in ("district", "street", "road")) and not said["city"]:
        yield Fault(line.number, "cases_import.needs_city")
    for name in said:
        yield from _too_long(columns, line, name, MOST_UNIT if name == "unit" else KEY_LENGTH)
    for name in ("street", "road"):
        if set(said[name]) & {"%", "_"}:  # they would stand for anything in a search
            yield Fault(line.number, "cases_import.bad_mark", {"column": columns.word(name)})
    yield from _unknown(library, by_name, line)


def _too_long(columns: Columns, line: Line, name: str, most: int) -> Iterator[Fault]:
    length = len(line.cells.get(name, ""))
    if length > most:
        fields = {"column": columns.word(name), "length": length, "most": most}
        yield Fault(line.number, "cases_import.too_long", fields)


def _unknown(library: Library, by_name: Mapping[str, str], line: Line) -> Iterator[Fault]:
    value = tidy(line.cells.get("category", ""))
    if value and normalise(value) not in by_name:
        known = "、".join(each.name for each in library.categories.values())
        fields = {"value": value[:KEY_LENGTH], "known": known}
        yield Fault(line.number, "cases_import.category_unknown", fields)


def _where(line: Line, by_name: Mapping[str, str]) -> tuple[str, ...]:
    """What a rule is for, as it is stored: short names of cities, names as a text says them."""
    said = {name: tidy(line.cells.get(name, "")) for name in WHERE}
    return (
        by_name.get(normalise(said["category"]), ""),
        said["province"],
        districts.of_china().short_city(said["city"]),
        said["district"],
        normalise(said["street"]),
        normalise(said["road"]),
    )


def _by_row(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(faults, key=lambda fault: fault.row))

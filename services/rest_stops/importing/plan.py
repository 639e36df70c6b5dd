"""What a file would do to the stops that are known: row by row, before anything is written."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.repositories.rest_stops import WITHDRAWN
from db.repositories.stop_imports import Known, StopImportRepository
from kit import ids
from services.rest_stops.importing.candidates import Candidate
from services.rest_stops.importing.changes import Change, Comparer
from services.rest_stops.importing.faults import Fault
from services.rest_stops.importing.twins import twins

IMPORTED_BY = "import"  # where a revision's body names the import that made it
_DIGITS = 16  # 1,000,000 stops share an id with a chance of 1 in 40 millions
_AT_ONCE = 1_000

State = tuple[int, int, int, str]
_Target = tuple[str, Candidate]  # the id of the stop that a row is about


@dataclass(frozen=True)
class New:
    """A row that becomes a stop of this id."""

    candidate: Candidate
    stop_id: str


@dataclass(frozen=True)
class Repeat:
    """A row that says again what stop an earlier row `first` is about."""

    row: int
    first: int
    name: str

    def fault(self) -> Fault:
        """The repeat as a reason to refuse the row."""
        return Fault(self.row, "stops_import.repeat", {"first": self.first})


@dataclass(frozen=True)
class Plan:
    """All that a file would do; `refused` rows keep it from doing anything.

    `kept` changes concern what staff edited and become proposals; those that were proposed before
    are not in `proposals`. `state` is that of the database the plan was made for.
    """

    new: tuple[New, ...]
    changed: tuple[Change, ...]
    kept: tuple[Change, ...]
    proposals: tuple[Change, ...]
    unchanged: int
    repeats: tuple[Repeat, ...]
    refused: tuple[Fault, ...]
    warnings: tuple[Fault, ...]
    state: State

    @property
    def writes(self) -> bool:
        """Whether there is anything to write."""
        return bool(self.new or self.changed or self.proposals)

    def refuse(self, faults: Sequence[Fault]) -> "Plan":
        """The plan with more reasons against it, all in the order of their rows."""
        return replace(self, refused=_in_order([*self.refused, *faults]))

    def warn(self, faults: Sequence[Fault]) -> "Plan":
        """The plan with more that somebody should look at."""
        return replace(self, warnings=_in_order([*self.warnings, *faults]))


class Planning:
    """Holds the rows of a file against the stops that are known, in short transactions.

    `begin`, then `compare` for each of `parts`, then `end`. What changes meanwhile makes the
    plan's `state` an old one, and such a plan is not written.
    """

    def __init__(
        self, library: Library, candidates: Sequence[Candidate], *, keep_first: bool = False
    ) -> None:
        """Two rows about one stop refuse the file, unless `keep_first` leaves the later out."""
        self._library = library
        self._candidates = candidates
        self._keep_first = keep_first
        self._comparer = Comparer(library)
        self._differing: list[Change] = []
        self._targets: list[_Target] = []
        self._repeats: tuple[Repeat, ...] = ()

    async def begin(self, session: AsyncSession) -> None:
        """Find which stop each row is about."""
        imports = StopImportRepository(session)
        self._state = await imports.state()
        self._match = await _Match.of(imports, self._candidates)
        self._targets, self._repeats = self._match.targets(self._candidates)

    def parts(self) -> Iterator[list[_Target]]:
        """The rows about known stops, some at a time."""
        waiting = (each for each in self._targets if each[0] in self._match.known)
        while part := list(islice(waiting, _AT_ONCE)):
            yield part

    async def compare(self, session: AsyncSession, part: Sequence[_Target]) -> None:
        """Note what these rows change."""
        found = await StopImportRepository(session).rows([target for target, _ in part])
        rows = {row["id"]: row for row in found}
        for target, candidate in part:
            # A row that is gone by now: the plan is too old to be written anyway.
            change = self._comparer.change(candidate, rows[target]) if target in rows else None
            self._differing += [change] if change else []

    async def end(self, session: AsyncSession) -> Plan:
        """The whole plan."""
        changed, kept, proposals = await _apart_from_edits(
            StopImportRepository(session), self._differing
        )
        known = self._match.known
        new = tuple(
            New(candidate, target) for target, candidate in self._targets if target not in known
        )
        return Plan(
            new=new,
            changed=changed,
            kept=kept,
            proposals=proposals,
            unchanged=len(self._targets) - len(new) - len(self._differing),
            repeats=self._repeats,
            refused=() if self._keep_first else tuple(each.fault() for each in self._repeats),
            warnings=_in_order(
                [
                    *twins(self._library, [each.candidate for each in new], known.values()),
                    *_still_withdrawn(self._targets, known),
                ]
            ),
            state=self._state,
        )


class _Match:
    """Finds the stop that a row is about: by its code, else by host and address."""

    def __init__(self, known: Mapping[str, Known]) -> None:
        self.known = known
        self._by_identity: dict[str, list[Known]] = {}
        for stop in known.values():
            self._by_identity.setdefault(stop.identity, []).append(stop)

    @classmethod
    async def of(cls, imports: StopImportRepository, candidates: Sequence[Candidate]) -> "_Match":
        """Ready for these rows: knows the stops of their cities and those of their codes."""
        known = await imports.known_in({each.values.city for each in candidates})
        found = {stop.id: stop for stop in known}
        codes = {each.values.code for each in candidates if each.values.code} - found.keys()
        found |= {stop.id: stop for stop in await imports.known_by_id(codes)}
        return cls(found)

    def targets(self, candidates: Sequence[Candidate]) -> tuple[list[_Target], tuple[Repeat, ...]]:
        """The id that each row is for, and the rows that are for one that was there before."""
        firsts: dict[str, int] = {}
        without_code: dict[str, int] = {}
        targets: list[_Target] = []
        repeats: list[Repeat] = []
        by_code = {_made(each): found for each in candidates if (found := self._by_code(each))}
        coded = set(by_code.values())  # stops that a code leads to; no other code means them
        for candidate in candidates:
            made, code = _made(candidate), candidate.values.code
            known_code = made in by_code
            target = by_code.get(made) or self._alike(candidate, coded if code else set()) or made
            if code:
                by_code[made] = target
                coded.add(target)
            first = firsts.get(target)
            if first is None and not known_code:
                # Two codes at one host and address are two stops.
                first = (without_code if code else firsts).get(candidate.identity)
            if first is not None:
                repeats.append(Repeat(candidate.row, first, candidate.values.name))
                continue
            firsts[target] = candidate.row
            firsts.setdefault(candidate.identity, candidate.row)
            if not code:
                without_code[candidate.identity] = candidate.row
            targets.append((target, candidate))
        return targets, tuple(repeats)

    def _by_code(self, candidate: Candidate) -> str | None:
        """The known stop that the row's code leads to."""
        code = candidate.values.code
        return next((id_ for id_ in (code, _made(candidate)) if code and id_ in self.known), None)

    def _alike(self, candidate: Candidate, but: Collection[str]) -> str | None:
        """A known stop of the row's host and address, rather one of its name."""
        alike = self._by_identity.get(candidate.identity, [])
        free = [stop for stop in alike if stop.id not in but]
        named = (stop for stop in free if stop.name == candidate.values.name)
        return next((stop.id for stop in (*named, *free)), None)


def _made(candidate: Candidate) -> str:
    """The id of a stop that the row would become."""
    values = candidate.values
    own = f"{values.city}|{values.code}" if values.code else candidate.identity
    return f"imp-{ids.digest(own)[:_DIGITS]}"


def _still_withdrawn(targets: Sequence[_Target], known: Mapping[str, Known]) -> Iterator[Fault]:
    """A warning for each row that no worker will see: its stop is withdrawn and stays so."""
    for target, candidate in targets:
        stop = known.get(target)
        if stop and stop.status == WITHDRAWN and candidate.values.status is None:
            yield Fault(candidate.row, "stops_import.withdrawn_known")


async def _apart_from_edits(
    imports: StopImportRepository, changes: Sequence[Change]
) -> tuple[tuple[Change, ...], tuple[Change, ...], tuple[Change, ...]]:
    """What may be changed, what staff edited and is kept, and what of that is news to them."""
    edited: dict[str, set[str]] = {}
    proposed: dict[str, list[Mapping[str, Any]]] = {}
    for key, body, in_force in await imports.revisions([change.stop_id for change in changes]):
        after = body.get("after", body)
        if not in_force:
            proposed.setdefault(key, []).append(after)
        elif IMPORTED_BY not in body:
            edited.setdefault(key, set()).update(after)
    changed, kept = [], []
    for change in changes:
        free, held = change.split(frozenset(edited.get(change.stop_id, ())))
        changed += [free] if free else []
        kept += [held] if held else []
    news = [each for each in kept if each.told()["after"] not in proposed.get(each.stop_id, ())]
    return tuple(changed), tuple(kept), tuple(news)


def _in_order(faults: Sequence[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(faults, key=lambda fault: fault.row))

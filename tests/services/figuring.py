"""Random histories of cases through the real table of steps, and a naive count of them."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from random import Random
from statistics import median
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import selectinload

from db.models import Case
from db.repositories.cases import WITH_REACH
from db.session import transaction
from kit.errors import AppError
from services import cases, working_days
from services.cases import states
from services.cases.clocks import day_of
from services.figures import Period
from services.turns import Position
from tests.services.casing import Office

UNITS = ("区城管", "街道办")
SPOTS = (None, Position(22.8012, 113.5312), Position(22.9431, 113.3801), Position(23.12, 113.32))
GIVEN: dict[str, dict[str, Any]] = {
    "sort": {"category": "rest_stops"},
    "refuse": {"reason": "too_vague"},
    "ask": {"text": "在哪里？"},
    "forward": {"system": "12345"},
    "assign": {"unit": UNITS[0], "helpers": (UNITS[1],)},
    "rule": {"unit": UNITS[0], "note": "就归它"},
    "reassign": {"unit": UNITS[1], "note": "换一家"},
    "send_back": {"note": "不归我们"},
    "extend": {"days": 3, "note": "要会商"},
    "pause": {"note": "等鉴定"},
    "answer": {"text": "装好了", "grade": "A"},
    "return_answer": {"note": "写清楚"},
    "adopt": {"route": "other"},
    "reward": {"kind": "praise", "note": "好建议"},
    "reopen": {"note": "再看看"},
    "note": {"note": "看过"},
}
LEFT_OUT = {"step_aside"}
# The way of most cases; chance takes it more often than not.
ONWARD = {
    "take_up",
    "accept",
    "assign",
    "sign_for",
    "answer",
    "approve",
    "rate",
    "object",
    "adopt",
}


async def histories(office: Office, seed: int, count: int, most_steps: int) -> list[str]:
    """So many cases, each some random steps far; the clock goes on for hours between them."""
    random = Random(seed)  # noqa: S311 - the same histories each time
    pair = [await office.actor(), await office.actor()]
    codes: list[str] = []
    for number in range(count):
        office.clock.advance(hours=random.randint(1, 40))
        worker = await office.worker()
        done = await office.hand_in(
            worker,
            f"第{number}件，路口没有充电柜",
            kind=random.choice(("suggestion", "hazard")),
            category=random.choice((None, "rest_stops", "other", "parking_stopping")),
            spot=random.choice(SPOTS),
        )
        codes.append(done.case.code)
        for turn in range(random.randint(0, most_steps)):
            office.clock.advance(hours=random.randint(1, 30))
            actor = pair[turn % 2]
            await _step(office, random, actor, random.choice(codes), random.choice(codes))
    return codes


async def _step(office: Office, random: Random, actor: Any, code: str, other: str) -> None:
    case = await office.at(code)
    fitting = [
        rule
        for rule in states.STEPS.values()
        if case.state in rule.before and rule.step not in LEFT_OUT
    ]
    onward = [rule for rule in fitting if rule.step in ONWARD]
    rule = random.choice(onward if onward and random.random() < 0.7 else fitting)
    given = dict(GIVEN.get(rule.step, {}))
    if rule.step == "answer":
        given["grade"] = random.choice("ABCD")
    if rule.step == "merge":
        given["target"] = other
    try:
        if rule.who == states.STAFF:
            await office.takes(actor, code, rule.step, **given)
        elif rule.step == "withdraw" and random.random() < 0.2:
            async with transaction(office.sessions) as session:
                await cases.withdraw(
                    session, office.library, office.clock, str(case.worker_id), code
                )
        elif rule.step in {"rate", "object"}:
            async with transaction(office.sessions) as session:
                await cases.rate(
                    *(session, office.library, office.clock, str(case.worker_id), code),
                    rating=random.choice(("good", "fair", "poor")),
                )
    except AppError:
        return  # the table or the other reviewer was against it


@dataclass
class Naive:
    """Counts of some cases, told from their rows one by one."""

    found: Sequence[Case]
    today: date

    @property
    def totals(self) -> Counter[str]:
        counts: Counter[str] = Counter()
        for case in self.found:
            counts.update(self._marks(case))
        return counts

    def _marks(self, case: Case) -> set[str]:
        steps = [event.step for event in case.events]
        told = [e for e in case.events if e.actor == "staff" and self._is_told(e.step)]
        ratings = [e for e in case.events if e.step in ("rate", "object")]
        rating = ratings[-1].data["rating"] if ratings and ratings[-1].data else None
        grades = [e.data["grade"] for e in case.events if e.step == "answer" and e.data]
        stands = case.state in ("answered", "rated", "archived")
        since = max(n for n, s in enumerate(steps) if s in ("hand_in", "reopen", "object"))
        ends = [
            day_of(e.at)
            for e in case.events[since:]
            if e.state in ("answered", "refused", "merged", "forwarded")
        ]
        stopped = case.state in ("needs_more", "paused")
        is_open = case.state in states.OPEN
        late = is_open and not stopped and case.due is not None and case.due < self.today
        judged = case.due is not None and case.state != "withdrawn" and (bool(ends) or late)
        kept = case.due is not None and bool(ends) and ends[0] <= case.due
        marks = {
            "arrived": True,
            "hazards": case.kind == "hazard",
            "open": is_open,
            "overdue": late,
            "responded": bool(told),
            "judged": judged,
            "on_time": judged and kept,
            "answered": "approve" in steps,
            "solved": stands and grades[-1:] == ["A"],
            "rated": rating is not None,
            "good": rating == "good",
            "fair": rating == "fair",
            "poor": rating == "poor",
            "satisfied": rating in ("good", "fair"),
            "adopted": case.adopted is not None,
            "assigned": any(e.state == "assigned" for e in case.events),
            "sent_back": "send_back" in steps,
            "signed": "sign_for" in steps,
            "extended": "extend" in steps,
            "refused": case.state == "refused",
        }
        return {name for name, holds in marks.items() if holds}

    @staticmethod
    def _is_told(step: str) -> bool:
        return step in states.STEPS and states.STEPS[step].hears is not None

    def by(self, told: Any) -> Counter[str]:
        """How many came in, by what is told of each."""
        return Counter(told(case) for case in self.found)

    def days_to_answer(self) -> tuple[float | None, int]:
        """The middle of the working days until the first answer, and of how many cases; where
        the calendar is not published nobody can tell.
        """
        found = [
            working_days.between(day_of(case.created_at), day_of(e.at))
            for case in self.found
            for e in [e for e in case.events if e.step == "approve"][:1]
        ]
        took = [days for days in found if days is not None]
        return (median(took) if took else None), len(took)


async def naive(office: Office, period: Period, reaches: Any = lambda _case: True) -> Naive:
    """All cases of a period that somebody reaches, as they are stored."""
    query = select(Case).options(selectinload(Case.events), *WITH_REACH)
    async with transaction(office.sessions) as session:
        found = [
            case
            for case in await session.scalars(query)
            if period.first <= day_of(case.created_at) <= period.last and reaches(case)
        ]
    return Naive(found, day_of(office.clock()))

"""Makes up cases with their whole histories, over two years of work of an office: rows of tables.

The newest hundredth is on its way, the rest has mostly come to an end, as in an office that keeps
up. The same for a seed, but for ids and codes.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from content.library import Library
from kit import ids
from tools.cases.made_up import MadeUp, made_up
from tools.stops.made_up import Draws

DAYS = 360
UNITS = 60
CITY = ("\u5e7f\u4e1c", "\u5e7f\u5dde")
DISTRICTS = tuple(
    f"{name}\u533a"
    for name in ("\u5357\u6c99", "\u756a\u79ba", "\u5929\u6cb3", "\u8d8a\u79c0", "\u6d77\u73e0")
)
FAR_AWAY = 0.3  # of cases are of other cities
DANGERS = 0.05  # of hazards are dangers
LATE = 0.1  # of promises were not kept

_ACCEPTED = (("take_up", "in_review"), ("accept", "accepted"))
_ASSIGNED = (*_ACCEPTED, ("assign", "assigned"))
_HANDLED = (*_ASSIGNED, ("sign_for", "handling"))
_DRAFTED = (*_HANDLED, ("answer", "to_approve"))
_ANSWERED = (*_DRAFTED, ("approve", "answered"))
_BACK = (*_ASSIGNED, ("send_back", "returned"), ("assign", "assigned"), ("sign_for", "handling"))
# How cases end, and how those stand that are on their way: each as often as it is named.
ENDED = (
    *(((*_ANSWERED, ("rate", "rated"), ("archive", "archived")),) * 6),
    *(((*_ANSWERED, ("adopt", "answered"), ("archive", "archived")),) * 2),
    *((_ANSWERED,) * 2),
    (*_BACK, ("answer", "to_approve"), ("approve", "answered"), ("rate", "rated")),
    (*_HANDLED, ("extend", "handling"), ("answer", "to_approve"), ("approve", "answered")),
    *(((("take_up", "in_review"), ("refuse", "refused")),) * 3),
    (*_ACCEPTED, ("forward", "forwarded")),
    (("withdraw", "withdrawn"),),
)
OPEN = (
    *((), (("take_up", "in_review"),), _ACCEPTED, _ASSIGNED, _HANDLED, _DRAFTED, _BACK),
    (*_HANDLED, ("pause", "paused")),
    (("take_up", "in_review"), ("ask", "needs_more")),
)
OPEN_SHARE = 0.06
KEPT_OUT_OF = range(2, 22)  # not the first two, which are asked for

Row = dict[str, Any]


@dataclass
class MadeUpOffice:
    """Who works there: ids of staff, names of units; and what its library knows.

    The first unit and one of the staff keep out of some cases: their lists must ask of each.
    """

    library: Library
    staff: Sequence[str]
    units: Sequence[str]
    now: datetime
    seed: int
    keeps_out: str
    draws: Draws = field(init=False)
    codes: set[str] = field(init=False)

    def __post_init__(self) -> None:
        """Draw from the seed."""
        self.draws, self.codes = Draws(self.seed), set[str]()
        self.categories = sorted(self.library.categories)
        self.reasons = sorted(self.library.refusals)
        self.cities = [(p, c) for p, names in self.library.regions.items() for c in names]

    def cases(self, count: int) -> Iterator[dict[str, list[Row]]]:
        """Of each case the rows by table, the oldest first."""
        step = timedelta(days=DAYS) / max(1, count)
        for number, made in enumerate(made_up(count, self.seed)):
            came = self.now - timedelta(days=DAYS) + step * number
            yield self._case(made, came, number)

    def _case(self, made: MadeUp, came: datetime, number: int) -> dict[str, list[Row]]:
        draws, case_id = self.draws, ids.new_id()
        young = self.now - came < timedelta(days=10)
        is_open = young or draws.share() < OPEN_SHARE * 0.2
        steps = draws.one_of(OPEN if is_open else ENDED)
        rows: dict[str, list[Row]] = defaultdict(list)
        self._events(rows, case_id, came, steps)
        lead = draws.one_of(self.units)
        kind = "hazard" if draws.share() < OPEN_SHARE * 5 else "suggestion"
        due = (came + timedelta(days=7 if draws.share() > LATE else 0)).date()
        province, city, district = self._area()
        last = rows["case_events"][-1]
        taken = {event["step"] for event in rows["case_events"]}
        rows["cases"] = [
            {
                "id": case_id,
                "code": self._free_code(),
                "state": last["state"],
                "kind": kind,
                "danger": kind == "hazard" and draws.share() < DANGERS,
                "category": draws.one_of(self.categories),
                "subject": made.text,
                "extras": {},
                "province": province,
                "city": city,
                "district": district,
                "lat": made.spot and made.spot.lat,
                "lon": made.spot and made.spot.lon,
                "wants_answer": True,
                "answer_days": 5,
                "due": due,
                "created_at": came,
                "text_digest": case_id,
                "adopted": "service_measure" if "adopt" in taken else None,
            }
        ]
        if any(event["state"] == "assigned" for event in rows["case_events"]):
            rows["case_units"] = [{"case_id": case_id, "unit": lead, "part": "lead"}]
            for event in rows["case_events"]:
                event["unit"] = lead
        self._answer(rows, case_id, lead)
        self._reminders(rows, case_id, due, lead, is_open=is_open)
        if number % 10 == 0:
            rows["case_themes"] = [
                {"case_id": case_id, "theme": 1 + number % 500, "rank": number // 500}
            ]
        rows["case_supporters"] = [
            {"id": ids.new_id(), "case_id": case_id, "at": came} for _ in range(number % 4 // 2)
        ]
        if number in KEPT_OUT_OF:
            rows["case_recusals"] = [
                {"id": ids.new_id(), "case_id": case_id, "at": came, "staff_id": who, "unit": unit}
                for who, unit in ((self.keeps_out, None), (None, self.units[0]))
            ]
        return rows

    def _free_code(self) -> str:
        while (code := ids.new_code()) in self.codes:
            pass
        self.codes.add(code)
        return code

    def _area(self) -> tuple[str, str, str | None]:
        if self.draws.share() < FAR_AWAY:
            return (*self.draws.one_of(self.cities), None)
        return (*CITY, self.draws.one_of(DISTRICTS))

    def _events(
        self,
        rows: dict[str, list[Row]],
        case_id: str,
        came: datetime,
        steps: Sequence[tuple[str, str]],
    ) -> None:
        at = came
        for number, (step, state) in enumerate((("hand_in", "received"), *steps), 1):
            if at > self.now:
                return  # it has not come to that yet
            of_worker = step in {"hand_in", "rate", "withdraw"}
            rows["case_events"].append(
                {
                    "id": ids.new_id(),
                    "case_id": case_id,
                    "number": number,
                    "state": state,
                    "actor": "worker" if of_worker else "staff",
                    "step": step,
                    "unit": None,
                    "actor_id": None if of_worker else self.draws.one_of(self.staff),
                    "note": None,
                    "data": self._data(step),
                    "at": at,
                }
            )
            at += timedelta(hours=1 + self.draws.share() * 20)

    def _data(self, step: str) -> Row | None:
        draws = self.draws
        if step == "refuse":
            return {"reason": draws.one_of(self.reasons)}
        if step == "answer":
            return {"answer": 1, "grade": draws.one_of("AABCD")}
        if step == "rate":
            return {"answer": 1, "rating": draws.one_of(("good", "good", "fair", "poor"))}
        return {"days": 3} if step == "extend" else None

    def _answer(self, rows: dict[str, list[Row]], case_id: str, lead: str) -> None:
        events = {event["step"]: event for event in rows["case_events"]}
        if "answer" not in events:
            return
        written, decided, rated = (events.get(s) for s in ("answer", "approve", "rate"))
        author, other = self.staff[0], self.staff[1]
        rows["case_answers"] = [
            {
                "id": ids.new_id(),
                "case_id": case_id,
                "number": 1,
                "author_id": author,
                "unit": lead,
                "grade": "A",
                "is_public": True,
                "text": "...",
                "written_at": written["at"] if written else self.now,
                "state": "approved" if decided else "waiting",
                "decided_by": other if decided else None,
                "decided_at": decided["at"] if decided else None,
                "rating": rated["data"]["rating"] if rated else None,
                "rated_at": rated["at"] if rated else None,
            }
        ]

    def _reminders(
        self, rows: dict[str, list[Row]], case_id: str, due: date, lead: str, *, is_open: bool
    ) -> None:
        if not is_open:
            return
        for share in (50, 80, 100):
            past = self.draws.share() < 0.5  # noqa: PLR2004 - half of them
            hours = timedelta(hours=self.draws.share() * 100)
            rows["case_reminders"].append(
                {
                    "id": ids.new_id(),
                    "case_id": case_id,
                    "clock": "answer",
                    "share": share,
                    "due": due,
                    "unit": lead,
                    "at": self.now,
                    "claimed_at": self.now - hours if past else None,
                }
            )

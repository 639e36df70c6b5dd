"""What a search around a position should find, told by looking at every stop there is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from db.models import RestStopRow, StopReport
from services import hours
from services.geo import distance_m
from services.rest_stops import ranking, reports
from services.rest_stops.finding import Wish
from services.rest_stops.ranking import Judged
from services.rest_stops.standing import NOTHING_SAID, standing
from services.turns import Position

NEAR_M, FAR_M, FAR_FOR_NEEDS_M, PAGE, LIST, CROWD = 3_000, 30_000, 12_000, 3, 30, 60


@dataclass(frozen=True)
class Expected:
    """All that should be found, best first; which of it is near; which near one opens first."""

    ordered: Sequence[Judged]
    near: frozenset[str]
    opens_at: datetime | None


class Model:
    """Every stop as it is stored, at a moment, from a position."""

    def __init__(
        self,
        rows: Iterable[RestStopRow],
        said: Iterable[StopReport],
        now: datetime,
        here: Position,
    ) -> None:
        self.now = now
        voices = reports.voices(said)
        self.metres: Mapping[str, float] = {}
        self.stops = []
        for row in rows:
            if row.status == "withdrawn" or row.accuracy in {"district", "none"}:
                continue
            metres = distance_m(here, Position(row.lat or 0.0, row.lon or 0.0))
            self.metres = {**self.metres, row.id: metres}
            stands = standing(voices[row.id], now) if row.id in voices else NOTHING_SAID
            told = None if row.accuracy == "street" else metres
            self.stops.append(Judged(row, hours.status(row.opening_hours, now), stands, told))

    def expected(self, wish: Wish) -> Expected:
        """All that serves a wish."""
        near = self._within(wish, NEAR_M)
        lacking = self._within(wish, NEAR_M, missing=1)
        if wish.strict or not wish.needs or len(near) >= PAGE:
            lacking = []
        good = sum(each.use == "open" for each in near)
        far = self._far(wish, good) if good < PAGE or wish.far else []
        found = {each.stop.id: each for each in (*near, *lacking, *far)}
        opening = [each.hours.opens_at for each in near if each.use == "closed"]
        return Expected(
            sorted(found.values(), key=lambda each: ranking.rank(each, wish.needs, self.now)),
            frozenset(each.stop.id for each in (*near, *lacking)),
            min((moment for moment in opening if moment), default=None),
        )

    def _within(self, wish: Wish, radius: float, missing: int = 0) -> list[Judged]:
        return [
            each
            for each in self.stops
            if self.metres[each.stop.id] <= radius
            and ranking.needs_missing(each.stop, wish.needs) <= missing
            and (not wish.always or (each.hours.always and each.use != "unknown"))
            and (not wish.open_now or each.use == "open")
        ]

    def _far(self, wish: Wish, good: int) -> list[Judged]:
        """Those beyond, no farther than it takes to fill a page."""
        most = FAR_FOR_NEEDS_M if wish.needs else FAR_M
        lie_near = self._within(Wish(wish.needs, always=wish.always), NEAR_M)
        always = wish.always or len(lie_near) > CROWD
        beyond = [
            each
            for each in self._within(wish, most)
            if self.metres[each.stop.id] > NEAR_M
            and each.metres is not None
            and (not always or each.hours.always)
        ]
        reach = sorted(self.metres[each.stop.id] for each in beyond if each.use == "open")
        enough = 12 if wish.far else PAGE - good
        widest = reach[enough - 1] if len(reach) >= enough else most
        return [each for each in beyond if self.metres[each.stop.id] <= widest]

"""The stops of a circle at one moment, side by side, and the best of them by `ranking.rank`.

What people at the door say is not known here: whoever looks at the best closely finds that out.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.clock import in_shanghai
from services.geo import EARTH_RADIUS_M
from services.rest_stops.openings import NEVER
from services.rest_stops.ranking import AGE_M, DAYS_A_YEAR, UNDATED_M, USES
from services.turns import Position

Metres = NDArray[np.float64]
OPEN, CLOSED, BUILT = USES.index("open"), USES.index("closed"), USES.index("building")
# More than any way and its detours, so that what weighs more decides before them.
_UNMEASURED, _A_USE = 1e6, 1e7
_YEARS = np.array([years for years, _ in AGE_M])
_AGES_M = np.array([metres for _, metres in AGE_M])


@dataclass(frozen=True)
class Circle:
    """Some stops by their ids: how far each is, of what use by its hours (a place in `USES`),
    when it opens (`openings.NEVER` where that is not known) and how it ranks, the less the better.
    """

    ids: NDArray[np.object_]
    metres: Metres
    use: NDArray[np.int8]
    opens: NDArray[np.float64]
    rank: Metres

    def __len__(self) -> int:
        return len(self.ids)

    @property
    def open(self) -> int:
        """How many are open by their hours."""
        return int(np.count_nonzero(self.use == OPEN))

    @property
    def usable(self) -> int:
        """How many are not still being built."""
        return int(np.count_nonzero(self.use != BUILT))

    def at(self, which: NDArray[Any]) -> "Circle":
        """Some of them, by number or by a mask."""
        kept = (self.ids, self.metres, self.use, self.opens, self.rank)
        return Circle(*(column[which] for column in kept))

    def only_open(self) -> "Circle":
        """Those that are open."""
        return self.at(self.use == OPEN)

    def with_open(self, count: int) -> "Circle":
        """The smallest circle that holds so many open ones; itself where there are fewer."""
        metres = self.metres[self.use == OPEN]
        if len(metres) < count:
            return self
        return self.at(self.metres <= np.partition(metres, count - 1)[count - 1])

    def best(self, count: int) -> "Circle":
        """So many of the best."""
        if len(self) <= count:
            return self
        return self.at(np.argpartition(self.rank, count)[:count])

    def next_to_open(self) -> "Circle":
        """Of those closed, the best of whichever open first; none where that is not known."""
        closed = self.at((self.use == CLOSED) & (self.opens < NEVER))
        return closed.at(closed.opens == closed.opens.min(initial=NEVER)).best(1)


def metres_from(centre: Position, lat: Metres, lon: Metres) -> Metres:
    """As `geo.distance_m`, of many."""
    north, east = np.radians(lat - centre.lat), np.radians(lon - centre.lon)
    here = np.cos(np.radians(centre.lat))
    half = np.sin(north / 2) ** 2 + here * np.cos(np.radians(lat)) * np.sin(east / 2) ** 2
    metres: Metres = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(1.0, np.sqrt(half)))
    return metres


def age_m(known_on: NDArray[np.int32], now: datetime) -> Metres:
    """The detours that the ages of what is known are worth; a day is its ordinal, 0 for none."""
    years = (in_shanghai(now).date().toordinal() - known_on) / DAYS_A_YEAR
    return np.where(known_on == 0, UNDATED_M, _AGES_M[np.searchsorted(_YEARS, years)])


def rank(
    use: NDArray[np.int8], metres: Metres, detour_m: Metres, measurable: NDArray[np.bool_]
) -> Metres:
    """As `ranking.rank` in one number, of stops that have all that is needed."""
    way = np.where(measurable, metres, _UNMEASURED)
    return use * _A_USE + way + detour_m

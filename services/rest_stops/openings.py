"""What the rules of all stops say of a moment, side by side; each is read when it is met."""

import asyncio
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from services import hours
from services.rest_stops.ranking import USES

_GROWS_BY = 256
_RULE = np.dtype([("since", "f8"), ("until", "f8"), ("use", "i1"), ("opens", "f8")])
NEVER = np.inf
Rules = NDArray[np.int32]


class Openings:
    """Rules by number. What a rule says is kept for as long as it says the same."""

    def __init__(self) -> None:
        self._numbers: dict[str | None, int] = {}
        self._rules: list[str | None] = []
        # A rule that was not read yet holds from no moment to no moment.
        self._said = np.zeros(0, _RULE)

    def number(self, rule: str | None) -> int:
        """The number of a rule."""
        number = self._numbers.setdefault(rule, len(self._rules))
        if number == len(self._rules):
            self._rules.append(rule)
            if number == len(self._said):
                self._said = np.concatenate([self._said, np.zeros(_GROWS_BY, _RULE)])
        return number

    def at(self, moment: datetime, rules: Rules) -> tuple[NDArray[np.int8], NDArray[np.float64]]:
        """Of what use each of these rules makes a stop (its place in `ranking.USES`), and the
        second of the epoch at which it opens, `NEVER` where that is not known.
        """
        said = self._said[rules]
        over = self._over(said, moment)
        if over.any():
            for number in np.unique(rules[over]):
                self._read(int(number), moment)
            said = self._said[rules]
        return said["use"], said["opens"]

    async def keep_up(self, moment: datetime) -> None:
        """Read what is over, one after the other: nobody waits long meanwhile."""
        for number in np.flatnonzero(self._over(self._said[: len(self._rules)], moment)):
            self._read(int(number), moment)
            await asyncio.sleep(0)

    def _over(self, said: NDArray[np.void], moment: datetime) -> NDArray[np.bool_]:
        second = moment.timestamp()
        over: NDArray[np.bool_] = (said["since"] > second) | (second >= said["until"])
        return over

    def _read(self, number: int, moment: datetime) -> None:
        spell = hours.spell(self._rules[number], moment)
        opens_at = spell.hours.opens_at
        self._said[number] = (
            spell.since.timestamp(),
            spell.until.timestamp(),
            USES.index(spell.hours.state),
            NEVER if opens_at is None else opens_at.timestamp(),
        )

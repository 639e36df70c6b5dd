"""Whether a stop is open at a moment, from its published rule; unknown rather than guessed."""

from datetime import datetime, timedelta

from opening_hours import OpeningHours, State

from kit.clock import in_shanghai
from services import calendar
from services.turns import OpenState

ALWAYS = "24/7"
NOON = 12

_STATES: dict[State, OpenState] = {State.OPEN: "open", State.CLOSED: "closed"}


def open_state(rule: str | None, moment: datetime) -> OpenState:
    """The state under an OSM `opening_hours` rule, read on the clock of Asia/Shanghai.

    Without a rule it is unknown. On a public holiday, a made-up weekend day, or in a year without
    a published calendar, only a stop that never closes is known to be open: published hours
    hardly ever speak of such days (docs/adr/0008-unknown-is-an-answer.md).
    """
    if rule is None:
        return "unknown"
    local = in_shanghai(moment)
    if rule != ALWAYS and not calendar.is_as_usual(local.date()):
        return "unknown"
    hours = OpeningHours(rule)
    if rule != ALWAYS and _is_last_night(hours, local):
        return "unknown"
    state, _comment = hours.state(local)
    return _STATES.get(state, "unknown")


def _is_last_night(hours: OpeningHours, local: datetime) -> bool:
    """Whether the hours may still be those of a day before that was not as usual."""
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    yesterday = (midnight - timedelta(hours=1)).date()
    return local.hour < NOON and hours.is_open(midnight) and not calendar.is_as_usual(yesterday)

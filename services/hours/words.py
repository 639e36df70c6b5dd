"""Published hours in the few words that fit on a card."""

from datetime import datetime, timedelta

from content.library import Library
from kit.clock import in_shanghai
from services.hours.status import Hours

SOON = timedelta(hours=1)
DAWN = 6
WEEK = 7


def phrase(library: Library, hours: Hours, moment: datetime) -> str | None:
    """When it closes or opens, or why that is unknown; None where there is nothing to add."""
    if hours.always:
        return library.say("rest_stops.hours_always")
    if hours.reason is not None:
        if hours.reason == "no_rule":
            return None
        return library.say(f"rest_stops.hours_{hours.reason}")
    local = in_shanghai(moment)
    if hours.until is not None:
        return _closing(library, hours.until, local)
    if hours.opens_at is not None:
        day = _day(library, hours.opens_at, local)
        time = _clock(library, hours.opens_at.hour, hours.opens_at.minute)
        return library.say("rest_stops.hours_opens", day=day, time=time)
    return None


def moment_words(library: Library, then: datetime, now: datetime) -> str:
    """A coming moment in words, such as 明天9点; of today only its time."""
    then, local = in_shanghai(then), in_shanghai(now)
    return f"{_day(library, then, local)}{_clock(library, then.hour, then.minute)}"


def _closing(library: Library, until: datetime, local: datetime) -> str | None:
    left = until - local
    if left <= SOON:
        minutes = int(left.total_seconds()) // 60
        key = "rest_stops.hours_closing" if minutes else "rest_stops.hours_closing_now"
        return library.say(key, minutes=minutes)
    if left > timedelta(days=WEEK):
        return None
    # Midnight is the end of the day that people name, and the small hours belong to its night.
    midnight = until.hour == until.minute == 0
    time = _clock(library, 24 if midnight else until.hour, until.minute)
    if not midnight and until.hour < DAWN:
        time = library.say("rest_stops.hours_small", time=time)
        day = "" if left < timedelta(days=1) else _day(library, until, local)
    else:
        day = _day(library, until - timedelta(minutes=1), local)
    return library.say("rest_stops.hours_until", day=day, time=time)


def _clock(library: Library, hour: int, minute: int) -> str:
    if minute:
        return library.say("rest_stops.hours_minute", hour=hour, minute=f"{minute:02}")
    return library.say("rest_stops.hours_full", hour=hour)


def _day(library: Library, then: datetime, local: datetime) -> str:
    """The day as seen from today: nothing, tomorrow, or its weekday."""
    ahead = (then.date() - local.date()).days
    if ahead == 0:
        return ""
    if ahead == 1:
        return library.say("rest_stops.hours_tomorrow")
    day = library.say(f"rest_stops.hours_weekday_{then.isoweekday()}")
    return library.say("rest_stops.hours_next", day=day) if ahead >= WEEK else day

"""Reads single cells of a stop: text, numbers, positions, dates and telephones. Pure.

Each reader takes text that says something and raises BadInput with what to do about it.
"""

import re
from datetime import date

from opening_hours import validate
from pydantic import TypeAdapter, ValidationError

from content import schema
from kit.errors import BadInput
from kit.text import normalise, shorten, tidy

MOST_ON_A_LINE = 200
MOST_IN_A_NAME = 80
MOST_IN_A_KEY = 64  # what the tables hold of kinds and places
MOST_IN_A_LINK = 500
FIRST_YEAR = 1990
SOUTH, NORTH, WEST, EAST = 3.0, 54.0, 73.0, 136.0
_SHOWN = 20

# Nearly every cell is of these characters alone, and spares us the careful reading.
_PLAIN = re.compile(r"[ -~\u3001-\u3017\u4e00-\u9fff\uff01-\uff5e]*")
_MANY_FIGURES = re.compile(r"(?:\d\W?){11}")
_MOBILE = re.compile(r"(?<!\d)(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?!\d)")
_PLAIN_DEGREES = re.compile(r"[0-9]{1,3}\.[0-9]+")
_DEGREES = re.compile(r"^(?:[东北][经纬])?([+-]?\d{1,3}(?:\.\d+)?)°?[ne]?$")
_BETWEEN = re.compile(r"[,;/、\s]+")
_DATE = re.compile(
    r"^(?P<year>\d{4})(?:[-/.年](?P<month>\d{1,2})(?:[-/.月](?P<day>\d{1,2})日?)?)?[年月]?"
    r"(?:[ t]00:00:00)?$"
)
_WRITTEN_TOGETHER = re.compile(r"^((?:19|20)\d\d)(\d\d)(\d\d)$")
_ABOUT_WHEN = re.compile(r"(?=.*\d)(?=.*[\u4e00-\u9fff])")
# A page, or an entry of an index; never another scheme, which a browser might run.
_ADDRESS = re.compile(r"https?://\S+|[a-z]+-index:.+")
_LANDLINE = re.compile(
    r"^(?:\(?(?P<area>010|02\d|0[3-9]\d\d)\)?[- ]?)?(?P<number>\d{7,8})"
    r"(?:[-转]+(?P<ext>\d{1,5}))?$"
)
_SERVICE = re.compile(r"^([48]00)(\d{3})(\d{4})$")
_HOTLINE = re.compile(r"^(?:1\d{4}|9\d{4,5}|12\d{3})$")


def line(text: str) -> str:
    """A cell on one line, without what shows nothing."""
    return " ".join((text if _PLAIN.fullmatch(text) else tidy(text)).split())


def shown(text: str) -> str:
    """A cell as a report may repeat it."""
    return shorten(line(text), _SHOWN)


def short_text(text: str, most: int = MOST_IN_A_NAME) -> str:
    """Text that nobody's own number stands in."""
    if len(text) > most:
        raise BadInput("stops_import.too_long", most=most, length=len(text))
    return without_mobile(text)


def without_mobile(text: str) -> str:
    """The text, unless somebody's own number stands in it: such a row is refused as a whole."""
    doubtful = not _PLAIN.fullmatch(text) or _MANY_FIGURES.search(text)
    if doubtful and _MOBILE.search(normalise(text)):
        raise BadInput("stops_import.mobile")
    return text


def key_text(text: str) -> str:
    """A word that stops are grouped by."""
    return short_text(text, MOST_IN_A_KEY)


def long_text(text: str) -> str:
    """A sentence or two."""
    return short_text(text, MOST_ON_A_LINE)


def who_said_so(text: str) -> str:
    """The words that name a source; workers read them, so no address of the web stands there."""
    if schema.WEB_ADDRESS.search(normalise(text)):
        raise BadInput("stops_import.not_words")
    return long_text(text)


def link(text: str) -> str:
    """An address of the web, or of some index; it is a lead for staff and never shown."""
    if not _ADDRESS.fullmatch(text) or len(text) > MOST_IN_A_LINK:
        raise BadInput("stops_import.not_a_link", value=shown(text))
    return text


def degrees(text: str) -> float:
    """A latitude or longitude in degrees; marks such as ° or 北纬 are allowed, words are not."""
    if _PLAIN_DEGREES.fullmatch(text):
        return float(text)
    found = _DEGREES.match(normalise(text))
    if found is None:
        raise BadInput("stops_import.not_a_number", value=shown(text))
    return float(found[1])


def point(text: str) -> tuple[float, float]:
    """Latitude and longitude out of one cell, in whichever order: their ranges do not meet."""
    parts = [part for part in _BETWEEN.split(normalise(text).strip("()[]")) if part]
    if len(parts) != 2:  # noqa: PLR2004 -- a pair
        raise BadInput("stops_import.not_a_point", value=shown(text))
    first, second = degrees(parts[0]), degrees(parts[1])
    return (second, first) if WEST <= first <= EAST else (first, second)


def checked_point(lat: float, lon: float) -> tuple[float, float]:
    """The point if it can lie in China; what is wrong with it otherwise."""
    if SOUTH <= lat <= NORTH and WEST <= lon <= EAST:
        return lat, lon
    if lat == 0 and lon == 0:
        raise BadInput("stops_import.point_zero")
    if SOUTH <= lon <= NORTH and WEST <= lat <= EAST:
        raise BadInput("stops_import.point_swapped")
    raise BadInput("stops_import.point_abroad")


def telephone(text: str) -> str:
    """A landline, a 400 number or a hotline, written one way: 020-84960000-801."""
    bare = normalise(text).replace("—", "-").replace("–", "-")
    if _MOBILE.search(bare):
        raise BadInput("stops_import.mobile")
    if found := _LANDLINE.match(bare):
        return "-".join(part for part in found.groups() if part)
    if found := _SERVICE.match(re.sub(r"[- ]", "", bare)):
        return "-".join(found.groups())
    if _HOTLINE.match(bare):
        return bare
    raise BadInput("stops_import.not_a_phone", value=shown(text))


def published(text: str, today: date) -> str:
    """A year, month or day as ISO 8601: 2026, 2026-03, 2026-03-01.

    Words with a figure stay as they are: some sources say no more than 2021前后.
    """
    if _ABOUT_WHEN.match(text) and not _DATE.match(normalise(text)):
        return short_text(text)
    year, month, day = _date_parts(text)
    _not_later(date(year, month or 1, day or 1), today)
    return "-".join([str(year), *(f"{part:02}" for part in (month, day) if part)])


def day(text: str, today: date) -> date:
    """A whole date that is not in the future."""
    year, month, of_month = _date_parts(text)
    if not month or not of_month:
        raise BadInput("stops_import.not_a_day", value=shown(text))
    return _not_later(date(year, month, of_month), today)


def _date_parts(text: str) -> tuple[int, int | None, int | None]:
    bare = _WRITTEN_TOGETHER.sub(r"\1-\2-\3", normalise(text))
    found = _DATE.match(bare)
    year, month, of_month = (
        (int(part) if part else None for part in found.group("year", "month", "day"))
        if found
        else (None, None, None)
    )
    try:
        date(year or 0, 1 if month is None else month, 1 if of_month is None else of_month)
    except ValueError:
        year = None
    if year is None or year < FIRST_YEAR:
        raise BadInput("stops_import.not_a_date", value=shown(text))
    return year, month, of_month


def _not_later(when: date, today: date) -> date:
    if when > today:
        raise BadInput("stops_import.in_future", value=when.isoformat())
    return when


def osm_hours(text: str) -> str:
    """A rule of OSM that our schema takes and that can be evaluated."""
    try:
        rule = str(TypeAdapter(schema.OpeningHours).validate_python(text))
    except ValidationError:
        rule = ""
    if not validate(rule):
        raise BadInput("stops_import.not_osm", value=shown(text))
    return rule

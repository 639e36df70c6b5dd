"""A stop as the fields of a form: filled from its row, and read back with what is wrong beside it.

All is text, as a browser sends it. A facility has the field `has_` and its key, with `yes`, `no`
or `unknown`; what is not published is empty.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any, TypeVar, get_args

from pydantic import ValidationError

from content.library import Library
from content.schema import Accuracy, Datum, Entry, StopConfidence, StopState
from db.repositories.rest_stops import WITHDRAWN
from kit.errors import AppError, BadInput
from services.hours.reading import derive
from services.rest_stops.columns import columns_of
from services.rest_stops.importing import values as stop_values

Form = Mapping[str, str]
T = TypeVar("T")

HAS = "has_"
YES, NO, UNKNOWN = "yes", "no", "unknown"
MOST_M = 5_000
REASON_LEAST, REASON_MOST = 2, 200
_BETWEEN = re.compile(r"[;；]")  # a comma may stand inside the published words

TEXTS: Mapping[str, Callable[[str], str]] = {
    "name": stop_values.short_text,
    "kind": stop_values.key_text,
    "host": stop_values.long_text,
    "district": stop_values.key_text,
    "street": stop_values.key_text,
    "address": stop_values.long_text,
    "entry_note": stop_values.long_text,
    "fee": stop_values.long_text,
    "admits": stop_values.long_text,
    "phone": stop_values.telephone,
    "operator": stop_values.long_text,
    "note": stop_values.long_text,
    "source": stop_values.who_said_so,
    "source_url": stop_values.link,
}
REQUIRED = frozenset({"name", "kind"})
CHOICES: Mapping[str, tuple[str, ...]] = {
    "entry": get_args(Entry),
    "status": (*get_args(StopState), WITHDRAWN),
    "confidence": get_args(StopConfidence),
}
HOURS = ("hours_text", "opening_hours")
POSITION = ("lat", "lon", "datum", "accuracy", "landmark", "est_error_m", "credit")
ACCURACIES, DATUMS = (*get_args(Accuracy), "none"), get_args(Datum)


class BadFields(AppError):
    """Some fields cannot be taken; `faults` says why, by field, in words for staff."""

    key = "console.bad_fields"
    status = 422

    def __init__(self, faults: Mapping[str, str], key: str | None = None) -> None:
        super().__init__(key)
        self.faults = faults


def as_form(library: Library, parts: Mapping[str, Any]) -> dict[str, str]:
    """The fields of a stop that is given by its parts (columns.given)."""
    form = {name: str(parts.get(name) or "") for name in (*TEXTS, *CHOICES, *HOURS)}
    form |= {name: str(parts.get(name) or "") for name in ("city", "published_on")}
    form["other_facilities"] = "；".join(parts.get("other_facilities", ()))
    position = parts.get("position") or {"accuracy": "none"}
    for name in POSITION:
        value = position.get(name)
        form[name] = "" if value is None else str(value)
    has, lacks = parts.get("facilities", ()), parts.get("lacks", ())
    for key in dict.fromkeys((*library.facilities, *has, *lacks)):
        form[HAS + key] = YES if key in has else NO if key in lacks else UNKNOWN
    return form


@dataclass(frozen=True)
class _Reading:
    """A form that is being read: one line a field, and which fields somebody changed."""

    library: Library
    today: date
    form: Form
    touched: frozenset[str]


def read(
    library: Library, today: date, parts: Mapping[str, Any], form: Form, changed: Iterable[str]
) -> dict[str, Any]:
    """The columns of a stop after the changed fields of its form were read.

    What was not changed stays as `parts` has it. Raises BadFields.
    """
    lines = {name: stop_values.line(text) for name, text in form.items()}
    reading = _Reading(library, today, lines, frozenset(changed))
    made, faults = dict(parts), {}
    for inputs, reader in _readers(reading):
        if reading.touched.isdisjoint(inputs):
            continue
        try:
            made |= reader(reading)
        except BadInput as error:
            field = str(error.fields.get("beside", inputs[0]))
            faults[field] = told(library, field, error)
    if faults:
        raise BadFields(faults)
    try:
        return columns_of(library, made)
    except ValidationError as error:
        spots = [str(fault["loc"][-1]) if fault["loc"] else "name" for fault in error.errors()]
        say = library.say("stop_checks.bad_field")
        raise BadFields({spot if spot in form else "name": say for spot in spots}) from None


def sentence(library: Library, field: str, text: str, faults: dict[str, str]) -> str:
    """A sentence that staff must write, such as a reason; what is wrong with it joins `faults`."""
    line = stop_values.line(text)
    if len(line) < REASON_LEAST:
        faults[field] = told(library, field, BadInput("stops_import.missing"))
    try:
        stop_values.short_text(line, REASON_MOST)
    except BadInput as error:
        faults[field] = told(library, field, error)
    return line


def told(library: Library, field: str, error: BadInput) -> str:
    """What is wrong with a field, by the name that staff know it by."""
    headers = library.stop_columns["headers"]
    label = headers[field][0] if field in headers else library.say(f"stop_checks.field_{field}")
    return library.say(error.key, **{"column": label, **error.fields})


def _readers(
    reading: _Reading,
) -> Iterable[tuple[tuple[str, ...], Callable[[_Reading], dict[str, Any]]]]:
    """Which inputs are read by what; a fault stands beside the first of them."""
    for name in TEXTS:
        yield (name,), partial(_text, name)
    for name, known in CHOICES.items():
        yield (name,), partial(_choice, name, known)
    yield ("city",), _region
    yield ("published_on",), _published
    yield HOURS, _hours
    yield ("other_facilities",), _others
    yield tuple(name for name in reading.form if name.startswith(HAS)), _facilities
    yield POSITION, _position


def _text(name: str, reading: _Reading) -> dict[str, Any]:
    text = reading.form[name]
    if not text and name in REQUIRED:
        raise BadInput("stops_import.missing")
    return {name: TEXTS[name](text) if text else None}


def _choice(name: str, known: tuple[str, ...], reading: _Reading) -> dict[str, Any]:
    if reading.form[name] not in known:
        raise BadInput("stops_import.missing", beside=name)
    return {name: reading.form[name]}


def _region(reading: _Reading) -> dict[str, Any]:
    city = reading.form["city"]
    if not city:
        raise BadInput("stops_import.missing")
    province = reading.library.province_of(city)
    if province is None or city not in reading.library.regions[province]:
        raise BadInput("stops_import.city_unknown", value=stop_values.shown(city))
    return {"province": province, "city": city}


def _published(reading: _Reading) -> dict[str, Any]:
    text = reading.form["published_on"]
    return {"published_on": stop_values.published(text, reading.today) if text else None}


def _hours(reading: _Reading) -> dict[str, Any]:
    """The published words and the rule. New words make the rule anew unless it is given too."""
    words, rule = (reading.form[name] for name in HOURS)
    words = stop_values.long_text(words)
    if "opening_hours" not in reading.touched:
        return {"hours_text": words or None, "opening_hours": derive(words)}
    if rule and not words:
        raise BadInput("stops_import.hours_without_words")
    if rule:
        _at("opening_hours", stop_values.osm_hours, reading)
    return {"hours_text": words or None, "opening_hours": rule or None}


def _others(reading: _Reading) -> dict[str, Any]:
    words = [word.strip() for word in _BETWEEN.split(reading.form["other_facilities"])]
    known = dict.fromkeys(stop_values.short_text(word) for word in words if word)
    return {"other_facilities": tuple(known)}


def _facilities(reading: _Reading) -> dict[str, Any]:
    said = {name[len(HAS) :]: text for name, text in reading.form.items() if name.startswith(HAS)}
    return {
        "facilities": tuple(key for key, text in said.items() if text == YES),
        "lacks": tuple(key for key, text in said.items() if text == NO),
    }


def _position(reading: _Reading) -> dict[str, Any]:
    form = reading.form
    if form["accuracy"] not in ACCURACIES:
        raise BadInput("stops_import.no_accuracy", beside="accuracy")
    if not form["lat"] and not form["lon"]:
        if form["accuracy"] != "none":
            raise BadInput("stop_checks.point_needed")
        return {"position": None}
    if not form["lat"] or not form["lon"]:
        raise BadInput("stops_import.half_a_point")
    if form["accuracy"] == "none":
        raise BadInput("stops_import.no_accuracy", beside="accuracy")
    if form["datum"] not in DATUMS:
        raise BadInput("stops_import.no_datum", beside="datum")
    lat, lon = (_at(name, stop_values.degrees, reading) for name in ("lat", "lon"))
    lat, lon = stop_values.checked_point(lat, lon)
    point = {"lat": lat, "lon": lon, "datum": form["datum"], "accuracy": form["accuracy"]}
    return {"position": point | _landmark(reading)}


def _landmark(reading: _Reading) -> dict[str, Any]:
    form = reading.form
    landmark, credit = (
        _at(name, stop_values.short_text, reading) or None for name in ("landmark", "credit")
    )
    metres = form["est_error_m"]
    if form["accuracy"] == "landmark" and not landmark:
        raise BadInput("stop_checks.landmark_needed", beside="landmark")
    if metres and not (metres.isascii() and metres.isdigit() and 0 < int(metres[:9]) <= MOST_M):
        raise BadInput("stop_checks.bad_metres", beside="est_error_m", most=MOST_M)
    if form["accuracy"] == "landmark" and not metres:
        raise BadInput("stop_checks.metres_needed", beside="est_error_m")
    return {
        "landmark": landmark,
        "est_error_m": int(metres) if metres else None,
        "credit": credit,
    }


def _at(field: str, read_text: Callable[[str], T], reading: _Reading) -> T:
    """What a field of several holds; a fault of it stands beside this very field."""
    try:
        return read_text(reading.form[field])
    except BadInput as error:
        raise BadInput(error.key, **{**error.fields, "beside": field}) from None

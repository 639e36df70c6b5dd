"""Turns a row of a district's table into checked values of a stop, or says why it cannot."""

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import Any, cast

from content.library import Library
from content.schema import Accuracy, Datum
from kit.clock import Clock, in_shanghai
from kit.errors import BadInput
from services.hours.reading import derive
from services.rest_stops.importing import values
from services.rest_stops.importing.data import Defaults, StopValues
from services.rest_stops.importing.faults import Fault
from services.rest_stops.importing.headers import Columns
from services.rest_stops.importing.words import StopWords, merged
from services.sheets import unguarded

_TEXTS: Mapping[str, Callable[[str], str]] = {
    "code": values.key_text,
    "name": values.short_text,
    "kind": values.key_text,
    "host": values.long_text,
    "district": values.key_text,
    "street": values.key_text,
    "address": values.long_text,
    "hours_text": values.long_text,
    "opening_hours": values.osm_hours,
    "entry_note": values.long_text,
    "fee": values.long_text,
    "admits": values.long_text,
    "phone": values.telephone,
    "operator": values.long_text,
    "source": values.who_said_so,
    "source_url": values.link,
    "note": values.long_text,
}


_Texts = Mapping[str, str]  # what a row says, by field; empty cells are left out


class RowChecker:
    """Checks the rows of one table under the words of the library and the day of the clock."""

    def __init__(
        self, library: Library, clock: Clock, columns: Columns, defaults: Defaults
    ) -> None:
        """Raises BadInput when the table's headers name another datum than the defaults."""
        if columns.datum and defaults.datum and columns.datum != defaults.datum:
            raise BadInput("stops_import.other_datum", told=defaults.datum, named=columns.datum)
        self._library = library
        self._words = StopWords(library)
        self._columns = columns
        self._defaults = defaults
        self._today = in_shanghai(clock()).date()
        headers = library.stop_columns["headers"]
        self._names = {field: words[0] for field, words in headers.items()}

    def questions(self) -> tuple[str, ...]:
        """Message keys of what must be said for the whole table before its rows can be read."""
        columns, defaults = self._columns, self._defaults
        placed = columns.has("lat", "lon", "point")
        datum = columns.datum or defaults.datum or columns.has("datum")
        accuracy = defaults.accuracy or columns.has("accuracy")
        asked = (
            ("stops_import.ask_kind", defaults.kind or columns.has("kind")),
            ("stops_import.ask_source", defaults.source or columns.has("source")),
            ("stops_import.ask_datum", datum or not placed),
            ("stops_import.ask_accuracy", accuracy or not placed),
        )
        return tuple(key for key, answer in asked if not answer)

    def check(self, row: int, cells: Sequence[str]) -> StopValues | tuple[Fault, ...]:
        """The stop of one row, or all that is wrong with it."""
        faults: list[Fault] = []
        texts = self._texts(cells)
        found: dict[str, object] = {}
        for field, read in self._of_one.items():
            if field in texts:
                try:
                    found[field] = read(texts[field])
                except BadInput as error:
                    faults.append(self._fault(row, field, error))
        for field, read_row in self._of_several.items():
            try:
                found |= read_row(texts, cells)
            except BadInput as error:
                faults.append(self._fault(row, field, error))
        missing = (field for field in ("name", "kind") if field not in texts)
        faults += (self._fault(row, field, BadInput("stops_import.missing")) for field in missing)
        return tuple(faults) or StopValues(**cast("dict[str, Any]", found))

    def _fault(self, row: int, field: str, error: BadInput) -> Fault:
        return Fault(row, error.key, {"column": self._names[field], **error.fields})

    @cached_property
    def _of_one(self) -> Mapping[str, Callable[[str], object]]:
        return {
            **_TEXTS,
            "published_on": lambda text: values.published(text, self._today),
            "checked_on": lambda text: values.day(text, self._today),
            "status": lambda text: self._words.choice("status", text),
            "confidence": lambda text: self._words.choice("confidence", text),
        }

    @cached_property
    def _of_several(self) -> Mapping[str, Callable[[_Texts, Sequence[str]], dict[str, object]]]:
        return {
            "city": lambda texts, _cells: self._region(texts),
            "point": lambda texts, _cells: self._position(texts),
            "hours_text": lambda texts, _cells: _hours(texts),
            "entry": lambda texts, _cells: self._entry(texts),
            "facilities": self._facilities,
        }

    def _texts(self, cells: Sequence[str]) -> dict[str, str]:
        """What the row says, by field; a default stands in for a kind or source that it lacks."""
        lines = ((field, _text(cells[i])) for i, field in self._columns.fields.items())
        texts = {field: text for field, text in lines if self._words.says_something(text)}
        for field in ("kind", "source"):
            default: str | None = getattr(self._defaults, field)
            if default:
                texts.setdefault(field, default)
        return texts

    def _region(self, texts: _Texts) -> dict[str, object]:
        """Province, city and district; the province follows from the city."""
        in_district, district = self._words.city_before(texts.get("district", ""))
        in_address, _rest = self._words.city_before(texts.get("address", ""))
        city = self._named_city(texts) or in_district or in_address or self._defaults.city
        if city is None:
            raise BadInput("stops_import.no_city")
        for other in (in_district, in_address):
            if other and other != city:
                raise BadInput("stops_import.two_cities", city=city, other=other)
        province = self._library.province_of(city)
        if province is None or city not in self._library.regions[province]:
            raise BadInput("stops_import.city_unknown", value=values.shown(city))
        named = texts.get("province")
        if named and self._words.region(named) not in {province, city}:
            value = values.shown(named)
            raise BadInput("stops_import.wrong_province", value=value, city=city)
        return {"province": province, "city": city, "district": district or None}

    def _named_city(self, texts: _Texts) -> str | None:
        """The city of its column; of a municipality such as 北京 the province says enough."""
        if "city" in texts:
            found = self._words.region(texts["city"])
            return found or self._words.city_before(texts["city"])[0] or texts["city"]
        province = self._words.region(texts.get("province", ""))
        return province if province in self._library.regions.get(province or "", ()) else None

    def _position(self, texts: _Texts) -> dict[str, object]:
        if "lat" in texts and "lon" in texts:
            lat, lon = values.degrees(texts["lat"]), values.degrees(texts["lon"])
        elif "lat" in texts or "lon" in texts:
            raise BadInput("stops_import.half_a_point")
        elif "point" in texts:
            lat, lon = values.point(texts["point"])
        else:
            return {}
        lat, lon = values.checked_point(lat, lon)
        datum = self._columns.datum or self._defaults.datum
        if "datum" in texts:
            said = self._words.choice("datum", texts["datum"])
            if self._columns.datum not in {None, said}:
                raise BadInput("stops_import.two_datums")
            datum = cast("Datum", said)
        accuracy = self._defaults.accuracy
        if "accuracy" in texts:
            accuracy = cast("Accuracy", self._words.choice("accuracy", texts["accuracy"]))
        if datum is None or accuracy is None:
            raise BadInput(
                "stops_import.no_datum" if datum is None else "stops_import.no_accuracy"
            )
        return {"lat": lat, "lon": lon, "datum": datum, "accuracy": accuracy}

    def _entry(self, texts: _Texts) -> dict[str, object]:
        if "entry" not in texts:
            return {}
        entry, words = self._words.entry(values.long_text(texts["entry"]))
        return {"entry": entry, "entry_note": texts.get("entry_note", words)}

    def _facilities(self, texts: _Texts, cells: Sequence[str]) -> dict[str, object]:
        said = [self._words.facilities(values.without_mobile(texts.get("facilities", "")))]
        for i, key in self._columns.facilities.items():
            cell = values.without_mobile(_text(cells[i]))
            if cell:
                header = values.line(self._columns.headers[i])
                said.append(self._words.answer(header, key, cell))
        all_ = merged(said)
        return {
            "facilities": all_.has,
            "lacks": all_.lacks,
            "other_facilities": all_.others,
            "is_whole_list": "facilities" in texts,
        }


def _hours(texts: _Texts) -> dict[str, object]:
    """The rule: as the table gives it, else as far as the published words leave no doubt."""
    if "opening_hours" in texts and "hours_text" not in texts:
        raise BadInput("stops_import.hours_without_words")
    if "opening_hours" in texts or "hours_text" not in texts:
        return {}
    return {"opening_hours": derive(texts["hours_text"]), "hours_derived": True}


def _text(cell: str) -> str:
    return unguarded(values.line(cell))

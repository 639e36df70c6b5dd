"""Turning each part of the tree into its models: one reader for each folder or file."""

import csv
import io
import re
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TypeVar, get_args
from urllib.parse import urlsplit

from pydantic import BaseModel, ValidationError

from content.problems import Problem
from content.schema import Accuracy, Datum, Entry, Hotline, Place, RestStop, RightTopic
from content.wording import faults_of
from content.yaml_reader import Document

M = TypeVar("M", bound=BaseModel)

# The parts of stop_columns.yml with the keys that each must have; `headers` may name any field.
STOP_COLUMNS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "headers": ("name", "kind", "city"),
        "entry": get_args(Entry),
        "datum": get_args(Datum),
        "accuracy": get_args(Accuracy),
        "status": ("open_to_public", "under_construction", "withdrawn"),
        "confidence": ("high", "medium", "low"),
        "answers": ("yes", "no", "unknown"),
        "marks": ("empty", "none_of", "not_needed", "regions", "below_a_city"),
    }
)
PLACE_COLUMNS = ["name", "kind", "city", "district", "lat", "lon", "licence", "credit", "source"]
_MESSAGE_KEY = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class Surroundings:
    """What a stop's words are held against: facility keys, cities by province, places."""

    facilities: Mapping[str, tuple[str, ...]]
    regions: Mapping[str, tuple[str, ...]]
    places: tuple[Place, ...]

    @cached_property
    def spots(self) -> Mapping[tuple[str, str], Place]:
        """The places by city and name."""
        return {(place.city, place.name): place for place in self.places}


def build(model: type[M], raw: object, document: Document, *where: Hashable) -> M | None:
    """A model from a part of a file, or None with each fault noted at its line."""
    if not isinstance(raw, dict):
        document.fault("is not a mapping", *where, remedy="write `key: value` lines")
        return None
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        for fault in error.errors(include_url=False, include_input=False):
            spot = ".".join(str(step) for step in fault["loc"])
            said = fault["msg"].removeprefix("Value error, ")
            what = f"{spot}: {said}" if spot else said
            document.fault(what, *where, *fault["loc"], remedy=_remedy(model, fault["type"]))
        return None


def _remedy(model: type[BaseModel], kind: str) -> str:
    if kind == "missing":
        return "add it"
    if kind == "extra_forbidden":
        return f"see content/schema.py; {model.__name__} knows {', '.join(model.model_fields)}"
    return ""


def hotlines(document: Document) -> dict[str, Hotline]:
    """The telephone book, by number."""
    book = {}
    for number, entry in document.mapping().items():
        raw = {**entry, "number": number} if isinstance(entry, dict) else entry
        hotline = build(Hotline, raw, document, number)
        if hotline:
            book[number] = hotline
    return book


def word_lists(document: Document) -> dict[str, tuple[str, ...]]:
    """A book of words: facilities with what they are called, provinces with cities, and so on."""
    return _word_lists(document, document.mapping())


def _word_lists(
    document: Document, mapping: Mapping[str, object], *where: Hashable
) -> dict[str, tuple[str, ...]]:
    keys: dict[str, tuple[str, ...]] = {}
    for key, words in mapping.items():
        if isinstance(words, list) and all(isinstance(word, str) for word in words):
            keys[key] = tuple(words)
        else:
            what = f"{key}: is not a list of words"
            document.fault(what, *where, key, remedy="write [word, word]")
    return keys


def each_once(
    document: Document,
    lists: Mapping[str, tuple[str, ...]],
    *where: Hashable,
    below: tuple[Hashable, ...] = (),
) -> None:
    """Note words under two keys: a word means one facility, a city has one province.

    The lists stand at `where`, each `below` its key.
    """
    owner: dict[str, str] = {}
    for key, words in lists.items():
        for i, word in enumerate(words):
            if word in owner:
                what = f"{key}: `{word}` already stands under {owner[word]}"
                document.fault(what, *where, key, *below, i, remedy="delete one of them")
            owner[word] = key


def stop_columns(document: Document) -> Mapping[str, Mapping[str, tuple[str, ...]]]:
    """The words of imported tables, by part and key: headers, ways in, datums, answers."""
    book = document.mapping()
    if document.problems:
        return {}
    found: dict[str, Mapping[str, tuple[str, ...]]] = {}
    for part, keys in STOP_COLUMNS.items():
        lists = book.get(part)
        mapping = lists if isinstance(lists, dict) else {}
        missing = [key for key in keys if not mapping.get(key)]
        if missing:
            remedy = f"give words to {', '.join(missing)}"
            document.fault(f"{part}: not all of its keys have words", part, remedy=remedy)
        found[part] = MappingProxyType(_word_lists(document, mapping, part))
        if part != "marks":
            each_once(document, found[part], part)
    for part in set(book) - set(STOP_COLUMNS):
        remedy = f"one of {', '.join(STOP_COLUMNS)}"
        document.fault(f"{part}: is no part of this book", part, remedy=remedy)
    return MappingProxyType(found)


def link_hosts(document: Document) -> frozenset[str]:
    """The hosts that a right may link to."""
    return frozenset(host for host in document.sequence() if isinstance(host, str))


def topic(
    document: Document, stem: str, book: Mapping[str, Hotline], hosts: frozenset[str]
) -> RightTopic | None:
    """The right that a file holds; its hotlines are looked up, its links held to known hosts."""
    raw = dict(document.mapping())
    if not raw:
        return None
    raw["hotlines"] = _resolved(document, raw.get("hotlines"), book)
    right = build(RightTopic, raw, document)
    if right is None:
        return None
    if right.id != stem:
        document.fault(f"id: is `{right.id}`, the file is `{stem}.yml`", "id", remedy="same name")
    for i, fact in enumerate(right.facts):
        host = urlsplit(fact.link).hostname if fact.link else None
        if host and host not in hosts:
            document.fault(
                f"facts.{i}.link: `{host}` is not in link_hosts.yml",
                *("facts", i, "link"),
                remedy="leave the link out, or have the host reviewed and added",
            )
    return right


def _resolved(document: Document, numbers: object, book: Mapping[str, Hotline]) -> list[Hotline]:
    found = []
    for i, number in enumerate(numbers if isinstance(numbers, list) else []):
        if number in book:
            found.append(book[number])
        else:
            document.fault(
                f"hotlines.{i}: `{number}` is not in hotlines.yml",
                *("hotlines", i),
                remedy="add the number there with its name",
            )
    return found


def rest_stops(document: Document, around: Surroundings) -> dict[int, RestStop]:
    """The stops of a file, by their place in it."""
    stops = {}
    for i, raw in enumerate(document.sequence()):
        stop = build(RestStop, _located(document, i, raw, around.spots), document, i)
        if stop is None:
            continue
        if stop.city not in around.regions.get(stop.province, ()):
            what = f"{stop.id}: {stop.city} is no city of {stop.province} in regions.yml"
            document.fault(what, i, "city", remedy="correct it, or add the city there")
        for field in ("facilities", "lacks"):
            listed: tuple[str, ...] = getattr(stop, field)
            for n, facility in enumerate(listed):
                if facility not in around.facilities or facility in listed[:n]:
                    document.fault(
                        f"{stop.id}: facility `{facility}` is unknown or listed twice",
                        *(i, field, n),
                        remedy="use the keys of facilities.yml, the rest goes to other_facilities",
                    )
        stops[i] = stop
    return stops


def _located(
    document: Document, i: int, raw: object, spots: Mapping[tuple[str, str], Place]
) -> object:
    """The stop with the point of its landmark, which is written by name and stands in places/.

    So the points under ODbL stay in their own table, and a corrected one moves the stop too.
    """
    position = raw.get("position") if isinstance(raw, dict) else None
    if not isinstance(position, dict) or position.get("accuracy") != "landmark":
        return raw
    if not isinstance(raw, dict) or "lat" in position:
        return raw
    city, landmark = raw.get("city"), position.get("landmark")
    place = spots.get((str(city), str(landmark)))
    if place is None:
        document.fault(
            f"position.landmark: no place `{landmark}` in {city}",
            *(i, "position", "landmark"),
            remedy="name a place of content/places/, or give lat, lon and datum",
        )
        return {**raw, "position": None}
    point = {"lat": place.lat, "lon": place.lon, "datum": "wgs84", "credit": place.credit}
    return {**raw, "position": {**position, **point}}


def places(text: str, shown: str, problems: list[Problem]) -> dict[int, Place]:
    """The places of a CSV table, by line; one table holds one licence, so that none mixes."""
    rows = csv.reader(io.StringIO(text), strict=True)
    found: dict[int, Place] = {}
    try:
        columns = next(rows, [])
        if columns != PLACE_COLUMNS:
            remedy = f"write {','.join(PLACE_COLUMNS)}"
            problems.append(Problem(shown, 1, f"columns are {','.join(columns)}", remedy))
            return found
        for row in rows:
            document = Document(shown, None, {(): rows.line_num})
            if len(row) != len(columns):
                document.fault(f"has {len(row)} cells, not {len(columns)}", remedy="check commas")
            else:
                raw = dict(zip(columns, (cell or None for cell in row), strict=True))
                place = build(Place, raw, document)
                found |= {rows.line_num: place} if place else {}
            problems += document.problems
    except csv.Error as error:
        problems.append(Problem(shown, rows.line_num, f"is not CSV: {error}", "check the quotes"))
    if len({place.licence for place in found.values()}) > 1:
        problems.append(Problem(shown, 1, "holds two licences", "one table for each licence"))
    return found


def messages(document: Document, noun: str) -> dict[str, str]:
    """The messages of `<noun>.yml`, by `noun.key`."""
    if not _MESSAGE_KEY.fullmatch(noun):
        document.fault(f"file name `{noun}` is not a-z, 0-9 and _", remedy="rename it")
    texts = {}
    for key, entry in document.mapping().items():
        if not _MESSAGE_KEY.fullmatch(key):
            document.fault(f"key `{key}` is not a-z, 0-9 and _", key, remedy="rename it")
        text = entry or ""
        if not isinstance(text, str):
            remedy = f"write `key: text` at the margin; it is asked for as `{noun}.key`"
            document.fault(f"{key}: is not a text", key, remedy=remedy)
            continue
        for what, remedy in faults_of(text):
            document.fault(f"{key}: {what}", key, remedy=remedy)
        texts[f"{noun}.{key}"] = text.rstrip("\n")
    return texts

"""Which unit looks after a matter: the most specific rule of the imported ownership tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import AreaUnit
from db.repositories.sorting import SortingRepository
from kit.text import normalise
from services import districts, gazetteer
from services.districts import Area
from services.turns import Position

# The fields of a rule, the most specific first, each with the message that tells of it.
_LEVELS = (
    ("road", "sorting.unit_by_road"),
    ("street", "sorting.unit_by_street"),
    ("district", "sorting.unit_by_district"),
    ("city", "sorting.unit_by_city"),
    ("province", "sorting.unit_by_province"),
)
_CORE_LEAST = 2  # characters of a district's name without its last


@dataclass(frozen=True)
class Where:
    """What is known of the place of a matter; all words in which it may be named."""

    words: str
    province: str | None = None
    city: str | None = None
    district: str | None = None


@dataclass(frozen=True)
class Responsible:
    """A unit, and why it."""

    unit: str
    because: str


async def responsible(
    session: AsyncSession, library: Library, category: str | None, where: Where
) -> Responsible | None:
    """The unit by imported rules, else the usual kind of unit of the category."""
    rows = await SortingRepository(session).units(category, where.city, where.words)
    rule = _best([row for row in rows if _fits(row, where)])
    if rule is not None:
        name, key = _level(rule)
        place = getattr(rule, name) if name else library.say("sorting.everywhere")
        return Responsible(rule.unit, library.say(key, place=place, unit=rule.unit))
    usual = library.categories.get(category or "")
    if usual is None:
        return None
    because = library.say("sorting.unit_by_category", category=usual.name, unit=usual.unit)
    return Responsible(usual.unit, because)


def located(library: Library, text: str, spot: Position | None, place_text: str | None) -> Where:
    """What a text, the words for its place and a position tell of where it is."""
    words = normalise(f"{place_text or ''} {text}")
    area = districts.of_china().at(spot) if spot is not None else None
    area = area or _named(library, place_text or "") or _named(library, text)
    if area is None:
        return Where(words)
    return Where(words, area.province, area.city, area.district)


def _named(library: Library, text: str) -> Area | None:
    """The district that a text names, or that of the place that it names, or the city."""
    named = districts.of_china().named_in(text)
    if named is not None:
        return named
    places = gazetteer.mentioned(library, text)
    areas = {(place.city, place.district) for place in places}
    if len(areas) == 1:
        city, district = areas.pop()
        return Area(library.province_of(city) or "", city, district)
    region = library.region_in(text)
    if region is None or region not in library.regions.get(region, (region,)):
        return None  # a province alone names no city
    return Area(library.province_of(region) or "", region, None)


def _fits(rule: AreaUnit, where: Where) -> bool:
    """Nothing that is known of the place speaks against the rule, and its own place is named."""
    agrees = all(
        not of_rule or _agrees(of_rule, known, where.words)
        for of_rule, known in (
            (rule.province, where.province),
            (rule.city, where.city),
            (rule.district, where.district),
        )
    )
    return agrees and _is_meant(rule, where)


def _agrees(of_rule: str, known: str | None, words: str) -> bool:
    return known is None or of_rule == known or _core(of_rule) == _core(known) or of_rule in words


def _is_meant(rule: AreaUnit, where: Where) -> bool:
    """The most specific field must be known to hold: roads and streets were looked for."""
    if rule.road or rule.street:
        return True
    for of_rule, known in (
        (rule.district, where.district),
        (rule.city, where.city),
        (rule.province, where.province),
    ):
        if of_rule:
            return known is not None or _core(of_rule) in where.words
    return True


def _core(name: str) -> str:
    return name[:-1] if len(name) > _CORE_LEAST else name


def _best(rules: Sequence[AreaUnit]) -> AreaUnit | None:
    """The most specific rule; of several that are equally so and disagree, none."""
    for rank in sorted({_rank(rule) for rule in rules}, reverse=True):
        equal = [rule for rule in rules if _rank(rule) == rank]
        if len({rule.unit for rule in equal}) == 1:
            return equal[0]
    return None


def _rank(rule: AreaUnit) -> tuple[int, bool, int, int]:
    """Level, whether of this category alone, how long its place's name, how much else it says."""
    levels = list(_filled(rule))
    level = len(_LEVELS) - levels[0] if levels else 0
    name = getattr(rule, _LEVELS[levels[0]][0]) if levels else ""
    return level, bool(rule.category), len(name), len(levels)


def _filled(rule: AreaUnit) -> Iterator[int]:
    return (i for i, (name, _) in enumerate(_LEVELS) if getattr(rule, name))


def _level(rule: AreaUnit) -> tuple[str, str]:
    return next((_LEVELS[i] for i in _filled(rule)), ("", "sorting.unit_by_category_alone"))

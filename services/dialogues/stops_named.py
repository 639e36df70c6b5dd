"""Stops by what was typed: an area, words of a stop's own name, a place of the gazetteer."""

from collections.abc import Mapping
from typing import Any

from content.schema import Place
from kit.text import shorten
from services import gazetteer
from services.dialogues import stop_list, stop_search, stops_around
from services.dialogues.where import AREAS_OFFERED, QUOTED, nothing_known
from services.rest_stops import finding
from services.rest_stops.finding import Area, Found, Wish
from services.scene import Scene
from services.turns import Choice, Replies, Reply, Task

# From so many on a list helps nobody: which part of the area?
TOO_MANY = 40
# What stands around a place in a question, and says nothing of where.
AROUND_A_PLACE = ("around_a_place", "open_now", "open_always", "narrowing", "stop_openers")
AREA_TASK, PLACE_TASK = "rest_stops.city", "rest_stops.place"
Again = tuple[str, Mapping[str, Any]]
NAME_LEAST = 2  # one character names no place


async def search(scene: Scene, wish: Wish) -> Replies | None:
    """The stops that the text's place has; None when the text names no place.

    From the surest reading to the vaguest: a whole area's name, a station or landmark with stops
    around it, words of a stop's own name or address, any place of the gazetteer, an area's name
    somewhere in the text.
    """
    core = core_words(scene)
    if len(core) < NAME_LEAST:
        return None
    areas = await _areas_named(scene, core, whole=True)
    if areas:
        return await _in_one_of(scene, areas, wish)
    if scene.library.province_of(core):  # 黄石 is a city, though 黄石街 in 广州 has a stop
        return (await nothing_known(scene, core, wish),)
    at_point = await _at_point(scene, wish)
    if at_point is not None:
        return at_point
    named = await finding.mentioning(scene.session, scene.clock, core, wish)
    if named.stops:
        where = scene.say("rest_stops.mentioned", words=shorten(core, QUOTED))
        return await listed(scene, named, where, wish)
    return await _search_wider(scene, core, wish)


async def _at_point(scene: Scene, wish: Wish) -> Replies | None:
    """The stops around a station or landmark that is all he said, if there are any near it."""
    places = gazetteer.mentioned(scene.library, scene.text)
    if len(places) != 1 or places[0].kind not in gazetteer.POINTS:
        return None
    if not gazetteer.is_a_place(scene.library, scene.text):
        return None
    return await stops_around.place_if_near(scene, places[0], wish)


async def _search_wider(scene: Scene, core: str, wish: Wish) -> Replies | None:
    places = gazetteer.mentioned(scene.library, scene.text)
    if len(places) > 1:
        return _which_place(scene, places)
    if places:
        return await at_place(scene, places[0].name, places[0].city, places[0].kind, wish)
    for city, district in await _areas_named(scene, core, whole=False):
        return await in_area(scene, city, district, None, wish)
    region = scene.library.region_in(core)
    return (await nothing_known(scene, region, wish),) if region else None


async def at_place(scene: Scene, name: str, city: str, kind: str, wish: Wish) -> Replies:
    """The stops around a named place; a town's own when its point is only its middle."""
    places = [p for p in scene.library.places_named(name) if (p.city, p.kind) == (city, kind)]
    if not places:
        return (await nothing_known(scene, name, wish),)
    place = places[0]
    if kind in gazetteer.POINTS:
        return await stops_around.place(scene, place, wish)
    found = await finding.in_area(scene.session, scene.clock, Area(city, street=name), wish)
    if found.stops:
        where = scene.say("rest_stops.around", place=name)
        return await listed(scene, found, where, wish, again=_place_task(place))
    if not wish.is_any:
        around = scene.say("rest_stops.around", place=name)
        return await _none_fits(scene, around, wish, _place_task(place))
    return await in_district_of(scene, place, wish)


async def in_district_of(scene: Scene, place: Place, wish: Wish) -> Replies:
    """The stops of the district that a place lies in, where nothing nearer is known."""
    if place.district:
        district = Area(place.city, place.district)
        area = await finding.in_area(scene.session, scene.clock, district, wish)
        if area.stops:
            said = scene.say("rest_stops.same_district", place=place.name)
            return await listed(scene, area, said, wish)
    return (await nothing_known(scene, place.name, wish),)


async def run_again(scene: Scene, task: Task, wish: Wish) -> Replies:
    """An earlier search with another wish, as the button of its area or place would do it."""
    args = {key: str(value) if value else None for key, value in task.args.items()}
    if task.name == PLACE_TASK:
        return await at_place(scene, str(args["name"]), str(args["city"]), str(args["kind"]), wish)
    return await in_area(
        scene, str(args["city"]), args["district"], args["street"], wish, whole=True
    )


async def in_area(
    scene: Scene,
    city: str,
    district: str | None,
    street: str | None,
    wish: Wish,
    *,
    whole: bool = False,
) -> Replies:
    """The stops of a city, district or street; of a large one, which part of it is asked first."""
    undivided = whole or street is not None or not wish.is_any
    parts = [] if undivided else await _parts(scene, city, district)
    if len(parts) > 1 and sum(count for *_, count in parts) > TOO_MANY:
        return _which_part(scene, city, district, parts)
    found = await finding.in_area(scene.session, scene.clock, Area(city, district, street), wish)
    where = f"{city}{district or ''}{street or ''}"
    args = {"city": city, "district": district, "street": street}
    return await listed(scene, found, where, wish, again=(AREA_TASK, args))


async def listed(
    scene: Scene,
    found: Found,
    where: str,
    wish: Wish,
    again: Again | None = None,
) -> Replies:
    """The first few stops of a list without distances, and how many are open."""
    scene.put_aside()
    if not found.stops:
        return await _none_fits(scene, where, wish, again)
    kept = stop_search.of(found, where, wish, again=again)
    return await stop_list.page(scene, kept, [stop_list.header(scene, found, where, wish)])


async def _none_fits(scene: Scene, where: str, wish: Wish, again: Again | None) -> Replies:
    if wish.is_any or again is None:
        return (await nothing_known(scene, where, wish),)
    said = stop_list.said_of(scene, wish)
    task, args = again
    whole = Choice(scene.say("rest_stops.whole_title"), Task(task, {**args, "whole": True}))
    elsewhere = scene.choice("rest_stops.elsewhere_title", "rest_stops.find")
    return (scene.reply("rest_stops.none_fits", whole, elsewhere, where=where, wish=said),)


def core_words(scene: Scene) -> str:
    """The text without what stands around a place in a question: "万达附近哪有驿站" is 万达."""
    words = scene.library.words
    around = [word for group in AROUND_A_PLACE for word in words[group]]
    spoken = [pair.partition("=")[0] for pair in words["spoken_needs"]]
    text = scene.text
    # The longest first, so that no word is torn by a shorter one inside it.
    for word in sorted({*around, *spoken, *needs_named(scene)}, key=len, reverse=True):
        text = text.replace(word, "")
    return text.strip("，。,.!！?？~ ")


def needs_named(scene: Scene) -> tuple[str, ...]:
    """The facilities' words that stand in the text."""
    words = [w for key, said in scene.library.facilities.items() for w in (key, *said)]
    return tuple(w for w in sorted(words, key=len, reverse=True) if len(w) > 1 and w in scene.text)


def _which_place(scene: Scene, places: tuple[Place, ...]) -> Replies:
    """Ask which of several namesakes is meant."""
    choices = [
        Choice(
            scene.say(f"rest_stops.namesake_{place.kind}", city=place.city, name=place.name),
            Task(*_place_task(place)),
        )
        for place in places[:AREAS_OFFERED]
    ]
    return (Reply(scene.say("rest_stops.which_place"), tuple(choices)),)


async def _in_one_of(scene: Scene, areas: list[tuple[str, str | None]], wish: Wish) -> Replies:
    """The stops of an area; of several districts of one name, which is meant is asked first."""
    if len({city for city, _ in areas}) == 1:
        return await in_area(scene, *areas[0], None, wish)
    choices = tuple(
        Choice(f"{city}{district or ''}", Task(AREA_TASK, {"city": city, "district": district}))
        for city, district in areas[:AREAS_OFFERED]
    )
    return (Reply(scene.say("rest_stops.which_place"), choices),)


def _place_task(place: Place) -> Again:
    return PLACE_TASK, {"name": place.name, "city": place.city, "kind": place.kind}


def _which_part(
    scene: Scene, city: str, district: str | None, parts: list[tuple[str, int]]
) -> Replies:
    """Ask which district of a city, or which street or town of a district."""
    where = f"{city}{district or ''}"
    choices = []
    for name, count in parts[:AREAS_OFFERED]:
        title = scene.say("rest_stops.city_title", city=name, count=count)
        args = {"city": city, "district": district or name}
        choices.append(
            Choice(title, Task(AREA_TASK, args | ({"street": name} if district else {})))
        )
    whole = {"city": city, "district": district, "whole": True}
    choices.append(Choice(scene.say("rest_stops.whole_title"), Task(AREA_TASK, whole)))
    total = sum(count for _, count in parts)
    text = scene.say("rest_stops.which_part", where=where, count=total)
    return (Reply(text, tuple(choices), ask="location"),)


async def _parts(scene: Scene, city: str, district: str | None) -> list[tuple[str, int]]:
    """The parts of an area by name, with how many stops each has, most first."""
    if district:
        return await finding.streets(scene.session, city, district)
    areas = await finding.areas(scene.session)
    return [(name, count) for _, there, name, count in areas if there == city and name]


async def _areas_named(scene: Scene, core: str, *, whole: bool) -> list[tuple[str, str | None]]:
    """The areas with known stops that the words name, the narrowest first."""
    named: list[tuple[str, str | None]] = []
    cities: list[tuple[str, str | None]] = []
    ends = scene.library.words["area_ends"]
    for _, city, district, _ in await finding.areas(scene.session):
        names = (
            {f"{city}{district}", *(f"{city}{end}{district}" for end in ends), district or ""}
            if district
            else set()
        )
        if district and len(district) > NAME_LEAST:  # 亭湖 for 亭湖区
            names |= {district[:-1], f"{city}{district[:-1]}"}
        if core in names or (not whole and any(name and name in core for name in names)):
            named.append((city, district))
        if (core in {city, *(city + end for end in ends)} or (not whole and city in core)) and (
            (city, None) not in cities
        ):
            cities.append((city, None))
    return named + cities

"""Finding a rest stop: asks where, then answers from a position, from words, or from an area."""

from content.schema import Place
from kit.text import shorten
from services import gazetteer, rest_stops
from services.dialogues.engine import Dialogue, Step
from services.dialogues.listening import SURE
from services.geo import to_wgs84
from services.rest_stops import SHOWN_AT_ONCE, Found
from services.scene import Scene
from services.turns import Choice, Position, Replies, Reply, Task

NAME = "find_stop"
WHERE = "where"
# What an answer to "where are you?" may be heard as.
ABOUT_STOPS = frozenset(
    {None, "nlu_fallback", "out_of_scope", "find_rest_stop", "ask_stop_detail", "set_profile"}
)
AREAS_OFFERED = 8
QUOTED = 40
NAME_LEAST = 2  # one character names no place


async def begin(scene: Scene) -> Replies:
    """Search at once when the sentence says where; else ask."""
    scene.put_aside()
    need = scene.heard.first("need") or _need_in(scene)
    answered = await search(scene, need)
    if answered is not None:
        return answered
    scene.open(NAME, WHERE)
    scene.keep(need=need)
    return (await _ask(scene),)


async def by_position(scene: Scene, position: Position) -> Replies:
    """The stops around a shared position, and apart from them the district's vague ones."""
    need, centre = scene.state.answers.get("need"), to_wgs84(position)
    found = await rest_stops.near(scene.session, scene.clock, centre, rest_stops.NEAR_M)
    beside = gazetteer.nearest(scene.library, centre, rest_stops.NEAR_M)
    if beside is None or beside.place.district is None:
        return await show(scene, found, scene.say("rest_stops.your_position"), need)
    place = beside.place
    where = scene.say("rest_stops.beside", place=place.name)
    vague = await rest_stops.without_position(
        scene.session, scene.clock, place.city, str(place.district)
    )
    if not found.rows and vague.rows:
        district = scene.say("rest_stops.vague_only", place=place.name, district=place.district)
        return await show(scene, vague, district, need)
    replies = await show(scene, found, where, need)
    if not vague.rows or not found.rows:
        return replies
    return (*replies, _vague_too(scene, place, len(vague.rows)))


def _vague_too(scene: Scene, place: Place, count: int) -> Reply:
    text = scene.say("rest_stops.vague_too", district=place.district, count=count)
    args = {"city": place.city, "district": place.district}
    return Reply(
        text, (Choice(scene.say("rest_stops.vague_title"), Task("rest_stops.city", args)),)
    )


async def search(scene: Scene, need: str | None) -> Replies | None:
    """The stops that the text's place has; None when the text names no place.

    From the surest reading to the vaguest: a whole area's name, words of a stop's own name or
    address, a place of the gazetteer, an area's name somewhere in the text.
    """
    core = core_words(scene)
    if len(core) < NAME_LEAST:
        return None
    for city, district in await _areas_named(scene, core, whole=True):
        return await in_area(scene, city, district, need)
    if scene.library.province_of(core):  # 黄石 is a city, though 黄石街 in 广州 has a stop
        return (await nothing_known(scene, core),)
    named = await rest_stops.mentioning(scene.session, scene.clock, core)
    if named.rows:
        return await show(
            scene, named, scene.say("rest_stops.mentioned", words=shorten(core, QUOTED)), need
        )
    return await _search_wider(scene, core, need)


async def _search_wider(scene: Scene, core: str, need: str | None) -> Replies | None:
    places = gazetteer.mentioned(scene.library, scene.text)
    if len(places) > 1:
        return _which_place(scene, places)
    if places:
        return await at_place(scene, places[0].name, places[0].city, places[0].kind, need)
    for city, district in await _areas_named(scene, core, whole=False):
        return await in_area(scene, city, district, need)
    region = scene.library.region_in(core)
    return (await nothing_known(scene, region),) if region else None


async def at_place(
    scene: Scene, name: str, city: str, kind: str, need: str | None = None
) -> Replies:
    """The stops around a named place; a town's own when its point is only its middle."""
    places = [p for p in scene.library.places_named(name) if (p.city, p.kind) == (city, kind)]
    if not places:
        return (await nothing_known(scene, name),)
    place = places[0]
    if kind in gazetteer.POINTS:
        centre = gazetteer.position_of(place)
        found = await rest_stops.near(scene.session, scene.clock, centre, rest_stops.NEAR_M)
        # These would be distances from the place, not from him.
        found = Found(found.rows, {})
    else:
        found = await rest_stops.in_area(scene.session, scene.clock, city, street=name)
    if not found.rows and place.district:
        area = await rest_stops.in_area(scene.session, scene.clock, city, place.district)
        if area.rows:
            return await show(scene, area, scene.say("rest_stops.same_district", place=name), need)
    if not found.rows:
        return (await nothing_known(scene, name),)
    return await show(scene, found, scene.say("rest_stops.around", place=name), need)


async def by_id(scene: Scene, stop: str) -> Replies:
    """One stop, as a poster or link names it; where it is not known, ask where he is."""
    found = await rest_stops.by_ids(scene.session, [stop])
    if not found.rows:
        scene.open(NAME, WHERE)
        return (await _ask(scene),)
    return await page(scene, found, 0, [scene.say("rest_stops.this_one")])


async def in_area(
    scene: Scene, city: str, district: str | None, need: str | None = None
) -> Replies:
    """The stops of a city or district."""
    found = await rest_stops.in_area(scene.session, scene.clock, city, district)
    return await show(scene, found, f"{city}{district or ''}", need)


async def show(scene: Scene, found: Found, where: str, need: str | None = None) -> Replies:
    """The first few stops as cards, and what is not known said plainly."""
    if not found.rows:
        return (await nothing_known(scene, where),)
    key = "rest_stops.found" if len(found.rows) > 1 else "rest_stops.only_one"
    lines = [scene.say(key, where=where, count=len(found.rows))]
    if need and need not in scene.library.words["every_stop_has"]:
        fitting = rest_stops.with_need(found, need)
        found = rest_stops.also(fitting, found)
        wanted = "rest_stops.with_need" if fitting.rows else "rest_stops.need_unknown"
        lines.append(scene.say(wanted, need=need, count=len(fitting.rows)))
    scene.put_aside()
    return await page(scene, found, 0, lines)


async def page(scene: Scene, found: Found, start: int, lines: list[str]) -> Replies:
    """One handful of a list as cards, and a button for the next."""
    rows = found.rows[start : start + SHOWN_AT_ONCE]
    now = scene.clock()
    cards = tuple(
        rest_stops.card(scene.library, row, now, found.distances.get(row.id)) for row in rows
    )
    scene.state.shown = found.ids
    choices = []
    if start + SHOWN_AT_ONCE < len(found.rows):
        left = len(found.rows) - start - SHOWN_AT_ONCE
        more = Task("rest_stops.more", {"start": start + SHOWN_AT_ONCE, "first": found.ids[0]})
        choices.append(Choice(scene.say("rest_stops.more_title", count=left), more))
    choices.append(scene.choice("rest_stops.elsewhere_title", "rest_stops.find"))
    choices.append(scene.choice("rest_stops.problem_title", "rest_stops.problem"))
    return (Reply("\n".join(lines), tuple(choices), cards),)


async def nothing_known(scene: Scene, where: str) -> Reply:
    """Say that nothing is known there, and open the ways on."""
    need = scene.state.answers.get("need")
    scene.open(NAME, WHERE)
    scene.keep(need=need)
    choices = await _city_choices(scene)
    return Reply(
        scene.say("rest_stops.none_known", where=shorten(where, QUOTED)), choices, ask="location"
    )


def core_words(scene: Scene) -> str:
    """The text without what merely stands around a place's name."""
    text = scene.text.strip("，。,.!！?？~ ")
    place = scene.heard.first("place")
    if place and place in text:
        return place
    for word in sorted(scene.library.words["around_a_place"], key=len, reverse=True):
        text = text.replace(word, "")
    for words in scene.library.facilities.values():
        for word in sorted(words, key=len, reverse=True):
            # One character may be part of a name: 响水 is a county, not a wish for water.
            text = text.replace(word, "") if len(word) >= NAME_LEAST else text
    return text.strip("，。,.!！?？~ ")


def _need_in(scene: Scene) -> str | None:
    """The facility that the text itself names, by the words of content/facilities.yml."""
    for key, words in scene.library.facilities.items():
        if any(word in scene.text for word in (key, *words) if len(word) >= NAME_LEAST):
            return key
    return None


async def _ask(scene: Scene) -> Reply:
    choices = await _city_choices(scene)
    return Reply(scene.say("rest_stops.ask_where"), choices, ask="location")


async def _take(scene: Scene) -> Replies | None:
    if scene.turn.position is not None:
        return await by_position(scene, scene.turn.position)
    if _is_another_wish(scene):
        return None
    answered = await search(scene, scene.state.answers.get("need"))
    if answered is not None:
        return answered
    # What was surely no place is another wish; a bare word here is a place that nobody knows.
    if scene.heard.intent not in ABOUT_STOPS:
        return None
    return (await nothing_known(scene, core_words(scene) or scene.text),)


def _is_another_wish(scene: Scene) -> bool:
    """Whether he asks something else: "广州最低工资多少" names a city, and no place to rest."""
    other = scene.heard.intent not in ABOUT_STOPS and scene.heard.confidence >= SURE
    return other and not gazetteer.is_a_place(scene.library, scene.text)


async def _choose(scene: Scene, _do: str, _value: str) -> Replies:
    return (await _ask(scene),)


def _which_place(scene: Scene, places: tuple[Place, ...]) -> Replies:
    """Ask which of several namesakes is meant."""
    choices = [
        Choice(
            scene.say(f"rest_stops.namesake_{place.kind}", city=place.city, name=place.name),
            Task("rest_stops.place", {"name": place.name, "city": place.city, "kind": place.kind}),
        )
        for place in places[:AREAS_OFFERED]
    ]
    return (Reply(scene.say("rest_stops.which_place"), tuple(choices)),)


async def _areas_named(scene: Scene, core: str, *, whole: bool) -> list[tuple[str, str | None]]:
    """The areas with known stops that the words name, the narrowest first."""
    named: list[tuple[str, str | None]] = []
    cities: list[tuple[str, str | None]] = []
    for _, city, district, _ in await rest_stops.areas(scene.session):
        names = {f"{city}{district}", f"{city}市{district}", district or ""} if district else set()
        if district and len(district) > NAME_LEAST:  # 亭湖 for 亭湖区
            names |= {district[:-1], f"{city}{district[:-1]}"}
        if core in names or (not whole and any(name and name in core for name in names)):
            named.append((city, district))
        if (core in {city, f"{city}市"} or (not whole and city in core)) and (
            (city, None) not in cities
        ):
            cities.append((city, None))
    return named + cities


async def _city_choices(scene: Scene) -> tuple[Choice, ...]:
    known: dict[str, int] = {}
    for _, city, _, count in await rest_stops.areas(scene.session):
        known[city] = known.get(city, 0) + count
    cities = sorted(known, key=lambda city: -known[city])[:AREAS_OFFERED]
    return tuple(
        Choice(
            scene.say("rest_stops.city_title", city=city, count=known[city]),
            Task("rest_stops.city", {"city": city}),
        )
        for city in cities
    )


async def _forget_nothing(_scene: Scene) -> None:
    return


DIALOGUE = Dialogue(
    name=NAME,
    steps={WHERE: Step(_ask, _take, _choose)},
    back={},
    cancelled="rest_stops.cancelled",
    home=lambda _scene: None,
    forget=_forget_nothing,
)

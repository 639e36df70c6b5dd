"""Stops around a shared position or a named point, and what is said where none is open."""

from collections.abc import Sequence
from dataclasses import replace

from content.schema import Place
from services import districts, gazetteer, hours
from services.dialogues import stop_list, stop_search
from services.dialogues.where import ask, nothing_known
from services.geo import to_wgs84
from services.rest_stops import finding, reports, sketches
from services.rest_stops.around import NEAR_M
from services.rest_stops.around import around as find_around
from services.rest_stops.finding import ANY, Area, Found, Wish
from services.rest_stops.ranking import Judged
from services.scene import Scene
from services.turns import Choice, Position, Replies, Reply, Task

KILOMETRE = 1_000
# A place farther off says less of where somebody is than the district does.
BESIDE_M = 1_500


async def position(scene: Scene, shared: Position, wish: Wish) -> Replies:
    """The stops around a shared position. The place it was understood as is named, since nobody
    can be sure in which datum a pin was dropped.
    """
    here = to_wgs84(shared)
    first = await _about_report(scene, here)
    area = districts.of_china().at(here)
    where = _named(scene, here, area)
    found = await find_around(scene.session, scene.clock, here, wish)
    vague = await _vague(scene, area, wish)
    wrong = (scene.choice("rest_stops.not_here_title", "rest_stops.not_here"),)
    if not found.stops and vague.stops and area is not None and wish.is_any:
        said = scene.say("rest_stops.vague_only", place=where, district=area.district)
        return (*first, *await _shown(scene, vague, said, wish, wrong))
    replies = await _shown(scene, found, where, wish, wrong, centre=here)
    if not found.stops or not vague.stops or area is None:
        return (*first, *replies)
    return (*first, *replies, _vague_too(scene, area, len(vague.stops)))


def _named(scene: Scene, here: Position, area: districts.Area | None) -> str:
    """The place that a position was understood as: a station beside it, else its district."""
    beside = gazetteer.nearest(scene.library, here, BESIDE_M)
    if beside is not None:
        return scene.say("rest_stops.beside", place=beside.place.name)
    if area is None:
        return scene.say("rest_stops.your_position")
    name = f"{area.city}{area.district or ''}"
    return scene.say("rest_stops.in_district", district=name)


async def place_if_near(scene: Scene, named: Place, wish: Wish) -> Replies | None:
    """The stops around a named point; None where none is near it."""
    centre = gazetteer.position_of(named)
    found = await find_around(scene.session, scene.clock, centre, wish)
    return await _around_place(scene, named, found, wish) if found.near else None


async def place(scene: Scene, named: Place, wish: Wish) -> Replies:
    """The stops around a named point, with their distances from it."""
    centre = gazetteer.position_of(named)
    found = await find_around(scene.session, scene.clock, centre, wish)
    if not found.stops and wish.is_any and named.district:
        area = await finding.in_area(scene.session, scene.clock, Area(named.city, named.district))
        where = scene.say("rest_stops.same_district", place=named.name)
        return await _shown(scene, area, where, wish)
    return await _around_place(scene, named, found, wish)


async def _around_place(scene: Scene, named: Place, found: Found, wish: Wish) -> Replies:
    args = {"name": named.name, "city": named.city, "kind": named.kind}
    where = scene.say("rest_stops.beside", place=named.name)
    again = ("rest_stops.place", args)
    centre = gazetteer.position_of(named)
    return await _shown(
        scene, found, where, wish, centre=centre, again=again, distance_from=named.name
    )


async def _shown(
    scene: Scene,
    found: Found,
    where: str,
    wish: Wish,
    more: Sequence[Choice] = (),
    *,
    centre: Position | None = None,
    **kept: object,
) -> Replies:
    scene.put_aside()
    if not found.stops:
        return await _none(scene, where, wish)
    ordered, lines = _told(scene, found, where, wish)
    search = stop_search.of(ordered, where, wish, **kept)
    replies = await stop_list.page(scene, search, lines, *more)
    return await _drawn(scene, replies, centre, of_place=bool(search.distance_from))


async def _drawn(
    scene: Scene, replies: Replies, centre: Position | None, *, of_place: bool
) -> Replies:
    """A page around a position with a map of it, where any of its stops has a place to draw."""
    page, *rest = replies
    sketch = sketches.scene_of(centre, page.cards, of_place=of_place) if centre else None
    if sketch is None:
        return replies
    worker_id = scene.turn.worker_id
    token = await sketches.put(scene.session, scene.clock, worker_id, sketch)
    return (replace(page, picture=token), *rest)


async def _none(scene: Scene, where: str, wish: Wish) -> Replies:
    """Nothing that serves the wish: without it there may be something."""
    if wish.is_any:
        return (await nothing_known(scene, where, wish),)
    line = scene.say("rest_stops.none_fits", where=where, wish=stop_list.said_of(scene, wish))
    return await ask(scene, ANY, line)


def _told(scene: Scene, found: Found, where: str, wish: Wish) -> tuple[Found, list[str]]:
    """The list as it is offered, and what is said above it."""
    alone = wish.is_any and found.whole and len(found.stops) == 1 and found.good
    if found.near is None or alone:
        return found, [stop_list.header(scene, found, where, wish)]
    if wish.needs and not found.fitting:
        return found, [stop_list.none_known_to_have(scene, where, wish)]
    # That they are open is said anyway.
    said = stop_list.said_of(scene, Wish(wish.needs, always=wish.always))
    more = stop_list.unsure(scene, found, wish)
    if found.good:
        key = "found_open_wish" if said else "found_open"
        return found, [scene.say(f"rest_stops.{key}", where=where, wish=said), more]
    ordered, lines = _at_night(scene, found, where, said)
    return ordered, [*lines, more]


def _at_night(scene: Scene, found: Found, where: str, wish: str) -> tuple[Found, list[str]]:
    """Nothing near is known to be open: what opens next, what is open farther off."""
    first = found.next_to_open
    far = [each for each in found.stops if each.use == "open"]
    nearest = min(far, key=lambda each: each.metres or 0.0, default=None)
    always = next((each for each in far if each.hours.always), None)
    unsure = sum(each.use == "unknown" for each in found.stops)
    key = "rest_stops.none_open_wish" if wish else "rest_stops.none_open"
    lines = [
        scene.say(key, where=where, kilometres=NEAR_M // KILOMETRE, wish=wish),
        scene.say("rest_stops.unsure", count=unsure) if unsure else "",
        _line(scene, "rest_stops.opens_next", first),
        _line(scene, "rest_stops.nearest_open", nearest),
        _line(scene, "rest_stops.always_open", always) if always is not nearest else "",
        scene.say("rest_stops.call_union"),
    ]
    leading = [each for each in (first, nearest) if each is not None]
    rest = [each for each in found.stops if each not in leading]
    return replace(found, stops=(*leading, *rest)), lines


def _line(scene: Scene, key: str, judged: Judged | None) -> str:
    if judged is None:
        return ""
    when = hours.phrase(scene.library, judged.hours, scene.clock()) or ""
    kilometres = f"{(judged.metres or 0) / KILOMETRE:.1f}"
    return scene.say(key, name=judged.stop.name, when=when, kilometres=kilometres)


async def _about_report(scene: Scene, here: Position) -> Replies:
    """A report that was just made waited for this position: is he at the door?"""
    report = stop_search.open_report(scene)
    if report is None:
        return ()
    stop_search.note_report(scene, None)
    near = await reports.confirm_place(scene.session, scene.turn.worker_id, report, here)
    key = {True: "report_near", False: "report_far", None: "report_noted"}[near]
    return (scene.reply(f"rest_stops.{key}"),)


async def _vague(scene: Scene, area: districts.Area | None, wish: Wish) -> Found:
    if area is None or area.district is None:
        return Found()
    here = Area(area.city, area.district)
    return await finding.without_position(scene.session, scene.clock, here, wish)


def _vague_too(scene: Scene, area: districts.Area, count: int) -> Reply:
    text = scene.say("rest_stops.vague_too", district=area.district, count=count)
    args = {"city": area.city, "district": area.district}
    return Reply(
        text, (Choice(scene.say("rest_stops.vague_title"), Task("rest_stops.city", args)),)
    )


async def not_here(scene: Scene) -> Replies:
    """The position was understood wrongly: type where he is, or send it once more."""
    search = stop_search.last(scene)
    return await ask(scene, search.wish if search else ANY, scene.say("rest_stops.not_here"))

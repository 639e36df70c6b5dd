"""The question "where are you?", and what is said where nothing is known."""

from kit.text import shorten
from services.rest_stops import finding
from services.rest_stops.finding import Wish
from services.scene import Scene
from services.turns import Choice, Replies, Reply, Task

NAME = "find_stop"
WHERE = "where"
AREAS_OFFERED = 8
QUOTED = 40


async def ask(scene: Scene, wish: Wish, *lines: str) -> Replies:
    """Ask where he is; what he needs is remembered meanwhile."""
    scene.open(NAME, WHERE)
    scene.keep(wish=wish.as_json())
    return (await question(scene, *lines),)


async def question(scene: Scene, *lines: str) -> Reply:
    """The question itself, behind other lines."""
    said = (*lines, scene.say("rest_stops.ask_where"))
    return Reply("\n".join(said), await _city_choices(scene), ask="location")


async def nothing_known(scene: Scene, where: str, wish: Wish) -> Reply:
    """Say that nothing is known there, and open the ways on."""
    scene.open(NAME, WHERE)
    scene.keep(wish=wish.as_json())
    propose = scene.choice("rest_stops.propose_title", "cases.begin", kind="proposal")
    text = scene.say("rest_stops.none_known", where=shorten(where, QUOTED))
    return Reply(text, (*await _city_choices(scene), propose), ask="location")


def wish_asked(scene: Scene) -> Wish:
    """What he said he needs before he was asked where he is."""
    return Wish.from_json(scene.state.answers.get("wish") or {})


async def _city_choices(scene: Scene) -> tuple[Choice, ...]:
    known: dict[str, int] = {}
    for _, city, _, count in await finding.areas(scene.session):
        known[city] = known.get(city, 0) + count
    cities = sorted(known, key=lambda city: -known[city])[:AREAS_OFFERED]
    return tuple(
        Choice(
            scene.say("rest_stops.city_title", city=city, count=known[city]),
            Task("rest_stops.city", {"city": city}),
        )
        for city in cities
    )

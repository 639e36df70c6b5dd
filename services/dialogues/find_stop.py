"""Finding a rest stop: asks where, then answers from a position, from words, or from an area."""

from services import gazetteer
from services.dialogues import stop_list, stops_around, stops_named, where
from services.dialogues.engine import Step, of_one_step
from services.dialogues.listening import SURE
from services.dialogues.where import NAME, WHERE, nothing_known, wish_asked
from services.rest_stops.finding import ANY, Wish
from services.scene import Scene
from services.turns import Replies

# What an answer to "where are you?" may be heard as.
ABOUT_STOPS = frozenset(
    {None, "nlu_fallback", "out_of_scope", "find_rest_stop", "ask_stop_detail", "set_profile"}
)


async def begin(scene: Scene, wish: Wish) -> Replies:
    """Search at once when the sentence says where; else ask."""
    scene.put_aside()
    answered = await stops_named.search(scene, wish)
    return answered if answered is not None else await where.ask(scene, wish)


async def by_id(scene: Scene, stop: str) -> Replies:
    """One stop, as a poster or link names it; where it is not known, ask where he is."""
    replies = await stop_list.one(scene, stop, [scene.say("rest_stops.this_one")])
    return replies if replies[0].cards else await where.ask(scene, ANY)


async def _take(scene: Scene) -> Replies | None:
    wish = wish_asked(scene)
    if scene.turn.position is not None:
        return await stops_around.position(scene, scene.turn.position, wish)
    if _is_another_wish(scene):
        return None
    answered = await stops_named.search(scene, wish)
    if answered is not None:
        return answered
    # What was surely no place is another wish; a bare word here is a place that nobody knows.
    if scene.heard.intent not in ABOUT_STOPS:
        return None
    return (await nothing_known(scene, stops_named.core_words(scene) or scene.text, wish),)


def _is_another_wish(scene: Scene) -> bool:
    """Whether he asks something else: a wage in a city names a city, and no place to rest."""
    other = scene.heard.intent not in ABOUT_STOPS and scene.heard.confidence >= SURE
    return other and not gazetteer.is_a_place(scene.library, scene.text)


async def _choose(scene: Scene, _do: str, _value: str) -> Replies:
    return (await where.question(scene),)


DIALOGUE = of_one_step(
    NAME, WHERE, Step(where.question, _take, _choose), cancelled="rest_stops.cancelled"
)

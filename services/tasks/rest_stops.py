"""Rest stops: find, leaf through, ask about one, report that one is shut."""

from services import rest_stops
from services.dialogues import find_stop, form
from services.dialogues.intake import HAZARD
from services.scene import Args, Scene
from services.turns import Replies

SHOWN_FIRST = 3


async def find(scene: Scene, _args: Args) -> Replies:
    """Search by what the sentence says, or ask where."""
    return await find_stop.begin(scene)


async def more(scene: Scene, args: Args) -> Replies:
    """The next handful of the list shown last."""
    found = await rest_stops.by_ids(scene.session, [str(key) for key in scene.state.shown])
    start = int(args.get("start", 0))
    if start >= len(found.rows) or args.get("first") != found.ids[0]:
        return (
            scene.reply("talk.choice_past", scene.choice("menu.stops_title", "rest_stops.find")),
        )
    line = scene.say("rest_stops.more", first=start + 1, count=len(found.rows))
    return await find_stop.page(scene, found, start, [line])


async def in_city(scene: Scene, args: Args) -> Replies:
    """The stops of a city or district that was chosen by button."""
    district = str(args["district"]) if args.get("district") else None
    return await find_stop.in_area(scene, str(args["city"]), district, _need(scene))


async def at_place(scene: Scene, args: Args) -> Replies:
    """The stops around a place that was chosen among namesakes."""
    name, city, kind = str(args["name"]), str(args["city"]), str(args["kind"])
    return await find_stop.at_place(scene, name, city, kind, _need(scene))


async def detail(scene: Scene, _args: Args) -> Replies:
    """What is known of the stop he names, else of those shown last."""
    answered = await find_stop.search(scene, None)
    if answered is not None:
        return answered
    found = await rest_stops.by_ids(
        scene.session, [str(key) for key in scene.state.shown][:SHOWN_FIRST]
    )
    if not found.rows:
        return await find_stop.begin(scene)
    lines = [scene.say("rest_stops.detail"), scene.say("rest_stops.facilities_unknown")]
    return await find_stop.page(scene, found, 0, lines)


async def problem(scene: Scene, _args: Args) -> Replies:
    """Take down what is wrong with a stop, so that staff see it."""
    first = scene.text if scene.turn.task is None else None
    thanks = scene.reply("rest_stops.problem_thanks")
    return (thanks, *await form.begin(HAZARD, scene, first))


def _need(scene: Scene) -> str | None:
    need = scene.state.answers.get("need")
    return str(need) if need else None


INTENTS = {
    "find_rest_stop": find,
    "ask_stop_detail": detail,
    "report_stop_problem": problem,
}
TASKS = {
    "rest_stops.find": find,
    "rest_stops.more": more,
    "rest_stops.city": in_city,
    "rest_stops.place": at_place,
    "rest_stops.problem": problem,
}

"""Rest stops: find, leaf through, narrow, ask about one."""

from services import gazetteer
from services.dialogues import find_stop, stop_list, stop_search, stops_around, stops_named, where
from services.rest_stops.finding import ANY, Wish
from services.scene import Args, Scene
from services.tasks import stop_questions, stop_reports
from services.turns import Replies


async def find(scene: Scene, _args: Args) -> Replies:
    """Search by what the sentence says, narrow the list he has before him, or ask where."""
    wish = stop_questions.wish_in(scene)
    if scene.is_word("stop_openers") and wish.is_any:
        scene.put_aside()
        return await where.ask(scene, wish)
    if stop_search.is_before_his_eyes(scene) and not wish.is_any:
        answered = await stops_named.search(scene, wish)
        return answered or await stop_questions.narrow_by(scene, wish)
    return await find_stop.begin(scene, wish)


async def in_city(scene: Scene, args: Args) -> Replies:
    """The stops of a city, district or street that was chosen by button."""
    parts = [str(args[name]) if args.get(name) else None for name in ("district", "street")]
    wish = _wish(scene)
    return await stops_named.in_area(
        scene, str(args["city"]), parts[0], parts[1], wish, whole=bool(args.get("whole"))
    )


async def at_place(scene: Scene, args: Args) -> Replies:
    """The stops around a place that was chosen among namesakes."""
    name, city, kind = str(args["name"]), str(args["city"]), str(args["kind"])
    return await stops_named.at_place(scene, name, city, kind, _wish(scene))


async def more(scene: Scene, args: Args) -> Replies:
    """The next handful of the list shown last."""
    search = stop_search.last(scene)
    if search is None or not search.left or args.get("first") not in {None, search.page[0]}:
        return _past(scene)
    return await stop_questions.more(scene, search)


async def back(scene: Scene, _args: Args) -> Replies:
    """The page of the list that one stop was asked about from."""
    search = stop_search.last(scene)
    if search is None:
        return _past(scene)
    return await stop_list.page(scene, search, [scene.say("rest_stops.back", where=search.where)])


async def filters(scene: Scene, _args: Args) -> Replies:
    """Ask by what to narrow the list."""
    search = stop_search.last(scene)
    return (stop_list.filters(scene, search),) if search else _past(scene)


async def narrow(scene: Scene, args: Args) -> Replies:
    """Narrow the list by a button."""
    return await stop_questions.narrow_by(scene, Wish.from_json(args))


async def widen(scene: Scene, _args: Args) -> Replies:
    """The whole list again, where it can be searched anew; else ask where."""
    return await stop_questions.search_again(scene, ANY)


async def not_here(scene: Scene, _args: Args) -> Replies:
    """The place was understood wrongly."""
    return await stops_around.not_here(scene)


def _past(scene: Scene) -> Replies:
    again = scene.choice("menu.stops_title", "rest_stops.find")
    return (scene.reply("talk.choice_past", again),)


def _wish(scene: Scene) -> Wish:
    return where.wish_asked(scene)


async def said(scene: Scene) -> Replies | None:
    """What asks for a stop in a word, or is said of the list before his eyes; else None."""
    if scene.is_word("stop_openers") or _is_bare_place(scene):
        return await find(scene, {})
    reported = await stop_reports.said(scene)
    return reported if reported is not None else await stop_questions.said(scene)


def _is_bare_place(scene: Scene) -> bool:
    """Whether he only says where he is; with his trade beside it, it is about himself."""
    heard = scene.heard
    about_him = heard.first("trade") or heard.first("platform")
    may_be = stop_questions.UNSURE | stop_questions.ABOUT_STOPS | {"set_profile"}
    if about_him or heard.intent not in may_be or not scene.text:
        return False
    return gazetteer.is_a_place(scene.library, scene.text)


INTENTS = {
    "find_rest_stop": find,
    "ask_stop_detail": stop_questions.detail,
    "report_stop_problem": stop_reports.problem,
}
TASKS = {
    "rest_stops.find": find,
    "rest_stops.more": more,
    "rest_stops.back": back,
    "rest_stops.filters": filters,
    "rest_stops.narrow": narrow,
    "rest_stops.widen": widen,
    "rest_stops.not_here": not_here,
    "rest_stops.city": in_city,
    "rest_stops.place": at_place,
    "rest_stops.problem": stop_reports.write,
    "rest_stops.report": stop_reports.report,
}

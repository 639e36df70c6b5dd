"""A list of stops as replies: a page of cards, what is not known said plainly, the ways on."""

from collections.abc import Sequence
from dataclasses import replace

from services.dialogues import stop_search
from services.dialogues.stop_search import Search
from services.rest_stops import cards, finding
from services.rest_stops.finding import Found, Wish
from services.scene import Scene
from services.turns import Choice, Replies, Reply, Task

NEEDS_JOINED_BY = "+"
COMMA = "\u3001"


async def page(scene: Scene, search: Search, lines: Sequence[str], *more: Choice) -> Replies:
    """One handful of a list as cards; the buttons `more` stand before the usual ones."""
    shown = await cards.cards(
        scene.session,
        scene.library,
        scene.clock,
        search.page,
        metres=search.metres,
        distance_from=search.distance_from,
    )
    # What was withdrawn meanwhile is off the list, so that "the second one" is the second shown.
    gone = set(search.page) - {card.id for card in shown}
    search = replace(search, ids=tuple(key for key in search.ids if key not in gone))
    stop_search.put(scene, search)
    text = "\n".join(filter(None, lines))
    return (Reply(text, (*_onward(scene, search), *more), shown),)


def _onward(scene: Scene, search: Search) -> list[Choice]:
    choices = []
    if search.left:
        title = scene.say("rest_stops.more_title", count=search.left)
        choices.append(Choice(title, Task("rest_stops.more", {"first": search.page[0]})))
    if len(search.ids) > 1 or not search.wish.is_any:
        choices.append(scene.choice("rest_stops.filter_title", "rest_stops.filters"))
    choices.append(scene.choice("rest_stops.elsewhere_title", "rest_stops.find"))
    choices.append(scene.choice("rest_stops.propose_title", "cases.begin", kind="proposal"))
    return choices


async def one(scene: Scene, stop_id: str, lines: Sequence[str]) -> Replies:
    """One stop as a card; the list it came from stays the last one."""
    search = stop_search.last(scene)
    shown = await cards.cards(
        scene.session,
        scene.library,
        scene.clock,
        [stop_id],
        metres=search.metres if search else None,
        distance_from=search.distance_from if search else None,
    )
    if search is not None:
        stop_search.put(scene, search)
    back = scene.choice("rest_stops.back_title", "rest_stops.back")
    elsewhere = scene.choice("rest_stops.elsewhere_title", "rest_stops.find")
    write = scene.choice("rest_stops.problem_title", "rest_stops.problem", stop=stop_id)
    onward = (*((back,) if search else ()), elsewhere, write)
    return (Reply("\n".join(filter(None, lines)), onward, shown),)


def filters(scene: Scene, search: Search) -> Reply:
    """The buttons that narrow a list."""
    stop_search.put(scene, search)
    wishes = [
        (scene.say("rest_stops.filter_open_now"), Wish(open_now=True)),
        (scene.say("rest_stops.filter_always"), Wish(always=True)),
        *(
            (title, Wish(tuple(title.split(NEEDS_JOINED_BY))))
            for title in scene.library.words["stop_filters"]
        ),
    ]
    choices = tuple(
        Choice(
            title,
            Task("rest_stops.narrow", wish.as_json()),
        )
        for title, wish in wishes
    )
    whole = scene.choice("rest_stops.filter_none", "rest_stops.widen")
    return Reply(scene.say("rest_stops.ask_filter"), (*choices, whole))


def header(scene: Scene, found: Found, where: str, wish: Wish) -> str:
    """What is said above a list without distances."""
    if wish.needs and not found.fitting:
        return none_known_to_have(scene, where, wish)
    alone = wish.is_any and found.whole and len(found.stops) == 1
    key = "rest_stops.only_one" if alone else "rest_stops.found"
    count = found.fitting if found.unsure else found.total
    line = scene.say(key, where=where, count=count, wish=said_of(scene, wish))
    cut = "" if found.whole else scene.say("rest_stops.first_ones", count=len(found.stops))
    return "\n".join(filter(None, (line, cut, unsure(scene, found, wish))))


def none_known_to_have(scene: Scene, where: str, wish: Wish) -> str:
    """The line above a list of those of which nobody knows whether they have what is needed."""
    return scene.say("rest_stops.none_known_to_have", where=where, needs=COMMA.join(wish.needs))


def unsure(scene: Scene, found: Found, wish: Wish) -> str:
    """That some of a list may not have what is needed; nothing where there are none."""
    more = len(found.stops) - found.fitting
    if not more:
        return ""
    return scene.say("rest_stops.unsure_needs", count=more, needs=COMMA.join(wish.needs))


def said_of(scene: Scene, wish: Wish) -> str:
    """A wish in words, for a line such as "写明有换电、现在开着的"; nothing for none."""
    parts = (
        [scene.say("rest_stops.wish_needs", needs=COMMA.join(wish.needs))] if wish.needs else []
    )
    parts += [scene.say("rest_stops.wish_open_now")] if wish.open_now else []
    parts += [scene.say("rest_stops.wish_always")] if wish.always else []
    return COMMA.join(parts)


async def narrowed(scene: Scene, search: Search, wish: Wish) -> Search | None:
    """The last list with only those that serve a wish too; None when none of them does."""
    both = search.wish.and_also(replace(wish, strict=True))
    found = await finding.again(scene.session, scene.clock, search.ids, search.metres, both)
    if not found.stops:
        return None
    return stop_search.of(
        found, search.where, both, again=search.again, distance_from=search.distance_from
    )

"""What is asked about the list of stops before one's eyes: any more, the second one, with parking.

All of it works without Rasa, since a list is often asked about in three or four characters.
"""

from collections.abc import Mapping
from dataclasses import replace

from kit.text import bare
from services.dialogues import stop_list, stop_search, stops_named, where
from services.dialogues.stop_search import SHOWN_AT_ONCE, Search
from services.rest_stops import cards
from services.rest_stops.finding import Wish
from services.scene import Args, Scene
from services.turns import Replies, RestStopCard, Task

# What these questions may be heard as, by whoever understands single words.
UNSURE = frozenset({None, "nlu_fallback", "out_of_scope", "affirm", "deny"})
ABOUT_STOPS = frozenset({"find_rest_stop", "ask_stop_detail"})
LAST = -1


async def said(scene: Scene) -> Replies | None:
    """The answer to a question about the list he has before him; None when it is none."""
    search = stop_search.last(scene)
    if search is None or not scene.text:
        return None
    if stop_search.is_before_his_eyes(scene):
        answered = await _by_words(scene, search)
        if answered is not None:
            return answered
    if scene.heard.intent in UNSURE | ABOUT_STOPS and number_in(scene) is not None:
        return await about(scene, search)
    return None


async def _by_words(scene: Scene, search: Search) -> Replies | None:
    for words, answer in (("more_stops", more), ("farther_stops", farther)):
        if scene.is_word(words):
            return await answer(scene, search)
    if bare(scene.text).isdecimal():
        return await about(scene, search) if number_in(scene) else None
    if scene.heard.intent not in UNSURE | ABOUT_STOPS or number_in(scene) is not None:
        return None
    wish = wish_in(scene)
    says_no_more = not stops_named.core_words(scene) and not scene.holds("questions")
    if (scene.holds("narrowing") or says_no_more) and not wish.is_any:
        return await narrow_by(scene, wish)
    # Heard as a search it is one: its task narrows the list, or looks at the place it names.
    is_search = scene.heard.intent == "find_rest_stop"
    asks = aspect_of(scene) or (wish.needs and scene.holds("questions"))
    return await about(scene, search) if asks and not is_search else None


async def more(scene: Scene, search: Search) -> Replies:
    """The next page; at the end, that there are no more, and the ways on."""
    if not search.left:
        return _no_more(scene, search)
    on = search.next_page()
    last = min(on.start + on.shown, len(on.ids))
    line = scene.say("rest_stops.more", first=on.start + 1, last=last, count=len(on.ids))
    return await stop_list.page(scene, on, [line])


async def farther(scene: Scene, search: Search) -> Replies:
    """Those farther off: the rest of the list, else a wider search around the same place."""
    if search.left:
        return await more(scene, search)
    wider = replace(search.wish, far=True)
    around_place = search.distance_from is not None
    if search.wish.far or not (around_place or search.again is None):
        return _no_more(scene, search)
    if around_place:
        return await search_again(scene, wider)
    return await where.ask(scene, wider, scene.say("rest_stops.send_again"))


def _no_more(scene: Scene, search: Search) -> Replies:
    stop_search.put(scene, search)
    choices = (
        scene.choice("rest_stops.elsewhere_title", "rest_stops.find"),
        scene.choice("rest_stops.propose_title", "cases.begin", kind="proposal"),
    )
    key = "no_more" if search.whole else "list_ends"
    return (scene.reply(f"rest_stops.{key}", *choices, where=search.where),)


async def narrow_by(scene: Scene, wish: Wish) -> Replies:
    """The list with only those that serve a wish too; searched anew where that is possible."""
    search = stop_search.last(scene)
    if search is None:
        return await where.ask(scene, wish)
    both = search.wish.and_also(replace(wish, strict=True))
    if search.again is not None:
        return await search_again(scene, both)
    kept = await stop_list.narrowed(scene, search, wish)
    said = stop_list.said_of(scene, both)
    if kept is None:
        stop_search.put(scene, search)
        return await where.ask(scene, both, scene.say("rest_stops.none_of_these", wish=said))
    line = scene.say("rest_stops.of_these", count=len(kept.ids), wish=said)
    return await stop_list.page(scene, kept, [line])


async def search_again(scene: Scene, wish: Wish) -> Replies:
    """The last search with another wish; around a position only he can say where that is."""
    search = stop_search.last(scene)
    if search is None or search.again is None:
        return await where.ask(scene, wish)
    task, args = search.again
    return await stops_named.run_again(scene, Task(task, args), wish)


async def detail(scene: Scene, _args: Args) -> Replies:
    """What is known of the stop he names, else of the one or those before him."""
    search = stop_search.last(scene)
    if search is not None and (number_in(scene) or stop_search.is_before_his_eyes(scene)):
        return await about(scene, search)
    answered = await stops_named.search(scene, wish_in(scene))
    if answered is not None:
        return answered
    return await about(scene, search) if search else await where.ask(scene, wish_in(scene))


async def about(scene: Scene, search: Search) -> Replies:
    """The answer for the stop he means by its number, else one line for each on the page."""
    number = number_in(scene)
    if number is None and len(search.page) == 1:
        number = 1
    if number is not None:
        return await _about_one(scene, search, number)
    shown = await cards.cards(scene.session, scene.library, scene.clock, search.page)
    lines = [
        scene.say("rest_stops.of_one", number=n, name=card.name, answer=_answer(scene, card))
        for n, card in enumerate(shown, 1)
    ]
    return await stop_list.page(scene, search, [*lines, scene.say("rest_stops.ask_first")])


async def _about_one(scene: Scene, search: Search, number: int) -> Replies:
    stop = stop_search.position_of(search, len(search.page) if number == LAST else number)
    if stop is None:
        line = scene.say("rest_stops.no_such_number", count=len(search.page))
        return await stop_list.page(scene, search, [line])
    [card, *_] = await cards.cards(
        scene.session, scene.library, scene.clock, [stop], metres=search.metres
    ) or [None]
    line = _answer(scene, card) if card else scene.say("rest_stops.report_gone")
    return await stop_list.one(scene, stop, [line])


def _answer(scene: Scene, card: RestStopCard) -> str:
    """The published words for what he asks about; without a question, how one gets in."""
    say, needs = scene.say, needs_in(scene)
    if needs:
        return "".join(_has(scene, card, need) for need in needs)
    aspect = aspect_of(scene)
    answers: Mapping[str, str] = {
        "hours": _hours(card),
        "entry": card.entry,
        "fee": card.fee or say("rest_stops.fee_unknown"),
        "admits": card.admits or say("rest_stops.admits_unknown"),
        "phone": card.phone or say("rest_stops.phone_unknown"),
        "way": card.address,
    }
    return say(f"rest_stops.answer_{aspect or 'entry'}", text=answers[aspect or "entry"])


def _hours(card: RestStopCard) -> str:
    """The published hours and what they mean now, where that says more."""
    published, now = card.hours_text or "", card.hours_now or ""
    return published if now in published else f"{published} {now}"


def _has(scene: Scene, card: RestStopCard, need: str) -> str:
    disputed = scene.say("rest_stops.supplies_in_dispute")
    if need in scene.library.words["supplies"] and disputed in card.voices:
        return disputed
    state = "has" if need in card.facilities else "lacks" if need in card.lacks else "unsaid"
    return scene.say(f"rest_stops.{state}", need=need)


def aspect_of(scene: Scene) -> str | None:
    """Which part of a stop's card he asks about, by the words of content/words.yml."""
    names = ("hours", "entry", "fee", "admits", "phone", "way")
    return next((name for name in names if scene.holds(f"ask_{name}")), None)


def number_in(scene: Scene) -> int | None:
    """The place on the page that he speaks of, from 1; -1 for the last one."""
    text = bare(scene.text)
    if text.isascii() and text.isdecimal() and len(text) == 1 and text != "0":
        return int(text)
    for number in range(1, SHOWN_AT_ONCE + 1):
        if scene.holds(f"ordinal_{number}"):
            return number
    return LAST if scene.holds("last_one") else None


def needs_in(scene: Scene) -> tuple[str, ...]:
    """The facilities that he asks for, as heard and by their words; no filter that fits all."""
    heard = scene.heard.entities.get("need", ())
    known = scene.library.facilities
    named = stops_named.needs_named(scene)
    spoken = [key for key, words in known.items() if {key, *words} & set(named)]
    said_so = (pair.partition("=") for pair in scene.library.words["spoken_needs"])
    spoken += [key for word, _, key in said_so if word in scene.text]
    every = scene.library.words["every_stop_has"]
    found = dict.fromkeys((*(need for need in heard if need in known), *spoken))
    return tuple(need for need in found if need not in every)


def wish_in(scene: Scene) -> Wish:
    """All that the sentence says a stop must offer."""
    return Wish(needs_in(scene), scene.holds("open_now"), scene.holds("open_always"))

"""One tap at the door: what a worker says of a stop, and the next one for who stands outside."""

from kit.errors import NotFound
from kit.text import normalise
from services.dialogues import forms, stop_search
from services.dialogues.intake import HAZARD
from services.dialogues.stop_search import Search
from services.rest_stops import cards, finding, reports, waits
from services.rest_stops.finding import Wish
from services.rest_stops.reports import KINDS
from services.rest_stops.standing import SHUT, ReportKind
from services.scene import SAID, Args, Scene
from services.tasks import stop_questions
from services.turns import Choice, Replies, Reply, Task

MAY_BE_REPORT = stop_questions.UNSURE | {"report_stop_problem", "ask_stop_detail"}


async def report(scene: Scene, args: Args) -> Replies:
    """Take the word of a button."""
    kind = next((kind for kind in KINDS if kind == args["kind"]), None)
    if kind is None:  # of another release
        raise NotFound("talk.choice_past")
    return await take(scene, str(args["stop"]), kind)


async def take(scene: Scene, stop: str, kind: ReportKind) -> Replies:
    """Take a word on a stop, say that it is told, and lead on to the next open one."""
    taken = await reports.report(scene.session, scene.clock, scene.turn.worker_id, stop, kind)
    search = stop_search.last(scene)
    if search is not None:
        stop_search.put(scene, search)  # the list stays before his eyes
    said = scene.say(f"rest_stops.report_{kind}")
    lines = [scene.say("rest_stops.report_taken", name=taken.stop_name, what=said)]
    if taken.was not in {None, kind}:
        lines.append(scene.say("rest_stops.report_changed"))
    stop_search.note_report(scene, None if taken.counts else taken.id)
    # In a reply of its own: some channels show the buttons of a card or ask for a position.
    asked = () if taken.counts else (Reply(scene.say("rest_stops.report_where"), ask="location"),)
    if kind == "open":
        return (Reply("\n".join(lines), _onward(scene)), *asked)
    outside = await _outside(scene, stop, lines, await _wait(scene, stop, kind))
    return (outside, *asked)


async def _wait(scene: Scene, stop: str, kind: ReportKind) -> tuple[Choice, ...]:
    """The offer to hear when it is open again, where it is shut and he did not take it yet."""
    worker_id = scene.turn.worker_id
    if kind not in SHUT or await waits.is_waiting(scene.session, worker_id, stop):
        return ()
    return (scene.choice("rest_stops.wait_title", "rest_stops.wait", stop=stop),)


async def _outside(scene: Scene, stop: str, lines: list[str], wait: tuple[Choice, ...]) -> Reply:
    """He does not get in: the next open stop of his list."""
    search = stop_search.last(scene)
    found = await _next_open(scene, search, stop) if search else None
    if found:
        lines.append(scene.say("rest_stops.report_next"))
    shown = await cards.cards(
        scene.session,
        scene.library,
        scene.clock,
        [found] if found else [],
        metres=search.metres if search else None,
        distance_from=search.distance_from if search else None,
    )
    # What no button says, he may write.
    write = scene.choice("rest_stops.problem_title", "rest_stops.problem", stop=stop)
    return Reply("\n".join(lines), (*wait, *_onward(scene), write), shown)


async def _next_open(scene: Scene, search: Search, stop: str) -> str | None:
    others = [each for each in search.ids if each != stop]
    found = await finding.again(
        scene.session, scene.clock, others, search.metres, Wish(search.wish.needs, open_now=True)
    )
    return found.ids[0] if found.stops else None


def _onward(scene: Scene) -> tuple[Choice, ...]:
    """Back to the list, or another place."""
    search = stop_search.last(scene)
    back = (scene.choice("rest_stops.back_title", "rest_stops.back"),) if search else ()
    return (*back, scene.choice("rest_stops.elsewhere_title", "rest_stops.find"))


async def problem(scene: Scene, _args: Args) -> Replies:
    """He says that a stop failed him: a report where stop and fault are clear, else a case."""
    search, kind = stop_search.last(scene), kind_in(scene)
    if search is None or kind is None or not search.page:
        return await write(scene, {})
    number = stop_questions.number_in(scene)
    number = 1 if number is None and len(search.page) == 1 else number
    number = len(search.page) if number == stop_questions.LAST else number
    stop = stop_search.position_of(search, number) if number else None
    if stop is not None:
        return await take(scene, stop, kind)
    return await _which(scene, search, kind)


async def _which(scene: Scene, search: Search, kind: ReportKind) -> Replies:
    """Ask which of those before him he means."""
    scene.keep(**{SAID: scene.text})
    shown = await cards.cards(scene.session, scene.library, scene.clock, search.page)
    choices = [
        Choice(card.name, Task(cards.REPORT, {"stop": card.id, "kind": kind})) for card in shown
    ]
    other = Choice(
        scene.say("rest_stops.other_stop_title"), Task("rest_stops.problem", {SAID: True})
    )
    what = scene.say(f"rest_stops.report_{kind}")
    return (scene.reply("rest_stops.report_which", *choices, other, what=what),)


def kind_in(scene: Scene) -> ReportKind | None:
    """Which of the buttons' words a sentence means, by the words of content/words.yml."""
    words = normalise(scene.text)
    kinds: tuple[ReportKind, ...] = ("moved", "refused", "dry", "locked")
    for kind in kinds:
        if any(word in words for word in scene.library.words[f"report_{kind}"]):
            return kind
    return None


async def write(scene: Scene, args: Args) -> Replies:
    """Take down in words what is wrong with a stop, so that staff see it."""
    first = scene.text if scene.turn.task is None else None
    if args.get(SAID):
        first = str(scene.state.answers.get(SAID, "")) or None
    stop = str(args.get("stop", ""))
    shown = await cards.cards(scene.session, scene.library, scene.clock, [stop] if stop else [])
    replies = await forms.begin(HAZARD, scene, first)
    if shown and scene.state.name == HAZARD.name:
        scene.keep(place=scene.say("rest_stops.of_stop", name=shown[0].name, area=shown[0].area))
    thanks = "rest_stops.problem_of" if shown else "rest_stops.problem_thanks"
    return (scene.reply(thanks, name=shown[0].name if shown else ""), *replies)


async def said(scene: Scene) -> Replies | None:
    """A report in words on one of the list before him; None when it is none."""
    asks = scene.holds("questions") or kind_in(scene) is None
    if scene.heard.intent not in MAY_BE_REPORT or asks or stop_search.last(scene) is None:
        return None
    return await problem(scene, {}) if stop_questions.number_in(scene) else None

"""Cases: hand in, follow, take back; and the right place for a grievance."""

from kit.errors import NotFound
from kit.text import bare
from services import cases
from services.dialogues import form, photos
from services.dialogues.intake import FORMS, HAZARD, SUGGESTION
from services.scene import SAID, Args, Scene
from services.turns import Choice, Replies, Reply, Task


async def suggest(scene: Scene, _args: Args) -> Replies:
    """Begin a suggestion; a sentence that says already what about is taken as its subject."""
    return await form.begin(SUGGESTION, scene, _beyond_opener(scene, "suggestion_openers"))


async def hazard(scene: Scene, _args: Args) -> Replies:
    """Begin a hazard report, the same way."""
    return await form.begin(HAZARD, scene, _beyond_opener(scene, "hazard_openers"))


async def begin(scene: Scene, args: Args) -> Replies:
    """Begin by button; with `said` the sentence that nobody understood becomes the subject."""
    first = str(scene.state.answers.get(SAID, "")) if args.get(SAID) else ""
    return await form.begin(FORMS[str(args["kind"])], scene, first or None)


async def go_on(scene: Scene, args: Args) -> Replies:
    """Go on with a draft; photos that came meanwhile join it, a sentence is offered to it."""
    kind, said = str(args["kind"]), str(scene.state.answers.get(SAID, ""))
    if kind not in scene.state.drafts:
        raise NotFound("talk.choice_past")
    waits = photos.waiting(scene)
    scene.take_up(kind)
    notes = photos.put_in(scene, kind, waits.photos)
    return (*notes, *await form.go_on(FORMS[kind], scene, said))


async def anew(scene: Scene, args: Args) -> Replies:
    """Drop a draft and begin afresh, with the sentence that came meanwhile."""
    first, wanted = str(scene.state.answers.get(SAID, "")) or None, FORMS[str(args["kind"])]
    if not scene.has_draft(wanted.name, str(args.get("seal"))):
        raise NotFound("talk.choice_past")
    return await form.begin_anew(wanted, scene, first)


async def complain(scene: Scene, _args: Args) -> Replies:
    """A grievance with a named party: whom to turn to, and that an idea is welcome here."""
    scene.keep(**{SAID: scene.text})
    idea = scene.choice("cases.as_idea_title", "cases.begin", kind="suggestion")
    hotlines = scene.choice("rights.hotlines_title", "rights.topic", topic="hotlines")
    arrears = scene.choice("rights.arrears_title", "rights.topic", topic="pay_arrears")
    return (scene.reply("cases.complain", arrears, hotlines, idea),)


async def check(scene: Scene, _args: Args) -> Replies:
    """How one's own cases are going."""
    own = await cases.own(scene.session, scene.turn.worker_id)
    suggest_it = scene.choice("menu.suggest_title", "cases.begin", kind="suggestion")
    if not own:
        return (scene.reply("cases.none_yet", suggest_it),)
    cards = tuple(cases.card(scene.library, case) for case in own)
    choices = (scene.choice("cases.withdraw_title", "cases.ask_withdraw"), suggest_it)
    return (Reply(scene.say("cases.own", count=len(own)), choices, cards),)


async def ask_withdraw(scene: Scene, _args: Args) -> Replies:
    """Which of one's own open cases to take back."""
    own = await cases.own(scene.session, scene.turn.worker_id)
    open_cases = [case for case in own if cases.state_of(case) != cases.WITHDRAWN]
    if not open_cases:
        return (scene.reply("cases.none_open", scene.choice("menu.title", "menu")),)
    choices = [
        Choice(
            scene.say("cases.withdraw_one", code=case.code),
            Task("cases.withdraw", {"code": case.code}),
        )
        for case in open_cases
    ]
    keep = scene.choice("cases.withdraw_none", "menu")
    cards = tuple(cases.card(scene.library, case) for case in open_cases)
    return (Reply(scene.say("cases.ask_withdraw"), (*choices, keep), cards),)


async def withdraw(scene: Scene, args: Args) -> Replies:
    """Take back the case that was chosen."""
    code = str(args["code"])
    case = await cases.withdraw(scene.session, scene.clock, scene.turn.worker_id, code)
    menu = scene.choice("menu.title", "menu")
    card = cases.card(scene.library, case)
    return (Reply(scene.say("cases.withdrawn", code=code), (menu,), (card,)),)


def _beyond_opener(scene: Scene, group: str) -> str | None:
    """What a first sentence says beyond "I have a suggestion"; None when it says no more."""
    words = bare(scene.text)
    openers = scene.library.words[group]
    return None if not words or words in openers else scene.text


INTENTS = {
    "send_suggestion": suggest,
    "report_hazard": hazard,
    "file_complaint": complain,
    "check_case": check,
    "withdraw_case": ask_withdraw,
}
TASKS = {
    "cases.begin": begin,
    "cases.go_on": go_on,
    "cases.anew": anew,
    "cases.check": check,
    "cases.ask_withdraw": ask_withdraw,
    "cases.withdraw": withdraw,
}

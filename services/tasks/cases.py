"""Cases: hand in, follow, add to, take back; and the right place for a grievance."""

from db.models import Case
from kit.clock import in_shanghai
from kit.errors import NotFound
from kit.text import bare
from services import cases
from services.cases.redress import COMPLAINT, is_wish, where_to
from services.cases.states import NEEDS_MORE, STOPPED
from services.dialogues import attachments, forms
from services.dialogues.forms import Form
from services.dialogues.handing_over import hand_over
from services.dialogues.intake import ADDITION, CODE, FORMS, HAZARD, SUGGESTION
from services.dialogues.privacy import with_notice
from services.scene import SAID, Args, Scene
from services.tasks import case_steps
from services.turns import Choice, Replies, Reply, Task


async def suggest(scene: Scene, _args: Args) -> Replies:
    """Begin a suggestion; a sentence that says already what about is taken as its subject."""
    return await _begin(scene, SUGGESTION, _beyond_opener(scene, "suggestion_openers"))


async def hazard(scene: Scene, _args: Args) -> Replies:
    """Begin a hazard report, the same way."""
    return await _begin(scene, HAZARD, _beyond_opener(scene, "hazard_openers"))


async def _begin(scene: Scene, form: Form, first: str | None) -> Replies:
    return await with_notice(scene, form, await forms.begin(form, scene, first))


async def begin(scene: Scene, args: Args) -> Replies:
    """Begin by button; with `said` the sentence that was kept becomes the subject, with `anyway`
    whatever it is.
    """
    first = str(scene.state.answers.get(SAID, "")) if args.get(SAID) else ""
    form = FORMS[str(args["kind"])]
    anyway = bool(args.get("anyway"))
    return await with_notice(
        scene, form, await forms.begin(form, scene, first or None, anyway=anyway)
    )


async def notice_in_full(scene: Scene, _args: Args) -> Replies:
    """The whole notice; the open step is asked again behind it."""
    return (scene.reply("privacy.full", scene.choice("privacy.go_on", "resume")),)


async def go_on(scene: Scene, args: Args) -> Replies:
    """Go on with a draft; what came meanwhile joins it, a sentence is offered to it."""
    kind, said = str(args["kind"]), str(scene.state.answers.get(SAID, ""))
    if kind not in scene.state.drafts:
        raise NotFound("talk.choice_past")
    waits = attachments.waiting(scene)
    scene.take_up(kind)
    notes = attachments.put_in(scene, kind, waits.sent, waits.said)
    return (*notes, *await forms.go_on(FORMS[kind], scene, said))


async def anew(scene: Scene, args: Args) -> Replies:
    """Drop a draft and begin afresh, with the sentence that came meanwhile."""
    first, wanted = str(scene.state.answers.get(SAID, "")) or None, FORMS[str(args["kind"])]
    if not scene.has_draft(wanted.name, str(args.get("seal"))):
        raise NotFound("talk.choice_past")
    return await forms.begin_anew(wanted, scene, first)


async def complain(scene: Scene, _args: Args) -> Replies:
    """A grievance with a named party: whom to turn to, and that an idea is welcome here."""
    claim = where_to(scene.library, scene.text, freely=True)
    if claim is not None or (scene.text and not is_wish(scene.library, scene.text)):
        return hand_over(scene, claim or scene.library.redress[COMPLAINT], scene.text)
    scene.keep(**{SAID: scene.text})
    idea = scene.choice("cases.as_idea_title", "cases.begin", kind="suggestion")
    hotlines = scene.choice("rights.hotlines_title", "rights.topic", topic="hotlines")
    arrears = scene.choice("rights.arrears_title", "rights.topic", topic="pay_arrears")
    return (scene.reply("cases.complain", arrears, hotlines, idea),)


async def ready_text(scene: Scene, args: Args) -> Replies:
    """The right place and a text to copy, beside a card of rights."""
    redress = scene.library.redress.get(str(args["redress"]))
    if redress is None:
        raise NotFound("talk.choice_past")
    return hand_over(scene, redress, "")


async def check(scene: Scene, _args: Args) -> Replies:
    """How one's own cases are going, and those one supports."""
    worker = scene.turn.worker_id
    own = await cases.own(scene.session, worker)
    supported = await cases.supported(scene.session, worker)
    suggest_it = scene.choice("menu.suggest_title", "cases.begin", kind="suggestion")
    if not own and not supported:
        return (scene.reply("cases.none_yet", suggest_it),)
    of_open = (
        scene.choice("cases.add_title", "cases.ask_add"),
        scene.choice("cases.withdraw_title", "cases.ask_withdraw"),
    )
    is_open = any(cases.state_of(case) in cases.OPEN for case in own)
    choices = (*of_open, suggest_it) if is_open else (suggest_it,)
    replies = []
    if own:
        cards = tuple(cases.card(scene.library, case) for case in own)
        replies.append(Reply(scene.say("cases.own", count=len(own)), (), cards))
    if supported:
        cards = tuple(cases.card(scene.library, case) for case in supported)
        replies.append(Reply(scene.say("cases.supported", count=len(supported)), (), cards))
    answered = case_steps.waiting(own)
    # Of several the others' words are found by their codes: a phone holds no more.
    spoken_of = answered or (own[0] if len(own) == 1 else None)
    if spoken_of and (word := await _last_word(scene, spoken_of.code)):
        replies.append(Reply(word))
    if answered:
        replies.append(scene.reply("case_steps.rate_it", code=answered.code))
        choices = (*cases.ratings(scene.library, answered.code), *choices)
    last = replies[-1]
    return (*replies[:-1], Reply(last.text, choices, last.cards))


async def said(scene: Scene) -> Replies | None:
    """How the case is going whose code was said: one's own, or with its query word anybody's."""
    code, word = cases.code_and_word(scene.text)
    if code is None:
        return await _without_code(scene)
    worker = scene.turn.worker_id
    found = await cases.look_up(scene.session, scene.clock, worker, code, query_word=word)
    asked = found.state == NEEDS_MORE
    of_own = (
        scene.choice(
            "case_steps.supply_title" if asked else "cases.add_title", "cases.add", code=code
        ),
        scene.choice("cases.withdraw_title", "cases.ask_withdraw"),
    )
    is_open = found.state in cases.OPEN
    mine: tuple[Choice, ...] = of_own if found.own and is_open else ()
    if found.own and found.state == cases.ANSWERED:
        mine = cases.ratings(scene.library, found.code)
    lines = [
        scene.say(
            "cases.step",
            day=in_shanghai(step.at).date().isoformat(),
            state=scene.say(f"cases.state_{step.state}"),
        )
        for step in found.steps
    ]
    due = found.due.isoformat() if found.due else scene.say("cases.due_unknown")
    if found.state in STOPPED:  # the day of before has no meaning until it goes on
        due = scene.say("cases.due_stopped")
    menu = scene.choice("menu.title", "menu")
    said = {"code": found.code, "steps": "\n".join(lines), "due": due}
    key = "cases.progress" if is_open else "cases.progress_over"
    word = await _last_word(scene, found.code)
    progress = scene.reply(key, *mine, menu, **said)
    return (Reply(word), progress) if word else (progress,)


async def _last_word(scene: Scene, code: str) -> str | None:
    worker = scene.turn.worker_id
    return await cases.last_word(scene.session, scene.library, scene.clock, code, worker)


async def _without_code(scene: Scene) -> Replies | None:
    """A code that was misread, a word to add something, or what he thinks of an answer."""
    if scene.is_word("add_to_case") and scene.state.name not in FORMS:
        return await ask_add(scene, {})
    if scene.state.name is None and scene.is_word("me_too"):
        suggest_it = scene.choice("menu.suggest_title", "cases.begin", kind="suggestion")
        report_it = scene.choice("menu.hazard_title", "cases.begin", kind="hazard")
        return (scene.reply("cases.me_too_of_what", suggest_it, report_it),)
    if scene.state.name is None and cases.is_misread(scene.text):
        check_it = scene.choice("cases.check_title", "cases.check")
        return (scene.reply("cases.code_misread", check_it, scene.choice("menu.title", "menu")),)
    return await case_steps.said(scene)


async def ask_add(scene: Scene, _args: Args) -> Replies:
    """To which of one's own open cases something is to be added."""
    open_cases = await _own_open(scene)
    if not open_cases:
        return (scene.reply("cases.none_to_add", scene.choice("menu.title", "menu")),)
    if len(open_cases) == 1:
        return await add(scene, {"code": open_cases[0].code})
    choices = [
        Choice(scene.say("cases.add_one", code=case.code), Task("cases.add", {"code": case.code}))
        for case in open_cases
    ]
    cards = tuple(cases.card(scene.library, case) for case in open_cases)
    return (Reply(scene.say("cases.ask_add"), tuple(choices), cards),)


async def add(scene: Scene, args: Args) -> Replies:
    """Begin an addition to a case."""
    scene.put_aside()
    scene.forget_draft(ADDITION.name)
    scene.keep(**{CODE: str(args["code"])})
    scene.state.name = ADDITION.name
    return await forms.proceed(ADDITION, scene)


async def _own_open(scene: Scene) -> list[Case]:
    own = await cases.own(scene.session, scene.turn.worker_id)
    return [case for case in own if cases.state_of(case) in cases.OPEN]


async def ask_withdraw(scene: Scene, _args: Args) -> Replies:
    """Which of one's own open cases to take back."""
    open_cases = await _own_open(scene)
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
    case = await cases.withdraw(
        scene.session, scene.library, scene.clock, scene.turn.worker_id, code
    )
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
    **case_steps.TASKS,
    "cases.begin": begin,
    "cases.go_on": go_on,
    "cases.anew": anew,
    "cases.check": check,
    "cases.ready_text": ready_text,
    "cases.ask_add": ask_add,
    "cases.add": add,
    "privacy.full": notice_in_full,
    "cases.ask_withdraw": ask_withdraw,
    "cases.withdraw": withdraw,
}

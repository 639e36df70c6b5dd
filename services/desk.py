"""The desk: the one place that decides who answers a turn, for every road alike."""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.repositories.turns import DialogueRepository
from kit.clock import Clock
from kit.errors import AppError
from kit.text import is_readable
from services import replies as old_replies
from services.dialogues import attachments, find_stop, stop_search, stops_around
from services.dialogues.engine import CHOSEN
from services.dialogues.every import ENGINE
from services.dialogues.forms import PENDING, SUMMARY
from services.dialogues.listening import SURE, agrees
from services.handovers import talking
from services.rest_stops.finding import ANY
from services.scene import FORMS, LEFT, SAID, Args, Scene, TaskFunction
from services.tasks import (
    at_the_door,
    cases,
    commands,
    handovers,
    links,
    notices,
    reminders,
    rest_stops,
    rights,
    stop_questions,
    talk,
    workers,
)
from services.tasks import attachments as attachment_tasks
from services.turns import Heard, Replies, Reply, Turn
from services.urgency import URGENT, urgent_kind

NOUNS = (rest_stops, rights, cases, notices, reminders, workers, links, handovers, talk)
OF_NOUNS = {k: v for noun in NOUNS for k, v in noun.INTENTS.items()}
INTENTS: Mapping[str, TaskFunction] = {**OF_NOUNS, **at_the_door.INTENTS}
# An intent that only makes sense inside a dialogue does not break into one.
NEVER_BREAKS_IN = frozenset({"affirm", "deny", "out_of_scope", "nlu_fallback", "greet", "thank"})
# What says nothing of what is wanted: after a photo it is taken as a word about the photo.
UNHEARD = "nlu_fallback"
# The kinds of turns that bring what joins a form.
SENT = frozenset({"photo", "recording"})
NOT_CLEAR = frozenset({UNHEARD, "out_of_scope"})
# Buttons that lead back to a draft: where one is offered, no reminder of the draft is needed.
LEADS_BACK = frozenset({"resume", "cases.go_on", "handovers.back"})


async def serve(
    session: AsyncSession, library: Library, clock: Clock, turn: Turn, heard: Heard
) -> Replies:
    """The replies to a turn: staff take it where they talk with him, else the open dialogue, the
    task of the choice or intent, the menu. An error that a person should hear becomes a reply.
    """
    state = await DialogueRepository(session).of(turn.worker_id, clock())
    state.updated_at = clock()
    scene = Scene(session, library, clock, turn, heard, state)
    before = attachments.before(scene)
    with_staff = await talking.live_of(session, turn.worker_id)
    try:
        replies = await (handovers.serve(scene, with_staff) if with_staff else _serve(scene))
        replies = (*replies, *commands.number_seen(scene))
    except AppError as error:
        choices = talk.menu_choices(library)
        replies = (Reply(library.say(error.key, **error.fields), choices),)
    stop_search.look_away(scene)
    if with_staff is not None:
        # What he sent is theirs; who comes back from them finds his draft.
        return replies if with_staff.is_live else await _beside_draft(scene, replies)
    return (*replies, *await attachments.settle(scene, before))


async def _serve(scene: Scene) -> Replies:
    kind = urgent_kind(scene.library, scene.turn.text or "") or _urgent_as_heard(scene)
    if kind is not None:
        return await _serve_urgent(scene, kind)
    if scene.turn.kind == "command":
        task = commands.task_of(scene.library, scene.turn.text or "")
        return await run(scene, task.name, task.args)
    if scene.turn.kind == "other":
        return await _serve_unreadable(scene)
    if scene.turn.task is not None:
        return await run(scene, scene.turn.task.name, scene.turn.task.args)
    if scene.turn.kind == "choice":
        return (scene.reply("talk.choice_unknown", *talk.menu_choices(scene.library)),)
    is_sent = scene.turn.kind in SENT
    return await (_serve_sent(scene) if is_sent else _serve_unasked(scene))


def _urgent_as_heard(scene: Scene) -> str | None:
    heard = scene.heard
    return heard.intent if heard.intent in URGENT and heard.confidence >= SURE else None


async def _serve_unasked(scene: Scene) -> Replies:
    """A question about the list of stops before his eyes, else anything."""
    # "2" and "any more?" mean that list, ahead of the menu's numbers.
    if scene.state.name == find_stop.DIALOGUE.name:
        asked = await stop_questions.said(scene)
    else:
        asked = None if ENGINE.is_open(scene) else await rest_stops.said(scene)
    return await (_serve_unprompted(scene) if asked is None else _beside_draft(scene, asked))


async def _serve_unprompted(scene: Scene) -> Replies:
    """Nothing that was offered: the menu's own words, the open dialogue, or the open desk."""
    is_open = ENGINE.is_open(scene)
    said = talk.menu_choice_said(scene, numbers=not is_open) or links.said(scene)
    if said is not None:
        return await _beside_draft(scene, await run(scene, said.name, said.args))
    if scene.is_word("menu") or scene.is_word("again"):
        return await _beside_draft(scene, await talk.restart(scene, {}))
    if scene.is_word("resume"):
        return await _resume(scene, {})
    if scene.is_word("to_person"):
        return await run(scene, "handovers.ask", {})
    for noun in (notices, reminders, cases):
        followed = await noun.said(scene)
        if followed is not None:
            return await _beside_draft(scene, followed)
    return await (_serve_dialogue(scene) if is_open else _open_desk(scene))


async def _serve_dialogue(scene: Scene) -> Replies:
    """What was said answers the open step, or breaks in on it."""
    if scene.state.name == find_stop.DIALOGUE.name:  # which takes whatever is said for a place
        at_door = await at_the_door.instead(scene, scene.heard.intent or UNHEARD)
        if at_door is not None:
            return await _beside_draft(scene, at_door)
    taken = await ENGINE.take(scene)
    if taken is None:
        return await _break_in(scene)
    return taken if ENGINE.is_open(scene) else await _beside_draft(scene, taken)


async def _serve_urgent(scene: Scene, kind: str) -> Replies:
    """The numbers first; a draft that is being written still gets what was sent."""
    first = await at_the_door.urgent(scene, {"kind": kind})
    if scene.turn.kind in SENT:
        return (*first, *await _serve_sent(scene))
    attachments.let_wait(scene, attachments.waiting(scene))
    if not ENGINE.is_open(scene) or scene.state.name not in FORMS:
        return first
    return (*first, *(await ENGINE.take(scene) or ()))


async def _serve_sent(scene: Scene) -> Replies:
    """Photos and voices join the open form, and what is written under them answers its open step;
    without a form the worker is asked what they are for.
    """
    sent = await attachments.usable(scene)
    said = scene.text if is_readable(scene.text) else ""
    gone = () if sent else (attachments.gone(scene),)
    if not ENGINE.is_open(scene) or scene.state.name not in FORMS:
        if gone and not attachments.waiting(scene).sent:
            return (attachments.gone(scene, *talk.menu_choices(scene.library)),)
        return await _beside_draft(scene, (*gone, *attachments.offer(scene, sent, said)))
    notes = gone or attachments.put_in(scene, scene.state.name, sent, said)
    typed = replace(scene, turn=replace(scene.turn, kind="text", photos=(), recordings=()))
    # A "yes" under a photo cannot mean the summary: it was shown without this photo.
    if not said or (scene.state.step == SUMMARY and agrees(typed)):
        return (*notes, await ENGINE.ask_again(scene))
    taken = await ENGINE.take(typed) or (await ENGINE.ask_again(scene),)
    if ENGINE.is_open(scene):
        return (*notes, *taken)
    return await _beside_draft(scene, taken)


async def _serve_unreadable(scene: Scene) -> Replies:
    """Say so; an open step is asked again, so that it is not lost from sight."""
    [said] = await commands.unreadable(scene, {})
    if not ENGINE.is_open(scene):
        return (said,)
    return (replace(said, choices=()), await ENGINE.ask_again(scene))


async def _open_desk(scene: Scene) -> Replies:
    """No dialogue is open: a position asks for stops, a sentence for what it means."""
    if scene.turn.position is not None:
        return await stops_around.position(scene, scene.turn.position, ANY)
    if scene.is_word("cancel") and scene.state.drafts:
        scene.forget_draft(scene.newest_draft)
        await old_replies.forget(scene.session, scene.turn.worker_id)
        return (scene.reply("talk.cancelled", *talk.menu_choices(scene.library)),)
    if scene.is_word("cancel"):
        return (scene.reply("talk.nothing_open", *talk.menu_choices(scene.library)),)
    intent = scene.heard.intent or UNHEARD
    by_words = at_the_door.by_words(scene) if intent in NOT_CLEAR else None
    at_door = None if by_words else await at_the_door.instead(scene, intent)
    return await _by_intent(scene, by_words or intent) if at_door is None else at_door


async def _break_in(scene: Scene) -> Replies:
    """The open dialogue has no use for the turn: answer it beside the draft."""
    intent = scene.heard.intent
    if intent is None or intent in NEVER_BREAKS_IN:
        return (scene.reply("talk.not_an_answer"), await ENGINE.ask_again(scene))
    scene.put_aside()
    return await _beside_draft(scene, await _by_intent(scene, intent))


async def _beside_draft(scene: Scene, replies: Replies) -> Replies:
    """The replies, and a reminder of the draft that still waits."""
    offered = {choice.task.name for reply in replies for choice in reply.choices}
    if scene.state.name in FORMS or not scene.state.drafts or offered & LEADS_BACK:
        return replies
    return (*replies, scene.reply("talk.draft_waits", scene.choice("talk.resume", "resume")))


async def _by_intent(scene: Scene, intent: str) -> Replies:
    if intent in NOT_CLEAR and scene.text and attachments.waiting(scene).sent:
        return await _beside_draft(scene, attachment_tasks.described(scene))
    task = INTENTS.get(intent)
    if task is not None:
        return await task(scene, {})
    if scene.library.topics_for(intent):
        return (*await rights.answer(scene, {"intent": intent}), *at_the_door.beside(scene))
    return await talk.not_understood(scene, {})


async def run(scene: Scene, name: str, args: Args) -> Replies:
    """Run the task of a choice; one that is not the open draft's own puts it aside."""
    task = TASKS.get(name)
    if task is None:
        return (scene.reply("talk.choice_unknown", *talk.menu_choices(scene.library)),)
    if scene.state.name not in FORMS or name in OF_DRAFT:
        return await task(scene, args)
    scene.put_aside()
    return await _beside_draft(scene, await task(scene, args))


async def _intent(scene: Scene, args: Args) -> Replies:
    """A guess was confirmed: serve it as if it had been heard, with the sentence that waited."""
    intent, said = str(args["intent"]), scene.state.answers.get(SAID)
    turn = replace(scene.turn, text=str(said) if said else None, task=None)
    return await _by_intent(replace(scene, turn=turn, heard=Heard(intent, 1.0)), intent)


async def _pending(scene: Scene, _args: Args) -> Replies:
    """A question inside a draft was meant for the bot: answer it, then go on with the draft."""
    name, answers = scene.state.name, scene.state.answers
    intent, text = answers.get("intent"), answers.get(PENDING)
    if name not in FORMS or not intent or not text:
        return (scene.reply("talk.choice_past"), *await _resume(scene, {}))
    scene.drop(PENDING, "intent")
    scene.put_aside()
    turn = replace(scene.turn, text=str(text), task=None)
    asked = replace(scene, turn=turn, heard=Heard(str(intent), 1.0))
    return await _beside_draft(scene, await _by_intent(asked, str(intent)))


async def _resume(scene: Scene, _args: Args) -> Replies:
    """Go on with what is open, else with a draft that was put aside."""
    if attachments.waiting(scene).sent and scene.state.drafts:
        return await cases.go_on(scene, {"kind": scene.newest_draft})
    if scene.state.name not in FORMS and scene.state.drafts:
        scene.take_up(scene.newest_draft)
    if ENGINE.is_open(scene):
        return (await ENGINE.ask_again(scene),)
    if LEFT in scene.state.answers:
        return await cases.begin(scene, {"kind": scene.state.answers[LEFT]})
    return (scene.reply("talk.nothing_open", *talk.menu_choices(scene.library)),)


async def _again(scene: Scene, args: Args) -> Replies:
    """The replies of a turn that may not have arrived, beside whatever is open.

    Of a step that is past only the words are shown, and the open step is asked again: its own
    buttons must be the newest, since they can be typed.
    """
    shown = await old_replies.again(scene.session, scene.turn.worker_id, str(args["turn"]))
    if not ENGINE.is_open(scene) or any(ENGINE.is_of_open_step(scene, r) for r in shown):
        return shown
    past = tuple(
        replace(reply, choices=tuple(c for c in reply.choices if c.task.name != CHOSEN), ask=None)
        for reply in shown
    )
    return (*past, await ENGINE.ask_again(scene))


TASKS: Mapping[str, TaskFunction] = {
    **{k: v for noun in NOUNS for k, v in noun.TASKS.items()},
    **commands.TASKS,
    **attachment_tasks.TASKS,
    CHOSEN: ENGINE.chosen,
    "intent": _intent,
    "intent.pending": _pending,
    "resume": _resume,
    old_replies.AGAIN: _again,
}
OF_DRAFT = frozenset({CHOSEN, "intent.pending", "resume", "privacy.full", old_replies.AGAIN})

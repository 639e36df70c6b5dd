"""A person: into the queue, leaving word, talking with staff, and back to the bot."""

from dataclasses import replace

from db.models import Handover
from kit.text import tidy
from services.dialogues import attachments
from services.handovers import duty, hours, talking, telling
from services.handovers.rows import LEFT, TAKEN, WAITING
from services.scene import SAID, Args, Scene
from services.tasks import cases, commands, talk
from services.tasks.talk import menu_choices
from services.turns import Choice, Replies, Reply
from services.urgency import urgent_kind


async def ask(scene: Scene, _args: Args) -> Replies:
    """Into the queue while staff talk; else when they do, whom to call, and leaving word."""
    rules, years = scene.library.handovers, scene.library.calendar
    if not hours.is_open(rules, years, scene.clock()):
        text = scene.say(
            "handovers.shut", **_when(scene), hotlines=telling.hotlines(scene.library)
        )
        return (Reply(text, (_leave_word(scene), scene.choice("menu.title", "menu"))),)
    of = (scene.session, scene.library, scene.clock, scene.turn.worker_id)
    found = await talking.ask(*of)
    return (await _place(scene, found),)


async def stay(scene: Scene, _args: Args) -> Replies:
    """He goes on waiting; where he stands now."""
    found = await talking.live_of(scene.session, scene.turn.worker_id)
    return (_past(scene),) if found is None else (await _place(scene, found),)


async def leave_word(scene: Scene, _args: Args) -> Replies:
    """What he says from now on waits for staff, whenever they come."""
    of = (scene.session, scene.library, scene.clock, scene.turn.worker_id)
    found = await talking.leave_word(*of)
    if found.state != LEFT:
        return (await _place(scene, found),)
    return (scene.reply("handovers.leave_word", _back(scene), opens=_when(scene)["opens"]),)


async def join(scene: Scene, _args: Args) -> Replies:
    """Answer staff who wrote; whose talk is over may ask anew."""
    of = (scene.session, scene.library, scene.clock, scene.turn.worker_id)
    found = await talking.join(*of)
    if found is None:
        again = scene.choice("handovers.ask_title", telling.ASK)
        return (scene.reply("handovers.is_over", again, scene.choice("menu.title", "menu")),)
    return (scene.reply("handovers.joined", _back(scene)),)


async def back(scene: Scene, _args: Args) -> Replies:
    """The bot answers again."""
    found = await talking.live_of(scene.session, scene.turn.worker_id)
    if found is None:
        return (_past(scene),)
    kept = await talking.go_back(scene.session, scene.clock, found)
    key = "handovers.back_kept" if kept else "handovers.back"
    return (scene.reply(key, *menu_choices(scene.library)),)


async def hand_in(scene: Scene, args: Args) -> Replies:
    """Begin the case that staff wrote for him: he reads it and sends it himself."""
    kind, words = await talking.hand_in(
        *(scene.session, scene.clock, scene.turn.worker_id),
        talk_id=str(args["talk"]),
        number=int(args["number"]),
    )
    scene.put_aside()
    scene.keep(**{SAID: words})
    return await cases.begin(scene, {"kind": kind, "said": True, "anyway": True})


async def serve(scene: Scene, found: Handover) -> Replies:
    """A turn of who talks with staff: it goes to them, and the bot keeps silent.

    Not so what only the bot can do: words of danger are answered at once as well, and the way
    back is always open.
    """
    turn = scene.turn
    urgent = urgent_kind(scene.library, turn.text or "")
    if turn.kind in {"choice", "command"} and urgent is None:
        return await _pressed(scene)
    if turn.kind in {"location", "other"}:
        return await _not_passed_on(scene)
    if scene.is_word("to_bot"):
        return await back(scene, {})
    if scene.is_word("to_person"):
        return await ask(scene, {}) if found.state == LEFT else (await _place(scene, found),)
    sent = await attachments.usable(scene)
    words = tidy(turn.text or "")
    lost = turn.kind in {"photo", "recording"} and not sent
    if words or sent:
        said = talking.Said(
            words,
            photos=sent.get(attachments.PHOTOS, ()),
            recordings=sent.get(attachments.RECORDINGS, ()),
            is_urgent=urgent is not None,
        )
        await talking.hear(scene.session, scene.library, scene.clock, found, said)
    first = await talk.urgent(scene, {"kind": urgent}) if urgent else ()
    return (*first, attachments.gone(scene, _back(scene))) if lost else first


async def _pressed(scene: Scene) -> Replies:
    """The buttons of the talk work; any other waits until he is back."""
    task = scene.turn.task
    if task is not None and task.name in TASKS:
        return await TASKS[task.name](scene, task.args)
    return (scene.reply("handovers.not_now", _back(scene)),)


async def _not_passed_on(scene: Scene) -> Replies:
    """What staff are not shown: he is told, and what to send instead."""
    if scene.turn.kind == "location":
        return (scene.reply("handovers.no_position", _back(scene)),)
    said = await commands.unreadable(scene, {})
    return tuple(replace(reply, choices=(_back(scene),)) for reply in said)


async def _place(scene: Scene, found: Handover) -> Reply:
    """Where he stands: in the queue, with somebody, or leaving word."""
    if found.state == TAKEN:
        return scene.reply("handovers.joined", _back(scene))
    if found.state != WAITING:
        return scene.reply("handovers.leave_word", _back(scene), opens=_when(scene)["opens"])
    anybody = await duty.there(scene.session, scene.clock)
    lines = [
        scene.say(
            "handovers.queued",
            place=await talking.place_of(scene.session, found),
            closes=scene.library.handovers.closes,
        )
    ]
    if not anybody:
        lines.append(scene.say("handovers.nobody_there", hotlines=telling.hotlines(scene.library)))
    kept = scene.library.handovers.kept_days
    lines.append(scene.say("handovers.what_is_shown", days=kept))
    if scene.state.drafts:
        lines.append(scene.say("handovers.draft_kept"))
    choices = (_back(scene),) if anybody else (_leave_word(scene), _back(scene))
    return Reply("\n".join(lines), choices)


def _when(scene: Scene) -> dict[str, object]:
    rules = scene.library.handovers
    return {
        "opens": telling.opens_next(scene.library, scene.clock),
        "from_": rules.opens,
        "until": rules.closes,
    }


def _back(scene: Scene) -> Choice:
    return scene.choice("handovers.back_title", telling.BACK)


def _leave_word(scene: Scene) -> Choice:
    return scene.choice("handovers.leave_word_title", telling.LEAVE_WORD)


def _past(scene: Scene) -> Reply:
    return scene.reply("talk.choice_past", *menu_choices(scene.library))


INTENTS = {"human_handoff": ask}
TASKS = {
    "handovers.ask": ask,
    "handovers.stay": stay,
    "handovers.leave_word": leave_word,
    "handovers.join": join,
    "handovers.back": back,
    "handovers.hand_in": hand_in,
    # Buttons of before staff talked.
    "talk.person": ask,
}

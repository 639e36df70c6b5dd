"""Signing up in the chat: for what a notice offers, cancelling it, and what one signed up for."""

import re
from collections.abc import Mapping

from services import notices, signups
from services.dialogues import signup_contact
from services.scene import Args, Scene, TaskFunction
from services.signups import IN, Standing, moment
from services.turns import Choice, Replies, Reply, Task

# The number of a notice, then what is said of it.
_NUMBERED = re.compile(r"\s*(\d{1,6})\s*(.*)", re.DOTALL)
SIGN_UP, MINE = "signups.sign_up", "signups.mine"


async def said(scene: Scene) -> Replies | None:
    """The answer to the word for signing up with a notice's number; None where none is."""
    found = numbered(scene, "signup_leads")
    if found is None or found[1]:
        return None
    return await sign_up(scene, {"notice": found[0]})


def numbered(scene: Scene, leads: str) -> tuple[int, str] | None:
    """The number of a notice behind one of these words, and what is said behind that."""
    words = scene.library.words
    lead = next((word for word in words[leads] if scene.text.startswith(word)), None)
    found = _NUMBERED.fullmatch(scene.text.removeprefix(lead)) if lead else None
    # "Three days without a reply" is a complaint.
    if found is None or found[2].startswith(words["reply_no_numbers"]):
        return None
    text = found[2]
    for tail in words["reply_tails"]:
        text = text.removeprefix(tail)
    return int(found[1]), text


async def ways(scene: Scene) -> tuple[Choice, ...]:
    """Buttons to what he may sign up for and to what he signed up for, where there is any."""
    worker_id, session = scene.turn.worker_id, scene.session
    found = []
    if await signups.open_to(session, scene.clock, worker_id):
        found.append(scene.choice("signups.sign_up_title", "signups.which"))
    if await signups.of_worker(session, scene.clock, worker_id):
        found.append(scene.choice("signups.mine_title", MINE))
    return tuple(found)


async def sign_up(scene: Scene, args: Args) -> Replies:
    """Put him on the list, and say what that means."""
    worker_id, session = scene.turn.worker_id, scene.session
    link: tuple[Choice, ...] = ()
    if "occurrence" in args:
        read = await notices.mark_read(session, scene.clock, worker_id, str(args["occurrence"]))
        number = read.number
        # Of the buttons of a message a web chat takes one: the link is still to be had.
        link = (scene.choice("notices.go_title", "notices.go", **args),) if read.link else ()
    else:
        number = int(args["notice"])
        await notices.read_by_number(session, scene.clock, worker_id, number)
    stands = await signups.sign_up(session, scene.library, scene.clock, worker_id, number)
    menu = scene.choice("menu.title", "menu")
    if stands.ended is not None:
        return (scene.reply(f"signups.{stands.ended}", menu, notice=number),)
    text = f"{_stands(scene, stands)}\n{_meaning(scene, stands)}"
    return (Reply(text, (*signups.buttons(scene.library, number), *link, menu)),)


async def which(scene: Scene, _args: Args) -> Replies:
    """What he may sign up for, each a button."""
    found = await signups.open_to(scene.session, scene.clock, scene.turn.worker_id)
    mine, menu = scene.choice("signups.mine_title", MINE), scene.choice("menu.title", "menu")
    if not found:
        return (scene.reply("signups.nothing_open", mine, menu),)
    offered = [Choice(each.title, Task(SIGN_UP, {"notice": each.notice})) for each in found]
    return (scene.reply("signups.which", *offered, mine),)


async def mine(scene: Scene, _args: Args) -> Replies:
    """What he signed up for, each with a button to cancel it."""
    found = await signups.of_worker(scene.session, scene.clock, scene.turn.worker_id)
    menu = scene.choice("menu.title", "menu")
    if not found:
        return (scene.reply("signups.none_of_yours", menu),)
    lines = "\n".join(scene.say("signups.line", stands=_stands(scene, each)) for each in found)
    cancels = [
        Choice(
            scene.say("signups.cancel_one_title", notice=each.notice),
            Task("signups.cancel", {"notice": each.notice}),
        )
        for each in found
        if each.ended is None
    ]
    return (scene.reply("signups.mine", *cancels, menu, lines=lines),)


async def cancel(scene: Scene, args: Args) -> Replies:
    """Take him off the list; where he could not come back to his place he is asked first."""
    notice, worker_id, session = int(args["notice"]), scene.turn.worker_id, scene.session
    stands = await signups.standing(session, scene.clock, worker_id, notice)
    menu = scene.choice("menu.title", "menu")
    if not args.get("sure") and not _could_come_back(stands):
        sure = scene.choice("signups.cancel_title", "signups.cancel", notice=notice, sure=True)
        return (scene.reply("signups.cancel_sure", sure, menu, title=stands.title),)
    title = await signups.cancel(session, scene.library, scene.clock, worker_id, notice)
    open_still = await signups.may_sign_up(session, scene.clock, worker_id, notice)
    again = (scene.choice("signups.again_title", SIGN_UP, notice=notice),) if open_still else ()
    return (scene.reply("signups.cancelled", *again, menu, title=title),)


async def contact(scene: Scene, args: Args) -> Replies:
    """Ask for a name or number, if he stands on the list."""
    notice = int(args["notice"])
    await signups.standing(scene.session, scene.clock, scene.turn.worker_id, notice)
    return await signup_contact.begin(scene, notice)


def _could_come_back(stands: Standing) -> bool:
    return stands.is_open and stands.left != 0


def _stands(scene: Scene, stands: Standing) -> str:
    """Where he stands, in one sentence."""
    if stands.ended is not None:
        return scene.say(f"signups.{stands.ended}", notice=stands.notice)
    of = {"notice": stands.notice, "title": stands.title, "number": stands.number}
    if stands.state != IN:
        return scene.say("signups.waits", ahead=stands.ahead, **of)
    if stands.left is None:
        return scene.say("signups.in_free", **of)
    return scene.say("signups.in_left", left=stands.left, **of)


def _meaning(scene: Scene, stands: Standing) -> str:
    """What that means for him, and who sees what."""
    closes = moment(scene.library, stands.closes_at)
    key = "signups.means_in" if stands.state == IN else "signups.means_waiting"
    return scene.say(key, closes=closes)


# What is typed as a whole message, whatever else was understood.
WORDS: Mapping[str, TaskFunction] = {"sign_up": which, "my_signups": mine}
TASKS = {
    "signups.sign_up": sign_up,
    "signups.which": which,
    "signups.mine": mine,
    "signups.cancel": cancel,
    "signups.contact": contact,
}

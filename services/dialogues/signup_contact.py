"""Leaving a name or number with a sign-up. What is typed here goes to no other process."""

from kit.text import normalise
from services import signups
from services.dialogues.engine import CANCEL, Step, button, of_one_step
from services.dialogues.signing import LEAST, MOST, veiled
from services.scene import Scene
from services.turns import Replies, Reply

NAME = "signup_contact"
WORDS, NOTICE = "words", "notice"
NONE = "none"


async def begin(scene: Scene, notice: int) -> Replies:
    """Say who would see it, and ask."""
    scene.open(NAME, WORDS)
    scene.keep(**{NOTICE: notice})
    return (await _ask(scene),)


async def _ask(scene: Scene) -> Reply:
    return scene.reply(
        "signups.ask_contact",
        button(scene, "signups.no_contact_title", NONE),
        button(scene, "signups.leave_title", CANCEL),
        notice=_notice(scene),
        days=signups.CONTACTS_KEPT.days,
    )


async def _take(scene: Scene) -> Replies | None:
    words = scene.text
    if scene.is_word("anonymous") or scene.is_word("skip"):
        return await _choose(scene, NONE, "")
    if len(normalise(words)) < LEAST or len(words) > MOST:
        return (scene.reply("signing.bad", most=MOST), await _ask(scene))
    worker_id = scene.turn.worker_id
    await signups.leave(scene.session, scene.clock, worker_id, _notice(scene), words)
    return _ended(scene, scene.say("signups.contact_left", shown=veiled(words)))


async def _choose(scene: Scene, do: str, _value: str) -> Replies:
    if do != NONE:
        return (await _ask(scene),)
    dropped = await signups.drop(scene.session, scene.turn.worker_id, _notice(scene))
    return _ended(scene, scene.say("signups.contact_dropped" if dropped else "signups.no_contact"))


def _ended(scene: Scene, text: str) -> Replies:
    scene.finish()
    mine = scene.choice("signups.mine_title", "signups.mine")
    return (Reply(text, (mine, scene.choice("menu.title", "menu"))),)


def _notice(scene: Scene) -> int:
    return int(scene.state.answers[NOTICE])


DIALOGUE = of_one_step(NAME, WORDS, Step(_ask, _take, _choose), cancelled="signups.no_contact")

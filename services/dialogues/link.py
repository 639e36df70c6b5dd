"""Typing the digits that another chat was shown."""

from kit.text import normalise
from services import links
from services.dialogues.engine import CANCEL, Step, button, of_one_step
from services.dialogues.listening import SURE, is_small_talk
from services.scene import Scene
from services.turns import Replies, Reply

NAME = "link"
CODE = "code"


async def begin(scene: Scene) -> Replies:
    """Ask for the digits."""
    scene.open(NAME, CODE)
    return (await _ask(scene),)


async def enter(scene: Scene, code: str) -> Replies:
    """Link this chat with the one that was shown the digits, or say what to do instead."""
    again = scene.state.name == NAME
    if scene.state.name is not None:
        scene.put_aside()
    try:
        channel = await links.redeem(scene.session, scene.library, scene.clock, scene.turn, code)
    except links.Refused as refusal:
        # Beside a draft the step stays closed, so that "never mind" means the draft, as is said.
        if again and not scene.state.drafts:
            scene.open(NAME, CODE)
        show = scene.choice("links.show_title", "links.show")
        menu = scene.choice("menu.title", "menu")
        return (scene.reply(refusal.key, show, menu, **refusal.fields),)
    choices = (
        scene.choice("cases.check_title", "cases.check"),
        scene.choice("links.unlink_title", links.UNLINK),
        scene.choice("menu.title", "menu"),
    )
    return (scene.reply("links.done", *choices, there=links.name(scene.library, channel)),)


async def _ask(scene: Scene) -> Reply:
    return scene.reply("links.ask_code", button(scene, "links.leave", CANCEL))


async def _take(scene: Scene) -> Replies | None:
    code = "".join(ch for ch in normalise(scene.text) if ch.isascii() and ch.isdigit())
    if len(code) == links.DIGITS:
        return await enter(scene, code)
    if scene.heard.confidence >= SURE and not is_small_talk(scene):
        return None
    return (scene.reply("links.no_digits"), await _ask(scene))


async def _choose(scene: Scene, _do: str, _value: str) -> Replies:
    return (await _ask(scene),)


DIALOGUE = of_one_step(NAME, CODE, Step(_ask, _take, _choose), cancelled="links.cancelled")

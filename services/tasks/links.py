"""Linking this chat with the worker's other one, and undoing it."""

from services import links
from services.dialogues import link
from services.scene import FORMS, Args, Scene
from services.turns import Replies, Task


def said(scene: Scene) -> Task | None:
    """The task of a fixed phrase, or of six digits where nothing else waits for them."""
    if scene.turn.kind != "text":
        return None
    if scene.is_word("link"):
        return Task("links.begin")
    if scene.is_word("unlink"):
        return Task(links.UNLINK)
    code = links.read_code(scene.turn.text or "")
    # Inside a form they are an answer, and the open step of the link takes them by itself.
    waits = scene.state.name in {*FORMS, link.NAME}
    return Task("links.enter", {"code": code}) if code and not waits else None


async def begin(scene: Scene, _args: Args) -> Replies:
    """What linking means, and both ends of it; where it is done already, say so."""
    other = await links.linked(scene.session, scene.turn)
    menu = scene.choice("menu.title", "menu")
    if other is not None:
        away = scene.choice("links.unlink_title", links.UNLINK)
        there = links.name(scene.library, other)
        return (scene.reply("links.is_linked", away, menu, there=there),)
    there = links.name(scene.library, links.ELSEWHERE[scene.turn.channel])
    choices = (
        scene.choice("links.show_title", "links.show"),
        scene.choice("links.have_title", "links.have"),
        menu,
    )
    return (scene.reply("links.begin_text", *choices, there=there),)


async def show(scene: Scene, _args: Args) -> Replies:
    """Digits to type in the other chat."""
    scene.put_aside()
    shown = await links.show(scene.session, scene.clock, scene.turn)
    there = links.name(scene.library, links.ELSEWHERE[scene.turn.channel])
    menu = scene.choice("menu.title", "menu")
    return (scene.reply("links.code", menu, code=shown.code, minutes=shown.minutes, there=there),)


async def have(scene: Scene, _args: Args) -> Replies:
    """Ask for the digits that the other chat shows."""
    return await link.begin(scene)


async def enter(scene: Scene, args: Args) -> Replies:
    """Take digits that were typed without being asked for."""
    return await link.enter(scene, str(args["code"]))


async def ask_unlink(scene: Scene, _args: Args) -> Replies:
    """Say what undoing means before it is done."""
    other = await links.linked(scene.session, scene.turn)
    if other is None:
        choices = (scene.choice("links.link_title", "links.begin"),)
        return (scene.reply("links.not_linked", *choices, scene.choice("menu.title", "menu")),)
    yes = scene.choice("links.unlink_yes", "links.unlink")
    there = links.name(scene.library, other)
    no = scene.choice("links.unlink_no", "menu")
    return (scene.reply("links.ask_unlink", yes, no, there=there),)


async def unlink(scene: Scene, _args: Args) -> Replies:
    """Each chat is a worker of its own again; this one keeps what there is."""
    parted = await links.part(
        scene.session, scene.library, scene.clock, scene.turn, "links.news_parted"
    )
    menu = scene.choice("menu.title", "menu")
    if not parted:
        return (scene.reply("links.not_linked", menu),)
    there = links.name(scene.library, parted[0])
    return (scene.reply("links.parted", menu, there=there),)


INTENTS = {"link_account": begin, "unlink_account": ask_unlink}
TASKS = {
    "links.begin": begin,
    "links.show": show,
    "links.have": have,
    "links.enter": enter,
    links.UNLINK: ask_unlink,
    "links.unlink": unlink,
}

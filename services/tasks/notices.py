"""Notices in the chat: the newest ones, which topics one wants, reading and replying to one."""

from collections.abc import Mapping

from services import consents, notices, outbox, workers
from services import signups as lists
from services.dialogues import profile
from services.scene import Args, Scene, TaskFunction
from services.tasks import signups
from services.turns import Choice, Replies, Reply, Task

SHOWN = 5


async def said(scene: Scene) -> Replies | None:
    """The answer to a fixed phrase about notices; None where none was said."""
    if scene.turn.kind != "text" or not scene.text:
        return None
    for word, task in WORDS.items():
        if scene.is_word(word):
            return await task(scene, {})
    return await signups.said(scene) or await _replied(scene)


async def latest(scene: Scene, _args: Args) -> Replies:
    """What was sent to this worker last."""
    news = await outbox.newest(scene.session, scene.turn.worker_id, scene.turn.channel, SHOWN)
    if not news:
        return (scene.reply("notices.none", scene.choice("menu.title", "menu")),)
    lines = "\n".join(scene.say("notices.line", text=item.reply["text"]) for item in news)
    choices = (*await signups.ways(scene), scene.choice("menu.title", "menu"))
    return (scene.reply("notices.latest", *choices, lines=lines),)


async def subscribe(scene: Scene, args: Args) -> Replies:
    """Send the notices of the topic that was named or pressed; else ask which."""
    topic = str(args.get("topic") or _named(scene))
    worker_id, session = scene.turn.worker_id, scene.session
    if topic in scene.library.notices.topics:
        await notices.subscribe(session, scene.clock, worker_id, topic)
        name = scene.library.notices.topics[topic].name
        return (scene.reply("notices.topic_on", scene.choice("menu.title", "menu"), topic=name),)
    first: Replies = ()
    if await consents.is_withdrawn(session, worker_id, consents.NEWS):
        await notices.subscribe(session, scene.clock, worker_id, None)
        first = (scene.reply("notices.subscribed"),)
    wanted = await notices.wanted_topics(session, scene.library, worker_id)
    names = [scene.library.notices.topics[key].name for key, on in wanted.items() if on]
    shown = scene.say("notices.no_topics") if not names else "、".join(names)
    others = _buttons(scene, "notices.subscribe", [key for key, on in wanted.items() if not on])
    told = scene.choice("workers.profile_title", "notices.tell")
    return (*first, Reply(scene.say("notices.which_on", topics=shown), (*others, told)))


async def unsubscribe(scene: Scene, args: Args) -> Replies:
    """Send no more of the topic that was named or pressed, or of anything; else ask which."""
    topic = str(args.get("topic") or _named(scene))
    worker_id, session = scene.turn.worker_id, scene.session
    if args.get("all"):
        await notices.unsubscribe(session, scene.clock, worker_id, None)
        back = scene.choice("notices.subscribe_title", "notices.subscribe")
        return (scene.reply("notices.unsubscribed", back),)
    if topic in scene.library.notices.topics:
        await notices.unsubscribe(session, scene.clock, worker_id, topic)
        name = scene.library.notices.topics[topic].name
        back = scene.choice("notices.topic_back_title", "notices.subscribe", topic=topic)
        return (scene.reply("notices.topic_off", back, topic=name),)
    wanted = await notices.wanted_topics(session, scene.library, worker_id)
    offered = _buttons(scene, "notices.unsubscribe", [key for key, on in wanted.items() if on])
    everything = scene.choice("notices.all_off_title", "notices.unsubscribe", all=True)
    return (Reply(scene.say("notices.which_off"), (*offered, everything)),)


async def got(scene: Scene, args: Args) -> Replies:
    """He read it."""
    occurrence = str(args["occurrence"])
    read = await notices.mark_read(scene.session, scene.clock, scene.turn.worker_id, occurrence)
    # Of the buttons of a message a web chat takes one: the others are still to be had.
    link = scene.choice("notices.go_title", "notices.go", occurrence=occurrence)
    choices = (*await _sign_up(scene, occurrence, read.number), *((link,) if read.link else ()))
    menu = scene.choice("menu.title", "menu")
    return (scene.reply("notices.got", *choices, menu, number=read.number),)


async def go(scene: Scene, args: Args) -> Replies:
    """He wants to see what it links to."""
    occurrence = str(args["occurrence"])
    read = await notices.open_link(scene.session, scene.clock, scene.turn.worker_id, occurrence)
    sign_up, menu = (
        await _sign_up(scene, occurrence, read.number),
        scene.choice("menu.title", "menu"),
    )
    return (scene.reply("notices.link", *sign_up, menu, link=read.link),)


async def by_profile(scene: Scene, args: Args) -> Replies:
    """Whether notices may go by what he told of himself; withdrawn as easily as given."""
    is_on = bool(args.get("on", True))
    await workers.let_notices_go_by_profile(
        scene.session, scene.clock, scene.turn.worker_id, is_on=is_on
    )
    key = "notices.told_noted" if is_on else "notices.told_off"
    return (scene.reply(key, scene.choice("menu.title", "menu")),)


async def tell(scene: Scene, _args: Args) -> Replies:
    """Ask for trade, platform and district."""
    return await profile.begin(scene)


async def not_by_profile(scene: Scene, _args: Args) -> Replies:
    """Notices go by what he told no more."""
    return await by_profile(scene, {"on": False})


async def _replied(scene: Scene) -> Replies | None:
    """What was said to a notice by its number, handed to staff."""
    found = signups.numbered(scene, "reply_leads")
    if found is None:
        return None
    number, text = found
    await notices.reply(
        scene.session,
        scene.library,
        scene.clock,
        scene.turn.worker_id,
        number=number,
        text=text,
    )
    return (scene.reply("notices.replied", scene.choice("menu.title", "menu"), number=number),)


async def _sign_up(scene: Scene, occurrence: str, number: int) -> tuple[Choice, ...]:
    """The button for signing up, where he may and has not."""
    worker_id = scene.turn.worker_id
    if not await lists.may_sign_up(scene.session, scene.clock, worker_id, number):
        return ()
    return (scene.choice("signups.sign_up_title", "signups.sign_up", occurrence=occurrence),)


def _named(scene: Scene) -> str:
    """The id of the topic that the sentence names; nothing for none."""
    topic = notices.topic_in(scene.library, scene.text)
    return topic.id if topic else ""


def _buttons(scene: Scene, task: str, topics: list[str]) -> tuple[Choice, ...]:
    known = scene.library.notices.topics
    return tuple(Choice(known[key].name, Task(task, {"topic": key})) for key in topics)


# What is typed as a whole message, whatever else was understood.
WORDS: Mapping[str, TaskFunction] = {
    "unsubscribe": unsubscribe,
    "subscribe": subscribe,
    "latest_notices": latest,
    "not_by_profile": not_by_profile,
    "profile": tell,
    **signups.WORDS,
}
INTENTS = {
    "latest_notices": latest,
    "subscribe_notices": subscribe,
    "unsubscribe_notices": unsubscribe,
}
TASKS = {
    "notices.subscribe": subscribe,
    "notices.unsubscribe": unsubscribe,
    "notices.got": got,
    "notices.go": go,
    "notices.by_profile": by_profile,
    "notices.tell": tell,
    **signups.TASKS,
}

"""What a channel's own menu and links ask for, and what arrives that nobody can read as words."""

from content.library import Library
from services.dialogues import find_stop
from services.masking import holds_number
from services.scene import Args, Scene
from services.tasks.talk import menu_choices
from services.turns import Replies, Reply, Task

# A command's name, and the task it stands for. The names are those of the channel's menu
# (content/messages/commands.yml); a link such as `?start=hazard` may name one too.
COMMANDS: dict[str, Task] = {
    "stops": Task("rest_stops.find"),
    "rights": Task("rights.menu"),
    "suggest": Task("cases.begin", {"kind": "suggestion"}),
    "hazard": Task("cases.begin", {"kind": "hazard"}),
    "mine": Task("cases.check"),
    "link": Task("links.begin"),
    "help": Task("menu"),
}
WELCOME = Task("commands.welcome")
# A link to one stop, as on a poster at its door, or to one right.
STOP, RIGHT = "s_", "r_"
UNREADABLE = frozenset(
    {
        "audio",
        "long_voice",
        "large_voice",
        "video",
        "sticker",
        "document",
        "contact",
        "edited",
        "large",
        "position",
    }
)


def task_of(library: Library, said: str) -> Task:
    """What `name` or `start payload` asks for; the welcome where it is nothing we know."""
    name, _, payload = said.partition(" ")
    word = payload.strip() if name == "start" else name
    if word.startswith(STOP):
        return Task("rest_stops.one", {"stop": word.removeprefix(STOP)})
    if word.startswith(RIGHT) and word.removeprefix(RIGHT) in library.topics:
        return Task("rights.topic", {"topic": word.removeprefix(RIGHT)})
    return COMMANDS.get(word, WELCOME)


async def welcome(scene: Scene, _args: Args) -> Replies:
    """Greet, say where the words go, and show what this can do."""
    greeting = scene.say("commands.welcome")
    if scene.turn.channel == "telegram":
        greeting = f"{greeting}\n{scene.say('commands.abroad')}"
    return (Reply(greeting, menu_choices(scene.library)),)


async def unreadable(scene: Scene, _args: Args) -> Replies:
    """Say truly that this cannot be read, and what to send instead."""
    what = scene.turn.text if scene.turn.text in UNREADABLE else "other"
    return (Reply(scene.say(f"commands.got_{what}"), menu_choices(scene.library)),)


async def one_stop(scene: Scene, args: Args) -> Replies:
    """The stop that a link names."""
    return await find_stop.by_id(scene, str(args["stop"]))


TASKS = {
    WELCOME.name: welcome,
    "commands.unreadable": unreadable,
    "rest_stops.one": one_stop,
}


def number_seen(scene: Scene) -> Replies:
    """What went through servers abroad can at least be deleted there by who wrote it."""
    if scene.turn.channel != "telegram" or not holds_number(scene.turn.text or ""):
        return ()
    return (scene.reply("commands.number_seen"),)

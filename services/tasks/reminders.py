"""Reminders that a worker asked for: a last day, a stop that he found shut; his list of them."""

from collections.abc import Mapping

from services import deadlines
from services.dialogues import deadline
from services.dialogues.deadline import no_news
from services.rest_stops import waits
from services.scene import Args, Scene, TaskFunction
from services.turns import Choice, Replies, Task

BEGIN, END_WAIT = "reminders.begin", "rest_stops.end_wait"


async def said(scene: Scene) -> Replies | None:
    """The answer to a fixed phrase about reminders; None where none was said."""
    if scene.turn.kind != "text" or not scene.text:
        return None
    for word, task in WORDS.items():
        if scene.is_word(word):
            return await task(scene, {})
    return None


async def begin(scene: Scene, args: Args) -> Replies:
    """Ask for the day from which a time limit counts, of the topic named or the only one."""
    topics = [topic for topic in scene.library.topics.values() if deadlines.limit_of(topic)]
    wanted = args.get("topic")
    found = [topic for topic in topics if wanted in {None, topic.id}]
    if len(found) == 1:
        return await deadline.begin(scene, found[0])
    choices = [
        Choice(deadlines.name(scene.library, topic.id), Task(BEGIN, {"topic": topic.id}))
        for topic in topics
    ]
    return (scene.reply("rights.which_topic", *choices),)


async def mine(scene: Scene, _args: Args) -> Replies:
    """What he is to be reminded of, with a button that ends each."""
    worker_id, lines, choices = scene.turn.worker_id, [], []
    for kept in await deadlines.of_worker(scene.session, scene.library, worker_id):
        day = kept.last_day.isoformat()
        lines.append(scene.say("reminders.deadline_line", name=kept.name, day=day))
        title = scene.say("reminders.cancel_deadline", day=day)
        choices.append(Choice(title, Task(deadlines.CANCEL, {"deadline": kept.id})))
    for each in await waits.of_worker(scene.session, worker_id):
        day = each.until.isoformat()
        lines.append(scene.say("reminders.wait_line", name=each.name, day=day))
        title = scene.say("reminders.cancel_wait", name=each.name)
        choices.append(Choice(title, Task(END_WAIT, {"stop": each.stop_id})))
    menu = scene.choice("menu.title", "menu")
    if not lines:
        return (
            scene.reply("reminders.none", scene.choice("rights.menu_title", "rights.menu"), menu),
        )
    return (scene.reply("reminders.list", *choices, menu, lines="\n".join(lines)),)


async def cancel(scene: Scene, args: Args) -> Replies:
    """He needs no reminder of that last day."""
    worker_id, deadline_id = scene.turn.worker_id, str(args["deadline"])
    await deadlines.cancel(scene.session, scene.clock, worker_id, deadline_id)
    return (scene.reply("reminders.cancelled", *_after(scene)),)


async def wait(scene: Scene, args: Args) -> Replies:
    """He wants to hear when a stop is open again."""
    worker_id, stop = scene.turn.worker_id, str(args["stop"])
    kept = await waits.wait(scene.session, scene.library, scene.clock, worker_id, stop)
    until = kept.until.isoformat()
    told = scene.reply("rest_stops.waits", *_after(scene), name=kept.name, until=until)
    return (told, *await no_news(scene))


async def end_wait(scene: Scene, args: Args) -> Replies:
    """He waits for that stop no more."""
    await waits.end(scene.session, [scene.turn.worker_id], str(args["stop"]))
    return (scene.reply("reminders.wait_cancelled", *_after(scene)),)


def _after(scene: Scene) -> tuple[Choice, Choice]:
    return (
        scene.choice("reminders.mine_title", "reminders.mine"),
        scene.choice("menu.title", "menu"),
    )


# What is typed as a whole message, whatever else was understood.
WORDS: Mapping[str, TaskFunction] = {"remind_me": begin, "my_reminders": mine}
TASKS: Mapping[str, TaskFunction] = {
    "reminders.begin": begin,
    "reminders.mine": mine,
    "reminders.cancel": cancel,
    "rest_stops.wait": wait,
    "rest_stops.end_wait": end_wait,
}
INTENTS: Mapping[str, TaskFunction] = {}

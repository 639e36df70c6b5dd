"""Notices: the newest ones, and whether to be told of one's cases."""

from services import consents, outbox
from services.scene import Args, Scene
from services.turns import Replies, Reply

SHOWN = 5


async def latest(scene: Scene, _args: Args) -> Replies:
    """What was sent to this worker last."""
    news = await outbox.newest(scene.session, scene.turn.worker_id, scene.turn.channel, SHOWN)
    if not news:
        return (scene.reply("notices.none", scene.choice("menu.title", "menu")),)
    lines = "\n".join(scene.say("notices.line", text=item.reply["text"]) for item in news)
    return (scene.reply("notices.latest", scene.choice("menu.title", "menu"), lines=lines),)


async def subscribe(scene: Scene, _args: Args) -> Replies:
    """Be told again how one's cases go."""
    await consents.give(scene.session, scene.clock, scene.turn.worker_id, consents.NEWS)
    return (scene.reply("notices.subscribed", scene.choice("menu.title", "menu")),)


async def unsubscribe(scene: Scene, _args: Args) -> Replies:
    """Be told nothing any more, unless one asks."""
    await consents.withdraw(scene.session, scene.clock, scene.turn.worker_id, consents.NEWS)
    back = scene.choice("notices.subscribe_title", "notices.subscribe")
    return (Reply(scene.say("notices.unsubscribed"), (back,)),)


INTENTS = {
    "latest_notices": latest,
    "subscribe_notices": subscribe,
    "unsubscribe_notices": unsubscribe,
}
TASKS = {"notices.subscribe": subscribe}

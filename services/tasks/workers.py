"""Me: what I told of myself, what is stored of me, deleting it."""

from services import links, workers
from services.scene import Args, Scene
from services.turns import Choice, Replies, Reply, Task


async def set_profile(scene: Scene, _args: Args) -> Replies:
    """Note trade, platform and area as far as the sentence names them; else offer the trades."""
    worker = await workers.get(scene.session, scene.turn.worker_id)
    trade = scene.heard.first("trade")
    trade = trade if trade in workers.TRADES else None
    platform, area = scene.heard.first("platform"), scene.heard.first("place")
    if not (trade or platform or area):
        return (_ask_trade(scene),)
    worker.trade = trade or worker.trade
    worker.platform = platform[:64] if platform else worker.platform
    if area and not workers.note_area(scene.library, worker, area[:64], scene.state.region):
        worker.area = area[:64]
        worker.province = worker.city = worker.district = None
    return (await _noted(scene),)


async def set_trade(scene: Scene, args: Args) -> Replies:
    """Note the trade that was chosen by button."""
    worker = await workers.get(scene.session, scene.turn.worker_id)
    worker.trade = str(args["trade"])
    return (await _noted(scene),)


async def show(scene: Scene, _args: Args) -> Replies:
    """Everything that is stored of him."""
    stored = await workers.stored(scene.session, scene.clock, scene.turn.worker_id)
    none = scene.say("workers.none")
    text = scene.say(
        "workers.stored",
        trade=scene.say(f"workers.trade_{stored.trade}") if stored.trade else none,
        platform=stored.platform or none,
        area=stored.area or none,
        region=stored.region or none,
        cases=stored.cases,
        contacts=stored.contacts,
        additions=stored.additions,
        supported=stored.supported,
        draft=scene.say("workers.draft_yes" if stored.draft else "workers.draft_no"),
        news=stored.news,
        notice_replies=stored.notice_replies,
        signups=stored.signups,
        signup_contacts=stored.signup_contacts,
        by_profile=scene.say(f"workers.by_profile_{'yes' if stored.by_profile else 'no'}"),
        reports=stored.reports,
        proposals=stored.proposals,
        talked=stored.talked,
        deadlines=stored.deadlines,
        waits=stored.waits,
        kept_days=scene.library.handovers.kept_days,
        linked=_linked(scene, stored) or none,
    )
    delete = scene.choice("workers.delete_title", "workers.ask_delete")
    link = scene.choice("links.link_title", "links.begin")
    if len(stored.channels) > 1:
        link = scene.choice("links.unlink_title", links.UNLINK)
    return (Reply(text, (delete, link, scene.choice("menu.title", "menu"))),)


async def ask_delete(scene: Scene, _args: Args) -> Replies:
    """Say what deleting means before it is done."""
    other = await links.linked(scene.session, scene.turn)
    linked = (
        ""
        if other is None
        else scene.say("workers.ask_delete_linked", there=links.name(scene.library, other))
    )
    yes = scene.choice("workers.delete_yes", "workers.delete")
    no = scene.choice("workers.delete_no", "menu")
    return (scene.reply("workers.ask_delete", yes, no, linked=linked),)


async def delete(scene: Scene, _args: Args) -> Replies:
    """Delete what is stored of him."""
    await workers.forget(scene.session, scene.library, scene.clock, scene.turn)
    return (scene.reply("workers.deleted", scene.choice("menu.title", "menu")),)


def _linked(scene: Scene, stored: workers.Stored) -> str:
    """The channels on which he is one worker; nothing where there is only one."""
    names = [links.name(scene.library, channel) for channel in stored.channels]
    return "、".join(names) if len(names) > 1 else ""


def _ask_trade(scene: Scene) -> Reply:
    choices = tuple(
        Choice(scene.say(f"workers.trade_{key}"), Task("workers.trade", {"trade": key}))
        for key in workers.TRADES
    )
    return Reply(scene.say("workers.ask_trade"), choices)


async def _noted(scene: Scene) -> Reply:
    check = scene.choice("rights.check_up_title", "intent", intent="start_rights_checkup")
    find = scene.choice("menu.stops_title", "rest_stops.find")
    notices = scene.choice("notices.by_profile_title", "notices.by_profile", on=True)
    return scene.reply("workers.noted", check, find, notices)


INTENTS = {
    "set_profile": set_profile,
    "show_my_data": show,
    "delete_my_data": ask_delete,
}
TASKS = {
    "workers.trade": set_trade,
    "workers.show": show,
    "workers.ask_delete": ask_delete,
    "workers.delete": delete,
}

"""What a worker tells of himself so that notices fit him: trade, platform, district, and his yes.

Each answer is kept as it is given; any may be skipped. Of a position only the district is kept.
"""

from dataclasses import replace

from db.models import Worker
from services import districts, workers
from services.dialogues.engine import CANCEL, Dialogue, Step, button, forget_nothing
from services.dialogues.listening import SURE, agrees, is_small_talk
from services.scene import Scene
from services.turns import Choice, Replies, Reply

NAME = "profile"
TRADE, PLATFORM, AREA, AGREE = "trade", "platform", "area", "agree"
FOLLOWING = {TRADE: PLATFORM, PLATFORM: AREA, AREA: AGREE}
CHOOSE, SKIP, YES, NO = "choose", "skip", "agree", "decline"
PLATFORMS_SHOWN = 8
TYPED_MOST = 20
# Sentences that answer a question here, whatever else they are.
OWN = frozenset({None, "set_profile", "nlu_fallback", "out_of_scope", "affirm", "deny"})


async def begin(scene: Scene) -> Replies:
    """Ask the first question."""
    scene.open(NAME, TRADE)
    return (await _ask_trade(scene),)


async def _next(scene: Scene) -> Replies:
    following = FOLLOWING[str(scene.state.step)]
    scene.open(NAME, following)
    return (await STEPS[following].ask(scene),)


async def _ask_trade(scene: Scene) -> Reply:
    trades = [button(scene, f"workers.trade_{key}", CHOOSE, key) for key in workers.TRADES]
    return Reply(scene.say("workers.ask_trade"), (*trades, *_ways_on(scene)))


async def _take_trade(scene: Scene) -> Replies | None:
    named = [key for key in workers.TRADES if scene.say(f"workers.trade_{key}") in scene.text]
    trade = named[0] if len(named) == 1 else scene.heard.first("trade")
    if trade in workers.TRADES:
        (await _worker(scene)).trade = trade
        return await _next(scene)
    return await _not_taken(scene)


async def _ask_platform(scene: Scene) -> Reply:
    names = scene.library.words["platforms"][:PLATFORMS_SHOWN]
    shown = [replace(button(scene, "menu.title", CHOOSE, name), title=name) for name in names]
    return Reply(scene.say("workers.ask_platform"), (*shown, *_ways_on(scene)))


async def _take_platform(scene: Scene) -> Replies | None:
    named = [name for name in scene.library.words["platforms"] if name in scene.text]
    known = max(named, key=len, default=None)
    typed = scene.text if len(scene.text) <= TYPED_MOST and scene.heard.intent in OWN else None
    platform = known or scene.heard.first("platform") or typed
    if scene.is_word("skip") or not platform:
        return await _not_taken(scene)
    (await _worker(scene)).platform = platform
    return await _next(scene)


async def _ask_area(scene: Scene) -> Reply:
    asked = scene.reply("workers.ask_area", *_ways_on(scene))
    return Reply(asked.text, asked.choices, ask="location")


async def _take_area(scene: Scene) -> Replies | None:
    worker = await _worker(scene)
    position, said = scene.turn.position, scene.text
    area = districts.of_china().at(position) if position is not None else None
    if area is not None:
        worker.area = area.district or area.city
        worker.province, worker.city, worker.district = area.province, area.city, area.district
        return await _next(scene)
    typed = position is None and not scene.is_word("skip") and len(said) <= TYPED_MOST
    if typed and workers.note_area(scene.library, worker, said, scene.state.region):
        return await _next(scene)
    taken = await _not_taken(scene)
    if taken is None or scene.state.step != AREA:
        return taken
    return (scene.reply("workers.area_unknown"), taken[-1])


async def _ask_agree(scene: Scene) -> Reply:
    worker = await _worker(scene)
    none = scene.say("workers.none")
    yes, no = button(scene, "workers.agree", YES), button(scene, "workers.decline", NO)
    return scene.reply(
        "workers.ask_agree",
        yes,
        no,
        trade=scene.say(f"workers.trade_{worker.trade}") if worker.trade else none,
        platform=worker.platform or none,
        area="".join(filter(None, (worker.city, worker.district))) or none,
    )


async def _take_agree(scene: Scene) -> Replies | None:
    if agrees(scene):
        return await _choose(scene, YES, "")
    if scene.heard.intent == "deny":
        return await _choose(scene, NO, "")
    return await _not_taken(scene)


async def _choose(scene: Scene, do: str, value: str) -> Replies:
    """A button of the open step."""
    step = scene.state.step
    if step == AGREE and do in {YES, NO}:
        await workers.let_notices_go_by_profile(
            scene.session, scene.clock, scene.turn.worker_id, is_on=do == YES
        )
        scene.finish()
        key = "notices.told_noted" if do == YES else "notices.told_off"
        return (scene.reply(key, scene.choice("menu.title", "menu")),)
    if step == TRADE and do == CHOOSE and value in workers.TRADES:
        (await _worker(scene)).trade = value
    elif step == PLATFORM and do == CHOOSE and value in scene.library.words["platforms"]:
        (await _worker(scene)).platform = value
    elif do != SKIP:
        return (await STEPS[str(step)].ask(scene),)
    return await _next(scene)


async def _not_taken(scene: Scene) -> Replies | None:
    """It answers nothing here: skipped, meant for the bot, or to be said again."""
    if scene.is_word("skip") and scene.state.step != AGREE:
        return await _next(scene)
    is_another = scene.heard.intent not in OWN and scene.heard.confidence >= SURE
    if is_another and not is_small_talk(scene):
        return None
    return (scene.reply("sorting.tap_one"), await STEPS[str(scene.state.step)].ask(scene))


def _ways_on(scene: Scene) -> tuple[Choice, ...]:
    return (button(scene, "workers.skip", SKIP), button(scene, "workers.leave", CANCEL))


async def _worker(scene: Scene) -> Worker:
    return await workers.get(scene.session, scene.turn.worker_id)


STEPS = {
    TRADE: Step(_ask_trade, _take_trade, _choose),
    PLATFORM: Step(_ask_platform, _take_platform, _choose),
    AREA: Step(_ask_area, _take_area, _choose),
    AGREE: Step(_ask_agree, _take_agree, _choose),
}
DIALOGUE = Dialogue(
    name=NAME,
    steps=STEPS,
    back={PLATFORM: TRADE, AREA: PLATFORM, AGREE: AREA},
    cancelled="workers.told_enough",
    home=lambda _scene: None,
    forget=forget_nothing,
)

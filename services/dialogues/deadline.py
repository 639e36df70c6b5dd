"""Keeping the last day of a time limit: the day on which he knew, then his yes.

Between the two only a day is held; nothing is stored before the yes.
"""

from datetime import date, timedelta

from content.schema import Fact, RightTopic
from kit.clock import in_shanghai
from kit.errors import NotFound
from services import consents, days_said, deadlines, rights
from services.dialogues.engine import CANCEL, Dialogue, Step, button, forget_nothing
from services.dialogues.listening import SURE, agrees, is_small_talk
from services.scene import Scene
from services.turns import Choice, Replies, Reply

NAME = "deadline"
DAY, AGREE = "day", "agree"
TOPIC, KNOWN, IS_FIRST = "topic", "known", "is_first"
TODAY, YESTERDAY, A_MONTH_AGO = "today", "yesterday", "a_month_ago"
CHOOSE, YES, OTHER = "choose", "agree", "other"


async def begin(scene: Scene, topic: RightTopic) -> Replies:
    """Ask for the day on which he knew; raises NotFound where the topic sets no time limit."""
    if deadlines.limit_of(topic) is None:
        raise NotFound("talk.choice_past")
    scene.open(NAME, DAY)
    scene.keep(**{TOPIC: topic.id})
    return (await _ask_day(scene),)


async def _ask_day(scene: Scene) -> Reply:
    topic, _ = _limit(scene)
    days = [
        button(scene, f"reminders.day_{each}", CHOOSE, each)
        for each in (TODAY, YESTERDAY, A_MONTH_AGO)
    ]
    name = deadlines.name(scene.library, topic.id)
    return scene.reply("reminders.ask_day", *days, _no_thanks(scene), name=name)


async def _take_day(scene: Scene) -> Replies | None:
    said = days_said.read(scene.library, scene.text, _today(scene)) if scene.text else None
    if said is not None:
        return await _weigh(scene, said.day, is_first=said.is_first)
    if _is_another(scene):
        return None
    return (scene.reply("reminders.no_day"), await _ask_day(scene))


async def _choose_day(scene: Scene, _do: str, value: str) -> Replies:
    today = _today(scene)
    days = {
        TODAY: today,
        YESTERDAY: today - timedelta(days=1),
        A_MONTH_AGO: days_said.month_before(today, 1),
    }
    if value not in days:
        return (await _ask_day(scene),)
    return await _weigh(scene, days[value], is_first=False)


async def _weigh(scene: Scene, known: date, *, is_first: bool) -> Replies:
    """Say what the day comes to; ask whether to keep the last day where a reminder can come."""
    if known > _today(scene):
        told = scene.reply("reminders.day_to_come", day=known.isoformat())
        return (told, await _ask_day(scene))
    scene.keep(**{KNOWN: known.isoformat(), IS_FIRST: is_first})
    if deadlines.coming(scene.library, scene.clock, _last(scene)):
        scene.open(NAME, AGREE)
        return (await _ask_agree(scene),)
    told = _too_late(scene)
    scene.finish()
    return (told,)


def _too_late(scene: Scene) -> Reply:
    """The last day is over, or too near for any reminder."""
    topic, _ = _limit(scene)
    last = _last(scene)
    left = (last - _today(scene)).days
    when = "passed" if left < 0 else "near" if left else "today"
    hotline = topic.hotlines[0].number
    what = scene.say(
        f"reminders.too_late_{when}", last=last.isoformat(), days=left, hotline=hotline
    )
    how = scene.choice("reminders.how_title", "rights.topic", topic=topic.id)
    return Reply(f"{_counted(scene)}\n{what}", (how, scene.choice("menu.title", "menu")))


async def _ask_agree(scene: Scene) -> Reply:
    last = _last(scene)
    days = _listed(scene, deadlines.coming(scene.library, scene.clock, last))
    asked = scene.say("reminders.ask_keep", days=days, last=last.isoformat())
    yes = button(scene, "reminders.keep_title", YES)
    other = button(scene, "reminders.other_day_title", OTHER)
    return Reply(f"{_counted(scene)}\n{asked}", (yes, other, _no_thanks(scene)))


async def _take_agree(scene: Scene) -> Replies | None:
    if agrees(scene):
        return await _choose_agree(scene, YES, "")
    if scene.heard.intent == "deny":
        scene.finish()
        return (scene.reply("reminders.dropped", scene.choice("menu.title", "menu")),)
    said = days_said.read(scene.library, scene.text, _today(scene)) if scene.text else None
    if said is not None:
        return await _weigh(scene, said.day, is_first=said.is_first)
    if _is_another(scene):
        return None
    return (scene.reply("sorting.tap_one"), await _ask_agree(scene))


async def _choose_agree(scene: Scene, do: str, _value: str) -> Replies:
    if do != YES:
        scene.open(NAME, DAY)
        return (await _ask_day(scene),)
    topic, _ = _limit(scene)
    last, worker_id = _last(scene), scene.turn.worker_id
    days = _listed(scene, deadlines.coming(scene.library, scene.clock, last))
    scene.finish()
    await deadlines.keep(scene.session, scene.library, scene.clock, worker_id, (topic.id, last))
    own = scene.choice("reminders.mine_title", "reminders.mine")
    kept = scene.reply(
        "reminders.kept",
        *(own, scene.choice("menu.title", "menu")),
        name=deadlines.name(scene.library, topic.id),
        last=last.isoformat(),
        days=days,
    )
    return (kept, *await no_news(scene))


async def no_news(scene: Scene) -> Replies:
    """What must be said to one who asked for no news: nothing will come."""
    if not await consents.is_withdrawn(scene.session, scene.turn.worker_id, consents.NEWS):
        return ()
    again = scene.choice("notices.subscribe_title", "notices.subscribe")
    return (scene.reply("reminders.no_news", again),)


def _counted(scene: Scene) -> str:
    """The last day, and what the law says of it."""
    topic, limit = _limit(scene)
    known = scene.state.answers[KNOWN]
    first = scene.say("reminders.from_first", day=known) + "\n"
    return (first if scene.state.answers[IS_FIRST] else "") + scene.say(
        "reminders.last_day",
        day=known,
        name=deadlines.name(scene.library, topic.id),
        last=_last(scene).isoformat(),
        proof=rights.claim(scene.library, limit).proof,
        claims="\n".join(
            scene.say("notices.line", text=c) for c in deadlines.beside(topic, limit)
        ),
    )


def _listed(scene: Scene, days: tuple[int, ...]) -> str:
    return scene.say("reminders.and").join(str(each) for each in days)


def _limit(scene: Scene) -> tuple[RightTopic, Fact]:
    """The topic asked about, and its limit; raises NotFound where an edition took them away."""
    topic = scene.library.topics.get(str(scene.state.answers.get(TOPIC)))
    limit = deadlines.limit_of(topic) if topic else None
    if topic is None or limit is None:
        scene.finish()
        raise NotFound("talk.choice_past")
    return topic, limit


def _last(scene: Scene) -> date:
    _, limit = _limit(scene)
    known = date.fromisoformat(scene.state.answers[KNOWN])
    return deadlines.last_day(known, limit.within_years or 0)


def _is_another(scene: Scene) -> bool:
    """Whether it is meant for the bot, and no answer here."""
    unclear = {None, "nlu_fallback", "out_of_scope", "affirm", "deny"}
    is_sure = scene.heard.intent not in unclear and scene.heard.confidence >= SURE
    return is_sure and not is_small_talk(scene)


def _no_thanks(scene: Scene) -> Choice:
    return button(scene, "reminders.no_thanks", CANCEL)


def _today(scene: Scene) -> date:
    return in_shanghai(scene.clock()).date()


DIALOGUE = Dialogue(
    name=NAME,
    steps={
        DAY: Step(_ask_day, _take_day, _choose_day),
        AGREE: Step(_ask_agree, _take_agree, _choose_agree),
    },
    back={AGREE: DAY},
    cancelled="reminders.dropped",
    home=lambda _scene: None,
    forget=forget_nothing,
)

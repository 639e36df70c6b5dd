"""Rights: one topic as a card, topics to choose from, a check by trade."""

from content.schema import RightTopic
from kit.errors import NotFound
from services import deadlines, rights, workers
from services.scene import Args, Scene
from services.turns import Choice, Replies, Reply, Task

PAY_TOPIC = "minimum_wage"
MENU_TOPICS = (
    *("minimum_wage", "pay_arrears", "fines_deductions", "account_ban"),
    *("occupational_injury_protection", "social_insurance_flexible", "labour_relationship"),
    *("high_temperature_extreme_weather", "labour_arbitration", "hotlines"),
)
# The words to take along where a topic is a grievance (content/cases/redress.yml).
TEXTS = {
    "pay_arrears": "wages",
    "fines_deductions": "deductions",
    "account_ban": "account",
    "work_injury_insurance": "injury",
    "occupational_injury_protection": "injury",
    "employer_social_insurance": "insurance",
    "commercial_insurance": "insurance",
    "termination_compensation": "dismissal",
    "labour_arbitration": "dismissal",
    "recruitment_rental_traps": "consumer",
    "traffic_accident": "accident",
    "one_stop_mediation": "mediation",
    "suggestions_petition": "petition",
}
# What a check-up shows first, by trade; the topics are those of the fact base for that trade.
BY_TRADE = {
    "rider": ("occupational_injury_protection", "fines_deductions", "minimum_wage"),
    "courier": ("courier_rights", "work_injury_insurance", "fines_deductions"),
    "ride_hailing_driver": ("ride_hailing_commission", "ride_hailing_licence", "account_ban"),
    "truck_driver": ("truck_drivers", "occupational_injury_protection", "traffic_accident"),
    "livestreamer": ("livestreamers", "contracts_agreements", "tax"),
}
FOR_ALL = ("pay_arrears", "social_insurance_flexible", "labour_arbitration", "legal_aid")


async def answer(scene: Scene, args: Args) -> Replies:
    """The card of the topic that an intent asks about; a choice when it has several."""
    topics = scene.library.topics_for(str(args["intent"]))
    if len(topics) == 1:
        return _card(scene, topics[0])
    return (Reply(scene.say("rights.which_topic"), _choices(topics)),)


async def topic(scene: Scene, args: Args) -> Replies:
    """The card of a topic that was chosen by button."""
    found = scene.library.topics.get(str(args["topic"]))
    if found is None:
        raise NotFound("talk.choice_past")
    return _card(scene, found)


async def menu(scene: Scene, _args: Args) -> Replies:
    """The topics most asked about."""
    topics = tuple(scene.library.topics[key] for key in MENU_TOPICS)
    return (Reply(scene.say("rights.menu"), _choices(topics)),)


async def check_up(scene: Scene, _args: Args) -> Replies:
    """A check of what one is entitled to: asks the trade, unless it is known."""
    worker = await workers.get(scene.session, scene.turn.worker_id)
    trade = scene.heard.first("trade") or worker.trade
    if trade in BY_TRADE:
        return await check_up_of(scene, {"trade": trade})
    choices = tuple(
        Choice(scene.say(f"workers.trade_{key}"), Task("rights.check_up_of", {"trade": key}))
        for key in BY_TRADE
    )
    return (Reply(scene.say("rights.ask_trade"), choices),)


async def check_up_of(scene: Scene, args: Args) -> Replies:
    """The topics that matter to a trade, the most important first."""
    trade = str(args["trade"])
    keys = (*BY_TRADE[trade], *FOR_ALL)
    topics = tuple(scene.library.topics[key] for key in keys)
    text = scene.say("rights.check_up", trade=scene.say(f"workers.trade_{trade}"))
    return (Reply(text, _choices(topics)),)


async def check_pay(scene: Scene, _args: Args) -> Replies:
    """How to work out one's own pay an hour, and what to hold it against."""
    how = scene.reply("rights.check_pay")
    return (how, *_card(scene, scene.library.topics[PAY_TOPIC]))


def _card(scene: Scene, found: RightTopic) -> Replies:
    city = _city(scene)
    card = rights.card(scene.library, scene.clock, found, city)
    known = "rights.answer_for" if city else "rights.answer"
    choices = (
        scene.choice("rights.menu_title", "rights.menu"),
        *(
            (scene.choice("rights.elsewhere_title", "rights.elsewhere", topic=found.id),)
            * bool(city)
        ),
        *_reminder(scene, found),
        *_ready_text(scene, found),
        scene.choice("menu.suggest_title", "cases.begin", kind="suggestion"),
    )
    text = scene.say(known, title=found.title, place=city or "")
    return (Reply(text, choices, (card,)),)


def _reminder(scene: Scene, found: RightTopic) -> tuple[Choice, ...]:
    """Where the law sets a time limit, a reminder of its last day."""
    if deadlines.limit_of(found) is None:
        return ()
    return (scene.choice("reminders.offer_title", "reminders.begin", topic=found.id),)


def _ready_text(scene: Scene, found: RightTopic) -> tuple[Choice, ...]:
    if found.id not in TEXTS:
        return ()
    return (scene.choice("cases.ready_text_title", "cases.ready_text", redress=TEXTS[found.id]),)


def _city(scene: Scene) -> str | None:
    """The city he names now, else the one he named before.

    Only what Rasa marked as a region too is remembered for the next question.
    """
    named = scene.library.region_in(scene.text)
    marked = scene.library.region_in(scene.heard.first("region") or "")
    if named and named == marked:
        scene.state.region = named
    return named or marked or scene.state.region


async def elsewhere(scene: Scene, args: Args) -> Replies:
    """The same topic without the city that was remembered."""
    scene.state.region = None
    return await topic(scene, args)


def _choices(topics: tuple[RightTopic, ...]) -> tuple[Choice, ...]:
    return tuple(
        Choice(found.title, Task("rights.topic", {"topic": found.id})) for found in topics
    )


INTENTS = {
    "start_rights_checkup": check_up,
    "check_pay": check_pay,
}
TASKS = {
    "rights.topic": topic,
    "rights.menu": menu,
    "rights.elsewhere": elsewhere,
    "rights.check_up_of": check_up_of,
}

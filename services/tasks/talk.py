"""Talk: greetings, the menu, a person, danger, and sentences that nobody understood."""

from content.library import Library
from kit.text import bare, normalise
from services import sentences
from services.scene import SAID, Args, Scene, TaskFunction
from services.turns import Choice, Guess, Replies, Reply, Task

GUESSES = 3
# Title, task and arguments of each button of the menu.
MENU: tuple[tuple[str, str, dict[str, object]], ...] = (
    ("menu.stops_title", "rest_stops.find", {}),
    ("menu.rights_title", "rights.menu", {}),
    ("menu.suggest_title", "cases.begin", {"kind": "suggestion"}),
    ("menu.hazard_title", "cases.begin", {"kind": "hazard"}),
    ("cases.check_title", "cases.check", {}),
    ("workers.show_title", "workers.show", {}),
    ("menu.person_title", "handovers.ask", {}),
)
# Meanings that are never offered as a guess: nobody means them and is glad of the button.
NOT_GUESSED = frozenset({"nlu_fallback", "out_of_scope", "insult", "affirm", "deny", "greet"})


async def menu(scene: Scene, _args: Args) -> Replies:
    """The menu, with numbers to type."""
    return (Reply(scene.say("menu.text"), menu_choices(scene.library)),)


def menu_choices(library: Library) -> tuple[Choice, ...]:
    """The buttons of the menu, in the order of its numbers."""
    return tuple(Choice(library.say(key), Task(task, args)) for key, task, args in MENU)


def menu_choice_said(scene: Scene, *, numbers: bool) -> Task | None:
    """The menu's task whose very title (or number) was typed, whatever was offered last."""
    typed = bare(scene.turn.text or "")
    for number, choice in enumerate(menu_choices(scene.library), 1):
        if typed == normalise(choice.title) or (numbers and typed == str(number)):
            return choice.task
    return None


def _line(key: str) -> TaskFunction:
    async def say(scene: Scene, _args: Args) -> Replies:
        return (Reply(scene.say(key), menu_choices(scene.library)),)

    return say


async def greet(scene: Scene, _args: Args) -> Replies:
    """Greet, and say what this can do."""
    return (Reply(scene.say("talk.greet"), menu_choices(scene.library)),)


async def restart(scene: Scene, _args: Args) -> Replies:
    """Back to the menu; a draft is put aside, not lost."""
    scene.put_aside()
    return await menu(scene, {})


async def urgent(scene: Scene, args: Args) -> Replies:
    """The numbers to call now, before anything else."""
    return (scene.reply(f"talk.{args['kind']}"),)


async def not_understood(scene: Scene, _args: Args) -> Replies:
    """The best guesses as buttons; without any, the menu. The sentence is kept meanwhile."""
    if _is_unheard(scene):
        await sentences.note(scene.session, scene.library, scene.clock, scene.text)
    scene.keep(**{SAID: scene.text})
    guesses = [_guess(scene, guess) for guess in _worth_offering(scene)]
    as_idea = scene.choice("talk.use_as_idea", "cases.begin", kind="suggestion", said=True)
    if not guesses:
        choices = (*menu_choices(scene.library), as_idea)
        return (Reply(scene.say("talk.not_heard"), choices),)
    neither = scene.choice("talk.none_of_these", "talk.none_of_these")
    return (Reply(scene.say("talk.did_you_mean"), (*guesses, as_idea, neither)),)


async def none_of_these(scene: Scene, _args: Args) -> Replies:
    """The menu, a person to call, and the sentence still there to hand in."""
    said = bool(scene.state.answers.get(SAID))
    as_idea = scene.choice("talk.use_as_idea", "cases.begin", kind="suggestion", said=True)
    choices = (*menu_choices(scene.library), *((as_idea,) if said else ()))
    return (Reply(scene.say("talk.menu_and_person"), choices),)


def _is_unheard(scene: Scene) -> bool:
    """Whether somebody listened and understood nothing, and no form is near: what belongs into a
    draft is nobody's to keep.
    """
    free = scene.state.name is None and not scene.state.drafts
    return free and scene.heard.intent == "nlu_fallback" and scene.turn.kind == "text"


def _worth_offering(scene: Scene) -> list[Guess]:
    ranking = (guess for guess in scene.heard.ranking if guess.intent not in NOT_GUESSED)
    return list(ranking)[:GUESSES]


def _guess(scene: Scene, guess: Guess) -> Choice:
    topics = scene.library.topics_for(guess.intent)
    title = topics[0].title if len(topics) == 1 else scene.say(f"intents.{guess.intent}")
    return Choice(title, Task("intent", {"intent": guess.intent}))


INTENTS: dict[str, TaskFunction] = {
    "greet": greet,
    "goodbye": _line("talk.goodbye"),
    "thank": _line("talk.thank"),
    "affirm": _line("talk.affirm"),
    "deny": _line("talk.deny"),
    "help_menu": menu,
    "go_back": menu,
    "restart": restart,
    "bot_challenge": _line("talk.machine"),
    "insult": _line("talk.insult"),
    "out_of_scope": _line("talk.out_of_scope"),
    "nlu_fallback": not_understood,
}
TASKS: dict[str, TaskFunction] = {
    "menu": menu,
    "talk.none_of_these": none_of_these,
}

"""What a sentence inside a dialogue is: an answer, agreement, small talk, or meant for the bot."""

from services.scene import Scene

# From here on what was heard is believed where a mistake would cost the worker something.
SURE = 0.7
# What nobody writes into a form: such a sentence is for the bot, question or not.
WISHES = frozenset(
    {"delete_my_data", "show_my_data", "unsubscribe_notices", "human_handoff", "restart"}
    | {"check_case", "withdraw_case", "help_menu", "go_back", "latest_notices"}
    | {"link_account", "unlink_account"}
)
# What is said to the bot in passing: no answer to any field, and no reason to leave the form.
SMALL_TALK = frozenset({"greet", "thank", "goodbye", "deny", "insult"})


def agrees(scene: Scene) -> bool:
    """Whether it is a yes: by a fixed word, or as surely heard."""
    heard = scene.heard
    return scene.is_word("send") or (heard.intent == "affirm" and heard.confidence >= SURE)


def is_small_talk(scene: Scene) -> bool:
    """Whether it was said in passing."""
    return scene.heard.intent in SMALL_TALK and scene.heard.confidence >= SURE


def is_for_the_bot(scene: Scene, own_intents: frozenset[str]) -> bool:
    """Whether the text may be meant for the bot rather than for the draft."""
    heard = scene.heard
    about_this = heard.intent is None or heard.intent in own_intents
    for_the_bot = scene.holds("questions") or heard.intent in WISHES
    return not about_this and heard.confidence >= SURE and for_the_bot

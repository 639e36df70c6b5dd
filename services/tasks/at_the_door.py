"""At the door: danger, a claim of one's own, an idea for all, whatever else was heard in it.

Rasa tells subjects apart better than purposes: it hears a sum of wages in a claim, in an idea and
in a question alike. So the words decide here where a wrong turn would cost the worker his matter.
"""

from services.cases.redress import is_wish, where_to
from services.dialogues.handing_over import hand_over
from services.dialogues.listening import SURE
from services.scene import FORMS, SAID, Args, Scene
from services.tasks import cases, talk
from services.turns import Choice, Replies, Reply

EMERGENCY, DISTRESS, RESCUE = "emergency", "distress", "rescue"
FIND_STOP, OUT_OF_SCOPE = "find_rest_stop", "out_of_scope"
# What is answered with a courtesy, as if nothing had been said.
PASSES_OVER = frozenset({"thank", "goodbye", "insult", "affirm", "deny", "greet", "bot_challenge"})
# What judges the words by itself; all else that is not surely heard is judged here.
OF_CASES = frozenset({"send_suggestion", "report_hazard", "file_complaint", EMERGENCY, DISTRESS})


async def urgent(scene: Scene, args: Args) -> Replies:
    """The numbers to call now, then words to say there; what is said may still be handed in.

    Who sees no way on is asked nothing; who fears for somebody else is told whom to call.
    """
    kind = str(args["kind"])
    if kind == DISTRESS and scene.holds("distress_of_others"):
        kind = RESCUE
    first = await talk.urgent(scene, {"kind": kind})
    if kind == DISTRESS:
        return first
    if scene.state.name not in FORMS and scene.text and scene.holds("idea_starts"):
        return (*first, *await cases.suggest(scene, {}))
    return (*first, Reply(scene.library.redress[EMERGENCY].text, _to_hand_in(scene)))


def _to_hand_in(scene: Scene) -> tuple[Choice, ...]:
    if scene.state.name in FORMS or not scene.text or scene.turn.kind != "text":
        return ()
    return _kept(scene, "talk.use_as_hazard", "talk.use_as_idea")


async def emergency(scene: Scene, _args: Args) -> Replies:
    """Danger now."""
    return await urgent(scene, {"kind": EMERGENCY})


async def distress(scene: Scene, _args: Args) -> Replies:
    """Someone who sees no way on."""
    return await urgent(scene, {"kind": DISTRESS})


def by_words(scene: Scene) -> str | None:
    """The intent of fixed words, for when nobody else understood them."""
    if scene.is_word("suggestion_openers") or _is_idea(scene):
        return "send_suggestion"
    return "report_hazard" if scene.is_word("hazard_openers") else None


async def instead(scene: Scene, intent: str) -> Replies | None:
    """The answer to an idea or claim in which something else was heard; None for all others."""
    if scene.turn.kind != "text" or intent in OF_CASES:
        return None
    about_rights = bool(scene.library.topics_for(intent))
    freely = about_rights or intent in talk.INTENTS
    is_unsure = freely or scene.heard.confidence < SURE
    claim = where_to(scene.library, scene.text, freely=freely) if is_unsure else None
    if claim is not None:
        return None if about_rights else hand_over(scene, claim, scene.text)
    if (intent == FIND_STOP and _wants_one_built(scene)) or (is_unsure and _is_idea(scene)):
        return await cases.suggest(scene, {})
    return _which(scene) if _is_overheard_grumble(scene, intent) else None


def _is_overheard_grumble(scene: Scene, intent: str) -> bool:
    """Whether he is not content, and only courtesy, anger or nothing of ours was heard in it."""
    if intent == OUT_OF_SCOPE:
        return scene.holds("amiss") and not scene.holds("questions")
    unsure = intent in PASSES_OVER and scene.heard.confidence < SURE
    return unsure and scene.holds("grumbles")


def _wants_one_built(scene: Scene) -> bool:
    """Whether he does not ask for a stop, but wishes that there were one."""
    if scene.holds("questions"):
        return False
    begins = scene.text.startswith(scene.library.words["if_only"])
    return scene.holds("wishes_for_all") or (begins and scene.holds("would_be_good"))


def _which(scene: Scene) -> Replies:
    """A grumble in which only courtesy or anger was heard: he says what is to become of it."""
    return (scene.reply("talk.grumble", *_kept(scene, "menu.hazard_title", "menu.suggest_title")),)


def _kept(scene: Scene, as_hazard: str, as_idea: str) -> tuple[Choice, ...]:
    """Buttons that hand in what was just said."""
    scene.keep(**{SAID: scene.text})
    kept = {"said": True, "anyway": True}
    return (
        scene.choice(as_hazard, "cases.begin", kind="hazard", **kept),
        scene.choice(as_idea, "cases.begin", kind="suggestion", **kept),
    )


def beside(scene: Scene) -> Replies:
    """What stands below a card of rights: words for a claim, or that an idea may be handed in."""
    claim = where_to(scene.library, scene.text, freely=True)
    if claim is not None:
        return hand_over(scene, claim, scene.text)
    is_grumble = scene.holds("grumbles") and not scene.holds("questions")
    if not scene.text or not (is_grumble or is_wish(scene.library, scene.text)):
        return ()
    scene.keep(**{SAID: scene.text})
    as_idea = scene.choice("talk.use_as_idea", "cases.begin", kind="suggestion", said=True)
    return (scene.reply("talk.or_as_idea", as_idea),)


def _is_idea(scene: Scene) -> bool:
    """Whether it begins as ideas do, says more, and is no question."""
    begins = scene.text.startswith(scene.library.words["idea_starts"])
    return begins and not scene.holds("questions")


INTENTS = {EMERGENCY: emergency, DISTRESS: distress}

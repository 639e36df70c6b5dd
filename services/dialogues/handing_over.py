"""What is no idea and no hazard: the right place at once, with a text to copy."""

from content.case_schema import Redress
from services.cases.redress import where_to
from services.scene import FORMS, SAID, Scene
from services.turns import Replies, Reply


def elsewhere(scene: Scene, said: str) -> Replies | None:
    """Where a claim of one's own goes; None for what is taken in here.

    Nothing is refused flatly: he may hand it in as it stands, or an idea for the rule.
    """
    redress = where_to(scene.library, said)
    return None if redress is None else hand_over(scene, redress, said)


def hand_over(scene: Scene, redress: Redress, said: str) -> Replies:
    """The right place, and a text to copy; what was said, if anything, may still be handed in."""
    kind = str(scene.state.name) if scene.state.name in FORMS else "suggestion"
    scene.put_aside()
    scene.keep(**{SAID: said})
    idea = scene.choice("cases.as_idea_title", "cases.begin", kind="suggestion")
    hotlines = scene.choice("rights.hotlines_title", "rights.topic", topic="hotlines")
    as_it_is = {"kind": kind, "said": True, "anyway": True}
    anyway = scene.choice("cases.hand_in_anyway_title", "cases.begin", **as_it_is)
    choices = (idea, hotlines, anyway) if said else (idea, hotlines)
    # The text stands alone in a message, so that a long press copies it and nothing else.
    return (Reply(_lead(scene, redress)), Reply(redress.text, choices))


def _lead(scene: Scene, redress: Redress) -> str:
    places = [
        scene.say(
            "cases.place_to_turn_to",
            number=place.number,
            name=scene.library.hotlines[place.number].name,
            purpose=place.purpose,
        )
        for place in redress.places
    ]
    said = {"lead": redress.lead, "places": "\n".join(places), "idea": redress.idea}
    return scene.say("cases.hand_over", **said)

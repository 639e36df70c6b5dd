"""Handing in a suggestion, a hazard or a proposed stop: which fields, and what sending does."""

from services import cases, consents
from services.cases import Draft
from services.dialogues import photos
from services.dialogues.form import Field, Form, dialogue
from services.rest_stops import proposals
from services.scene import Scene
from services.turns import Replies, Reply

# The channel takes 4,096 characters a message, and an afterthought may be added at the summary.
SUBJECT = Field("subject", least=2, most=8_000)
PLACE = Field("place", least=2, most=300, optional=True, location=True)
REMEDY = Field("remedy", least=2, most=4_096, optional=True)
PROPOSED = Field("subject", least=2, most=200)
WHERE = Field("place", least=2, most=300, location=True)
OFFERS = Field("offers", least=1, most=1_000, optional=True)

INTAKE_INTENTS = frozenset(
    {"send_suggestion", "report_hazard", "report_stop_problem", "affirm", "deny", "greet"}
    | {"nlu_fallback", "out_of_scope", "set_profile", "ask_community_access_friendly"}
    | {"thank", "goodbye", "insult"}
)


async def _send(scene: Scene) -> Replies:
    kind, answers = str(scene.state.name), scene.state.answers
    draft = Draft(
        kind=kind,
        subject=str(answers["subject"]),
        place=answers.get("place") or None,
        remedy=answers.get("remedy") or None,
        photos=photos.in_form(scene),
    )
    worker = scene.turn.worker_id
    await consents.give(scene.session, scene.clock, worker, consents.HAND_IN[scene.turn.channel])
    case = await cases.hand_in(scene.session, scene.clock, worker, scene.turn.id, draft)
    pictures = await cases.photos_of(scene.session, case.id)
    scene.finish()
    lines = [scene.say(f"{kind}.sent", code=case.code)]
    if pictures:
        lines.append(scene.say("photos.came_along", count=len(pictures)))
    done = Reply(
        "\n".join(lines),
        (scene.choice("cases.check_title", "cases.check"), scene.choice("menu.title", "menu")),
        (cases.card(scene.library, case),),
    )
    return (done,)


async def _send_proposal(scene: Scene) -> Replies:
    answers = scene.state.answers
    draft = proposals.Draft(
        str(answers["subject"]), str(answers["place"]), answers.get("offers") or None
    )
    worker = scene.turn.worker_id
    await proposals.hand_in(scene.session, scene.clock, worker, scene.turn.id, draft)
    scene.finish()
    find = scene.choice("menu.stops_title", "rest_stops.find")
    return (scene.reply("proposal.sent", find, scene.choice("menu.title", "menu")),)


SUGGESTION = Form("suggestion", "suggestion", (SUBJECT, PLACE, REMEDY), _send, INTAKE_INTENTS)
HAZARD = Form("hazard", "hazard", (SUBJECT, PLACE), _send, INTAKE_INTENTS)
PROPOSAL = Form("proposal", "proposal", (PROPOSED, WHERE, OFFERS), _send_proposal, INTAKE_INTENTS)
FORMS = {form.name: form for form in (SUGGESTION, HAZARD, PROPOSAL)}
DIALOGUES = tuple(dialogue(form) for form in FORMS.values())

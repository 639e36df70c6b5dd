"""Handing in a suggestion, a hazard, an addition or a proposed stop: which steps, and sending."""

from services import cases, consents
from services.cases import Draft, HandedIn, duplicates
from services.cases.sentence import read
from services.dialogues import attachments, signing
from services.dialogues.forms import Field, Form, dialogue
from services.dialogues.forms.shape import UNASKED
from services.dialogues.forms.taking import SPOT
from services.dialogues.handing_over import elsewhere
from services.dialogues.signing import ANSWERED, SIGNED
from services.dialogues.similar import OTHERS
from services.dialogues.sorting_questions import EXTRA, MORE, WHICH, category_of, own_question
from services.rest_stops import proposals
from services.scene import Scene
from services.turns import Position, Replies, Reply

# The channel takes 4,096 characters a message, and an afterthought may be added at the summary.
SUBJECT = Field("subject", least=2, most=8_000)
PLACE = Field("place", least=2, most=300, optional=True, location=True)
REMEDY = Field("remedy", least=2, most=4_096, optional=True)
PROPOSED = Field("subject", least=2, most=200)
WHERE = Field("place", least=2, most=300, location=True)
OFFERS = Field("offers", least=1, most=1_000, optional=True)
MORE_WORDS = Field("subject", least=1, most=4_096, optional=True)
# Nobody at a red light answers more.
MOST_OF_A_SUGGESTION, MOST_OF_A_HAZARD = 4, 3
CODE = "code"

INTAKE_INTENTS = frozenset(
    {"send_suggestion", "report_hazard", "report_stop_problem", "affirm", "deny", "greet"}
    | {"nlu_fallback", "out_of_scope", "set_profile", "ask_community_access_friendly"}
    | {"thank", "goodbye", "insult"}
)


def _read(scene: Scene) -> None:
    """Take the first sentence apart: what it says of place and remedy is not asked again."""
    answers = scene.state.answers
    found = read(scene.library, str(answers["subject"]))
    said = {"place": found.place, "remedy": found.remedy}
    fields = {field.name for field in FORMS[str(scene.state.name)].fields}
    new = {k: v for k, v in said.items() if v and k in fields and k not in answers}
    if new:
        scene.keep(**new, **{UNASKED: [*answers.get(UNASKED, ()), *new]})


async def _send(scene: Scene) -> Replies:
    kind, answers = str(scene.state.name), scene.state.answers
    caller, contact = await signing.opened(scene)
    category, question, spot = category_of(scene), own_question(scene), answers.get(SPOT)
    draft = Draft(
        kind=kind,
        subject=str(answers["subject"]),
        place=answers.get("place") or None,
        remedy=answers.get("remedy") or None,
        photos=attachments.in_form(scene, attachments.PHOTOS),
        recordings=attachments.in_form(scene, attachments.RECORDINGS),
        category=category.id if category else None,
        extras={question.id: str(answers[EXTRA])} if question and answers.get(EXTRA) else {},
        spot=Position(*spot) if spot else None,
        caller=caller,
        contact=contact,
        wants_answer=signing.wants_answer(scene),
    )
    worker = scene.turn.worker_id
    await consents.give(scene.session, scene.clock, worker, consents.HAND_IN[scene.turn.channel])
    sent = await cases.hand_in(
        scene.session, scene.library, scene.clock, worker, scene.turn.id, draft=draft
    )
    await duplicates.note(scene.session, scene.library, sent.case)
    pictures = await cases.photos_of(scene.session, sent.case.id)
    voices = await cases.recordings_of(scene.session, sent.case.id)
    scene.finish()
    lines = [scene.say(f"{kind}.sent", code=sent.case.code), *_what_comes(scene, sent)]
    if pictures:
        lines.append(scene.say("photos.came_along", count=len(pictures)))
    if voices:
        lines.append(scene.say("recordings.came_along", count=len(voices)))
    choices = (
        scene.choice("cases.check_title", "cases.check"),
        scene.choice("menu.title", "menu"),
    )
    return (Reply("\n".join(lines), choices, (cases.card(scene.library, sent.case),)),)


def _what_comes(scene: Scene, sent: HandedIn) -> tuple[str, ...]:
    """Whether a person looks first, by when it is answered, and the query word."""
    held = (scene.say(f"cases.held_{sent.case.held_reason}"),) if sent.held else ()
    key = "cases.promised" if sent.due else "cases.promised_days"
    if not sent.case.wants_answer:
        key = "cases.no_answer_wanted"
    promise = scene.say(key, due=sent.due, days=sent.answer_days)
    return (*held, promise, scene.say("cases.received_with_word", word=sent.query_word))


async def _send_addition(scene: Scene) -> Replies:
    answers = scene.state.answers
    worker = scene.turn.worker_id
    await consents.give(scene.session, scene.clock, worker, consents.HAND_IN[scene.turn.channel])
    case = await cases.add(
        scene.session,
        scene.library,
        scene.clock,
        worker,
        scene.turn.id,
        code=str(answers[CODE]),
        text=str(answers["subject"]) or None,
        photo_ids=attachments.in_form(scene, attachments.PHOTOS),
        recording_ids=attachments.in_form(scene, attachments.RECORDINGS),
    )
    scene.finish()
    choices = (
        scene.choice("cases.check_title", "cases.check"),
        scene.choice("menu.title", "menu"),
    )
    text = scene.say("addition.sent", code=case.code)
    return (Reply(text, choices, (cases.card(scene.library, case),)),)


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


_QUESTIONS = (WHICH, MORE, OTHERS, SIGNED, ANSWERED)
SUGGESTION = Form(
    "suggestion", "suggestion", (SUBJECT, PLACE, REMEDY), _send, INTAKE_INTENTS,
    _QUESTIONS, MOST_OF_A_SUGGESTION, _read, elsewhere,
)  # fmt: skip
HAZARD = Form(
    "hazard", "hazard", (SUBJECT, PLACE), _send, INTAKE_INTENTS,
    _QUESTIONS, MOST_OF_A_HAZARD, _read, elsewhere,
)  # fmt: skip
PROPOSAL = Form("proposal", "proposal", (PROPOSED, WHERE, OFFERS), _send_proposal, INTAKE_INTENTS)
ADDITION = Form("addition", "addition", (MORE_WORDS,), _send_addition, INTAKE_INTENTS)
FORMS = {form.name: form for form in (SUGGESTION, HAZARD, PROPOSAL, ADDITION)}
DIALOGUES = tuple(dialogue(form) for form in FORMS.values())

"""How a worker signs: not at all, with a name, with a number; and whether he wants an answer.

What is typed here goes neither to Rasa nor into any reply whole, and lies sealed in the draft.
"""

import base64
from typing import Any

from kit.text import normalise, shorten
from services import consents, vault
from services.dialogues.engine import button
from services.dialogues.forms import Form, asking
from services.dialogues.forms.shape import Question
from services.masking import holds_number
from services.scene import Scene
from services.turns import Replies, Reply

SIGNATURE, ANSWER = "signature", "answer"
CONTACT, CALLER = "contact", "caller"
LEAST, MOST = 2, 100
HEAD, TAIL = 1, 2


async def opened(scene: Scene) -> tuple[str | None, str | None]:
    """What was left to call him by and to reach him at, each None when it was not."""
    signed = _signed(scene)
    if not signed:
        return None, None
    sealed = base64.b64decode(signed["sealed"])
    words = await vault.unseal(scene.session, scene.turn.worker_id, sealed)
    return (words, None) if signed["kind"] == CALLER else (None, words)


def wants_answer(scene: Scene) -> bool:
    """Whether he wants to hear of it."""
    return scene.state.answers.get(ANSWER) != "no"


def _signed(scene: Scene) -> dict[str, Any]:
    return dict(scene.state.answers.get(SIGNATURE) or {})


async def _never(_scene: Scene) -> bool:
    return False


async def _ask_signature(_form: Form, scene: Scene) -> Reply:
    anonymous = button(scene, "signing.anonymous_title", "anonymous")
    full = scene.choice("privacy.full_title", "privacy.full")
    return scene.reply("signing.ask", anonymous, full, *asking.ways_out(scene))


async def _take_signature(form: Form, scene: Scene) -> Replies | None:
    words = scene.text
    if scene.is_word("anonymous") or scene.is_word("skip"):
        return await _choose_signature(form, scene, "anonymous", "")
    if len(normalise(words)) < LEAST or len(words) > MOST:
        return (scene.reply("signing.bad", most=MOST), await _ask_signature(form, scene))
    kind = CONTACT if holds_number(words) or any(ch.isdigit() for ch in words) else CALLER
    if scene.holds("contact_words"):
        kind = CONTACT
    sealed = await vault.seal(scene.session, scene.turn.worker_id, words)
    kept = base64.b64encode(sealed).decode()
    scene.keep(**{SIGNATURE: {"kind": kind, "sealed": kept, "shown": veiled(words)}})
    await consents.give(scene.session, scene.clock, scene.turn.worker_id, consents.CONTACT)
    return await asking.proceed(form, scene)


async def _choose_signature(form: Form, scene: Scene, do: str, _value: str) -> Replies:
    if do == "anonymous":
        scene.drop(SIGNATURE)
    return await asking.proceed(form, scene)


def veiled(words: str) -> str:
    """Enough for him to know it again, too little for anybody else."""
    words = normalise(words)
    if len(words) <= HEAD + TAIL:
        return f"{words[0]}…"
    return f"{words[:HEAD]}…{words[-TAIL:]}"


def _signature_line(scene: Scene) -> tuple[str, str] | None:
    signed = _signed(scene)
    if not signed:
        return scene.say("signing.name"), scene.say("signing.anonymous")
    shown = shorten(str(signed["shown"]), MOST)
    return scene.say("signing.name"), scene.say(f"signing.{signed['kind']}", shown=shown)


def _edit_signature(scene: Scene) -> str | None:
    return scene.say("form.edit", name=scene.say("signing.name"))


async def _ask_answer(_form: Form, scene: Scene) -> Reply:
    yes, no = button(scene, "signing.agree", "yes"), button(scene, "signing.decline", "no")
    return scene.reply("signing.ask_answer", yes, no, *asking.ways_out(scene))


async def _take_answer(form: Form, scene: Scene) -> Replies | None:
    if scene.is_word("no_answer"):
        return await _choose_answer(form, scene, "no", "")
    if scene.is_word("send"):
        return await _choose_answer(form, scene, "yes", "")
    return (scene.reply("sorting.tap_one"), await _ask_answer(form, scene))


async def _choose_answer(form: Form, scene: Scene, do: str, _value: str) -> Replies:
    if do in {"yes", "no"}:
        scene.keep(**{ANSWER: do})
    return await asking.proceed(form, scene)


def _answer_line(scene: Scene) -> tuple[str, str] | None:
    if wants_answer(scene):
        return None
    return scene.say("signing.answer_name"), scene.say("signing.decline")


def _edit_answer(scene: Scene) -> str | None:
    return scene.say("signing.decline" if wants_answer(scene) else "signing.agree")


SIGNED = Question(
    SIGNATURE, _ask_signature, _take_signature, _choose_signature, _never,
    _signature_line, _edit_signature, counted=False, private=True,
)  # fmt: skip
ANSWERED = Question(
    ANSWER, _ask_answer, _take_answer, _choose_answer, _never,
    _answer_line, _edit_answer, counted=False,
)  # fmt: skip

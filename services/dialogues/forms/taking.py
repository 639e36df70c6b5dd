"""What a form does with an answer: a text, a position, a button, a word in passing."""

from kit.text import normalise
from services.dialogues import attachments, positions
from services.dialogues.forms.asking import (
    ask_field,
    ask_pending,
    ask_step,
    ask_summary,
    keep_for_summary,
    proceed,
)
from services.dialogues.forms.shape import ANYWAY, PENDING, UNASKED, Field, Form, steps
from services.dialogues.listening import agrees, is_for_the_bot, is_small_talk
from services.scene import Scene, seal
from services.turns import Replies, Reply

SPOT = "spot"
# Characters; what is longer says what to write, and is no wish to mend a field.
EDIT_MOST = 9


async def take_field(form: Form, field: Field, scene: Scene) -> Replies | None:
    """A turn while a field of text is open."""
    if scene.turn.position is not None:
        if field.location:
            return await _store_position(form, field, scene)
        return (scene.reply("form.no_location_here"), ask_field(form, field, scene))
    if PENDING in scene.state.answers and agrees(scene):
        return await _agreed(form, field, scene)
    said = _said_in_passing(field, scene)
    if said:
        return (scene.reply(said), ask_field(form, field, scene))
    if is_for_the_bot(scene, form.own_intents):
        scene.keep(**{PENDING: scene.text, "intent": scene.heard.intent})
        return (ask_pending(form, field, scene),)
    skipped = field.optional and scene.is_word("skip")
    return await store(form, field, scene, "" if skipped else scene.text)


async def choose_field(form: Form, field: Field, scene: Scene, do: str, _value: str) -> Replies:
    """A button of a field of text."""
    if do == "skip" and field.optional:
        return await store(form, field, scene, "")
    if do == "write" and PENDING in scene.state.answers:
        return await store(form, field, scene, str(scene.state.answers[PENDING]))
    scene.drop(PENDING, "intent")
    return await proceed(form, scene)


async def store(
    form: Form,
    field: Field,
    scene: Scene,
    value: str,
    *,
    opening: bool = False,
    spot: tuple[float, float] | None = None,
) -> Replies:
    """Write an answer into a field and go on, or say what is wrong with it.

    `opening`: it was said before it was asked for; `spot`: where it lies, if that was shared.
    """
    if opening:
        scene.open(form.name, field.name)
    fault = _fault(field, scene, value)
    if fault is not None:
        return (fault, ask_field(form, field, scene))
    is_first = field is form.fields[0] and field.name not in scene.state.answers
    for_others = form.elsewhere(scene, value) if is_first and not _insists(scene) else None
    if for_others is not None:
        return for_others
    scene.keep(**{field.name: value})
    scene.drop(PENDING, "intent", *([SPOT] if field.location else []))
    if spot:
        scene.keep(**{SPOT: spot})
    if opening:
        scene.keep(**{UNASKED: [field.name]})
    if is_first:
        form.read(scene)
    return await proceed(form, scene)


def _fault(field: Field, scene: Scene, value: str) -> Reply | None:
    too_short = not (field.optional and not value) and len(normalise(value)) < field.least
    if not too_short and len(value) <= field.most:
        return None
    key = "form.too_short" if too_short else "form.too_long"
    return scene.reply(key, length=len(value), least=field.least, most=field.most)


def _insists(scene: Scene) -> bool:
    return bool(scene.state.answers.get(ANYWAY))


async def take_summary(form: Form, scene: Scene) -> Replies | None:
    """A turn while the summary is before his eyes."""
    if scene.turn.position is not None:
        return await _position_at_summary(form, scene)
    if agrees(scene):
        waits = PENDING in scene.state.answers
        return await (_add_pending(form, scene) if waits else form.send(scene))
    mended = await _mended_by_words(form, scene)
    if mended is not None:
        return mended
    if is_small_talk(scene):
        return (scene.reply("form.small_talk"), ask_summary(form, scene))
    about_this = scene.heard.intent in {None, "nlu_fallback"} | form.own_intents
    if not about_this:
        return None
    # A sentence behind the summary may be an afterthought; nothing is added without his word.
    keep_for_summary(scene)
    return (ask_summary(form, scene),)


async def _mended_by_words(form: Form, scene: Scene) -> Replies | None:
    """ "Change the place": the field that is named is asked again; unnamed, which one."""
    if PENDING in scene.state.answers or len(scene.text) > EDIT_MOST or not scene.holds("edit"):
        return None
    for field in form.fields:
        if scene.say(f"{form.words}.name_{field.name}") in scene.text:
            return (await ask_step(form, scene, field.name),)
    if not scene.is_word("edit"):
        return None
    return (scene.reply("form.which_edit"), ask_summary(form, scene))


async def choose_summary(form: Form, scene: Scene, do: str, value: str) -> Replies:
    """A button of the summary."""
    if do == "send" and value != seal(scene.state.answers):
        return (scene.reply("talk.choice_past"), ask_summary(form, scene))
    if do == "send":
        return await form.send(scene)
    if do == "write" and PENDING in scene.state.answers:
        return await _add_pending(form, scene)
    scene.drop(PENDING, "intent")
    if do == "take_out":
        attachments.take_out(scene, value)
    if do == "edit" and value in steps(form):
        return (await ask_step(form, scene, value),)
    return (ask_summary(form, scene),)


def _said_in_passing(field: Field, scene: Scene) -> str | None:
    """What to reply to a text that is no answer to this field; None when it may be one."""
    if attachments.is_voice_alone(scene) and (scene.is_word("skip") or agrees(scene)):
        return "recordings.not_alone"
    if scene.is_word("skip") and not field.optional:
        return "form.required"
    return "form.small_talk" if is_small_talk(scene) and not scene.is_word("skip") else None


async def _agreed(form: Form, field: Field, scene: Scene) -> Replies:
    """A "yes" to the sentence that waits: to be written, unless it may have been a question."""
    if "intent" in scene.state.answers:
        return (ask_pending(form, field, scene),)
    return await store(form, field, scene, str(scene.state.answers[PENDING]))


async def _add_pending(form: Form, scene: Scene) -> Replies:
    """Write the sentence that waits behind the first field."""
    first, pending = form.fields[0], str(scene.state.answers[PENDING])
    longer = f"{scene.state.answers[first.name]}\n{pending}"
    scene.drop(PENDING, "intent")
    if len(longer) > first.most:
        problem = scene.reply("form.too_long", length=len(longer), most=first.most)
        return (problem, ask_summary(form, scene))
    scene.keep(**{first.name: longer})
    return (ask_summary(form, scene),)


async def _position_at_summary(form: Form, scene: Scene) -> Replies:
    for field in form.fields:
        if field.location:
            return await _store_position(form, field, scene)
    return (ask_summary(form, scene),)


async def _store_position(form: Form, field: Field, scene: Scene) -> Replies:
    """The place in words, and beside it where it is: the matter's place, given for that."""
    if scene.turn.position is None:
        raise ValueError(field.name)
    answers, spot = scene.state.answers, positions.rounded(scene.turn.position)
    words = positions.in_words(scene, scene.turn.position)
    # What he called the place helps whoever goes there; a point of before is replaced.
    if answers.get(field.name) and SPOT not in answers:
        words = scene.say("form.place_and_point", place=answers[field.name], point=words)
    return await store(form, field, scene, words, spot=spot)


async def take_position(form: Form, scene: Scene) -> bool:
    """Note a position that came at another step than the place's; False where there is none."""
    places = [field for field in form.fields if field.location]
    if scene.turn.position is None or not places:
        return False
    name, step = scene.state.name, scene.state.step
    await _store_position(form, places[0], scene)
    scene.state.name, scene.state.step = name, step
    return True

"""Dialogues that fill in a form: one field a step, then a summary to mend and send."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial

from kit.text import normalise, shorten
from services import replies
from services.dialogues import photos, positions
from services.dialogues.engine import Dialogue, Step, button
from services.dialogues.listening import agrees, is_for_the_bot, is_small_talk
from services.scene import SAID, Scene, seal
from services.turns import Choice, Replies, Reply

SUMMARY = "summary"
# A sentence that came where it may not belong, until the worker says where it goes.
PENDING = "pending"
QUOTED = 80


@dataclass(frozen=True)
class Field:
    """One field of a form. `most` is in characters; `location` fields take a shared position."""

    name: str
    least: int
    most: int
    optional: bool = False
    location: bool = False


@dataclass(frozen=True)
class Form:
    """A form: its fields in the order they are asked, and what happens when it is sent.

    Its wording is `<words>.ask_<field>`, `<words>.name_<field>`, `<words>.summary` and so on.
    """

    name: str
    words: str
    fields: tuple[Field, ...]
    send: Callable[[Scene], Awaitable[Replies]]
    own_intents: frozenset[str]


def dialogue(form: Form) -> Dialogue:
    """The table of steps of a form."""
    steps = {
        field.name: Step(
            ask=partial(_ask_field, form, field),
            take=partial(_take_field, form, field),
            choose=partial(_choose_field, form, field),
        )
        for field in form.fields
    }
    steps[SUMMARY] = Step(
        ask=partial(_ask_summary, form),
        take=partial(_take_summary, form),
        choose=partial(_choose_summary, form),
    )
    names = [*(field.name for field in form.fields), SUMMARY]
    back = dict(zip(names[1:], names, strict=False))
    return Dialogue(
        name=form.name,
        steps=steps,
        back=back,
        cancelled=f"{form.words}.cancelled",
        home=partial(_home, form),
        forget=_forget_words,
    )


def _home(form: Form, scene: Scene) -> str | None:
    """The summary, once every field has its answer."""
    complete = all(field.name in scene.state.answers for field in form.fields)
    return SUMMARY if complete else None


async def _forget_words(scene: Scene) -> None:
    """What was not handed in is not kept in old replies either."""
    await replies.forget(scene.session, scene.turn.worker_id)


async def begin(form: Form, scene: Scene, first: str | None) -> Replies:
    """Open the form; `first` is what the worker said already of its first field.

    Photos that wait come along, with what was said under them. With a draft of the same form at
    hand, ask which to go on with.
    """
    waits = photos.waiting(scene)
    first = "\n".join(dict.fromkeys(filter(None, (waits.said, first))))
    scene.put_aside()
    if form.name in scene.state.drafts:
        photos.let_wait(scene, waits)
        return (_which_draft(form, scene, first),)
    notes = photos.put_in(scene, form.name, waits.photos)
    if first:
        return (*notes, *await _store(form, form.fields[0], scene, first, opening=True))
    return (*notes, *await _next(form, scene))


async def begin_anew(form: Form, scene: Scene, first: str | None) -> Replies:
    """Open the form and delete the draft that there was."""
    waits = photos.waiting(scene)
    scene.put_aside()
    scene.forget_draft(form.name)
    photos.let_wait(scene, waits)
    return await begin(form, scene, first)


async def go_on(form: Form, scene: Scene, said: str) -> Replies:
    """Ask the open step again; what the worker said meanwhile waits for his word."""
    if said and scene.state.step != SUMMARY:
        scene.keep(**{PENDING: said})
    if scene.state.step == SUMMARY:
        return (await _ask_summary(form, scene),)
    return await _next(form, scene)


def _which_draft(form: Form, scene: Scene, first: str) -> Reply:
    if first:
        scene.keep(**{SAID: first})
    answers = scene.state.drafts[form.name]["answers"]
    words = answers.get(form.fields[0].name) or "".join(photos.line(scene, answers))
    choices = (
        scene.choice("form.draft_go_on", "cases.go_on", kind=form.name),
        scene.choice("form.draft_anew", "cases.anew", kind=form.name, seal=seal(answers)),
    )
    return scene.reply("form.draft_waiting", *choices, text=shorten(str(words), QUOTED))


async def _next(form: Form, scene: Scene) -> Replies:
    """Ask the first field without an answer, or show the summary."""
    for field in form.fields:
        if field.name not in scene.state.answers:
            scene.open(form.name, field.name)
            return (await _ask_field(form, field, scene),)
    scene.open(form.name, SUMMARY)
    return (await _ask_summary(form, scene),)


async def _ask_field(form: Form, field: Field, scene: Scene) -> Reply:
    choices: list[Choice] = []
    if PENDING in scene.state.answers:
        return _ask_pending(form, field, scene)
    if field.optional:
        choices.append(button(scene, "form.skip", "skip"))
    if _home(form, scene):
        choices.append(button(scene, "form.keep", "keep"))
    choices.append(button(scene, "form.cancel", "cancel"))
    text = scene.say(f"{form.words}.ask_{field.name}")
    return Reply(text, tuple(choices), ask="location" if field.location else None)


async def _take_field(form: Form, field: Field, scene: Scene) -> Replies | None:
    if scene.turn.position is not None:
        if field.location:
            return await _store(form, field, scene, positions.in_words(scene, scene.turn.position))
        return (scene.reply("form.no_location_here"), await _ask_field(form, field, scene))
    if PENDING in scene.state.answers and agrees(scene):
        return await _agreed(form, field, scene)
    said = _said_in_passing(field, scene)
    if said:
        return (scene.reply(said), await _ask_field(form, field, scene))
    if is_for_the_bot(scene, form.own_intents):
        scene.keep(**{PENDING: scene.text, "intent": scene.heard.intent})
        return (_ask_pending(form, field, scene),)
    skipped = field.optional and scene.is_word("skip")
    return await _store(form, field, scene, "" if skipped else scene.text)


def _said_in_passing(field: Field, scene: Scene) -> str | None:
    """What to reply to a text that is no answer to this field; None when it may be one."""
    if scene.is_word("skip") and not field.optional:
        return "form.required"
    return "form.small_talk" if is_small_talk(scene) and not scene.is_word("skip") else None


async def _store(
    form: Form, field: Field, scene: Scene, value: str, *, opening: bool = False
) -> Replies:
    too_short = not (field.optional and not value) and len(normalise(value)) < field.least
    if opening:
        scene.open(form.name, field.name)
    if too_short or len(value) > field.most:
        key = "form.too_short" if too_short else "form.too_long"
        problem = scene.reply(key, length=len(value), least=field.least, most=field.most)
        return (problem, await _ask_field(form, field, scene))
    scene.keep(**{field.name: value})
    scene.drop(PENDING, "intent")
    return await _next(form, scene)


async def _choose_field(form: Form, field: Field, scene: Scene, do: str, _value: str) -> Replies:
    if do == "skip" and field.optional:
        return await _store(form, field, scene, "")
    if do == "write" and PENDING in scene.state.answers:
        return await _store(form, field, scene, str(scene.state.answers[PENDING]))
    scene.drop(PENDING, "intent")
    return await _next(form, scene)


async def _agreed(form: Form, field: Field, scene: Scene) -> Replies:
    """A "yes" to the sentence that waits: to be written, unless it may have been a question."""
    if "intent" in scene.state.answers:
        return (_ask_pending(form, field, scene),)
    return await _store(form, field, scene, str(scene.state.answers[PENDING]))


def _ask_pending(form: Form, field: Field, scene: Scene) -> Reply:
    quoted = shorten(str(scene.state.answers[PENDING]), QUOTED)
    name = scene.say(f"{form.words}.name_{field.name}")
    write, drop = button(scene, "form.write_it", "write"), button(scene, "form.drop_it", "drop")
    if "intent" not in scene.state.answers:
        return scene.reply("form.pending_words", write, drop, text=quoted, field=name)
    answer = scene.choice("form.answer_it", "intent.pending")
    return scene.reply("form.pending", write, answer, drop, text=quoted, field=name)


async def _ask_summary(form: Form, scene: Scene) -> Reply:
    answers = scene.state.answers
    if PENDING in answers:
        return _ask_pending(form, form.fields[0], scene)
    lines = [
        scene.say(
            "form.line",
            name=scene.say(f"{form.words}.name_{field.name}"),
            value=answers.get(field.name) or scene.say("form.left_out"),
        )
        for field in form.fields
    ] + photos.line(scene, answers)
    edits = [
        Choice(
            scene.say("form.edit", name=scene.say(f"{form.words}.name_{field.name}")),
            button(scene, "form.keep", "edit", field.name).task,
        )
        for field in form.fields
    ]
    choices = (
        button(scene, "form.send", "send", seal(answers)),
        *edits,
        *photos.choice(scene, "no_photos"),
        button(scene, "form.cancel", "cancel"),
    )
    said = {"lines": "\n".join(lines), "notice": scene.say(f"form.notice_{scene.turn.channel}")}
    return Reply(scene.say(f"{form.words}.summary", **said), choices)


async def _take_summary(form: Form, scene: Scene) -> Replies | None:
    if scene.turn.position is not None:
        return await _store_location(form, scene)
    if agrees(scene):
        waits = PENDING in scene.state.answers
        return await (_add_pending(form, scene) if waits else form.send(scene))
    if is_small_talk(scene):
        return (scene.reply("form.small_talk"), await _ask_summary(form, scene))
    about_this = scene.heard.intent in {None, "nlu_fallback"} | form.own_intents
    if not about_this:
        return None
    # A sentence behind the summary may be an afterthought; nothing is added without his word.
    before = scene.state.answers.get(PENDING)
    scene.keep(**{PENDING: f"{before}\n{scene.text}" if before else scene.text})
    return (await _ask_summary(form, scene),)


async def _add_pending(form: Form, scene: Scene) -> Replies:
    """Write the sentence that waits behind the first field."""
    first, pending = form.fields[0], str(scene.state.answers[PENDING])
    longer = f"{scene.state.answers[first.name]}\n{pending}"
    scene.drop(PENDING, "intent")
    if len(longer) > first.most:
        problem = scene.reply("form.too_long", length=len(longer), most=first.most)
        return (problem, await _ask_summary(form, scene))
    scene.keep(**{first.name: longer})
    return (await _ask_summary(form, scene),)


async def _store_location(form: Form, scene: Scene) -> Replies:
    position = scene.turn.position
    for field in form.fields:
        if field.location and position is not None:
            return await _store(form, field, scene, positions.in_words(scene, position))
    return (await _ask_summary(form, scene),)


async def _choose_summary(form: Form, scene: Scene, do: str, value: str) -> Replies:
    if do == "send" and value != seal(scene.state.answers):
        return (scene.reply("talk.choice_past"), await _ask_summary(form, scene))
    if do == "send":
        return await form.send(scene)
    if do == "write" and PENDING in scene.state.answers:
        return await _add_pending(form, scene)
    scene.drop(PENDING, "intent")
    if do == "no_photos":
        photos.take_out(scene)
    for field in form.fields:
        if do == "edit" and field.name == value:
            scene.open(form.name, field.name)
            return (await _ask_field(form, field, scene),)
    return (await _ask_summary(form, scene),)

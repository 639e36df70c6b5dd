"""What a form asks next, and how its fields and its summary look."""

from kit.text import shorten
from services.dialogues import attachments
from services.dialogues.engine import button
from services.dialogues.forms.shape import (
    PENDING,
    QUOTED,
    SHOWN,
    SUMMARY,
    UNASKED,
    Field,
    Form,
    home,
)
from services.scene import Scene, seal
from services.turns import Choice, Replies, Reply


async def proceed(form: Form, scene: Scene) -> Replies:
    """Ask the first step without an answer, or show the summary."""
    for field in form.fields:
        if field.name in scene.state.answers:
            continue
        if field.optional and not _may_ask(form, scene):
            scene.keep(**{field.name: ""})
            continue
        return (await ask_step(form, scene, field.name),)
    for question in form.questions:
        free = not question.counted or _may_ask(form, scene)
        if free and await question.wanted(scene):
            return (await ask_step(form, scene, question.name),)
    return (await ask_step(form, scene, SUMMARY),)


async def ask_step(form: Form, scene: Scene, name: str) -> Reply:
    """Open a step of the form and ask it."""
    scene.open(form.name, name)
    if name == SUMMARY:
        return ask_summary(form, scene)
    for field in form.fields:
        if field.name == name:
            return ask_field(form, field, scene)
    question = next(each for each in form.questions if each.name == name)
    return await question.ask(form, scene)


def ask_field(form: Form, field: Field, scene: Scene) -> Reply:
    """The question for a field of text."""
    if PENDING in scene.state.answers:
        return ask_pending(form, field, scene)
    choices: list[Choice] = []
    if field.optional:
        choices.append(button(scene, "form.skip", "skip"))
    choices += ways_out(scene)
    text = scene.say(f"{form.words}.ask_{field.name}")
    return Reply(text, tuple(choices), ask="location" if field.location else None)


def ways_out(scene: Scene) -> list[Choice]:
    """The buttons that end each step: leave it as it is, or do not hand in at all."""
    keep = [button(scene, "form.keep", "keep")] if home(scene) else []
    return [*keep, button(scene, "form.cancel", "cancel")]


def keep_for_summary(scene: Scene) -> None:
    """Keep what was typed where a button was asked for: at the summary he says where it goes."""
    before = scene.state.answers.get(PENDING)
    scene.keep(**{PENDING: f"{before}\n{scene.text}" if before else scene.text})


def ask_pending(form: Form, field: Field, scene: Scene) -> Reply:
    """Where the sentence belongs that waits."""
    quoted = shorten(str(scene.state.answers[PENDING]), QUOTED)
    name = scene.say(f"{form.words}.name_{field.name}")
    write, drop = button(scene, "form.write_it", "write"), button(scene, "form.drop_it", "drop")
    if "intent" not in scene.state.answers:
        return scene.reply("form.pending_words", write, drop, text=quoted, field=name)
    answer = scene.choice("form.answer_it", "intent.pending")
    return scene.reply("form.pending", write, answer, drop, text=quoted, field=name)


def ask_summary(form: Form, scene: Scene) -> Reply:
    """All answers, each to be mended, and the button that sends them."""
    if PENDING in scene.state.answers:
        return ask_pending(form, form.fields[0], scene)
    scene.keep(**{SHOWN: True})
    answers = scene.state.answers
    choices = (
        button(scene, "form.send", "send", seal(answers)),
        *_edits(form, scene),
        *attachments.choices(scene),
        button(scene, "form.cancel", "cancel"),
    )
    lines = [*_lines(form, scene), *attachments.lines(scene, answers)]
    said = {"lines": "\n".join(lines), "notice": scene.say(f"form.notice_{scene.turn.channel}")}
    return Reply(scene.say(f"{form.words}.summary", **said), choices)


def _lines(form: Form, scene: Scene) -> list[str]:
    left_out = scene.say("form.left_out")
    said = [
        (_name(form, field, scene), str(scene.state.answers.get(field.name) or left_out))
        for field in form.fields
    ]
    own = [line for question in form.questions if (line := question.line(scene))]
    return [scene.say("form.line", name=name, value=value) for name, value in (*said, *own)]


def _edits(form: Form, scene: Scene) -> list[Choice]:
    titles = {f.name: scene.say("form.edit", name=_name(form, f, scene)) for f in form.fields}
    titles |= {each.name: title for each in form.questions if (title := each.edit(scene))}
    return [
        Choice(title, button(scene, "form.keep", "edit", name).task)
        for name, title in titles.items()
    ]


def _name(form: Form, field: Field, scene: Scene) -> str:
    return scene.say(f"{form.words}.name_{field.name}")


def _may_ask(form: Form, scene: Scene) -> bool:
    """Whether one more question may be asked: what was said unasked counts for none."""
    answers = scene.state.answers
    unasked = answers.get(UNASKED, ())
    counted = [field.name for field in form.fields]
    counted += [question.name for question in form.questions if question.counted]
    asked = [name for name in counted if name in answers and name not in unasked]
    return len(asked) < form.most_asked

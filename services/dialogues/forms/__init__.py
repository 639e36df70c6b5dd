"""Dialogues that fill in a form: one step at a time, then a summary to mend and send."""

from functools import partial

from kit.text import shorten
from services import replies
from services.dialogues import attachments
from services.dialogues.engine import Dialogue, Step
from services.dialogues.forms.asking import ask_field, ask_step, ask_summary, proceed
from services.dialogues.forms.shape import (
    ANYWAY,
    PENDING,
    QUOTED,
    SUMMARY,
    Field,
    Form,
    Question,
    home,
    steps,
)
from services.dialogues.forms.taking import (
    choose_field,
    choose_summary,
    store,
    take_field,
    take_position,
    take_summary,
)
from services.scene import SAID, Scene, seal
from services.turns import Replies, Reply

__all__ = [
    "PENDING",
    "SUMMARY",
    "Field",
    "Form",
    "Question",
    "begin",
    "begin_anew",
    "dialogue",
    "go_on",
    "is_private",
    "proceed",
]


def dialogue(form: Form) -> Dialogue:
    """The table of steps of a form."""
    table = {
        **{field.name: _field_step(form, field) for field in form.fields},
        **{question.name: _own_step(form, question) for question in form.questions},
        SUMMARY: Step(
            ask=partial(_show_summary, form),
            take=partial(take_summary, form),
            choose=partial(choose_summary, form),
        ),
    }
    names = [*(field.name for field in form.fields), SUMMARY]
    back = {
        **dict(zip(names[1:], names, strict=False)),
        **{question.name: names[-2] for question in form.questions},
    }
    return Dialogue(
        name=form.name,
        steps=table,
        back=back,
        cancelled=f"{form.words}.cancelled",
        home=home,
        forget=_forget_words,
    )


async def begin(form: Form, scene: Scene, first: str | None, *, anyway: bool = False) -> Replies:
    """Open the form; `first` is what the worker said already of its first field, `anyway` that
    he wants it in this form wherever else it may belong.

    What waits comes along, with what was said under it. With a draft of the same form at
    hand, ask which to go on with.
    """
    waits = attachments.waiting(scene)
    first = "\n".join(dict.fromkeys(filter(None, (waits.said, first))))
    scene.put_aside()
    if form.name in scene.state.drafts:
        attachments.let_wait(scene, waits)
        return (_which_draft(form, scene, first),)
    notes = attachments.put_in(scene, form.name, waits.sent, first)
    if anyway and first:
        scene.keep(**{ANYWAY: True})
    if first:
        return (*notes, *await store(form, form.fields[0], scene, first, opening=True))
    return (*notes, *await proceed(form, scene))


async def begin_anew(form: Form, scene: Scene, first: str | None) -> Replies:
    """Open the form and delete the draft that there was."""
    waits = attachments.waiting(scene)
    scene.put_aside()
    scene.forget_draft(form.name)
    attachments.let_wait(scene, waits)
    return await begin(form, scene, first)


async def go_on(form: Form, scene: Scene, said: str) -> Replies:
    """Ask the open step again; what the worker said meanwhile waits for his word."""
    if said and scene.state.step != SUMMARY:
        scene.keep(**{PENDING: said})
    step = str(scene.state.step)
    if step in {SUMMARY, *steps(form)}:
        return (await ask_step(form, scene, step),)
    return await proceed(form, scene)


def is_private(form: Form, step: str | None) -> bool:
    """Whether what is typed at this step must not leave our own processes."""
    return any(question.private and question.name == step for question in form.questions)


def _field_step(form: Form, field: Field) -> Step:
    async def ask(scene: Scene) -> Reply:
        return ask_field(form, field, scene)

    return Step(ask, partial(take_field, form, field), partial(choose_field, form, field))


def _own_step(form: Form, question: Question) -> Step:
    async def take(scene: Scene) -> Replies | None:
        if await take_position(form, scene):
            return (scene.reply("form.location_noted"), await question.ask(form, scene))
        return await question.take(form, scene)

    return Step(partial(question.ask, form), take, partial(question.choose, form))


async def _show_summary(form: Form, scene: Scene) -> Reply:
    return ask_summary(form, scene)


async def _forget_words(scene: Scene) -> None:
    """What was not handed in is not kept in old replies either."""
    await replies.forget(scene.session, scene.turn.worker_id)


def _which_draft(form: Form, scene: Scene, first: str) -> Reply:
    if first:
        scene.keep(**{SAID: first})
    answers = scene.state.drafts[form.name]["answers"]
    words = answers.get(form.fields[0].name) or "".join(attachments.lines(scene, answers))
    choices = (
        scene.choice("form.draft_go_on", "cases.go_on", kind=form.name),
        scene.choice("form.draft_anew", "cases.anew", kind=form.name, seal=seal(answers)),
    )
    return scene.reply("form.draft_waiting", *choices, text=shorten(str(words), QUOTED))

"""Which kind of matter it is, proposed and confirmed by a tap; and the kind's own question."""

from collections.abc import Sequence

from content.case_schema import OTHER, Category, Question
from services.cases import sorting
from services.dialogues.engine import button
from services.dialogues.forms import Form, asking
from services.dialogues.forms.shape import UNASKED
from services.dialogues.forms.shape import Question as Step
from services.dialogues.listening import agrees, is_small_talk
from services.masking import masker
from services.scene import Scene
from services.turns import Choice, Replies, Reply

CATEGORY, EXTRA = "category", "extra"
PROPOSED, SURE_OF_IT = "proposed", "sure_of_it"
# From this share on one kind is named; below, the likeliest few are offered.
CONFIDENT = 0.5
OFFERED = 4


def category_of(scene: Scene) -> Category | None:
    """The kind that the worker confirmed, else the likeliest; None before any was proposed."""
    proposed = scene.state.answers.get(PROPOSED) or [None]
    chosen = scene.state.answers.get(CATEGORY) or proposed[0]
    return scene.library.categories.get(str(chosen)) if chosen else None


async def _propose(form: Form, scene: Scene) -> Sequence[str]:
    """The kinds best first, as the words stand now; kept for the summary."""
    answers = scene.state.answers
    words = "\n".join(str(answers.get(field.name) or "") for field in form.fields)
    found = await sorting.propose(
        scene.session,
        scene.library,
        form.name,
        masker(scene.library)(words),
        place_text=answers.get("place") or None,
    )
    ranked = [each.category for each in found.ranking]
    fitting = [key for key, each in scene.library.categories.items() if form.name in each.kinds]
    names = [name for name in dict.fromkeys((*ranked, *fitting)) if name in fitting]
    scene.keep(**{PROPOSED: names, SURE_OF_IT: found.confidence >= CONFIDENT})
    return names


async def _ask_category(form: Form, scene: Scene) -> Reply:
    proposed = await _propose(form, scene)
    if scene.state.answers[SURE_OF_IT]:
        first = scene.library.categories[proposed[0]]
        yes = button(scene, "sorting.agree", "take", proposed[0])
        other = button(scene, "sorting.other", "all")
        return scene.reply("sorting.is_it", yes, other, *asking.ways_out(scene), name=first.name)
    likely = [name for name in proposed if name != OTHER][:OFFERED]
    return _offer(scene, [*likely, *[n for n in proposed if n == OTHER]], whole=False)


def _offer(scene: Scene, names: Sequence[str], *, whole: bool) -> Reply:
    titles = [(name, scene.library.categories[name].name) for name in names]
    choices = [
        Choice(title, button(scene, "sorting.agree", "take", n).task) for n, title in titles
    ]
    if not whole:
        choices.append(button(scene, "sorting.all", "all"))
    return scene.reply("sorting.which", *choices, *asking.ways_out(scene))


async def _take_category(form: Form, scene: Scene) -> Replies | None:
    said = scene.text.strip()
    for name, category in scene.library.categories.items():
        if said == category.name and form.name in category.kinds:
            return await _store_category(form, scene, name)
    proposed = scene.state.answers.get(PROPOSED) or ()
    if proposed and scene.state.answers.get(SURE_OF_IT) and agrees(scene):
        return await _store_category(form, scene, proposed[0])
    if _is_for_somebody_else(form, scene):
        return None
    if is_small_talk(scene) or not scene.text:
        return (scene.reply("sorting.tap_one"), _offer(scene, proposed, whole=True))
    asking.keep_for_summary(scene)
    return (scene.reply("sorting.kept"), _offer(scene, proposed, whole=True))


async def _choose_category(form: Form, scene: Scene, do: str, value: str) -> Replies:
    category = scene.library.categories.get(value)
    if do == "take" and category is not None and form.name in category.kinds:
        return await _store_category(form, scene, value)
    if do == "all":
        return (_offer(scene, scene.state.answers.get(PROPOSED) or (), whole=True),)
    return await asking.proceed(form, scene)


async def _store_category(form: Form, scene: Scene, name: str) -> Replies:
    if scene.state.answers.get(CATEGORY) != name:
        scene.drop(EXTRA)  # it answered another kind's question
    scene.keep(**{CATEGORY: name})
    return await asking.proceed(form, scene)


def _is_for_somebody_else(form: Form, scene: Scene) -> bool:
    own = {None, "nlu_fallback"} | form.own_intents
    return scene.heard.intent not in own and not is_small_talk(scene)


async def _no_category_yet(scene: Scene) -> bool:
    return CATEGORY not in scene.state.answers


def _category_line(scene: Scene) -> tuple[str, str] | None:
    category = category_of(scene)
    return (scene.say("sorting.name"), category.name) if category else None


def _edit_category(scene: Scene) -> str | None:
    return scene.say("form.edit", name=scene.say("sorting.name"))


def own_question(scene: Scene) -> Question | None:
    """What is asked of this kind of matter and no other."""
    category = category_of(scene)
    return category.question_for(str(scene.state.name)) if category else None


async def _has_own_question(scene: Scene) -> bool:
    """Not of an idea that was said whole in one sentence: he has given what he has."""
    answers = scene.state.answers
    said_whole = {"place", "remedy"} <= set(answers.get(UNASKED, ()))
    return EXTRA not in answers and not said_whole and own_question(scene) is not None


async def _ask_extra(_form: Form, scene: Scene) -> Reply:
    question = own_question(scene)
    if question is None:
        return scene.reply("sorting.nothing_to_ask", *asking.ways_out(scene))
    choices = [
        Choice(title, button(scene, "form.skip", "take", title).task) for title in question.choices
    ]
    skip = button(scene, "form.skip", "skip")
    return Reply(question.ask, (*choices, skip, *asking.ways_out(scene)))


async def _take_extra(form: Form, scene: Scene) -> Replies | None:
    if scene.is_word("skip"):
        return await _store_extra(form, scene, "")
    if not scene.text or _is_for_somebody_else(form, scene):
        return None
    return await _store_extra(form, scene, scene.text)


async def _choose_extra(form: Form, scene: Scene, do: str, value: str) -> Replies:
    if do in {"take", "skip"}:
        return await _store_extra(form, scene, value if do == "take" else "")
    return await asking.proceed(form, scene)


async def _store_extra(form: Form, scene: Scene, value: str) -> Replies:
    question = own_question(scene)
    scene.keep(**{EXTRA: value})
    danger = bool(question and question.danger and value == question.danger)
    first = (scene.reply("sorting.danger"),) if danger else ()
    return (*first, *await asking.proceed(form, scene))


def _extra_line(scene: Scene) -> tuple[str, str] | None:
    value = scene.state.answers.get(EXTRA)
    return (scene.say("sorting.extra_name"), str(value)) if value else None


def _edit_extra(scene: Scene) -> str | None:
    named = scene.say("sorting.extra_name")
    return scene.say("form.edit", name=named) if scene.state.answers.get(EXTRA) else None


WHICH = Step(
    CATEGORY, _ask_category, _take_category, _choose_category, _no_category_yet,
    _category_line, _edit_category,
)  # fmt: skip
MORE = Step(
    EXTRA, _ask_extra, _take_extra, _choose_extra, _has_own_question, _extra_line, _edit_extra
)

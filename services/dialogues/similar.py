"""Others who said the same: shown before sending, so that one voice may join them."""

import re
from collections.abc import Mapping
from typing import Any

from kit.text import shorten
from services import cases, consents
from services.cases import duplicates
from services.cases.duplicates import Near
from services.dialogues import attachments
from services.dialogues.engine import button
from services.dialogues.forms import Form, asking
from services.dialogues.forms.shape import Question
from services.dialogues.listening import agrees, is_small_talk
from services.dialogues.sorting_questions import CATEGORY, EXTRA, category_of
from services.scene import Scene, seal
from services.turns import Choice, Position, Replies, Reply

SIMILAR = "similar"
# The words that were compared, and what was found for them.
COMPARED, FOUND = "compared", "found"
# What goes along to the case of another.
WORDS = ("subject", "place", "remedy", EXTRA)
SHORT = 60
# Coordinates in brackets, as content/messages/form.yml writes them.
_POINT = re.compile("[(\uff08]-?\\d+\\.\\d+,-?\\d+\\.\\d+[)\uff09]")
OFFERED = 3


async def _found_some(scene: Scene) -> bool:
    """Whether others said the same, and he was not asked about these words before."""
    answers = scene.state.answers
    mark = seal({name: answers.get(name) for name in ("subject", "place", "remedy", CATEGORY)})
    if answers.get(COMPARED) == mark:
        return False
    spot = answers.get("spot")
    category = category_of(scene)
    near = await duplicates.near(
        scene.session,
        scene.library,
        text=f"{answers.get('subject', '')}\n{answers.get('remedy') or ''}",
        place=answers.get("place") or None,
        spot=Position(*spot) if spot else None,
        category=category.id if category else None,
        worker_id=scene.turn.worker_id,
        most=OFFERED,
    )
    scene.keep(**{COMPARED: mark, FOUND: [_kept(each) for each in near]})
    return bool(near)


def _kept(near: Near) -> dict[str, Any]:
    return {
        "code": near.code,
        "subject": shorten(near.subject, SHORT),
        "place": shorten(_without_point(near.place), SHORT) if near.place else None,
        "metres": near.metres,
        "state": near.state,
        "supporters": near.supporters,
        "own": near.own,
    }


def _without_point(place: str) -> str:
    """The place in words: where exactly another stood is nobody's business."""
    return _POINT.sub("", place)


async def _ask(_form: Form, scene: Scene) -> Reply:
    found = scene.state.answers.get(FOUND) or []
    lines = [_line(scene, number, each) for number, each in enumerate(found, 1)]
    same = [
        Choice(
            scene.say("similar.me_too", number=number),
            button(scene, "similar.mine", "same", each["code"]).task,
        )
        for number, each in enumerate(found, 1)
    ]
    mine = button(scene, "similar.mine", "mine")
    text = scene.say("similar.found", lines="\n".join(lines))
    return Reply(text, (*same, mine, *asking.ways_out(scene)))


def _line(scene: Scene, number: int, near: Mapping[str, Any]) -> str:
    facts = [
        str(near["place"] or scene.say("similar.no_place")),
        *(
            [scene.say("similar.metres", metres=round(near["metres"], -1))]
            if near["metres"]
            else []
        ),
        scene.say(f"cases.state_{near['state']}"),
        *([scene.say("similar.voices", count=near["supporters"])] if near["supporters"] else []),
        *([scene.say("similar.own")] if near["own"] else []),
    ]
    joined = scene.say("similar.comma").join(facts)
    return scene.say("similar.line", number=number, subject=near["subject"], facts=joined)


async def _take(form: Form, scene: Scene) -> Replies | None:
    if scene.is_word("me_too") and len(scene.state.answers.get(FOUND) or ()) == 1:
        return await _join(scene, str(scene.state.answers[FOUND][0]["code"]))
    if scene.is_word("skip") or scene.is_word("not_the_same"):
        return await asking.proceed(form, scene)
    own = {None, "nlu_fallback"} | form.own_intents
    if scene.heard.intent not in own and not is_small_talk(scene) and not agrees(scene):
        return None
    if is_small_talk(scene) or agrees(scene) or not scene.text:
        return (scene.reply("similar.tap_one"), await _ask(form, scene))
    asking.keep_for_summary(scene)
    return (scene.reply("similar.kept"), await _ask(form, scene))


async def _choose(form: Form, scene: Scene, do: str, value: str) -> Replies:
    codes = {each["code"] for each in scene.state.answers.get(FOUND) or ()}
    if do == "same" and value in codes:
        return await _join(scene, value)
    return await asking.proceed(form, scene)


async def _join(scene: Scene, code: str) -> Replies:
    """Support the case of before instead; his own words go along to it."""
    answers = scene.state.answers
    said: list[str] = []
    for name in WORDS:
        words = str(answers.get(name) or "")
        # What was read out of the first sentence stands there already.
        if words and not any(words in before for before in said):
            said.append(words)
    worker = scene.turn.worker_id
    # His words go to others here as they do when he sends them.
    await consents.give(scene.session, scene.clock, worker, consents.HAND_IN[scene.turn.channel])
    joined = await cases.join(
        scene.session,
        scene.library,
        scene.clock,
        worker,
        scene.turn.id,
        code=code,
        text="\n".join(said),
        photo_ids=attachments.in_form(scene, attachments.PHOTOS),
        recording_ids=attachments.in_form(scene, attachments.RECORDINGS),
    )
    scene.finish()
    choices = (
        scene.choice("cases.check_title", "cases.check"),
        scene.choice("menu.title", "menu"),
    )
    text = scene.say("similar.joined", code=code)
    if joined.left_out:
        text += scene.say("similar.left_out", count=joined.left_out)
    return (Reply(text, choices, (cases.card(scene.library, joined.case),)),)


OTHERS = Question(SIMILAR, _ask, _take, _choose, _found_some, counted=False)

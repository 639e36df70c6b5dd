"""Texts that a district may change: by two people, checked, with history, in force at once."""

import asyncio

import pytest

from content.library import Library
from content.loader import load
from db.session import transaction
from kit.errors import BadInput, NotAllowed, NotFound
from kit.settings import Settings
from services import cases, changes, texts
from services.staff.actors import Actor
from services.staff.permissions import Role
from tests.services.casing import Office

KEY, OWN = "case_steps.template_a", texts.answer_of("rest_stops", "a")
NEW = "你提的{about}办好了：〔做了什么〕。"
WHY = "区里统一说法"


async def shown(office: Office, actor: Actor, key: str = KEY) -> texts.Text:
    async with transaction(office.sessions) as session:
        return await texts.show(session, office.library, office.clock, actor, key)


async def proposed(
    office: Office, actor: Actor, text: str = NEW, *, key: str = KEY, seen: str | None = None
) -> None:
    if seen is None:
        seen = (await shown(office, actor, key)).seen
    office.clock.advance(minutes=1)
    async with transaction(office.sessions) as session:
        await texts.propose(
            *(session, office.library, office.clock, actor, key),
            text=text,
            reason=WHY,
            seen=seen,
        )


async def approved(office: Office, actor: Actor, key: str = KEY) -> None:
    waiting = (await shown(office, actor, key)).waiting
    assert waiting is not None
    async with transaction(office.sessions) as session:
        await texts.approve(session, office.clock, actor, waiting.id)


@pytest.fixture
async def editors(office: Office) -> tuple[Actor, Actor]:
    role = Role.CONTENT_EDITOR
    return await office.actor(role), await office.actor(role)


async def test_one_writes_another_approves_and_it_holds_at_once(
    office: Office, editors: tuple[Actor, Actor]
):
    author, other = editors
    old = (await shown(office, author)).text
    await proposed(office, author)
    assert (await shown(office, author)).text == old
    with pytest.raises(NotAllowed):
        await approved(office, author)
    await approved(office, other)
    held = await shown(office, author)
    assert (held.text, held.shipped, held.waiting) == (NEW, old, None)
    (only,) = held.history
    assert (only.state, only.reason, only.at) == ("in_force", WHY, office.clock())
    # Another process with a library of its own, which never restarts.
    code = (await office.hand_in(await office.worker())).case.code
    async with transaction(office.sessions) as session:
        case = await cases.of_code(session, code)
        library = load(Settings().content_dir)
        found = await cases.templates_of(session, library, office.clock, case)
    assert [each.grade for each in found] == [*"ABCD"]
    assert found[0].text == "你提的这件事办好了：〔做了什么〕。"
    await proposed(office, other, old)
    await approved(office, author)
    held = await shown(office, author)
    assert held.text == old
    assert [each.state for each in held.history] == ["in_force", "past"]


async def test_an_answer_begins_as_its_category_and_its_state_ask(
    office: Office, editors: tuple[Actor, Actor]
):
    author, other = editors
    reviewer, handler = await office.actor(), await office.actor(Role.HANDLER, unit="区城管")
    await office.unit("区城管")
    worker = await office.worker()
    code = (await office.hand_in(worker, category="rest_stops")).case.code

    async def begins() -> dict[str, str]:
        async with transaction(office.sessions) as session:
            case = await cases.of_code(session, code)
            found = await cases.templates_of(session, office.library, office.clock, case)
        return {each.grade: each.text for each in found}

    own = office.library.answers["rest_stops"]
    kept = office.library.say("case_steps.template_d", about="驿站歇脚")
    assert await begins() == {"A": own.a, "B": own.b, "C": own.c, "D": kept}
    key = texts.answer_of("rest_stops", "a")
    await proposed(office, author, "驿站添好了：〔添了什么〕。", key=key)
    await approved(office, other, key)
    await office.review(code, reviewer.id)
    for step, who, given in (
        ("accept", reviewer, {}),
        ("assign", reviewer, {"unit": "区城管"}),
        ("sign_for", handler, {}),
        ("answer", handler, {"text": "好", "grade": "A"}),
        ("approve", reviewer, {}),
    ):
        await office.takes(who, code, step, **given)
    assert (await begins())["A"] == "驿站添好了：〔添了什么〕。"
    async with transaction(office.sessions) as session:
        await cases.rate(session, office.library, office.clock, worker, code, rating="poor")
    again = office.library.messages[texts.AGAIN]
    assert (await begins())["A"] == again + "驿站添好了：〔添了什么〕。"
    assert (await begins())["D"] == again + kept


async def test_a_case_that_was_refused_and_opened_is_answered_for_the_first_time(office: Office):
    reviewer = await office.actor()
    code = (await office.hand_in(await office.worker(), category="rest_stops")).case.code
    await office.takes(reviewer, code, "refuse", reason="too_vague")
    await office.takes(reviewer, code, "reopen", note="再看看")
    async with transaction(office.sessions) as session:
        case = await cases.of_code(session, code)
        first, *_ = await cases.templates_of(session, office.library, office.clock, case)
    assert first.text == office.library.answers["rest_stops"].a


async def test_an_answer_with_a_gap_left_is_not_sent(office: Office):
    reviewer, handler = await office.actor(), await office.actor(Role.HANDLER, unit="区城管")
    await office.unit("区城管")
    code = await office.at_unit(reviewer, handler)
    own, general = (
        office.library.answers["gates_access"].a,
        office.library.say("case_steps.template_b", about="这件事"),
    )
    for text in (own, f"{general}{own}"):
        with pytest.raises(BadInput) as refusal:
            await office.takes(handler, code, "answer", text=text, grade="A")
        assert refusal.value.key == "case_steps.gaps_left"
        assert "〔哪个小区或园区〕" in refusal.value.fields["gaps"]
    filled = "按区办〔2026〕12号文办好了，电话〔已隐去〕。"
    await office.takes(handler, code, "answer", text=filled, grade="A")
    assert (await office.at(code)).state == "to_approve"


async def test_a_gap_of_a_text_that_was_changed_since_is_a_gap_still(
    office: Office, editors: tuple[Actor, Actor]
):
    """A draft may be older than the change."""
    author, other = editors
    reviewer, handler = await office.actor(), await office.actor(Role.HANDLER, unit="区城管")
    await office.unit("区城管")
    code = await office.at_unit(reviewer, handler)
    for text in ("办好了：〔先前的说法〕。", "按〔2026〕12号文办好了：〔后来的说法〕。"):
        await proposed(office, author, text, key=OWN)
        await approved(office, other, OWN)
    for left in ("〔先前的说法〕", "〔后来的说法〕"):
        with pytest.raises(BadInput) as refusal:
            await office.takes(handler, code, "answer", text=f"好了，{left}。", grade="A")
        assert refusal.value.fields["gaps"] == left
    text = "按〔2026〕12号文办好了。"  # a number of a document, though a text has the same
    await office.takes(handler, code, "answer", text=text, grade="A")


async def test_where_a_refused_matter_goes_is_what_the_worker_hears(
    office: Office, editors: tuple[Actor, Actor]
):
    author, other = editors
    reason = next(iter(office.library.refusals))
    key = texts.way_on_of(reason)
    await proposed(office, author, "请打区里的热线020-12345。", key=key)
    await approved(office, other, key)
    async with transaction(office.sessions) as session:
        held = await texts.refusals(session, office.library, office.clock)
    assert held[reason].way_on == "请打区里的热线020-12345。"


async def test_two_at_one_form_lose_nothing(office: Office, editors: tuple[Actor, Actor]):
    author, other = editors
    seen = (await shown(office, author)).seen
    done = await asyncio.gather(
        *(proposed(office, who, NEW, seen=seen) for who in (author, other)),
        return_exceptions=True,
    )
    assert [type(each) for each in done if each] == [changes.Stale]
    before = (await shown(office, other)).seen
    await approved(office, other if (await _author(office, author)) == author.id else author)
    with pytest.raises(changes.Stale):
        await proposed(office, author, NEW + "谢谢。", seen=before)


async def _author(office: Office, actor: Actor) -> str:
    waiting = (await shown(office, actor)).waiting
    assert waiting is not None
    return waiting.author_id


async def test_a_declined_change_never_holds(office: Office, editors: tuple[Actor, Actor]):
    author, other = editors
    await proposed(office, author)
    waiting = (await shown(office, other)).waiting
    assert waiting is not None
    async with transaction(office.sessions) as session:
        await texts.decline(session, other, waiting.id)
    async with transaction(office.sessions) as session:
        assert await texts.waiting(session, author) == {}
        for gone in (waiting.id, "\x00", "来"):
            with pytest.raises(NotFound):
                await texts.approve(session, office.clock, other, gone)
        with pytest.raises(NotFound):
            await texts.decline(session, other, waiting.id)
    assert [each.state for each in (await shown(office, author)).history] == ["declined"]
    await proposed(office, author)
    await proposed(office, other, NEW + "谢谢。")
    async with transaction(office.sessions) as session:
        assert await texts.waiting(session, author) == {KEY: 1}


@pytest.mark.parametrize(
    ("key", "text", "why"),
    [
        (KEY, "办好了：〔做了什么〕。", "texts.fields"),
        (KEY, "你提的{about}和{code}：〔做了什么〕。", "texts.fields"),
        (KEY, "你提的{about}办好了。", "texts.template_shape"),
        (KEY, "你提的{about}：〔做了什么。", "texts.template_shape"),
        (KEY, "你提的{about}：〔做了什么〕" + "长" * 300, "texts.template_shape"),
        (KEY, "你提的{about}：〔做了什么〕}", "texts.unreadable"),
        (OWN, "{about}办好了：〔做了什么〕。", "texts.no_field"),
        (OWN, "办好了。", "texts.template_shape"),
        (OWN, "按〔2026〕12号文办好了。", "texts.template_shape"),
        ("refusal", "去处" * 60, "texts.way_on_shape"),
        ("refusal", "", "texts.unreadable"),
        ("refusal", "打{number}", "texts.no_field"),
    ],
)
def test_what_the_content_would_not_take_is_refused(
    library: Library, key: str, text: str, why: str
):
    if key == "refusal":
        key = texts.way_on_of(next(iter(library.refusals)))
    with pytest.raises(BadInput) as caught:
        texts.check(library, key, text)
    assert caught.value.key == why


def test_every_shipped_text_would_be_taken(library: Library):
    for key, text in texts.shipped(library).items():
        texts.check(library, key, text)


async def test_only_editors_and_only_these(office: Office):
    editor, reviewer = await office.actor(Role.CONTENT_EDITOR), await office.actor()
    with pytest.raises(NotAllowed):
        await shown(office, reviewer)
    for key in ("privacy.full", "case_steps.template_about", "refusal.x.way_on"):
        with pytest.raises(NotFound):
            await shown(office, editor, key)

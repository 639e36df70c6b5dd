"""How a notice goes from its author through another's hands; what nobody may do is refused."""

from dataclasses import replace

import pytest

from content.library import Library
from db.session import Sessions, transaction
from kit.errors import AppError, BadInput, NotAllowed
from services import notices
from services.notices import Asked, Stale
from services.staff.actors import Grant
from services.staff.permissions import Role
from tests.factories import FixedClock
from tests.services.noticing import Newsroom, drafted, to
from tests.testers.chat import on_sqlite


@pytest.fixture
def room(sessions: Sessions, library: Library, clock: FixedClock) -> Newsroom:
    return Newsroom(sessions, library, clock)


async def shown(room: Newsroom, number: int):
    async with transaction(room.sessions) as session:
        return await notices.show(session, await room.author(), number)


async def test_each_step_stands_in_the_history_by_whom(room: Newsroom):
    number = await room.scheduled()
    await room.look()

    detail = await shown(room, number)

    assert [(each.step, each.state, each.actor) for each in detail.history] == [
        ("compose", "draft", "陈静"),
        ("submit", "waiting", "陈静"),
        ("approve", "approved", "王芳"),
        ("schedule", "scheduled", "陈静"),
        ("begin", "sending", None),
    ]
    assert detail.approved_by == "王芳"


@on_sqlite
async def test_nobody_approves_what_he_wrote_or_changed(room: Newsroom):
    both = await room.actor("李强", Grant(Role.NOTICE_AUTHOR), Grant(Role.URGENT_APPROVER))
    number = await room.composed()
    async with transaction(room.sessions) as session:
        draft = drafted(text="改过一句。")
        await notices.edit(session, room.library, room.clock, both, number, draft=draft)
    async with transaction(room.sessions) as session:
        draft = drafted(text="又改一句。")
        author = await room.author()
        await notices.edit(session, room.library, room.clock, author, number, draft=draft)
    await room.submit(number)

    with pytest.raises(NotAllowed, match=r"notices\.own"):
        await room.approve(number, both)
    assert "approve" not in (await shown(room, number)).open
    await room.approve(number)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize("fields", [
    {"text": "别跑。"}, {"title": "大风"}, {"topic": "traffic"}, {"urgent": True},
    {"buttons": ()}, {"link": "https://example.org/a"}, {"audience": to("广东")},
])  # fmt: skip
async def test_any_edit_after_the_approval_needs_a_new_one(room: Newsroom, fields):
    number = await room.approved()
    before = await shown(room, number)
    async with transaction(room.sessions) as session:
        draft = replace(drafted(), **fields)
        author = await room.author()
        await notices.edit(session, room.library, room.clock, author, number, draft=draft)
    after = await shown(room, number)

    assert (before.state, after.state, after.version) == ("approved", "draft", 2)
    assert after.approved_by is None
    with pytest.raises(NotAllowed):
        await room.schedule(number)
    await room.submit(number)
    with pytest.raises(Stale):
        await room.approve(number, digest=before.digest)
    await room.approve(number)


@on_sqlite
async def test_an_edit_that_changes_nothing_keeps_the_approval(room: Newsroom):
    number = await room.approved()
    async with transaction(room.sessions) as session:
        author = await room.author()
        await notices.edit(session, room.library, room.clock, author, number, draft=drafted())

    assert await room.state(number) == "approved"


@on_sqlite
async def test_an_urgent_one_needs_the_right_to_let_it_pass(room: Newsroom):
    number = await room.composed(urgent=True)
    await room.submit(number)
    usual = await room.actor("赵敏", Grant(Role.NOTICE_APPROVER))

    with pytest.raises(NotAllowed, match="urgent"):
        await room.approve(number, usual)
    await room.approve(number)


@on_sqlite
async def test_who_looks_after_a_city_speaks_to_that_city_only(room: Newsroom):
    limited = await room.actor("周洋", Grant(Role.NOTICE_AUTHOR, districts=("广东/广州",)))
    async with transaction(room.sessions) as session:
        for audience in (to(), to("广东"), to("广东/广州/南沙区", "江苏/盐城")):
            draft = drafted(audience=audience)
            with pytest.raises(NotAllowed, match="out_of_reach"):
                await notices.compose(session, room.library, room.clock, limited, draft)
        draft = drafted(audience=to("广东/广州/南沙区"))
        assert await notices.compose(session, room.library, room.clock, limited, draft)


@on_sqlite
async def test_of_two_who_step_at_once_the_second_is_told(room: Newsroom):
    number = await room.composed()
    seen = (await shown(room, number)).seen
    await room.step(notices.submit, number, seen=seen)

    with pytest.raises(Stale):
        await room.step(notices.stop, number, seen=seen)


STEPS = {
    "submit": notices.submit, "pause": notices.pause, "resume": notices.resume,
    "stop": notices.stop, "send_back": notices.send_back,
}  # fmt: skip


@on_sqlite
@pytest.mark.parametrize("step", STEPS)
async def test_a_step_is_open_exactly_where_it_can_be_taken(room: Newsroom, step: str):
    every = await room.actor("全能", Grant(Role.NOTICE_AUTHOR), Grant(Role.URGENT_APPROVER))
    numbers = [await room.composed(), await room.approved(), await room.scheduled()]
    numbers.append(await room.composed())
    await room.submit(numbers[-1])
    for number in numbers:
        async with transaction(room.sessions) as session:
            open_to = (await notices.show(session, every, number)).open
        try:
            async with transaction(room.sessions) as session:
                await STEPS[step](session, room.clock, Asked(every, number, note="看一下"))
        except AppError:
            assert step not in open_to
        else:
            assert step in open_to


@on_sqlite
@pytest.mark.parametrize(("fields", "key"), [
    ({"title": " "}, "bad_title"), ({"title": "长" * 31}, "bad_title"),
    ({"text": ""}, "bad_text"), ({"text": "长" * 801}, "bad_text"),
    ({"topic": "gossip"}, "bad_topic"), ({"link": "javascript:x"}, "bad_link"),
    ({"buttons": ("go",)}, "go_needs_link"), ({"buttons": ("like",)}, "bad_buttons"),
    ({"picture": "none"}, "no_such_picture"), ({"audience": to("广东//南沙区")}, "bad_district"),
    ({"audience": to(trades=("pilot",))}, "bad_trade"),
])  # fmt: skip
async def test_what_cannot_be_sent_is_refused_with_what_to_do(room: Newsroom, fields, key):
    with pytest.raises(BadInput, match=key) as refused:
        await room.composed(**fields)
    assert room.library.say(refused.value.key, **refused.value.fields)


async def test_the_list_says_where_each_stands_and_when_it_goes_next(room: Newsroom):
    draft, going = await room.composed(title="草稿"), await room.scheduled(urgent=True)
    async with transaction(room.sessions) as session:
        author = await room.author()
        listed = {each.number: each for each in await notices.page(session, author)}
        drafts = await notices.page(session, author, ("draft",))
        counts = await notices.counts(session, author)

    assert [each.number for each in drafts] == [draft]
    assert (listed[draft].title, listed[draft].next_at) == ("草稿", None)
    assert (listed[going].next_at, listed[going].urgent) == (room.clock(), True)
    assert listed[going].author == "陈静"
    assert counts == {"draft": 1, "scheduled": 1}


@on_sqlite
async def test_who_has_nothing_to_do_with_notices_sees_none(room: Newsroom):
    number = await room.composed()
    reviewer = await room.actor("周洋", Grant(Role.REVIEWER))
    for look in (
        lambda session: notices.page(session, reviewer),
        lambda session: notices.show(session, reviewer, number),
        lambda session: notices.report(session, reviewer, number),
        lambda session: notices.replies(session, reviewer),
        lambda session: notices.dead_letters(session, reviewer, number),
    ):
        async with transaction(room.sessions) as session:
            with pytest.raises(NotAllowed):
                await look(session)


@on_sqlite
async def test_a_send_back_needs_its_reason_and_leads_to_the_draft(room: Newsroom):
    number = await room.composed()
    await room.submit(number)
    approver = await room.approver()
    for note, key in ((" ", "needs_note"), ("长" * 501, "note_too_long")):
        async with transaction(room.sessions) as session:
            with pytest.raises(BadInput, match=key):
                await notices.send_back(session, room.clock, Asked(approver, number, note=note))
    async with transaction(room.sessions) as session:
        await notices.send_back(session, room.clock, Asked(approver, number, note="写清楚地点"))

    detail = await shown(room, number)
    assert detail.state == "draft"
    assert detail.history[-1].note == "写清楚地点"

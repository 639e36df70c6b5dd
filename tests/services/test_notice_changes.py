"""A notice is recalled or corrected: what waits does not go, what has gone is changed."""

import pytest
from sqlalchemy import select

from bot.changing import Changes
from bot.delivery import Outcome
from content.library import Library
from db.models import OutboxRow
from db.session import Sessions, transaction
from kit.errors import BadInput, NotAllowed
from services import notices, outbox
from tests.factories import FixedClock
from tests.services.noticing import Newsroom, drafted


@pytest.fixture
def room(sessions: Sessions, library: Library, clock: FixedClock) -> Newsroom:
    return Newsroom(sessions, library, clock)


class FakeChanger:
    """A channel that does what a test says, and remembers what it was asked."""

    def __init__(self, *outcomes: Outcome) -> None:
        self.outcomes, self.asked = list(outcomes), []

    async def change(self, number, message_ids, reply):
        self.asked.append((number, tuple(message_ids), reply and reply["text"]))
        return self.outcomes.pop(0) if self.outcomes else Outcome("sent")


async def change(room: Newsroom, changer: FakeChanger) -> None:
    changes = Changes(room.sessions, room.library, room.clock, "telegram", changer)
    await changes.look()
    async with transaction(room.sessions) as session:
        await notices.next_changes(session, room.library, room.clock, "web", 100)


async def went_out(room: Newsroom, **fields) -> int:
    """One that two at Telegram and one on the web have, and that a third was not sent."""
    await room.workers(2)
    await room.workers(1, "web")
    number = await room.scheduled(urgent=True, **fields)
    for _ in range(3):
        await room.look()
    async with transaction(room.sessions) as session:
        for row in await session.scalars(select(OutboxRow)):
            row.state, row.sent_at, row.message_ids = "sent", room.clock(), [row.number + 70]
    return number


async def recall(room: Newsroom, number: int, note: str = "台风转向了") -> int:
    return await room.step(notices.recall, number, note=note)


async def test_a_recall_deletes_where_it_can_and_says_so_where_it_cannot(room: Newsroom):
    number = await went_out(room)
    changer = FakeChanger(Outcome("sent"), Outcome("refused"))

    assert await recall(room, number) == 3
    await change(room, changer)
    await change(room, changer)

    assert [ids for _, ids, _ in changer.asked] == [(71,), (72,)]
    report = await room.report(number)
    assert report.changed == {"deleted": 1, "followed": 2}
    said = [row for row in await room.rows() if row.cause.startswith("change:")]
    assert len(said) == 2
    assert {row.state for row in said} == {"waiting"}
    assert "作废" in said[0].reply["text"]
    assert "台风转向了" in said[0].reply["text"]
    assert await room.state(number) == "recalled"


async def test_what_was_recalled_is_not_among_the_latest(room: Newsroom):
    number = await went_out(room)
    await recall(room, number)
    async with transaction(room.sessions) as session:
        for row in (await session.scalars(select(OutboxRow))).all():
            assert await outbox.after(session, row.account_id, 0) == []


async def test_what_waits_when_it_is_recalled_never_goes(room: Newsroom):
    await room.workers(3)
    number = await room.scheduled(urgent=True)
    await room.look()

    assert await recall(room, number) == 0
    assert (await room.report(number)).failed == {"recalled": 3}
    with pytest.raises(NotAllowed):
        async with transaction(room.sessions) as session:
            await notices.resend(session, room.clock, await room.author(), number)


async def test_a_change_that_ended_without_an_answer_is_asked_for_again(room: Newsroom):
    number = await went_out(room)
    await recall(room, number)
    changer = FakeChanger(Outcome("unknown"), Outcome("later", 2))
    await change(room, changer)
    await change(room, changer)

    assert len(changer.asked) == 4
    assert (await room.report(number)).changed == {"deleted": 2, "followed": 1}


async def test_a_correction_is_approved_and_then_edits_what_has_arrived(room: Newsroom):
    number = await went_out(room)
    author, draft = await room.author(), drafted(urgent=True, text="改到后天。")
    async with transaction(room.sessions) as session:
        await notices.edit(session, room.library, room.clock, author, number, draft=draft)
    await room.submit(number)
    with pytest.raises(NotAllowed):
        await room.step(notices.correct, number)
    await room.approve(number)

    assert await room.step(notices.correct, number) == 3
    changer = FakeChanger()
    await change(room, changer)

    assert ["改到后天。" in text for _, _, text in changer.asked] == [True, True]
    assert (await room.report(number)).changed == {"edited": 2, "followed": 1}
    assert await room.state(number) == "sent"
    (followed,) = [row for row in await room.rows() if row.cause.startswith("change:")]
    assert "更正" in followed.reply["text"]


async def test_a_recall_has_a_reason(room: Newsroom):
    number = await went_out(room)
    with pytest.raises(BadInput, match="needs_note"):
        await recall(room, number, " ")


async def test_what_never_went_out_is_not_corrected(room: Newsroom):
    number = await room.approved()
    with pytest.raises(NotAllowed):
        await room.step(notices.correct, number)

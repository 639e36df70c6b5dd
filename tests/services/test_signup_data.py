"""What becomes of a sign-up: of a contact, a recall, a new version, and of a worker who goes."""

import pytest
from sqlalchemy import select

from db.models import ChoiceRow, OutboxRow, Signup
from db.session import transaction
from kit.errors import BadInput, NotAllowed
from services import notices, signups
from tests.services.linking import link
from tests.services.noticing import Newsroom, drafted
from tests.services.signing_up import (
    TITLE,
    listed,
    moved_up,
    offer,
    offered,
    on_list,
    read,
    signs_up,
)
from tests.testers.chat import Chat


@pytest.fixture
def room(chat: Chat) -> Newsroom:
    return Newsroom(chat.sessions, chat.library, chat.clock)


async def test_the_latest_notices_lead_there(room, worker):
    await offered(room, 3)
    await worker.says("最近的通知")
    await worker.presses("报名")
    await worker.presses(TITLE)
    worker.sees("已报名")
    await worker.says("最近的通知")
    await worker.presses("我报名的")
    worker.sees(TITLE, "第1号")


async def test_a_recall_is_told_to_who_signed_up(chat, room, worker):
    """On the web the notice cannot be taken away, and at Telegram its being gone says nothing."""
    phone, other = await chat.newcomer("telegram"), await chat.newcomer("telegram")
    notice = await offered(room, 3)
    for each in (worker, phone):
        await signs_up(chat, each)
    await room.deliver(message_ids=[7])
    async with transaction(chat.sessions) as session:
        for row in await session.scalars(select(OutboxRow)):
            row.state = "sent"
    await room.step(notices.recall, notice, note="下雨改期")
    for _ in range(2):
        async with transaction(chat.sessions) as session:
            for channel in ("web", "telegram"):
                await notices.next_changes(session, chat.library, chat.clock, channel, 100)
    told = [row for row in await room.rows() if row.cause == f"signup:{notice}:recalled"]
    assert len(told) == 2
    assert all("你报的名也取消了" in row.reply["text"] for row in told)
    assert all("下雨改期" in row.reply["text"] for row in told)
    await worker.says("我报名的")
    worker.sees("作废了，报名也取消了")
    assert not any(title.startswith("取消") for title in worker.titles)
    await other.says("我报名的")
    other.sees("你还没有报名")


async def test_a_contact_may_be_taken_back_and_goes_with_the_sign_up(chat, room, worker):
    await offered(room, 3)
    await signs_up(chat, worker)
    for _ in range(2):
        await worker.presses("留称呼或电话")
        await worker.says("王师傅")
        await worker.presses("我报名的")
        await worker.says("报名1")
    await worker.presses("留称呼或电话")
    await worker.presses("不留")
    worker.sees("留过的已经删掉了")
    await worker.says("报名1")
    await worker.presses("留称呼或电话")
    await worker.says("算了")
    worker.sees("没有留")
    await worker.says("报名1")
    await worker.presses("留称呼或电话")
    await worker.says("王师傅")
    await worker.says("报名1")
    await worker.presses("取消报名")
    assert [row.contact for row in await read(chat, select(Signup))] == [None]


async def test_contacts_are_kept_thirty_days_after_it_closed(chat, room, worker):
    notice = await offered(room, 3)
    await signs_up(chat, worker)
    await worker.presses("留称呼或电话")
    await worker.says("王师傅")
    for days, gone in ((30, 0), (1, 1)):
        room.clock.advance(days=days)
        async with transaction(chat.sessions) as session:
            assert await signups.forget_contacts(session, chat.clock) == gone
    assert await on_list(room, notice) == {1: (worker.id, "in")}


async def test_who_has_his_data_deleted_gives_his_place_to_the_next(chat, room, worker):
    second = await chat.newcomer()
    notice = await offered(room, 1)
    await signs_up(chat, worker)
    await signs_up(chat, second)
    await worker.says("我的资料")
    await worker.presses("全部删掉")
    await worker.presses("删掉")
    worker.sees("都删掉了")

    assert await on_list(room, notice) == {2: (second.id, "in")}
    assert await moved_up(room) == [f"signup:{notice}:2"]
    assert await read(chat, select(ChoiceRow.task).where(
        ChoiceRow.worker_id == worker.id, ChoiceRow.task.startswith("signups.")
    )) == []  # fmt: skip


async def test_two_chats_that_are_linked_keep_the_better_place(chat, room, worker, phone):
    notice = await offered(room, 1)
    await signs_up(chat, worker)
    await worker.presses("留称呼或电话")
    await worker.says("王师傅")
    await signs_up(chat, phone)
    phone.sees("名额满了")

    await link(worker, phone)

    assert await on_list(room, notice) == {1: (phone.id, "in")}
    async with transaction(chat.sessions) as session:
        assert await signups.unsealed(session, notice, [1]) == {1: "王师傅"}
    await worker.says("我报名的")
    worker.sees("已报名", "第1号")


async def test_a_new_version_may_give_more_places_and_no_fewer_than_are_taken(chat, room, worker):
    second = await chat.newcomer()
    notice = await offered(room, 1)
    await signs_up(chat, worker)
    await signs_up(chat, second)
    await edits(room, notice, places=2)
    assert await moved_up(room) == [f"signup:{notice}:2"]
    with pytest.raises(BadInput, match="too_few_places"):
        await edits(room, notice, places=1)
    assert (await listed(room, notice)).places == 2


async def edits(room: Newsroom, notice: int, places: int | None) -> None:
    """A new version, approved; without places it offers nothing."""
    offers = offer(room.clock, places) if places else None
    given = {"urgent": True, "title": TITLE, "offer": offers}
    async with transaction(room.sessions) as session:
        await notices.edit(
            *(session, room.library, room.clock, await room.author(), notice),
            draft=drafted(**given),
        )
    await room.submit(notice)
    await room.approve(notice)


async def test_a_new_version_without_an_offer_closes_the_list(chat, room, worker):
    notice = await offered(room, 3)
    await signs_up(chat, worker)
    await edits(room, notice, places=None)
    assert await on_list(room, notice) == {1: (worker.id, "in")}
    other = await chat.newcomer()
    async with transaction(room.sessions) as session:
        with pytest.raises(NotAllowed, match=r"signups\.closed"):
            await signups.sign_up(session, room.library, room.clock, other.id, notice)

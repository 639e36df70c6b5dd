"""Linking while others do something at the same moment."""

import asyncio
from collections import Counter

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from db.models import Account, LinkTry, TurnRow, Worker
from db.session import transaction
from kit.ids import new_id
from services import conversation, links
from services.conversation import Incoming
from services.turns import NOTHING_HEARD
from tests.services.linking import WRONG, all_of, guess, link, other_than, shown_to, starts_draft
from tests.testers.chat import PER_MINUTE, Chat, on_postgres
from tests.testers.worker import WorkerTester

MANY = 8


async def test_of_many_who_type_one_code_at_once_one_is_linked(chat: Chat, worker: WorkerTester):
    code = await shown_to(worker)
    phones = [await chat.newcomer("telegram") for _ in range(MANY)]
    await asyncio.gather(*(phone.says(code) for phone in phones))
    done = [phone for phone in phones if "绑好了" in phone.texts]
    assert len(done) == 1
    assert sum(WRONG in phone.texts for phone in phones) == MANY - 1
    owners = Counter(row.worker_id for row in await all_of(chat, Account))
    assert owners[done[0].id] == 2
    assert sorted(owners) == sorted(phone.id for phone in phones)
    assert len(await all_of(chat, Worker)) == MANY
    assert len(await all_of(chat, LinkTry)) == MANY - 1


async def test_a_burst_of_guesses_passes_no_limit(chat: Chat, worker: WorkerTester):
    code = await shown_to(worker)
    await guess(chat, links.WRONG_BY_ALL - 3)
    phones = [await chat.newcomer("telegram") for _ in range(MANY)]
    await asyncio.gather(*(phone.says(other_than(code)) for phone in phones))
    assert len(await all_of(chat, LinkTry)) == links.WRONG_BY_ALL
    assert sum("过10分钟再试" in phone.texts for phone in phones) == MANY - 3


async def insists(worker: WorkerTester, text: str) -> None:
    """Say it again where he became another worker on the way in, as both channels do."""
    try:
        await worker.says(text)
    except IntegrityError:
        await worker.says(text)


async def test_each_types_the_code_of_the_other_at_once(chat: Chat):
    for _ in range(3):
        web, phone = await chat.newcomer("web"), await chat.newcomer("telegram")
        codes = await shown_to(web), await shown_to(phone)
        await asyncio.gather(insists(phone, codes[0]), insists(web, codes[1]))
        if "绑好了" not in web.texts + phone.texts:
            assert "正在回话" in web.texts
            assert "正在回话" in phone.texts
            await phone.says(codes[0])
        await web.says("绑定")
        web.sees("已经绑定")


async def test_a_turn_that_waits_is_answered_to_who_he_is_by_then(
    chat: Chat, worker: WorkerTester, phone: WorkerTester
):
    await starts_draft(phone)
    await phone.says("菜单")
    async with transaction(chat.sessions) as session:
        incoming = Incoming(worker.id, new_id(), "text", text="继续")
        accepted = await conversation.accept(session, chat.clock, incoming, PER_MINUTE)
    await link(worker, phone)
    async with transaction(chat.sessions) as session:
        await conversation.take(
            session, chat.library, chat.clock, accepted.turn.id, road="bot", heard=NOTHING_HEARD
        )
    async with transaction(chat.sessions) as session:
        row = await session.get_one(TurnRow, accepted.turn.id)
    assert row.worker_id == phone.id
    assert "在什么地方" in (row.replies or [{}])[0]["text"]


@on_postgres
async def test_who_is_being_answered_is_not_linked_meanwhile(
    chat: Chat, worker: WorkerTester, phone: WorkerTester
):
    """On SQLite the one waits for the other; here both run, and neither may wait for ever."""
    code = await shown_to(worker)
    async with transaction(chat.sessions) as session:
        incoming = Incoming(worker.id, new_id(), "text", text="提建议")
        turn = (await conversation.accept(session, chat.clock, incoming, PER_MINUTE)).turn
    async with transaction(chat.sessions) as session:
        await conversation.take(
            session, chat.library, chat.clock, turn.id, road="bot", heard=NOTHING_HEARD
        )
        await phone.says(code)
    phone.sees("正在回话", "再打一次")
    assert await all_of(chat, LinkTry) == []
    await phone.says(code)
    phone.sees("绑好了")
    async with transaction(chat.sessions) as session:
        rows = await session.scalars(select(TurnRow).where(TurnRow.answered_at.is_(None)))
        assert rows.all() == []

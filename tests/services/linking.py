"""What the tests of linking share: two chats, a code between them, and the rows behind."""

import re
from typing import Any

from sqlalchemy import select

from db.models import Account, LinkTry, OutboxRow
from db.session import transaction
from kit.ids import new_id
from tests.testers.chat import Chat
from tests.testers.worker import WorkerTester

DIGITS = re.compile(r"(?<!\d)\d{6}(?!\d)")
WRONG = "没有这个码"


async def shown_to(worker: WorkerTester) -> str:
    """The digits that a chat is shown."""
    await worker.says("绑定")
    await worker.presses("给我一个码")
    [code] = DIGITS.findall(worker.texts)
    return str(code)


async def link(shows: WorkerTester, types: WorkerTester) -> None:
    await types.says(await shown_to(shows))
    types.sees("绑好了")


async def all_of(chat: Chat, model: type[Any]) -> list[Any]:
    async with transaction(chat.sessions) as session:
        return list(await session.scalars(select(model)))


async def account_of(chat: Chat, channel: str) -> Account:
    [account] = [row for row in await all_of(chat, Account) if row.channel == channel]
    return account


async def news_at(chat: Chat, channel: str) -> list[OutboxRow]:
    account = await account_of(chat, channel)
    return [row for row in await all_of(chat, OutboxRow) if row.account_id == account.id]


async def hands_in(worker: WorkerTester) -> str:
    for text in ("提建议", "路灯不亮", "跳过", "跳过", "对", "发送"):
        await worker.says(text)
    return str(worker.card("case")["code"])


async def starts_draft(worker: WorkerTester, words: str = "换电柜太少") -> None:
    await worker.says("提建议")
    await worker.says(words)
    worker.sees("在什么地方")


def other_than(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


async def guess(chat: Chat, times: int) -> None:
    """Wrong codes that others typed just now."""
    stranger = await chat.newcomer()
    [account] = [row for row in await all_of(chat, Account) if row.worker_id == stranger.id]
    async with transaction(chat.sessions) as session:
        for _ in range(times):
            session.add(LinkTry(id=new_id(), account_id=account.id, at=chat.clock()))

"""Whatever of a worker's words goes to others was agreed to, in the notice's present version."""

import pytest
from sqlalchemy import select

from db.models import Consent
from db.session import transaction
from services.consents import HAND_IN, VERSIONS
from services.turns import Channel
from tests.testers.chat import Chat, on_sqlite
from tests.testers.worker import WorkerTester

IDEA = "建议在蕉门地铁口多装几个换电柜"
SAME = "蕉门地铁站换电柜不够用，多装几个吧"


async def agreed(chat: Chat, worker: WorkerTester) -> list[tuple[str, int]]:
    async with transaction(chat.sessions) as session:
        rows = await session.scalars(select(Consent).where(Consent.worker_id == worker.id))
        return [(row.notice, row.version) for row in rows]


@on_sqlite
@pytest.mark.parametrize("channel", ["web", "telegram"])
async def test_who_joins_another_agrees_as_who_sends(chat: Chat, channel: Channel):
    chat.rasa.mode = "down"
    first, other = await chat.newcomer(), await chat.newcomer(channel)
    for said in ("提建议", IDEA, "对", "发送"):
        await first.says(said)
    for said in ("提建议", SAME, "对"):
        await other.says(said)
    assert await agreed(chat, other) == []
    await other.says("我也是")
    other.sees("加进")
    notice = HAND_IN[channel]
    assert await agreed(chat, other) == [(notice, VERSIONS[notice])]


@on_sqlite
async def test_what_is_added_later_is_agreed_to(chat: Chat, worker: WorkerTester):
    chat.rasa.mode = "down"
    for said in ("提建议", IDEA, "对", "发送"):
        await worker.says(said)
    before = await agreed(chat, worker)
    for said in ("补充", "晚上八点以后最缺", "发送"):
        await worker.says(said)
    assert await agreed(chat, worker) == before * 2

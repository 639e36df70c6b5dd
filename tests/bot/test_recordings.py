"""Voice messages through the turn API."""

import pytest
from sqlalchemy import select

from db.models import CaseRecording, Recording
from db.session import transaction
from services import recordings
from services.attachments import UNUSED_A_DAY
from tests.bot.api import Api
from tests.bot.test_api import check_fault, check_headers
from tests.testers.chat import on_sqlite
from tests.voices import CANARY, voice

MIB = 1024 * 1024


async def test_a_voice_becomes_part_of_a_case(api: Api):
    worker = api.worker()
    await worker.says("报隐患")
    await worker.sends_voice(voice(4))
    worker.sees("语音收到，会一起交上去。再打一行字说说是什么事")
    await worker.says("桥底积水")
    await worker.presses("跳过")
    while not worker.titles[0].startswith("发送"):
        await worker.presses("对" if "对" in worker.titles else "跳过")
    worker.sees("语音：1段")
    await worker.presses("发送")
    worker.sees("一起交了1段语音")
    async with transaction(api.chat.sessions) as session:
        query = select(Recording).join(CaseRecording, CaseRecording.attached_id == Recording.id)
        kept = (await session.scalars(query)).one()
    stored = await recordings.SHELF.read(api.chat.voices, kept.digest)
    assert stored
    assert CANARY.encode() not in stored


@on_sqlite
async def test_what_it_is_called_does_not_matter(api: Api):
    answer = await api.upload_voice(voice())
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == {"recording"}
    check_headers(answer)
    assert answer.headers["cache-control"] == "no-store"
    assert (await api.upload_voice(voice())).json() == answer.json()


@pytest.mark.parametrize(
    ("sent", "status", "key"),
    [
        (b"", 422, "recordings.unreadable"),
        (b"ID3\x04" + bytes(50), 422, "recordings.unreadable"),
        (voice(2)[:-1], 422, "recordings.unreadable"),
        (voice(61), 413, "recordings.too_long"),
        (bytes(10 * MIB + 1), 413, "recordings.too_large"),
        (bytes(11 * MIB), 413, "recordings.too_large"),
    ],
    ids=["empty", "mp3", "cut", "long", "large", "huge"],
)
@on_sqlite
async def test_what_is_not_taken_says_why(api: Api, sent: bytes, status: int, key: str):
    answer = await api.upload_voice(sent)
    check_fault(answer, status)
    assert answer.json()["error"]["key"] == key


@on_sqlite
async def test_who_keeps_sending_is_stopped_and_only_he(api: Api):
    for seed in range(UNUSED_A_DAY):
        assert (await api.upload_voice(voice(1, seed=seed))).status_code == 200
    answer = await api.upload_voice(voice(1, seed=99))
    check_fault(answer, 403)
    assert answer.json()["error"]["key"] == "recordings.too_many"
    stranger = await api.stranger()
    assert (await api.upload_voice(voice(1, seed=99), token=stranger)).status_code == 200


@on_sqlite
async def test_a_voice_and_words_are_two_turns(api: Api):
    sent = (await api.upload_voice(voice())).json()["recording"]
    check_fault(await api.turn("m1", recording=sent, text="桥底积水"), 422)
    check_fault(await api.client.post("/api/recordings", files={"recording": b"x"}), 401)

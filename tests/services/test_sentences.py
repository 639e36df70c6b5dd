"""Sentences that were not understood: what is kept of them, how long, and what becomes of them."""

import asyncio

import pytest
import yaml
from sqlalchemy import select

from content.library import Library
from db.models import Sentence
from db.session import transaction
from kit.errors import BadInput, NotAllowed, NotFound
from services import sentences
from services.desk import serve
from services.staff.permissions import Role
from services.turns import Heard, Turn
from tests.services.casing import Office

PERSONAL = (
    *("打我电话13812345678", "找张伟民师傅要钱", "车牌粤B12345", "微信wxid_secret9", "王师傅骂人"),
    *("我住301房", "加Q 12345", "看 www.x.cn", "长" * 41, "短\n句", "🙂", "啊", "姓李的那个站长"),
)


async def said(office: Office, text: str) -> None:
    async with transaction(office.sessions) as session:
        await sentences.note(session, office.library, office.clock, text)


async def kept(office: Office) -> list[Sentence]:
    async with transaction(office.sessions) as session:
        return list((await session.scalars(select(Sentence))).all())


async def test_a_sentence_is_counted_by_days_and_by_nobody(office: Office):
    await said(office, "咋整啊这个")
    office.clock.advance(days=2)
    await said(office, " 咋整啊这个！ ")
    (row,) = await kept(office)
    assert (row.text, row.count, row.state) == ("咋整啊这个", 2, "new")
    assert (row.first_on.isoformat(), row.last_on.isoformat()) == ("2026-11-18", "2026-11-20")
    assert not {"worker_id", "turn_id", "at"} & set(Sentence.__table__.columns.keys())


@pytest.mark.parametrize("text", PERSONAL)
def test_what_may_tell_of_somebody_is_not_kept(library: Library, text: str):
    assert not sentences.may_be_kept(library, text)


async def test_the_same_said_at_once_fails_no_turn(office: Office):
    await asyncio.gather(*(said(office, "咋整啊这个") for _ in range(8)))
    (row,) = await kept(office)
    assert row.count == 8


async def test_it_goes_after_thirty_days_and_beyond_a_number(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    for text in ("头一句话", "第二句话", "第三句话"):
        await said(office, text)
        office.clock.advance(days=1)
    monkeypatch.setattr(sentences, "MOST", 1)
    async with transaction(office.sessions) as session:
        assert await sentences.forget(session, office.clock) == 2
    office.clock.advance(days=28)
    async with transaction(office.sessions) as session:
        assert await sentences.forget(session, office.clock) == 0
    office.clock.advance(days=1)
    async with transaction(office.sessions) as session:
        assert await sentences.forget(session, office.clock) == 1


async def test_an_editor_labels_ignores_and_takes_candidates_along(office: Office):
    actor = await office.actor(Role.CONTENT_EDITOR)
    for text in ("车没电咋整啊", "随便说一句", "- 井号 &*: 'x'"):
        await said(office, text)
    ids = {row.text: row.id for row in await kept(office)}
    async with transaction(office.sessions) as session:
        given = (session, office.library, office.clock, actor)
        assert yaml.safe_load(await sentences.candidates(session, actor))["nlu"] == []
        await sentences.label(*given, ids["车没电咋整啊"], intent="find_rest_stop")
        await sentences.label(*given, ids["- 井号 &*: 'x'"], intent="find_rest_stop")
        await sentences.ignore(session, office.clock, actor, ids["随便说一句"])
        with pytest.raises(BadInput):
            await sentences.label(*given, ids["随便说一句"], intent="no_such")
        for gone in ("gone", "\x00", "来"):
            with pytest.raises(NotFound):
                await sentences.ignore(session, office.clock, actor, gone)
        await session.flush()
        found = yaml.safe_load(await sentences.candidates(session, actor))
        page = await sentences.page(session, actor, "ignored", 1)
    assert [each.text for each in page.items] == ["随便说一句"]
    assert page.counts == {"labelled": 2, "ignored": 1}
    (intent,) = found["nlu"]
    assert intent["intent"] == "find_rest_stop"
    assert intent["examples"] == "- - 井号 &*: 'x'\n- 车没电咋整啊\n"


async def test_others_may_not(office: Office):
    for role in (Role.REVIEWER, Role.DATA_OFFICER, Role.AUDITOR):
        actor = await office.actor(role)
        async with transaction(office.sessions) as session:
            with pytest.raises(NotAllowed):
                await sentences.page(session, actor, "new", 1)


@pytest.mark.parametrize(
    ("intent", "before", "count"),
    [("nlu_fallback", "", 1), (None, "", 0), ("nlu_fallback", "提建议", 0), ("greet", "", 0)],
)
async def test_the_desk_keeps_what_it_did_not_understand_outside_forms(
    office: Office, intent: str | None, before: str, count: int
):
    worker = await office.worker()
    turns = [(before, None)] if before else []
    for text, heard in (*turns, ("嘟嘟嘟嘟嘟", intent)):
        turn_id = await office.turn(worker)
        turn = Turn(turn_id, worker, "text", text=text)
        async with transaction(office.sessions) as session:
            await serve(session, office.library, office.clock, turn, Heard(heard, 0.9))
    assert len(await kept(office)) == count


def test_every_intent_has_a_name(library: Library):
    found = sentences.intents(library)
    assert {"find_rest_stop", "out_of_scope", "ask_work_injury"} <= set(found) | {
        "ask_work_injury"
    }
    assert all(found.values())

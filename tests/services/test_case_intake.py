"""Handing in: once, masked and sealed, with a day and a word; held where a person should look."""

import asyncio
from datetime import date

import pytest
from sqlalchemy import func, select

from db.models import Case
from db.session import transaction
from kit import ids
from services import cases
from services.cases import parameters
from services.cases.sealing import unsealed
from services.staff.permissions import Role
from services.turns import Position
from tests.services.casing import Office
from tests.staffing import everything

JIAOMEN = Position(22.796341, 113.547259)


async def stored(office: Office, case_id: str) -> Case:
    async with transaction(office.sessions) as session:
        return await session.get_one(Case, case_id)


async def test_a_case_is_stored_masked_and_sealed(office: Office):
    worker = await office.worker()
    subject, answer = "路灯坏了，问13812345678", "车牌粤A12345"
    done = await office.hand_in(
        *(worker, subject),
        kind="hazard",
        place="蕉门",
        category="lights_signals",
        extras={"since": answer},
        contact="微信 laowang_1988",
        caller="王师傅",
        spot=JIAOMEN,
    )
    case = await stored(office, done.case.id)
    assert (case.subject, case.extras) == ("路灯坏了，问〔电话〕", {"since": "车牌〔车牌〕"})
    assert (case.lat, case.lon) == (22.7963, 113.5473)
    assert (case.province, case.city, case.district) == ("广东", "广州", "南沙区")
    async with transaction(office.sessions) as session:
        words = await unsealed(session, case)
    assert words is not None
    assert (words.subject, words.extras) == (subject, {"since": answer})
    for column in (case.original, case.contact, case.caller):
        assert column is not None
        assert b"laowang_1988" not in column
    assert "laowang" not in repr(done)


async def test_the_promise_is_a_day_or_a_number_of_days(office: Office):
    worker = await office.worker()
    done = await office.hand_in(worker)
    assert (done.due, done.answer_days, done.held) == (date(2026, 11, 25), 5, False)
    office.clock.advance(days=42)  # 30 December: the calendar of 2027 is not published
    done = await office.hand_in(worker, "井盖松了")
    assert (done.due, done.answer_days, done.held) == (None, 5, False)


async def test_what_is_too_much_is_what_staff_say(office: Office):
    """The limits of the page `/limits` were read there and nowhere else."""
    editor, other = [await office.actor(Role.CONTENT_EDITOR) for _ in "12"]
    async with transaction(office.sessions) as session:
        given = (session, office.library, office.clock)
        values = {"seconds_between": 0, "cases_a_day": 2}
        change = await parameters.propose(
            *(*given, editor), values=values, reason="放宽一点", seen=""
        )
        await parameters.approve(session, office.clock, other, change)
    worker = await office.worker()
    held = [(await office.hand_in(worker, f"第{n}件")).held for n in range(3)]
    assert held == [False, False, True]


async def test_two_tries_of_one_turn_at_once_are_one_case(office: Office):
    worker = await office.worker()
    turn = await office.turn(worker)
    tries = (office.hand_in(worker, turn=turn) for _ in range(4))
    done = await asyncio.gather(*tries)
    assert len({(each.case.code, each.query_word, each.held) for each in done}) == 1
    async with transaction(office.sessions) as session:
        assert await session.scalar(select(func.count()).select_from(Case)) == 1


async def test_a_code_that_is_drawn_again_is_not_given_twice(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    first = await office.hand_in(await office.worker())
    drawn = iter([first.case.code, first.case.code, "2222-2222"])
    monkeypatch.setattr(ids, "new_code", lambda: next(drawn))
    assert (await office.hand_in(await office.worker(), "井盖松了")).case.code == "2222-2222"


async def test_too_soon_and_too_many_are_held(office: Office):
    worker = await office.worker()
    held = [(await office.hand_in(worker, "第0件")).held]
    office.clock.advance(seconds=119)
    held.append((await office.hand_in(worker, "第1件")).held)
    for number in range(2, 7):
        office.clock.advance(seconds=121)
        held.append((await office.hand_in(worker, f"第{number}件")).held)
    assert held == [False, True, False, False, False, True, True]
    office.clock.advance(hours=24)
    assert not (await office.hand_in(worker, "第二天")).held
    async with transaction(office.sessions) as session:
        reasons = (await session.scalars(select(Case.held_reason).order_by(Case.created_at))).all()
    assert reasons == [None, "too_fast", None, None, None, "too_many", "too_many", None]


async def test_a_burst_does_not_pass_the_limit(office: Office):
    worker = await office.worker()
    done = await asyncio.gather(*(office.hand_in(worker, f"第{i}件") for i in range(4)))
    assert sorted(each.held for each in done) == [False, True, True, True]


async def test_the_same_words_of_others_are_folded_onto_the_first(office: Office):
    first = await office.hand_in(await office.worker(), "建议在蕉门地铁口多装换电柜。")
    office.clock.advance(hours=3)
    alike = await office.hand_in(await office.worker(), " 建议在蕉门地铁口 多装换电柜！")
    other = await office.hand_in(
        await office.worker(), "建议在蕉门地铁口多装换电柜", kind="hazard"
    )
    assert [first.held, alike.held, other.held] == [False, True, False]
    case = await stored(office, alike.case.id)
    assert (case.held_reason, case.folded_into) == ("same_text", first.case.id)
    office.clock.advance(hours=22)
    assert not (await office.hand_in(await office.worker(), "建议在蕉门地铁口多装换电柜")).held


async def test_of_the_same_words_at_once_one_is_the_first(office: Office):
    workers = [await office.worker() for _ in range(4)]
    done = await asyncio.gather(*(office.hand_in(worker) for worker in workers))
    [first] = [each.case.id for each in done if not each.held]
    folded = [await stored(office, each.case.id) for each in done if each.held]
    assert {case.folded_into for case in folded} == {first}


async def test_abusive_words_are_held_wherever_they_stand(office: Office):
    done = await office.hand_in(await office.worker(), "保安是个 傻 逼", place="南沙")
    assert (done.held, (await stored(office, done.case.id)).held_reason) == (True, "abusive")
    assert not (await office.hand_in(await office.worker(), "他妈的路灯又坏了")).held


@pytest.mark.parametrize("said", ["保安是个傻*逼", "保安傻.逼", "站长傻-逼", "我要砍死站长"])
async def test_marks_between_hide_no_abuse(office: Office, said: str):
    assert (await office.hand_in(await office.worker(), said)).held


async def test_a_held_case_is_let_in_once(office: Office):
    worker, staff = await office.worker(), await office.staff()
    await office.hand_in(worker, "第0件")
    code = (await office.hand_in(worker, "第1件")).case.code
    tries = await asyncio.gather(
        *(office.release(code, staff) for _ in range(3)), return_exceptions=True
    )
    assert sum(each is None for each in tries) == 1
    async with transaction(office.sessions) as session:
        detail = await cases.show(session, office.library, office.clock, code, everything(staff))
        page = await cases.inbox(session, office.clock, everything(staff))
    assert [step.state for step in detail.history] == ["held", "received"]
    assert (page.counts, detail.may_release) == ({"received": 2}, False)


async def test_what_is_held_stands_first_on_each_page(office: Office):
    held = []
    for number in range(60):
        worker = await office.worker()
        await office.hand_in(worker, f"第{number}件")
        if number % 20 == 0:
            held.append((await office.hand_in(worker, f"又一件{number}")).case.code)
        office.clock.advance(minutes=1)
    staff = await office.staff()
    async with transaction(office.sessions) as session:
        pages = [
            await cases.inbox(session, office.clock, everything(staff), page=number)
            for number in (1, 2)
        ]
    codes = [item.code for page in pages for item in page.items]
    assert codes[:3] == held[::-1]
    assert (len(codes), len(set(codes))) == (63, 63)
    assert [item.created_at for item in pages[0].items[3:]] == sorted(
        (item.created_at for item in pages[0].items[3:]), reverse=True
    )
    assert {item.held_reason for item in pages[0].items} == {"too_fast", None}

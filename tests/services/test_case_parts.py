"""Standing behind a case, adding to it, asking how it goes; and what becomes of joined workers."""

import asyncio
from datetime import date

import pytest
from sqlalchemy import select

from db.models import Account, CaseSupporter, OutboxRow
from db.repositories.links import LinkRepository
from db.session import transaction
from kit.errors import NotAllowed, NotFound
from services import cases
from services.cases import Progress, Refused
from tests.services.casing import Office
from tests.staffing import everything


async def news(office: Office) -> list[tuple[str, str]]:
    """Who was told of what, in order: worker and step."""
    query = select(Account.worker_id, OutboxRow.cause).join(
        OutboxRow, OutboxRow.account_id == Account.id
    )
    async with transaction(office.sessions) as session:
        rows = (await session.execute(query.order_by(OutboxRow.number))).all()
    return [(worker, cause.rsplit(":", 1)[1]) for worker, cause in rows]


async def asks(office: Office, worker: str, code: str, word: str | None = None) -> Progress | str:
    """What a worker learns of a case; the reason where he learns nothing."""
    async with transaction(office.sessions) as session:
        try:
            return await cases.look_up(session, office.clock, worker, code, query_word=word)
        except Refused as error:
            return error.key


async def withdraw(office: Office, worker: str, code: str) -> None:
    async with transaction(office.sessions) as session:
        await cases.withdraw(session, office.library, office.clock, worker, code)


async def join(office: Office, leaving: str, staying: str) -> None:
    async with transaction(office.sessions) as session:
        await LinkRepository(session).merge(leaving, staying)


async def supporters(office: Office) -> list[str | None]:
    async with transaction(office.sessions) as session:
        return list(await session.scalars(select(CaseSupporter.worker_id)))


async def test_each_stands_behind_a_case_once_and_hears_its_steps(office: Office):
    author, other, third = [await office.worker() for _ in range(3)]
    staff = await office.staff()
    code = (await office.hand_in(author)).case.code
    said = []
    for who in (other, third, other, author):
        office.clock.advance(minutes=1)  # the first is told first
        said.append(await office.support(who, code))
    assert said == [True, True, False, False]
    await office.review(code, staff)
    assert await news(office) == [(who, "in_review") for who in (author, other, third)]
    await withdraw(office, author, code)
    assert (await news(office))[3:] == [(who, "withdrawn") for who in (other, third)]
    with pytest.raises(NotAllowed):
        await office.support(await office.worker(), code)


async def test_who_wants_no_answer_is_not_told_but_his_supporters_are(office: Office):
    author, other = await office.worker(), await office.worker()
    code = (await office.hand_in(author, wants_answer=False)).case.code
    await office.support(other, code)
    await office.review(code, await office.staff())
    assert await news(office) == [(other, "in_review")]
    assert isinstance(await asks(office, author, code), Progress)


async def test_supporters_at_once(office: Office):
    code = (await office.hand_in(await office.worker())).case.code
    one, two = await office.worker(), await office.worker()
    said = await asyncio.gather(*(office.support(who, code) for who in (one, two, one, two)))
    assert sorted(said) == [False, False, True, True]
    assert len(await supporters(office)) == 2


async def test_a_held_case_is_nobody_elses_to_see(office: Office):
    author, staff = await office.worker(), await office.staff()
    await office.hand_in(author)
    code = (await office.hand_in(author, "又一件")).case.code
    with pytest.raises(NotAllowed):
        await office.support(await office.worker(), code)
    await office.release(code, staff)
    assert await news(office) == [(author, "released")]
    assert await office.support(await office.worker(), code)


async def test_additions_come_in_order_masked_and_once(office: Office):
    author, staff = await office.worker(), await office.staff()
    code = (await office.hand_in(author)).case.code
    turn = await office.turn(author)
    await asyncio.gather(
        *(office.add(author, code, "在A口，13812345678", turn=turn) for _ in "12")
    )
    await office.add(author, code, "昨天又坏了")
    async with transaction(office.sessions) as session:
        detail = await cases.show(session, office.library, office.clock, code, everything(staff))
    assert await news(office) == []
    async with transaction(office.sessions) as session:
        original = await cases.reveal(
            session, office.library, office.clock, code, staff, reason="要打电话核实"
        )
    assert [(a.number, a.words) for a in detail.additions] == [
        (1, "在A口，〔电话〕"), (2, "昨天又坏了"),
    ]  # fmt: skip
    assert original.additions == ("在A口，13812345678", "昨天又坏了")
    ((told, _),) = await news(office)  # that somebody looked
    assert told == author
    with pytest.raises(NotFound):
        await office.add(await office.worker(), code, "我也加一句")
    await withdraw(office, author, code)
    with pytest.raises(NotAllowed):
        await office.add(author, code, "再加一句")


async def test_a_code_alone_opens_only_ones_own(office: Office):
    author, stranger = await office.worker(), await office.worker()
    done = await office.hand_in(author, "路灯坏了")
    code, word = done.case.code, done.query_word
    own = await asks(office, author, code.lower())
    assert isinstance(own, Progress)
    assert (own.own, own.state, own.due) == (True, "received", date(2026, 11, 25))
    assert await asks(office, stranger, code) == "cases.no_such_query"
    assert await asks(office, stranger, "7KQ3-M9TX", word) == "cases.no_such_query"
    found = await asks(office, stranger, code, f" {word[:3]} {word[3:]} ")
    assert isinstance(found, Progress)
    assert (found.own, found.steps) == (False, own.steps)
    assert "路灯" not in repr(found)


async def test_query_words_cannot_be_tried_through(office: Office):
    done = await office.hand_in(await office.worker())
    code, word = done.case.code, done.query_word
    wrong = f"{(int(word) + 1) % 10**6:06}"
    guesser = await office.worker()
    tries = await asyncio.gather(*(asks(office, guesser, code, wrong) for _ in range(8)))
    assert sorted(map(str, tries)) == ["cases.no_such_query"] * 5 + ["cases.too_many_queries"] * 3
    assert await asks(office, guesser, code, word) == "cases.too_many_queries"
    assert isinstance(await asks(office, await office.worker(), code, word), Progress)
    office.clock.advance(minutes=11)
    assert isinstance(await asks(office, guesser, code, word), Progress)
    for _ in range(15):  # fifteen more make the twenty of a day, whoever tries
        await asks(office, await office.worker(), code, wrong)
    assert await asks(office, await office.worker(), code, word) == "cases.too_many_queries"


async def test_joined_workers_keep_reading_and_count_once(office: Office):
    leaving, staying, staff = await office.worker(), await office.worker(), await office.staff()
    theirs = (await office.hand_in(leaving, "找13812345678", contact="13812345678")).case.code
    await office.add(leaving, theirs, "还是13812345678")
    mine = (await office.hand_in(staying, "我交的")).case.code
    others = (await office.hand_in(await office.worker(), "别人交的")).case.code
    for who, code in ((leaving, others), (staying, others), (staying, theirs), (leaving, mine)):
        assert await office.support(who, code)

    await join(office, leaving, staying)

    assert await supporters(office) == [staying]
    async with transaction(office.sessions) as session:
        words = await cases.reveal(
            session, office.library, office.clock, theirs, staff, reason="核对原话"
        )
        contact = await cases.reveal_contact(
            session, office.library, office.clock, theirs, staff, reason="回电话给他"
        )
    assert (words.subject, words.additions) == ("找13812345678", ("还是13812345678",))
    assert contact.contact == "13812345678"
    await office.add(staying, theirs, "换了一个聊天接着说")

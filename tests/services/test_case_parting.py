"""Cases that went on in another one: who hears of that one, and how they part from it again."""

import asyncio
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from db.session import transaction
from services import cases
from services.board import open311, posts
from services.staff.actors import Actor
from tests.services.boarding import accepted, release
from tests.services.casing import UNIT, Office, news_of


@pytest.fixture
def on(office: Office) -> Callable[[date], None]:
    """Puts the clock on noon of a day."""

    def moved(day: date) -> None:
        office.clock.now = datetime(day.year, day.month, day.day, 4, tzinfo=UTC)

    return moved


async def two_cases(office: Office, **second: object) -> tuple[str, str, str, str]:
    """The codes of two cases, and their authors."""
    first_one, second_one = await office.worker(), await office.worker()
    one = (await office.hand_in(first_one, "换电柜坏了")).case.code
    two = (await office.hand_in(second_one, "换电柜老是坏", **second)).case.code
    return one, two, first_one, second_one


async def withdraw(office: Office, worker: str, code: str) -> None:
    async with transaction(office.sessions) as session:
        await cases.withdraw(session, office.library, office.clock, worker, code)


async def behind(office: Office, code: str) -> int:
    case = await office.at(code)
    async with transaction(office.sessions) as session:
        return await cases.count_supporters(session, case.id)


async def test_what_one_takes_back_does_not_take_back_what_another_handed_in(
    office: Office, reviewer: Actor
):
    """He had no part in it, and nobody would have looked at his words again."""
    one, two, first, second = await two_cases(office)
    joined, only_here = await office.worker(), await office.worker()
    await office.support(joined, two)
    await office.support(only_here, one)
    await office.takes(reviewer, two, "merge", target=one)
    office.clock.advance(days=2)
    await withdraw(office, first, one)
    apart = await office.at(two)
    assert (apart.state, apart.merged_into, apart.due) == ("in_review", None, date(2026, 11, 27))
    assert (apart.events[-1].step, apart.events[-1].actor) == ("reopen", "system")
    for worker in (second, joined):
        told = (await news_of(office, worker))[-1]
        assert "你这件没有撤，接着看，2026-11-27 前答复" in told
        assert "你还想提" not in told
    assert "提的人撤回了" in (await news_of(office, only_here))[-1]
    assert await behind(office, one) == 1
    await office.takes(reviewer, two, "accept")  # it goes its whole way
    assert "受理了" in (await news_of(office, second))[-1]


async def test_who_takes_back_his_own_case_takes_back_what_was_merged_of_his(
    office: Office, reviewer: Actor
):
    author = await office.worker()
    one = (await office.hand_in(author, "换电柜坏了")).case.code
    two = (await office.hand_in(author, "换电柜老是坏")).case.code
    await office.takes(reviewer, two, "merge", target=one)
    await withdraw(office, author, one)
    assert (await office.at(two)).state == "merged"


async def test_merging_and_taking_back_at_once_lose_no_case(office: Office, reviewer: Actor):
    one, two, first, _ = await two_cases(office)
    await asyncio.gather(
        office.takes(reviewer, two, "merge", target=one),
        withdraw(office, first, one),
        return_exceptions=True,
    )
    assert (await office.at(one)).state == "withdrawn"
    assert (await office.at(two)).state in {"received", "in_review"}


async def test_of_two_that_were_no_one_matter_neither_hears_of_the_other(
    office: Office, reviewer: Actor
):
    """What was merged by mistake went on to be counted there, and heard a stranger's answers."""
    one, two, first, second = await two_cases(office)
    joined, both = await office.worker(), await office.worker()
    await office.support(joined, two)
    for code in (one, two):
        await office.support(both, code)
    office.clock.advance(hours=1)
    await office.takes(reviewer, two, "merge", target=one)
    office.clock.advance(hours=1)
    third = (await office.hand_in(await office.worker(), "柜子又坏了")).case.code
    await office.takes(reviewer, one, "merge", target=third)
    assert (await behind(office, one), await behind(office, third)) == (3, 4)
    office.clock.advance(hours=1)
    await office.takes(reviewer, two, "reopen", note="不是一件事")
    assert (await behind(office, one), await behind(office, third)) == (1, 2)
    before = [len(await news_of(office, who)) for who in (second, joined, both, first)]
    await office.takes(reviewer, third, "take_up")
    after = [len(await news_of(office, who)) for who in (second, joined, both, first)]
    assert [b - a for a, b in zip(before, after, strict=True)] == [0, 0, 1, 1]


async def test_a_merged_author_hears_of_his_own_case_and_one_who_wants_none_hears_nothing(
    office: Office, reviewer: Actor
):
    """He never said "me too"; and who said that he needs no answer (Jinan, art. 24) gets none."""
    one, two, _, second = await two_cases(office)
    quiet, behind_one = await office.worker(), await office.worker()
    three = (await office.hand_in(quiet, "柜子又坏了", wants_answer=False)).case.code
    await office.support(behind_one, one)
    for code in (two, three):
        await office.takes(reviewer, code, "merge", target=one)
    await office.takes(reviewer, one, "take_up")
    assert (await news_of(office, second))[-1] == (
        f"你交的 {two} 并到 {one} 一起办：工作人员开始看了。"
    )
    assert "你说“我也是”的" in (await news_of(office, behind_one))[-1]
    assert await news_of(office, quiet) == []
    assert await behind(office, one) == 3  # his voice counts


async def test_a_merged_author_is_told_how_he_comes_to_an_answer_of_his_own(
    office: Office, reviewer: Actor, handler: Actor
):
    one = await office.at_unit(reviewer, handler)
    author = await office.worker()
    two = (await office.hand_in(author, "换电柜老是坏")).case.code
    await office.takes(reviewer, two, "merge", target=one)
    await office.takes(handler, one, "answer", text="你家楼下那个柜修好了", grade="A")
    await office.takes(reviewer, one, "approve")
    told = (await news_of(office, author))[-1]
    assert "你这件要单独答复，说“转人工”" in told
    assert "楼下" not in told


async def test_a_case_that_stood_still_brings_no_day_that_is_past(
    office: Office, on: Callable[[date], None], reviewer: Actor, handler: Actor
):
    """Zammad #904 once more: the other would be late at once by another's pause."""
    paused = await office.at_unit(reviewer, handler)  # promised for the 25th
    on(date(2026, 11, 19))
    await office.takes(handler, paused, "pause", note="等鉴定")
    on(date(2026, 12, 3))
    new = (await office.hand_in(await office.worker(), "柜子又坏了")).case.code
    await office.takes(reviewer, paused, "merge", target=new)
    assert (await office.at(new)).due == date(2026, 12, 9)  # four of its days were left


async def test_no_day_is_promised_in_public_while_a_case_stands_still(
    office: Office, on: Callable[[date], None], reviewer: Actor, handler: Actor
):
    code = await accepted(office, reviewer)
    await office.takes(reviewer, code, "assign", unit=UNIT)
    await office.takes(handler, code, "sign_for")
    number = await release(office, reviewer, code)

    async def promised() -> tuple[date | None, str | None]:
        async with transaction(office.sessions) as session:
            post = await posts.one(session, office.library, number)
            record = await open311.request(session, office.library, str(number))
        return post.due, record["expected_datetime"]

    assert await promised() == (date(2026, 11, 25), "2026-11-25T00:00:00+08:00")
    await office.takes(handler, code, "pause", note="等鉴定")
    on(date(2026, 12, 3))
    assert await promised() == (None, None)
    await office.takes(handler, code, "resume")
    assert (await promised())[0] == date(2026, 12, 10)

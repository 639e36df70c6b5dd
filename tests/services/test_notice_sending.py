"""Rows of a notice: each account once, whatever ends, stops or is started twice in between."""

import asyncio
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update

from content.library import Library
from db.models import Account
from db.session import Sessions, transaction
from services import notices
from services.notices import Timing, read_rule
from services.notices.timing import next_after
from tests.factories import FixedClock
from tests.services.noticing import Newsroom, drafted
from tests.testers.chat import on_sqlite

NINE = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)  # a Wednesday, nine in Shanghai


@pytest.fixture
def room(sessions: Sessions, library: Library, clock: FixedClock) -> Newsroom:
    clock.now = NINE
    return Newsroom(sessions, library, clock)


async def test_rows_come_in_batches_telegram_first_and_each_once(room: Newsroom):
    await room.workers(130)
    await room.workers(3, "web")
    number = await room.scheduled(buttons=("got",))

    assert [await room.look(), await room.look()] == [100, 0]  # the first still waits
    await room.deliver()
    assert [await room.look(), await room.look(), await room.look()] == [30, 3, 0]

    rows = await room.rows()
    assert len({row.account_id for row in rows}) == len(rows) == 133
    assert {row.priority for row in rows} == {2}
    assert all(row.reply["choices"][0]["token"] for row in rows)
    assert f"回复{number}" in rows[0].reply["text"]
    assert await room.state(number) == "sent"
    report = await room.report(number)
    assert (report.planned, report.sent, report.waiting) == (133, 100, 33)
    assert report.by_hour == {NINE: 100}


def test_a_fast_channel_has_more_made_at_once_up_to_a_limit(library: Library):
    paces = (1, 30, 34, 60, 1000)
    assert [notices.batch_for(library, pace) for pace in paces] == [100, 100, 102, 180, 300]


async def test_two_schedulers_send_each_notice_once(room: Newsroom):
    await room.workers(40)
    for _ in range(3):
        await room.scheduled(urgent=True)

    for _ in range(3):
        await asyncio.gather(*(room.look() for _ in range(4)))

    rows = await room.rows()
    assert len(rows) == 120
    assert len({(row.account_id, row.cause) for row in rows}) == 120


@on_sqlite
async def test_what_ends_in_the_middle_goes_on_where_it_stopped(room: Newsroom):
    await room.workers(150)
    await room.scheduled()
    await room.look()

    class Killed(Exception):
        pass

    await room.deliver()
    async with transaction(room.sessions) as session:
        (going,) = await notices.due(session, room.clock)
    with suppress(Killed):
        async with transaction(room.sessions) as session:
            await notices.make_batch(session, room.library, room.clock, going, 100)
            raise Killed
    await room.look()

    assert len({row.account_id for row in await room.rows()}) == 150


async def test_a_stop_takes_back_what_waits(room: Newsroom):
    await room.workers(150)
    number = await room.scheduled()
    await room.look()

    held = await room.step(notices.stop, number)
    await room.look()

    report = await room.report(number)
    assert held == 100
    assert (report.failed, report.waiting) == ({"stopped": 100}, 0)
    assert await room.state(number) == "stopped"


@on_sqlite
async def test_a_pause_makes_no_more_until_it_is_over(room: Newsroom):
    await room.workers(150)
    number = await room.scheduled()
    await room.look()
    await room.step(notices.pause, number)
    await room.deliver()

    assert await room.look() == 0
    await room.step(notices.resume, number)
    assert await room.look() == 50


@on_sqlite
async def test_an_edit_while_it_is_held_sends_no_more_of_the_old_one(room: Newsroom):
    await room.workers(150)
    number = await room.scheduled()
    await room.look()
    await room.step(notices.pause, number)
    async with transaction(room.sessions) as session:
        author, draft = await room.author(), drafted(text="不刮了。")
        await notices.edit(session, room.library, room.clock, author, number, draft=draft)
    await room.deliver()

    assert await room.look() == 0
    assert await room.state(number) == "draft"


@on_sqlite
async def test_the_night_begins_in_the_middle_of_it(room: Newsroom):
    await room.workers(150)
    room.clock.now = datetime(2026, 11, 18, 13, 59, tzinfo=UTC)  # 21:59
    await room.scheduled()
    assert await room.look() == 100
    await room.deliver()
    room.clock.advance(minutes=1)

    assert await room.look() == 0
    room.clock.advance(hours=9)
    assert await room.look() == 50


@on_sqlite
async def test_an_urgent_one_passes_the_night_and_goes_first(room: Newsroom):
    await room.workers(1)
    room.clock.now = datetime(2026, 11, 18, 18, 0, tzinfo=UTC)
    await room.scheduled(urgent=True)

    assert await room.look() == 1
    assert [row.priority for row in await room.rows()] == [1]


async def test_a_rule_comes_again_and_what_was_missed_comes_once(room: Newsroom):
    await room.workers(1)
    rule = read_rule(room.library.notices.times, "每天9点")
    number = await room.scheduled(Timing(rule=rule))
    assert await room.look() == 0
    for days in (1, 3, 1):  # nobody looked for two days in between
        room.clock.advance(days=days)
        for _ in range(3):
            await room.look()
        await room.deliver()

    assert len(await room.rows()) == 3
    assert await room.state(number) == "scheduled"


async def test_a_clock_that_jumps_back_brings_nothing_twice(room: Newsroom):
    await room.workers(1)
    rule = read_rule(room.library.notices.times, "每天9点")
    await room.scheduled(Timing(rule=rule))
    room.clock.advance(days=1)
    for _ in range(3):
        await room.look()
    room.clock.advance(days=-1, hours=-1)
    for _ in range(3):
        await room.look()
        async with transaction(room.sessions) as session:
            await notices.fill_in(session, room.library, room.clock)
    room.clock.advance(days=1, hours=2)
    for _ in range(3):
        await room.look()

    assert len(await room.rows()) == 1
    room.clock.advance(days=1)
    await room.look()
    assert len(await room.rows()) == 2


@on_sqlite
async def test_a_year_without_a_calendar_is_said_and_not_guessed(room: Newsroom):
    room.clock.now = datetime(2027, 12, 31, 2, 0, tzinfo=UTC)
    rule = read_rule(room.library.notices.times, "工作日9点")
    number = await room.approved()

    assert await room.schedule(number, Timing(rule=rule)) is None
    async with transaction(room.sessions) as session:
        assert list(await notices.warnings(session, room.library, room.clock)) == [number]
        assert await notices.fill_in(session, room.library, room.clock) == 0


@on_sqlite
async def test_who_had_enough_this_week_gets_no_more_of_the_ordinary(room: Newsroom):
    await room.workers(1)
    for _ in range(8):
        await room.scheduled()
        for _ in range(3):
            await room.look()
        await room.deliver()
    assert len(await room.rows()) == 7
    await room.scheduled(urgent=True)
    await room.look()
    assert len(await room.rows()) == 8
    room.clock.advance(days=7, hours=1)
    await room.scheduled()
    await room.look()
    assert len(await room.rows()) == 9


@on_sqlite
async def test_dead_letters_are_listed_and_sent_once_more(room: Newsroom):
    await room.workers(3)
    number = await room.scheduled()
    await room.look()
    rows = await room.rows()
    reasons = ("given_up", "refused", "given_up")
    async with transaction(room.sessions) as session:
        for row, reason in zip(rows, reasons, strict=True):
            session.add(row)
            row.state, row.reason = "failed", reason
        gone = update(Account).where(Account.id == rows[2].account_id)
        await session.execute(gone.values(gone_at=room.clock()))
    author = await room.author()
    async with transaction(room.sessions) as session:
        listed = await notices.dead_letters(session, author, number)
        assert [letter.reason for letter in listed] == list(reasons)
        assert await notices.resend(session, room.clock, author, number) == 2

    report = await room.report(number)
    assert (report.waiting, report.failed) == (2, {"given_up": 1})


def test_the_next_moment_is_behind_the_planned_one_even_for_a_late_clock(library: Library):
    rule = read_rule(library.notices.times, "每周一10点")
    first = next_after(rule, NINE, {})
    assert first is not None
    assert next_after(rule, first, {}) == first + timedelta(days=7)

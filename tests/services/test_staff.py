"""One-time links and sessions: the rules behind the console's door."""

import asyncio

import pytest
from sqlalchemy import select

from db.models import SignInLink, Staff, StaffSession
from db.session import Sessions, transaction
from kit.errors import BadInput, NotKnown
from services import staff
from tests.factories import FixedClock


async def issue(sessions: Sessions, clock: FixedClock, name: str) -> str:
    async with transaction(sessions) as session:
        return await staff.issue_link(session, clock, name)


async def redeem(sessions: Sessions, clock: FixedClock, token: str) -> str:
    async with transaction(sessions) as session:
        return await staff.redeem_link(session, clock, token)


async def resume(sessions: Sessions, clock: FixedClock, token: str) -> staff.Actor:
    async with transaction(sessions) as session:
        return await staff.resume(session, clock, token)


async def test_a_link_becomes_a_session_of_the_named_one(sessions: Sessions, clock: FixedClock):
    token = await redeem(sessions, clock, await issue(sessions, clock, " 陈\u200b静\n"))
    actor = await resume(sessions, clock, token)
    assert actor.name == "陈静"
    assert actor.csrf_token
    assert actor.csrf_token not in repr(actor)


async def test_a_name_is_one_person(sessions: Sessions, clock: FixedClock):
    names = ["陈静", "李强", "陈静", " 陈静 "]
    await asyncio.gather(*(issue(sessions, clock, name) for name in names))
    async with transaction(sessions) as session:
        found = (await session.scalars(select(Staff.name).order_by(Staff.name))).all()
        links = (await session.scalars(select(SignInLink))).all()
    assert (sorted(found), len(links)) == (["李强", "陈静"], 4)


@pytest.mark.parametrize("name", ["", "  ", "\u200b\u202e", "\x00", "名" * 65])
async def test_a_name_must_be_readable(sessions: Sessions, clock: FixedClock, name: str):
    with pytest.raises(BadInput) as refusal:
        await issue(sessions, clock, name)
    assert refusal.value.key == "console.bad_name"


async def test_only_digests_are_stored(sessions: Sessions, clock: FixedClock):
    link = await issue(sessions, clock, "陈静")
    token = await redeem(sessions, clock, link)
    async with transaction(sessions) as session:
        stored = [*await session.scalars(select(SignInLink.digest))]
        stored += await session.scalars(select(StaffSession.digest))
    assert len(stored) == 2
    assert not {link, token} & set(stored)


async def test_of_many_at_once_one_redeems(sessions: Sessions, clock: FixedClock):
    link = await issue(sessions, clock, "陈静")
    outcomes = await asyncio.gather(
        *(redeem(sessions, clock, link) for _ in range(5)), return_exceptions=True
    )
    assert sum(isinstance(outcome, str) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, NotKnown) for outcome in outcomes) == 4


async def test_a_link_lives_a_day_and_looking_leaves_it_alone(
    sessions: Sessions, clock: FixedClock
):
    link = await issue(sessions, clock, "陈静")
    clock.advance(hours=23, minutes=59)
    async with transaction(sessions) as session:
        await staff.check_link(session, clock, link)
    clock.advance(minutes=1)
    with pytest.raises(NotKnown):
        await redeem(sessions, clock, link)
    async with transaction(sessions) as session:
        with pytest.raises(NotKnown):
            await staff.check_link(session, clock, link)


async def test_a_session_goes_idle_ages_and_ends(sessions: Sessions, clock: FixedClock):
    async def fresh() -> str:
        return await redeem(sessions, clock, await issue(sessions, clock, "陈静"))

    idle = await fresh()
    clock.advance(minutes=60)
    with pytest.raises(NotKnown):
        await resume(sessions, clock, idle)

    old = await fresh()
    for _ in range(23):
        clock.advance(minutes=30)
        await resume(sessions, clock, old)
    clock.advance(minutes=30)
    with pytest.raises(NotKnown):
        await resume(sessions, clock, old)

    ended = await fresh()
    async with transaction(sessions) as session:
        await staff.sign_out(session, clock, ended)
    with pytest.raises(NotKnown):
        await resume(sessions, clock, ended)


@pytest.mark.parametrize("token", ["", "x", "\x00", "登录", "a" * 100_000])
async def test_a_forged_token_is_nobody(sessions: Sessions, clock: FixedClock, token: str):
    for ask in (redeem, resume):
        with pytest.raises(NotKnown):
            await ask(sessions, clock, token)

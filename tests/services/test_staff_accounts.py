"""Links that set a password once, the sessions that come of them, and one's own account."""

import asyncio
from dataclasses import replace

import pytest
from argon2 import extract_parameters
from sqlalchemy import select

from content.library import Library
from db.models import SignInLink, Staff, StaffRole, StaffSession
from db.session import Sessions, transaction
from kit.errors import BadInput, NotKnown
from services.staff import links, own, passwords, signing_in
from services.staff.permissions import FIRST_ROLES
from services.staff.sessions import open_sessions, pending, resume
from tests.factories import FixedClock, add_staff
from tests.staffing import HERE, PASSWORD, acting, add_member, code, first_admin, joins, sign_in
from tests.testers.chat import on_sqlite

OTHER = "seven-lamps-under-ice"


@pytest.fixture
async def member(sessions: Sessions) -> Staff:
    async with transaction(sessions) as session:
        return await add_member(session)


async def test_the_first_link_makes_the_first_admin(
    sessions: Sessions, library: Library, clock: FixedClock
):
    async with transaction(sessions) as session:
        other = await links.issue_link(session, clock, "reviewer")
        account = await first_admin(session, library, clock, "陈静")
        with pytest.raises(links.HasAdmin):
            await links.issue_link(session, clock, "reviewer")
        with pytest.raises(NotKnown):
            await links.check_link(session, clock, other)
        roles = set(await session.scalars(select(StaffRole.role)))
        names = list(await session.scalars(select(Staff.name)))
    assert (names, roles) == (["陈静"], set(FIRST_ROLES))
    async with transaction(sessions) as session:
        assert (await resume(session, clock, account.token)).name == "陈静"


async def test_of_two_first_links_used_at_once_one_makes_an_admin(
    sessions: Sessions, library: Library, clock: FixedClock
):
    async with transaction(sessions) as session:
        found = [await links.issue_link(session, clock, name) for name in ("甲", "乙", "丙")]

    async def use(link: str, name: str) -> None:
        async with transaction(sessions) as session:
            await joins(session, library, clock, link, name)

    done = await asyncio.gather(
        *(use(link, name) for link, name in zip(found, "ABC", strict=True)), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in done) == ["NoneType", "NotKnown", "NotKnown"]


@pytest.mark.parametrize(("purpose", "hours"), [("first", 24), ("invitation", 48), ("reset", 24)])
async def test_a_link_ends_by_the_clock(
    sessions: Sessions, library: Library, clock: FixedClock, purpose: str, hours: int
):
    async with transaction(sessions) as session:
        staff = await add_staff(session, name="李强")
        link = links.new_link(session, clock(), staff.id, purpose)
    clock.advance(hours=hours, minutes=-1)
    async with transaction(sessions) as session:
        assert (await links.check_link(session, clock, link)).purpose == purpose
    clock.advance(minutes=1)
    async with transaction(sessions) as session:
        with pytest.raises(NotKnown):
            await signing_in.join(
                session, library, clock, HERE, link, name="李强", password=PASSWORD
            )


async def test_a_session_goes_idle_ages_and_ends(
    sessions: Sessions, clock: FixedClock, member: Staff
):
    async def fresh() -> str:
        async with transaction(sessions) as session:
            return await sign_in(session, clock, member)

    async def lives(token: str) -> bool:
        async with transaction(sessions) as session:
            try:
                await resume(session, clock, token)
            except NotKnown:
                return False
            return True

    idle = await fresh()
    clock.advance(minutes=59)
    assert await lives(idle)
    clock.advance(minutes=60)
    assert not await lives(idle)
    old = await fresh()
    for _ in range(23):
        clock.advance(minutes=30)
        assert await lives(old)
    clock.advance(minutes=30)
    assert not await lives(old)


@pytest.mark.parametrize("token", ["", "x", "\x00", "登录", "a" * 100_000])
async def test_a_forged_token_is_nobody(sessions: Sessions, clock: FixedClock, token: str):
    async with transaction(sessions) as session:
        with pytest.raises(NotKnown):
            await resume(session, clock, token)
        with pytest.raises(NotKnown):
            await links.check_link(session, clock, token)
        for stage in ("code", "setup"):
            with pytest.raises(NotKnown):
                await pending(session, clock, token, stage)


async def test_only_digests_are_stored(sessions: Sessions, library: Library, clock: FixedClock):
    async with transaction(sessions) as session:
        link = await links.issue_link(session, clock, "reviewer")
        await session.flush()
        account = await joins(session, library, clock, link, "陈静")
        stored = [*await session.scalars(select(SignInLink.digest))]
        stored += await session.scalars(select(StaffSession.digest))
        stored += await session.scalars(select(Staff.password_hash))
    assert not {link, account.token, PASSWORD} & set(stored)


@on_sqlite
@pytest.mark.parametrize("name", ["", "  ", "\u200b\u202e", "\x00", "名" * 65])
async def test_a_name_must_be_readable(sessions: Sessions, clock: FixedClock, name: str):
    async with transaction(sessions) as session:
        with pytest.raises(BadInput) as refusal:
            await links.issue_link(session, clock, name)
    assert refusal.value.key == "staff.bad_name"


async def test_a_name_that_is_taken_leaves_the_link(
    sessions: Sessions, library: Library, clock: FixedClock, member: Staff
):
    async with transaction(sessions) as session:
        newcomer = await add_staff(session, name="李强")
        link = links.new_link(session, clock(), newcomer.id, links.INVITATION)
    with pytest.raises(BadInput) as refusal:
        async with transaction(sessions) as session:
            await joins(session, library, clock, link, member.name)
    assert refusal.value.key == "staff.name_taken"
    async with transaction(sessions) as session:
        await joins(session, library, clock, link, "李强")


@pytest.mark.parametrize(
    ("password", "key"),
    [
        ("k7-plum", "staff.password_length"),
        ("x" * 129, "staff.password_length"),
        ("password123!", "staff.password_known"),
        ("1qaz2wsx3edc", "staff.password_known"),
        ("qwertyuiop", "staff.password_known"),
        ("aaaaaaaaaaaa", "staff.password_known"),
        ("5201314woaini", "staff.password_known"),
        ("woaini1314520", "staff.password_known"),
        ("zhongguo123456", "staff.password_known"),
        ("guangzhou2026", "staff.password_known"),
        ("liming19900101", "staff.password_known"),
        ("meituan20261118", "staff.password_known"),
        ("yizhan-yizhan", "staff.password_known"),
        ("陈静陈静陈静陈静陈静", "staff.password_known"),
        (PASSWORD, None),
        ("correct horse battery", None),
        ("晚上十点以后驿站也开门", None),
    ],
)
async def test_a_password_that_is_guessed_is_refused(
    library: Library, password: str, key: str | None
):
    if key is not None:
        with pytest.raises(BadInput) as refusal:
            await passwords.hashed(library, password, "陈静")
        assert refusal.value.key == key
        return
    stored = await passwords.hashed(library, password, "陈静")
    assert await passwords.fits(password, stored)
    assert not await passwords.fits(password + " ", stored)


async def test_a_password_is_compared_whole(library: Library):
    longest = (PASSWORD * 7)[: passwords.LONGEST]
    stored = await passwords.hashed(library, longest)
    assert await passwords.fits(longest, stored)
    assert not await passwords.fits(longest + "x", stored)


async def test_nobodys_hash_costs_what_everybodys_costs(library: Library):
    stored = await passwords.hashed(library, PASSWORD)
    nobody, real = (extract_parameters(each) for each in (passwords.NOBODY, stored))
    assert replace(nobody, salt_len=0) == replace(real, salt_len=0)


async def test_nobody_has_no_password():
    for guess in ("", "nobody", passwords.NOBODY):
        assert not await passwords.fits(guess, None)
        assert not await passwords.fits(guess, "no hash at all")


async def test_a_new_password_ends_all_other_sessions(
    sessions: Sessions, library: Library, clock: FixedClock
):
    async with transaction(sessions) as session:
        actor = await acting(session, clock)
        staff = await session.get_one(Staff, actor.id)
        other = await sign_in(session, clock, staff)
        refused = await own.change_password(session, library, clock, actor, old=OTHER, new=OTHER)
        assert refused.refusal
        assert refused.refusal.key == "staff.password_not_yours"
        await own.change_password(session, library, clock, actor, old=PASSWORD, new=OTHER)
    async with transaction(sessions) as session:
        (left,) = await open_sessions(session, clock, actor.id, actor.session)
        assert left.is_own
        with pytest.raises(NotKnown):
            await resume(session, clock, other)
        asked = await signing_in.give_password(session, clock, HERE, "陈静", OTHER)
        assert asked.stage == "code"


async def test_a_new_second_factor_takes_the_password_and_a_code(
    sessions: Sessions, clock: FixedClock
):
    async with transaction(sessions) as session:
        actor = await acting(session, clock)
        assert (await own.begin_second_factor(session, clock, actor, OTHER)).refusal
        assert not (await own.begin_second_factor(session, clock, actor, PASSWORD)).refusal
        secret = await own.pending_secret(session, clock, actor)
        assert (await own.confirm_second_factor(session, clock, actor, "000000")).refusal
        done = await own.confirm_second_factor(session, clock, actor, code(clock, secret))
        assert len(done.codes) == 10
    async with transaction(sessions) as session:
        for shown, stage in ((code(clock), ""), (code(clock, secret, 1), "full")):
            asked = await signing_in.give_password(session, clock, HERE, "陈静", PASSWORD)
            await session.flush()
            assert (
                await signing_in.give_code(session, clock, HERE, asked.token, shown)
            ).stage == stage


async def test_a_stolen_session_does_not_guess_the_password(sessions: Sessions, clock: FixedClock):
    async with transaction(sessions) as session:
        actor = await acting(session, clock)
        for _ in range(5):
            await own.begin_second_factor(session, clock, actor, OTHER)
        refused = await own.begin_second_factor(session, clock, actor, PASSWORD)
    assert refused.refusal
    assert refused.refusal.key == "staff.locked"


async def test_own_sessions_are_listed_and_ended(sessions: Sessions, clock: FixedClock):
    async with transaction(sessions) as session:
        actor = await acting(session, clock)
        staff = await session.get_one(Staff, actor.id)
        for _ in range(3):
            clock.advance(minutes=1)
            await sign_in(session, clock, staff)
        found = await open_sessions(session, clock, actor.id, actor.session)
        assert [each.is_own for each in found] == [False, False, False, True]
        await own.end_session(session, clock, actor, found[0].key)
        assert len(await open_sessions(session, clock, actor.id)) == 3
        await own.end_session(session, clock, actor, None)
        (left,) = await open_sessions(session, clock, actor.id, actor.session)
        assert left.is_own

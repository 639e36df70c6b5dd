"""Name and password, then a code: the rules behind the console's door."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyotp import TOTP
from sqlalchemy import select

from content.library import Library
from db.models import RecoveryCode, StaffEvent
from db.session import Sessions, transaction
from kit.errors import NotKnown
from services.staff import doors, second_factor, signing_in
from services.staff.permissions import Permission
from services.staff.sessions import Visitor, resume
from services.staff.signing_in import Outcome
from tests.factories import NOON_OF_TESTS, FixedClock
from tests.staffing import HERE, PASSWORD, SECRET, add_member, code, first_admin

WRONG = "wrong-plum-kettle"


class Door:
    """Somebody before the sign-in page."""

    def __init__(self, sessions: Sessions, clock: FixedClock, visitor: Visitor = HERE) -> None:
        self.sessions, self.clock, self.visitor = sessions, clock, visitor

    async def gives(self, password: str, name: str = "陈静") -> Outcome:
        async with transaction(self.sessions) as session:
            return await signing_in.give_password(
                session, self.clock, self.visitor, name, password
            )

    async def types(self, token: str, typed: str) -> Outcome:
        async with transaction(self.sessions) as session:
            return await signing_in.give_code(session, self.clock, self.visitor, token, typed)


@pytest.fixture
async def door(sessions: Sessions, clock: FixedClock) -> Door:
    async with transaction(sessions) as session:
        await add_member(session)
    return Door(sessions, clock)


def key(outcome: Outcome) -> str | None:
    return outcome.refusal.key if outcome.refusal else None


async def kinds(sessions: Sessions) -> list[str]:
    async with transaction(sessions) as session:
        return list(await session.scalars(select(StaffEvent.kind).order_by(StaffEvent.at)))


async def test_password_and_code_make_a_session(door: Door):
    asked = await door.gives(PASSWORD)
    assert asked.stage == "code"
    done = await door.types(asked.token, code(door.clock))
    assert done.stage == "full"
    async with transaction(door.sessions) as session:
        actor = await resume(session, door.clock, done.token)
        with pytest.raises(NotKnown):
            await resume(session, door.clock, asked.token)
    assert (actor.name, actor.permissions) == ("陈静", frozenset(Permission))
    assert actor.csrf_token not in repr(actor)


async def test_the_password_alone_opens_nothing(door: Door):
    asked = await door.gives(PASSWORD)
    async with transaction(door.sessions) as session:
        with pytest.raises(NotKnown):
            await resume(session, door.clock, asked.token)
    door.clock.advance(minutes=30)
    with pytest.raises(NotKnown):
        await door.types(asked.token, code(door.clock))


async def test_an_unknown_name_and_a_wrong_password_sound_the_same(door: Door):
    known, unknown = await door.gives(WRONG), await door.gives(WRONG, "李强")
    assert key(known) == key(unknown) == "staff.wrong_password"


@pytest.mark.parametrize("name", ["", "\x00", "陈静\x00陈", "\u200b", "名" * 5000])
async def test_a_name_that_nobody_can_have_is_refused_like_any(door: Door, name: str):
    assert key(await door.gives(PASSWORD, name)) == "staff.wrong_password"


@pytest.mark.parametrize("typed", ["", "x", "00000", "９９９９９９", "0" * 5000, "\x00"])
async def test_a_wrong_code_opens_nothing(door: Door, typed: str):
    asked = await door.gives(PASSWORD)
    assert key(await door.types(asked.token, typed)) == "staff.wrong_code"


async def test_a_code_is_taken_once(door: Door):
    shown = code(door.clock)
    asked = await door.gives(PASSWORD)
    assert (await door.types(asked.token, shown)).stage == "full"
    asked = await door.gives(PASSWORD)
    assert key(await door.types(asked.token, shown)) == "staff.wrong_code"
    assert key(await door.types(asked.token, code(door.clock, steps=-1))) == "staff.wrong_code"
    assert (await door.types(asked.token, code(door.clock, steps=1))).stage == "full"


async def test_of_two_who_send_one_code_at_once_one_is_let_in(door: Door):
    asked = [await door.gives(PASSWORD) for _ in range(4)]
    done = await asyncio.gather(*(door.types(each.token, code(door.clock)) for each in asked))
    assert sorted(each.stage for each in done) == ["", "", "", "full"]


@pytest.mark.parametrize(("steps", "stage"), [(-2, ""), (-1, "full"), (0, "full"), (1, "full")])
async def test_the_clock_of_a_phone_may_be_off_by_half_a_minute(
    door: Door, steps: int, stage: str
):
    asked = await door.gives(PASSWORD)
    assert (await door.types(asked.token, code(door.clock, steps=steps))).stage == stage


@given(drift=st.integers(-4, 4), used=st.none() | st.integers(-4, 4))
def test_only_a_code_of_now_and_of_no_used_half_minute_is_taken(drift: int, used: int | None):
    here = int(NOON_OF_TESTS.timestamp()) // second_factor.STEP
    shown = TOTP(SECRET).generate_otp(here + drift)
    after = None if used is None else here + used
    taken = second_factor.step_of(SECRET, shown, NOON_OF_TESTS, after)
    good = abs(drift) <= 1 and (used is None or drift > used)
    assert taken == (here + drift if good else None)


async def test_five_failures_lock_the_name_for_a_quarter_of_an_hour(door: Door):
    tries = [await door.gives(WRONG) for _ in range(doors.BY_NAME)]
    assert [each.locked for each in tries] == [False] * 4 + [True]
    refused = await door.gives(PASSWORD)
    assert key(refused) == "staff.locked"
    assert refused.refusal.fields == {"minutes": 15}
    door.clock.advance(minutes=14)
    assert (await door.gives(PASSWORD)).refusal.fields == {"minutes": 1}
    door.clock.advance(minutes=1)
    assert (await door.gives(PASSWORD)).stage == "code"
    assert (await kinds(door.sessions)).count("locked") == 1


async def test_a_name_that_nobody_has_locks_as_well(door: Door):
    for _ in range(doors.BY_NAME):
        await door.gives(WRONG, "李强")
    assert key(await door.gives(WRONG, " 李强")) == "staff.locked"
    assert (await door.gives(PASSWORD)).stage == "code"


async def test_failures_of_long_ago_do_not_count(door: Door):
    for _ in range(3 * doors.BY_NAME):
        door.clock.advance(minutes=4)
        assert not (await door.gives(WRONG)).locked


async def test_wrong_codes_lock_too_and_a_right_password_between_does_not_help(door: Door):
    for _ in range(doors.BY_NAME):
        asked = await door.gives(PASSWORD)
        await door.types(asked.token, "000000")
    assert key(await door.types(asked.token, code(door.clock))) == "staff.locked"


async def test_signing_in_forgets_the_failures_of_the_name(door: Door):
    for number in range(3):
        for _ in range(doors.BY_NAME - 1):
            await door.gives(WRONG)
        asked = await door.gives(PASSWORD)
        typed = code(door.clock, steps=number - 1)
        assert (await door.types(asked.token, typed)).stage == "full"


async def test_twenty_failures_lock_an_address_for_all_names(door: Door):
    for number in range(doors.BY_ADDRESS):
        await door.gives(WRONG, f"员工{number}")
    assert key(await door.gives(PASSWORD)) == "staff.locked"
    elsewhere = Door(door.sessions, door.clock, Visitor("elsewhere"))
    assert (await elsewhere.gives(PASSWORD)).stage == "code"


async def test_a_burst_of_guesses_passes_no_limit(door: Door):
    tries = await asyncio.gather(*(door.gives(WRONG) for _ in range(12)))
    assert [each.locked for each in tries].count(True) == 1
    assert sum(key(each) == "staff.wrong_password" for each in tries) == doors.BY_NAME - 1


async def test_a_recovery_code_opens_once(sessions: Sessions, library: Library, clock: FixedClock):
    async with transaction(sessions) as session:
        account = await first_admin(session, library, clock, "陈静")
        stored = list(await session.scalars(select(RecoveryCode.digest)))
    assert len(set(account.codes)) == len(stored) == 10
    assert not set(account.codes) & set(stored)
    door = Door(sessions, clock)
    typed = account.codes[3].lower().replace("-", " ")
    asked = await door.gives(PASSWORD)
    assert (await door.types(asked.token, typed)).stage == "full"
    asked = await door.gives(PASSWORD)
    assert key(await door.types(asked.token, typed)) == "staff.wrong_code"

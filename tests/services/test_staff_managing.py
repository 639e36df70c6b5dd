"""What admins do to others: nobody raises his own rights, and an admin is always left."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select

from content.library import Library
from db.models import Staff, StaffEvent, StaffRole
from db.repositories.staff import StaffRepository
from db.session import Sessions, transaction
from kit.errors import AppError, BadInput, NotAllowed, NotKnown
from services.staff import events, links, managing, members, signing_in
from services.staff.actors import Actor, Grant
from services.staff.permissions import Role
from services.staff.sessions import resume
from tests.factories import FixedClock
from tests.staffing import HERE, PASSWORD, acting, add_member, code, joins, sign_in
from tests.testers.chat import on_sqlite

REVIEWER = (Grant(Role.REVIEWER),)
ADMIN = (Grant(Role.ADMIN),)


async def roles_of(sessions: Sessions, staff_id: str) -> set[str]:
    async with transaction(sessions) as session:
        rows = select(StaffRole.role).where(StaffRole.staff_id == staff_id)
        return set(await session.scalars(rows))


@pytest.fixture
async def admin(sessions: Sessions, clock: FixedClock) -> Actor:
    async with transaction(sessions) as session:
        return await acting(session, clock, "陈静", Role.ADMIN)


@pytest.fixture
async def reviewer(sessions: Sessions) -> Staff:
    async with transaction(sessions) as session:
        return await add_member(session, "李强", REVIEWER)


async def test_an_invitation_brings_its_roles(
    sessions: Sessions, library: Library, clock: FixedClock, admin: Actor
):
    limited = Grant(Role.HANDLER, ("广东/广州/南沙区",), ("road",), "市政")
    async with transaction(sessions) as session:
        link = await managing.invite(session, clock, admin, " 王\u200b芳 ", [limited])
    async with transaction(sessions) as session:
        shown = await links.check_link(session, clock, link)
        assert (shown.name, shown.purpose) == ("王芳", "invitation")
        account = await joins(session, library, clock, link, "王芳（市政）")
        actor = await resume(session, clock, account.token)
    assert actor.grants == (limited,)
    assert actor.name == "王芳（市政）"


async def test_a_second_invitation_ends_the_first(
    sessions: Sessions, clock: FixedClock, admin: Actor
):
    async with transaction(sessions) as session:
        first = await managing.invite(session, clock, admin, "王芳", REVIEWER)
        shown = await links.check_link(session, clock, first)
        second = await managing.invite_again(session, clock, admin, shown.staff_id)
        await links.check_link(session, clock, second)
        with pytest.raises(NotKnown):
            await links.check_link(session, clock, first)


@pytest.mark.parametrize(
    ("grants", "key"),
    [
        ((), "staff.no_role"),
        ((Grant(Role.REVIEWER), Grant(Role.REVIEWER, ("广东",))), "staff.no_role"),
        ((Grant(Role.HANDLER),), "staff.unit_missing"),
        ((Grant(Role.REVIEWER, unit="市政"),), "staff.unit_missing"),
        ((Grant(Role.ADMIN, ("广东",)),), "staff.role_unlimited"),
        ((Grant(Role.AUDITOR, categories=("road",)),), "staff.role_unlimited"),
    ],
)
@on_sqlite
async def test_roles_that_make_no_sense_are_refused(
    sessions: Sessions, clock: FixedClock, admin: Actor, grants: tuple[Grant, ...], key: str
):
    async with transaction(sessions) as session:
        with pytest.raises(BadInput) as refusal:
            await managing.invite(session, clock, admin, "王芳", grants)
    assert refusal.value.key == key


async def test_a_name_is_one_person(sessions: Sessions, clock: FixedClock, admin: Actor):
    async def invite() -> None:
        async with transaction(sessions) as session:
            await managing.invite(session, clock, admin, "王芳", REVIEWER)

    done = await asyncio.gather(*(invite() for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(each, BadInput) for each in done) == 3


DEEDS: dict[str, Callable[..., Awaitable[object]]] = {
    "roles": lambda session, clock, actor, to: managing.set_roles(
        session, clock, actor, to, REVIEWER
    ),
    "suspend": managing.suspend,
    "readmit": managing.readmit,
    "invite": managing.invite_again,
    "password": managing.password_link,
    "second factor": managing.reset_second_factor,
    "sessions": managing.end_session,
}


@pytest.mark.parametrize("deed", DEEDS)
@on_sqlite
async def test_nobody_does_it_to_himself(
    sessions: Sessions, clock: FixedClock, admin: Actor, deed: str
):
    async with transaction(sessions) as session:
        with pytest.raises(NotAllowed) as refusal:
            await DEEDS[deed](session, clock, admin, admin.id)
    assert refusal.value.key == "staff.not_yourself"
    assert await roles_of(sessions, admin.id) == {"admin"}


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.ADMIN])
@on_sqlite
async def test_who_is_no_admin_does_nothing_of_it(
    sessions: Sessions, clock: FixedClock, admin: Actor, role: Role
):
    grant = Grant(role, unit="市政") if role is Role.HANDLER else Grant(role)
    async with transaction(sessions) as session:
        staff = await add_member(session, "李强", (grant,))
        actor = await resume(session, clock, await sign_in(session, clock, staff))
        for deed in DEEDS.values():
            for to in (admin.id, actor.id):
                with pytest.raises(NotAllowed) as refusal:
                    await deed(session, clock, actor, to)
                assert refusal.value.key == "staff.no_permission"
        with pytest.raises(NotAllowed):
            await managing.invite(session, clock, actor, "王芳", ADMIN)
        with pytest.raises(NotAllowed):
            await members.everyone(session, actor)


@pytest.mark.parametrize("deed", ["roles", "suspend"])
async def test_of_two_admins_who_unseat_each_other_at_once_one_stays(
    sessions: Sessions, clock: FixedClock, admin: Actor, deed: str
):
    async with transaction(sessions) as session:
        other = await acting(session, clock, "李强", Role.ADMIN)

    async def unseats(actor: Actor, to: Actor) -> None:
        async with transaction(sessions) as session:
            await DEEDS[deed](session, clock, actor, to.id)

    done = await asyncio.gather(
        unseats(admin, other), unseats(other, admin), return_exceptions=True
    )
    assert sorted(type(each).__name__ for each in done) == ["NoneType", "NotAllowed"]
    async with transaction(sessions) as session:
        assert len(await StaffRepository(session).active_admins()) == 1


async def test_three_admins_in_a_ring_leave_one(
    sessions: Sessions, clock: FixedClock, admin: Actor
):
    async with transaction(sessions) as session:
        ring = [admin] + [await acting(session, clock, name, Role.ADMIN) for name in "乙丙"]

    async def unseats(actor: Actor, to: Actor) -> None:
        async with transaction(sessions) as session:
            await managing.suspend(session, clock, actor, to.id)

    for _ in range(2):
        await asyncio.gather(
            *(unseats(ring[at], ring[(at + 1) % 3]) for at in range(3)), return_exceptions=True
        )
    async with transaction(sessions) as session:
        assert await StaffRepository(session).active_admins()


async def test_the_suspended_are_out_at_once_and_keep_their_name(
    sessions: Sessions, clock: FixedClock, admin: Actor, reviewer: Staff
):
    async with transaction(sessions) as session:
        token = await sign_in(session, clock, reviewer)
        link = links.new_link(session, clock(), reviewer.id, links.RESET)
    async with transaction(sessions) as session:
        await managing.suspend(session, clock, admin, reviewer.id)
    async with transaction(sessions) as session:
        with pytest.raises(NotKnown):
            await resume(session, clock, token)
        with pytest.raises(NotKnown):
            await links.check_link(session, clock, link)
        out = await signing_in.give_password(session, clock, HERE, "李强", PASSWORD)
        assert out.refusal
        assert out.refusal.key == "staff.wrong_password"
        await managing.readmit(session, clock, admin, reviewer.id)
        back = await signing_in.give_password(session, clock, HERE, "李强", PASSWORD)
        assert back.stage == "code"
        with pytest.raises(NotKnown):  # what he had is over
            await resume(session, clock, token)


async def test_a_reset_password_still_takes_the_code(
    sessions: Sessions, library: Library, clock: FixedClock, admin: Actor, reviewer: Staff
):
    new = "seven-lamps-under-ice"
    async with transaction(sessions) as session:
        token = await sign_in(session, clock, reviewer)
        link = await managing.password_link(session, clock, admin, reviewer.id)
    async with transaction(sessions) as session:
        with pytest.raises(NotKnown):
            await resume(session, clock, token)
        begun = await signing_in.join(
            session, library, clock, HERE, link, name="改名", password=new
        )
        assert begun.stage == "code"
        await session.flush()
        done = await signing_in.give_code(session, clock, HERE, begun.token, code(clock))
        assert done.stage == "full"
    async with transaction(sessions) as session:
        assert (await resume(session, clock, done.token)).name == "李强"


async def test_a_lost_second_factor_is_set_up_anew_after_the_password(
    sessions: Sessions, clock: FixedClock, admin: Actor, reviewer: Staff
):
    async with transaction(sessions) as session:
        await managing.reset_second_factor(session, clock, admin, reviewer.id)
    async with transaction(sessions) as session:
        asked = await signing_in.give_password(session, clock, HERE, "李强", PASSWORD)
    assert asked.stage == "setup"


async def test_the_command_line_brings_back_a_lost_admin(
    sessions: Sessions, library: Library, clock: FixedClock, admin: Actor
):
    async with transaction(sessions) as session:
        link = await managing.rescue(session, clock, admin.name)
    async with transaction(sessions) as session:
        account = await joins(session, library, clock, link, "")
        actor = await resume(session, clock, account.token)
    assert (actor.name, actor.grants) == ("陈静", ADMIN)
    async with transaction(sessions) as session:
        with pytest.raises(AppError):
            await managing.rescue(session, clock, "没有的人")


async def test_the_log_tells_who_did_what_to_whom(
    sessions: Sessions, clock: FixedClock, admin: Actor, reviewer: Staff
):
    async with transaction(sessions) as session:
        auditor = await acting(session, clock, "王芳", Role.AUDITOR)
        for deed in (managing.suspend, managing.readmit):
            clock.advance(minutes=1)
            await deed(session, clock, admin, reviewer.id)
        clock.advance(minutes=1)
        grants = (Grant(Role.REVIEWER, ("广东/广州",)),)
        for _ in range(2):  # the second changes nothing and says nothing
            await managing.set_roles(session, clock, admin, reviewer.id, grants)
            await session.flush()
        found = await events.page(session, auditor, 1)
        assert [(each.kind, each.actor, each.staff) for each in found.items] == [
            (kind, "陈静", "李强") for kind in ("roles_changed", "resumed", "suspended")
        ]
        change = found.items[0].details
        assert change["before"][0]["districts"] == []
        assert change["after"][0]["districts"] == ["广东/广州"]
        assert (await events.page(session, auditor, 1, auditor.id)).items == ()
        with pytest.raises(NotAllowed):
            await events.page(session, await acting(session, clock, "赵敏", Role.REVIEWER), 1)
        assert await session.scalar(select(StaffEvent.kind).limit(1))

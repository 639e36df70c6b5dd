"""Cases on the public board, for tests: released in one line."""

from db.session import transaction
from services.board import releasing
from services.board.releasing import Words
from services.staff.actors import Actor
from tests.services.casing import Office

TEXT = "路口晚上太黑，希望加灯。"


async def release(
    office: Office,
    actor: Actor,
    code: str,
    *,
    seen: str | None = None,
    looked: bool = False,
    **words: str,
) -> int:
    """Put a case on the board; gives its number."""
    given = Words(**{"title": "路口加灯", "text": TEXT, **words})
    async with transaction(office.sessions) as session:
        if seen is None:
            seen = (await releasing.state_of(session, code)).seen
        return await releasing.release(
            *(session, office.library, office.clock, actor, code),
            words=given,
            seen=seen,
            looked=looked,
        )


async def withdraw(office: Office, actor: Actor, code: str, reason: str = "有人认出来了") -> None:
    """Take a case off the board."""
    async with transaction(office.sessions) as session:
        seen = (await releasing.state_of(session, code)).seen
        await releasing.withdraw(session, office.clock, actor, code, reason=reason, seen=seen)


async def accepted(office: Office, actor: Actor, subject: str = "路口没有灯", **given: str) -> str:
    """A case that was accepted; gives its code."""
    office.clock.advance(minutes=3)
    handed = await office.hand_in(await office.worker(), subject, **given)
    await office.takes(actor, handed.case.code, "take_up")
    await office.takes(actor, handed.case.code, "accept")
    return handed.case.code

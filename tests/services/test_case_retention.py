"""Names and contacts go half a year after a case is over, and not before."""

from db.models import Case
from db.session import transaction
from services import cases
from services.cases import retention
from tests.services.casing import Office


async def kept(office: Office, case_id: str) -> bool:
    """Whether the case still has its contact after what is done now and then."""
    async with transaction(office.sessions) as session:
        await retention.forget_contacts(session, office.clock)
    async with transaction(office.sessions) as session:
        case = await session.get_one(Case, case_id)
        return case.contact is not None or case.caller is not None


async def test_only_what_is_long_over_is_forgotten(office: Office):
    worker = await office.worker()
    case = (await office.hand_in(worker, contact="李 13900001111", caller="李师傅")).case
    office.clock.advance(days=400)
    assert await kept(office, case.id)
    async with transaction(office.sessions) as session:
        await cases.withdraw(session, office.library, office.clock, worker, case.code)
    office.clock.advance(days=179)
    assert await kept(office, case.id)
    office.clock.advance(days=2)
    assert not await kept(office, case.id)

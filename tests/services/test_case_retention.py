"""Names and contacts go half a year after a case is over; what is older is judged later."""

from sqlalchemy import update

from db.models import Case
from db.session import transaction
from services import cases
from services.cases import dangers, retention
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


async def test_hazards_of_before_are_judged_once(office: Office):
    """What came in before danger was a column is judged by the answers that it has."""
    category = office.library.categories["battery_charging_swap"]
    question = category.question_for("hazard")
    fields = {"kind": "hazard", "category": category.id}
    fire = await office.hand_in(
        await office.worker(), "烧起来了", extras={question.id: question.danger}, **fields
    )
    calm = await office.hand_in(await office.worker(), "积水", **fields)
    found = [fire.case.danger, calm.case.danger]
    async with transaction(office.sessions) as session:
        await session.execute(update(Case).values(danger=None))
    async with transaction(office.sessions) as session:
        assert await dangers.judge_older(session, office.library) == 2
        assert await dangers.judge_older(session, office.library) == 0
    cases_now = [await office.at(each.case.code) for each in (fire, calm)]
    assert found == [case.danger for case in cases_now] == [True, False]

"""The list of units: without it no case can be handed to anybody. And the register of rewards."""

import asyncio
from collections.abc import Awaitable, Callable

from db.session import Sessions, transaction
from kit.errors import AppError
from services import units
from services.staff.actors import Grant
from services.staff.permissions import Role
from tests.console.conftest import HandIn
from tests.console.reader import Reader
from tests.factories import FixedClock

StaffAt = Callable[..., Awaitable[Reader]]
CATEGORY = "battery_charging_swap"


async def assigned(reader: Reader, code: str, unit: str, status: int = 200) -> str:
    await reader.opens(f"/cases/{code}")
    return (await reader.presses("分办", status, unit=unit, category=CATEGORY)).text


async def accepted(reader: Reader, hand_in: HandIn) -> str:
    code = await hand_in()
    await reader.opens(f"/cases/{code}")
    await reader.presses("受理")
    return code


async def test_a_unit_that_an_office_names_can_be_handed_a_case(
    staff_at: StaffAt, hand_in: HandIn
):
    reviewer = await staff_at("陈静", Role.REVIEWER)
    code = await accepted(reviewer, hand_in)
    assert "没有这个承办单位" in await assigned(reviewer, code, "区城管", 404)
    page = await reviewer.opens("/cases")
    page = await reviewer.opens(page.links["单位"])
    assert "没有单位就不能分办" in page.text
    page = await reviewer.presses("加上", 422, unit=" ")
    assert "请选一个主办单位" in page.text
    page = await reviewer.presses("加上", unit="区城管")
    assert "主办：区城管" in await assigned(reviewer, code, "区城管")
    await reviewer.opens("/cases/units")
    page = await reviewer.presses("停用")
    assert "已停用" in page.text
    other = await accepted(reviewer, hand_in)
    assert "没有这个承办单位" in await assigned(reviewer, other, "区城管", 404)
    await reviewer.opens("/cases/units")
    await reviewer.presses("恢复")
    assert "主办：区城管" in await assigned(reviewer, other, "区城管")


async def test_of_two_who_add_a_unit_at_once_the_second_is_told(
    staff_at: StaffAt, sessions: Sessions, clock: FixedClock
):
    """The database refused the second, and he got a page that said only that it failed."""

    async def adds() -> str:
        async with transaction(sessions) as session:
            return (await units.add(session, clock, "区城管")).name

    done = await asyncio.gather(*(adds() for _ in range(4)), return_exceptions=True)
    assert done.count("区城管") == 1
    assert {each.key for each in done if isinstance(each, AppError)} == {"case_steps.unit_known"}
    assert sum(isinstance(each, AppError) for each in done) == 3
    reviewer = await staff_at("陈静", Role.REVIEWER)
    await reviewer.opens("/cases/units")
    page = await reviewer.presses("加上", 422, unit="区城管")
    assert "已经在单位表里了" in page.text

    # A role or a table that names it at the same moment finds it as well.
    async def puts() -> None:
        async with transaction(sessions) as session:
            await units.make_known(session, clock, ["街道办"])

    assert await asyncio.gather(*(puts() for _ in range(3))) == [None] * 3


async def test_a_unit_that_is_back_works_where_it_did(sessions: Sessions, clock: FixedClock):
    async with transaction(sessions) as session:
        await units.put(session, clock, "区城管", province="广东", city="广州", district="南沙区")
        await units.retire(session, clock, "区城管")
        unit = await units.add(session, clock, "区城管")
        assert (unit.province, unit.city, unit.district) == ("广东", "广州", "南沙区")
        assert unit.retired_at is None


async def test_the_unit_of_a_handler_is_known_from_his_invitation_on(
    staff_at: StaffAt, hand_in: HandIn
):
    admin, reviewer = await staff_at("周洋", Role.ADMIN), await staff_at("陈静", Role.REVIEWER)
    await admin.opens("/staff/invite")
    typed = {"name": "李强", "role-handler": "yes", "unit-handler": "区城管"}
    await admin.presses("生成邀请链接", **typed)
    page = await admin.opens("/staff")
    assert "区城管" in (await admin.opens(page.links["承办单位"])).text
    assert "主办：区城管" in await assigned(reviewer, await accepted(reviewer, hand_in), "区城管")
    limited = await staff_at("王芳", Grant(Role.REVIEWER, districts=("广东/广州",)))
    await limited.opens("/cases/units", 403)


async def test_the_register_of_rewards_is_read_by_who_decides(staff_at: StaffAt, hand_in: HandIn):
    """It was kept and could be read nowhere."""
    reviewer, second = await staff_at("陈静", Role.REVIEWER), await staff_at("王芳", Role.REVIEWER)
    code = await accepted(reviewer, hand_in)
    await reviewer.opens("/cases/units")
    await reviewer.presses("加上", unit="区城管")
    await assigned(reviewer, code, "区城管")
    await reviewer.opens(f"/cases/{code}")
    await reviewer.presses("签收")
    await reviewer.presses("写答复", text="下周装好", grade="A")
    await second.opens(f"/cases/{code}")
    await second.presses("答复通过")
    await second.presses("采纳", route="service_measure")
    await second.presses("登记奖励", kind="praise", note="全区推广")
    page = await second.opens("/cases")
    page = await second.opens(page.links["奖励"])
    assert f"{code} 表扬" in page.text
    assert "变成了服务措施 全区推广" in page.text
    await second.opens("/cases/rewards?page=2", 404)
    limited = await staff_at("赵敏", Grant(Role.REVIEWER, districts=("广东/广州",)))
    assert code not in (await limited.opens("/cases/rewards")).links

"""The list of units: without it no case can be handed to anybody. And the register of rewards."""

from collections.abc import Awaitable, Callable

from services.staff.actors import Grant
from services.staff.permissions import Role
from tests.console.conftest import HandIn
from tests.console.reader import Reader

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

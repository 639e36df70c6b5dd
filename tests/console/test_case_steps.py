"""Cases go their way in the console: each step by whom the table says, nothing typed is lost."""

from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from content.library import Library
from db.models import Case, CaseReminder
from db.session import Sessions, transaction
from services import cases, units
from services.staff.actors import Grant
from services.staff.permissions import Role
from tests.console.conftest import HandIn
from tests.console.reader import Page, Reader
from tests.factories import FixedClock

StaffAt = Callable[..., Awaitable[Reader]]
UNIT, OTHER = "区城管", "区交警"


@pytest.fixture(autouse=True)
async def _units(sessions: Sessions, clock: FixedClock):
    async with transaction(sessions) as session:
        for name in (UNIT, OTHER):
            await units.put(session, clock, name)


@pytest.fixture
async def reviewer(staff_at: StaffAt) -> Reader:
    return await staff_at("陈静", Role.REVIEWER)


@pytest.fixture
async def handler(staff_at: StaffAt) -> Reader:
    return await staff_at("李强", Grant(Role.HANDLER, unit=UNIT))


async def on(reader: Reader, code: str, button: str, status: int = 200, /, **typed: str) -> Page:
    await reader.opens(f"/cases/{code}")
    return await reader.presses(button, status, **typed)


def buttons(page: Page) -> set[str]:
    return {form.button for form in page.forms}


async def at_unit(reviewer: Reader, handler: Reader, code: str) -> None:
    """The case is accepted, and its unit has signed for it."""
    await on(reviewer, code, "开始审核")
    await on(reviewer, code, "受理")
    await on(reviewer, code, "分办", unit=UNIT, helpers=OTHER, category="battery_charging_swap")
    await on(handler, code, "签收")


async def test_a_case_from_acceptance_to_an_approved_answer(
    reviewer: Reader, handler: Reader, staff_at: StaffAt, hand_in: HandIn
):
    code = await hand_in()
    await at_unit(reviewer, handler, code)
    page = await reviewer.opens(f"/cases/{code}")
    for words in (f"主办单位 {UNIT}", f"协办单位 {OTHER}", "办理中", "个工作日"):
        assert words in page.text
    page = await on(handler, code, "写答复", text="下周装好", grade="B", is_public="yes")
    assert "待审核" in page.text
    assert "答复通过" not in buttons(page)
    second = await staff_at("王芳", Role.REVIEWER)
    page = await on(second, code, "答复通过")
    for words in ("已答复", "B 类：列入计划", "公开", "下周装好"):
        assert words in page.text


async def test_taken_back_while_its_answer_waits_for_a_yes(
    *,
    reviewer: Reader,
    handler: Reader,
    staff_at: StaffAt,
    hand_in: HandIn,
    sessions: Sessions,
    library: Library,
    clock: FixedClock,
):
    code, second = await hand_in(), await staff_at("王芳", Role.REVIEWER)
    await at_unit(reviewer, handler, code)
    await on(handler, code, "写答复", text="下周装好", grade="B")
    await second.opens(f"/cases/{code}")
    async with transaction(sessions) as session:
        author = (await cases.of_code(session, code)).worker_id
        await cases.withdraw(session, library, clock, str(author), code)
    page = await second.presses("答复通过", 409)
    assert "别人已经动过" in page.text
    assert "没审，来件人撤回了" in page.text
    assert not buttons(page) & {"答复通过", "退回答复", "重新打开"}


async def test_nobody_approves_his_own_answer(
    reviewer: Reader, staff_at: StaffAt, hand_in: HandIn
):
    code = await hand_in()
    await on(reviewer, code, "开始审核")
    await on(reviewer, code, "受理")
    await on(reviewer, code, "分办", unit=UNIT, category="battery_charging_swap")
    await on(reviewer, code, "签收")
    page = await on(reviewer, code, "写答复", text="下周装好", grade="A")
    assert "答复通过" not in buttons(page)
    (form,) = [form for form in page.forms if form.button == "记一笔"]
    fields = {name: form.fields[name] for name in ("csrf", "seen")}
    answer = await reviewer.client.post(f"/cases/{code}/steps/approve", data=fields)
    assert answer.status_code == 403
    assert "自己写的答复要别人来审" in answer.text
    assert "答复通过" in buttons(
        await (await staff_at("王芳", Role.REVIEWER)).opens(f"/cases/{code}")
    )


async def test_a_late_save_keeps_both_texts(reviewer: Reader, staff_at: StaffAt, hand_in: HandIn):
    code, second = await hand_in(), await staff_at("王芳", Role.REVIEWER)
    await reviewer.opens(f"/cases/{code}")
    await on(second, code, "记一笔", note="我打过电话了")
    page = await reviewer.presses("记一笔", 409, note="我去现场看过")
    for words in ("别人刚才办的", "我打过电话了", "你写的（没有提交）：记一笔", "我去现场看过"):
        assert words in page.text
    (form,) = [form for form in page.forms if form.button == "记一笔"]
    assert form.fields["note"].strip() == "我去现场看过"
    page = await reviewer.presses("记一笔")
    assert "我打过电话了" in page.text
    assert "我去现场看过" in page.text


async def test_a_late_save_of_a_step_that_is_gone_keeps_the_text(
    reviewer: Reader, staff_at: StaffAt, hand_in: HandIn
):
    code, second = await hand_in(), await staff_at("王芳", Role.REVIEWER)
    await reviewer.opens(f"/cases/{code}")
    await on(second, code, "不予受理", reason="advertising")
    page = await reviewer.presses("请来件人补充", 409, text="是哪个路口？")
    assert "请来件人补充" not in buttons(page)
    assert "是哪个路口？" in page.text
    assert "理由：广告" in page.text


async def test_what_is_missing_is_said_and_nothing_typed_is_lost(
    reviewer: Reader, handler: Reader, hand_in: HandIn
):
    code = await hand_in()
    await at_unit(reviewer, handler, code)
    page = await on(handler, code, "写答复", 422, text="下周装好")
    assert "请选答复属于哪一类" in page.text
    (form,) = [form for form in page.forms if form.button == "写答复"]
    assert form.fields["text"].strip() == "下周装好"


async def test_a_handler_sees_the_cases_of_his_unit_only(
    reviewer: Reader, handler: Reader, staff_at: StaffAt, hand_in: HandIn
):
    mine, theirs = await hand_in(), await hand_in()
    await at_unit(reviewer, handler, mine)
    stranger = await staff_at("赵敏", Grant(Role.HANDLER, unit="市政"))
    page = await handler.opens("/")
    assert (page.path, mine in page.links, theirs in page.links) == ("/cases", True, False)
    csrf = page.forms[0].fields["csrf"]
    assert "还没有来件" in (await stranger.opens("/cases")).text
    for reader, code in ((handler, theirs), (stranger, mine), (stranger, theirs)):
        page = await reader.opens(f"/cases/{code}", 404)
        assert "没有这个编号的来件" in page.text
    for path in ("photos/1", "steps/sign_for", "steps/answer", "original", "contact"):
        method = "GET" if path.startswith("photos") else "POST"
        answer = await handler.client.request(
            method, f"/cases/{theirs}/{path}", data={"csrf": csrf, "seen": "1"}
        )
        # To a handler nobody's original or contact is open, not even of his own unit's cases.
        expected = 403 if path in {"original", "contact"} else 404
        assert answer.status_code == expected, path


async def test_a_limited_reviewer_sees_his_district_only(staff_at: StaffAt, hand_in: HandIn):
    code = await hand_in()
    limited = await staff_at("李强", Grant(Role.REVIEWER, districts=("广东/广州",)))
    await limited.opens(f"/cases/{code}", 404)
    assert code not in (await limited.opens("/cases")).links


async def test_assigning_settles_the_category(reviewer: Reader, hand_in: HandIn):
    code = await hand_in()
    await on(reviewer, code, "开始审核")
    await on(reviewer, code, "受理")
    page = await reviewer.opens(f"/cases/{code}")
    (form,) = [form for form in page.forms if form.button == "分办"]
    assert form.fields["category"] == "battery_charging_swap"
    page = await reviewer.presses("分办", unit=UNIT)
    assert "改类别 改为：" in page.text
    page = await reviewer.opens("/cases?category=battery_charging_swap&unit=" + UNIT)
    assert code in page.links


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("kind=x", "没有这一种"),
        ("category=x", "没有这个事项类别"),
        ("area=火星", "没有这个地区"),
        ("unit=x", "没有这个承办单位"),
        ("overdue=x", "筛选条件写错了"),
        ("state=x", "没有这种状态"),
    ],
)
async def test_a_wrong_filter_is_explained(reviewer: Reader, query: str, words: str):
    page = await reviewer.opens(f"/cases?{query}", 404)
    assert words in page.text


async def test_filters_narrow_the_inbox(reviewer: Reader, hand_in: HandIn, sessions: Sessions):
    hazard, idea = await hand_in("桥下积水", kind="hazard"), await hand_in()
    await reviewer.opens("/cases")
    page = await reviewer.presses("筛选", kind="hazard")
    assert (hazard in page.links, idea in page.links) == (True, False)
    page = await reviewer.opens("/cases?overdue=yes")
    assert "没有符合这些条件的来件" in page.text
    async with transaction(sessions) as session:
        late = update(Case).where(Case.code == idea).values(due=date(2026, 11, 16))
        await session.execute(late)
    page = await reviewer.opens("/cases?overdue=yes&kind=suggestion")
    assert (hazard in page.links, idea in page.links) == (False, True)
    assert "已超期 2 天" in page.text
    assert "已超期 2 天" in (await reviewer.opens(f"/cases/{idea}")).text


async def test_danger_stands_first_until_somebody_has_it_in_hand(
    reviewer: Reader, hand_in: HandIn, library: Library
):
    category = library.categories["battery_charging_swap"]
    question = category.question_for("hazard")
    fields = {"kind": "hazard", "category": category.id}
    fire = await hand_in("充电柜烧起来了", extras={question.id: question.danger}, **fields)
    newer = await hand_in()
    page = await reviewer.opens("/cases")
    assert [word for word in page.links if word in {fire, newer}] == [fire, newer]
    assert page.text.count("有危险") == 2  # beside the heading, and at the case


@pytest.fixture
async def reminded(
    reviewer: Reader, handler: Reader, hand_in: HandIn, sessions: Sessions, clock: FixedClock
) -> str:
    """A case of the unit whose reminder was claimed just now."""
    code = await hand_in()
    await at_unit(reviewer, handler, code)
    async with transaction(sessions) as session:
        row = (await session.scalars(select(CaseReminder))).first()
        row.claimed_at = clock()
    return code


async def test_reminders_are_those_of_ones_own_unit(
    handler: Reader, staff_at: StaffAt, reminded: str
):
    page = await handler.opens("/cases/reminders")
    assert reminded in page.links
    stranger = await staff_at("赵敏", Grant(Role.HANDLER, unit="市政"))
    assert "最近七天没有提醒" in (await stranger.opens("/cases/reminders")).text


async def test_a_handler_reads_no_code_of_a_case_that_he_cannot_open(
    reviewer: Reader, handler: Reader, hand_in: HandIn
):
    """Both ways of a merge: what came in, and where his own went on."""
    here, there, other = [await hand_in() for _ in "123"]
    await at_unit(reviewer, handler, here)
    await on(reviewer, there, "并入另一件", target=here)
    assert there in (await reviewer.opens(f"/cases/{here}")).text
    page = await handler.opens(f"/cases/{here}")
    assert "并进来一件" in page.text
    assert there not in page.answer.text
    await on(reviewer, here, "并入另一件", target=other)
    assert (await reviewer.opens(f"/cases/{here}")).answer.text.count(f"/cases/{other}") > 1
    page = await handler.opens(f"/cases/{here}")
    assert "并入另一件" in page.text
    assert other not in page.answer.text
    await handler.opens(f"/cases/{other}", 404)


async def test_what_stands_still_is_said_in_words(
    reviewer: Reader, handler: Reader, hand_in: HandIn, sessions: Sessions, library: Library
):
    paused, asked = await hand_in(), await hand_in("门禁打不开")
    await at_unit(reviewer, handler, paused)
    await on(handler, paused, "暂停", note="等鉴定")
    await on(reviewer, asked, "请来件人补充", text="哪个门？")
    clock = FixedClock(datetime.fromisoformat("2026-12-02T10:00:00+08:00"))
    async with transaction(sessions) as session:
        await cases.tick(session, library, clock)
        moved = update(CaseReminder).where(CaseReminder.claimed_at.is_not(None))
        await session.execute(moved.values(claimed_at=FixedClock()()))
    page = await reviewer.opens("/cases/reminders")
    assert f"{paused} 还停着 暂停了，一直没接着办" in page.text
    assert f"{asked} 还停着 问了来件人，一直没回答" in page.text


async def test_the_inbox_counts_reminders_up_to_ninety_nine(
    handler: Reader, reminded: str, sessions: Sessions, clock: FixedClock
):
    assert "我的提醒 1 " in (await handler.opens("/cases")).text
    async with transaction(sessions) as session:
        told = select(CaseReminder).join(Case).where(Case.code == reminded)
        row = (await session.scalars(told.where(CaseReminder.claimed_at.is_not(None)))).one()
        for number in range(99):
            due = row.due + timedelta(days=number + 1)
            session.add(
                CaseReminder(
                    id=f"r{number}",
                    case_id=row.case_id,
                    clock=row.clock,
                    share=row.share,
                    due=due,
                    unit=row.unit,
                    at=clock(),
                    claimed_at=clock(),
                )
            )
    assert "我的提醒 99+ " in (await handler.opens("/cases")).text

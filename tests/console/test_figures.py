"""The page of figures and the reports: filters, limits of roles, what a wrong address is told."""

from datetime import date
from io import BytesIO

import pytest
from openpyxl import load_workbook

from content.library import Library
from db.session import Sessions, transaction
from services.figures import Period, reports
from services.staff.actors import Actor, Grant
from services.staff.permissions import Role
from tests.console.conftest import HandIn
from tests.console.reader import Reader
from tests.console.test_permissions import StaffAt
from tests.factories import FixedClock
from tests.staffing import EVERYTHING


@pytest.fixture
def database() -> str:
    """Nothing here depends on the kind of database; tests/services/test_figures.py has both."""
    return "sqlite"


async def test_figures_tell_both_numbers_and_how_they_are_counted(reader: Reader, hand_in: HandIn):
    code = await hand_in()
    await hand_in(kind="hazard")
    await reader.opens(f"/cases/{code}")
    await reader.presses("开始审核")
    page = await reader.opens("/figures")
    assert page.headings["h1"] == ["统计"]
    assert "来件 2 上期 0 其中隐患 1 上期 0 还在办 2" in page.text
    assert "响应率 50.0% 1 / 2 50.0% — 0 / 0" in page.text
    assert "工作人员回过音的件数 ÷ 全部来件" in page.text
    assert "第三十二条" in page.text
    page = await reader.opens("/figures?kind=hazard")
    assert "来件 1 上期 0" in page.text


async def test_the_period_before_is_told_beside(reader: Reader, hand_in: HandIn):
    await hand_in()
    page = await reader.opens("/figures?from=2026-11-19&to=2026-11-20")
    assert "2026-11-19 至 2026-11-20，上期 2026-11-17 至 2026-11-18" in page.text
    assert "来件 0 上期 1" in page.text


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("from=yesterday", "日期写错了"),
        ("from=2026-11-20&to=2026-11-19", "日期写错了"),
        ("from=2020-01-01&to=2026-01-01", "最多两年"),
        ("from=0001-01-01", "日期写错了"),
        ("area=%E6%9C%88%E7%90%83", "没有这个地区"),
        ("category=x", "没有这个事项类别"),
        ("kind=x", "只分建议和隐患"),
        ("unit=x", "没有这个承办单位"),
        ("unit=" + "x" * 65, "筛选条件写错了"),
    ],
)
async def test_a_wrong_address_says_which_part(reader: Reader, address: str, words: str):
    page = await reader.opens(f"/figures?{address}", 404)
    assert words in page.text


async def test_a_limited_role_sees_its_own_figures_only(staff_at: StaffAt, hand_in: HandIn):
    await hand_in(place="广州市番禺区")
    await hand_in()
    reader = await staff_at("李强", Grant(Role.DATA_OFFICER, districts=("北京",)))
    page = await reader.opens("/figures")
    assert "来件 0 上期 0" in page.text
    assert "聊天机器人" not in page.text
    reader = await staff_at("王芳", Role.DATA_OFFICER)
    page = await reader.opens("/figures")
    assert "来件 2 上期 0" in page.text
    assert "聊天机器人" in page.text


@pytest.fixture
async def report(sessions: Sessions, library: Library, clock: FixedClock, hand_in: HandIn) -> str:
    """The path of a weekly report."""
    await hand_in()
    period = Period(date(2026, 11, 16), date(2026, 11, 22))
    async with transaction(sessions) as session:
        await reports.make(session, library, clock, reports.Wanted("week", period, ""))
        found = await reports.listed(session, Actor("", "", "", EVERYTHING), 1)
    return f"/figures/reports/{found.items[0].id}"


async def test_a_report_is_read_printed_and_taken_along(reader: Reader, report: str):
    page = await reader.opens("/figures/reports")
    assert page.links["周报 2026-11-16 至 2026-11-22 全部地区"] == report
    page = await reader.opens(report)
    assert page.headings["h1"] == ["小哥驿站建议和隐患办理周报"]
    assert "数据截至 2026-11-18 10:31" in page.text
    assert "陈静 2026-11-18 10:31 打印" in page.text
    answer = await reader.client.get(f"{report}/xlsx")
    assert "UTF-8''%E5%91%A8%E6%8A%A5-" in answer.headers["content-disposition"]
    book = load_workbook(BytesIO(answer.content))
    assert book.sheetnames[:3] == ["比率", "每天来件", "现在的状态"]
    assert len(book.sheetnames) == 13
    first = book["比率"]
    assert [first[f"A{n}"].value for n in range(1, 5)] == [
        "小哥驿站建议和隐患办理周报",
        "全部地区  2026-11-16 — 2026-11-22",
        "数据截至 2026-11-18 10:31",
        "陈静 2026-11-18 10:31 下载",
    ]
    assert [cell.value for cell in first[7]] == ["响应率", 0, 0, 1, 0, None, 0, 0]
    for sheet in book:
        assert "陈静" in sheet.oddFooter.left.text
        assert all(cell.data_type in {"n", "s"} for row in sheet.iter_rows() for cell in row)
    page = await reader.opens("/staff/events")
    assert "下载报告" in page.text


async def test_a_report_of_another_area_is_as_if_there_were_none(staff_at: StaffAt, report: str):
    reader = await staff_at("李强", Grant(Role.DATA_OFFICER, districts=("北京",)))
    assert "还没有报告" in (await reader.opens("/figures/reports")).text
    for path in (report, f"{report}/xlsx", "/figures/reports/%00", "/figures/reports?page=2"):
        await reader.opens(path, 404)

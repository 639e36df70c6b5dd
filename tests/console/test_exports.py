"""The export page and the files that come out of it."""

import csv
import io
from collections.abc import Awaitable, Callable

import httpx
import openpyxl
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from console import export_files
from db.models import CaseExport
from db.session import Sessions, transaction
from services.cases import Wanted, exporting
from services.staff.permissions import Role
from tests.console.conftest import HandIn
from tests.console.reader import Reader
from tests.staffing import acting

StaffAt = Callable[..., Awaitable[Reader]]
ATTACK = '=HYPERLINK("x")|找李建国13812345678，粤B12345'


@pytest.fixture
def database() -> str:
    """The same on both; tests/services/test_case_exports.py asks both."""
    return "sqlite"


async def taken(reader: Reader, file: str, **fields: str) -> httpx.Response:
    page = await reader.opens("/cases/export")
    (form,) = [form for form in page.forms if form.button == "导出"]
    given = {**form.fields, "reason": "季度汇总", "format": file, **fields}
    return await reader.client.post("/cases/export", data=given)


def rows_in(answer: httpx.Response, file: str) -> list[list[str]]:
    if file == "csv":
        assert answer.content.startswith(b"\xef\xbb\xbf")
        return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    book = openpyxl.load_workbook(io.BytesIO(answer.content))
    cells = book.active.iter_rows()  # type: ignore[union-attr]
    found = []
    for row in cells:
        assert {cell.data_type for cell in row} <= {"s", "n"}
        found.append([str(cell.value or "") for cell in row])
    return found


@pytest.mark.parametrize("file", ["csv", "xlsx"])
async def test_a_file_is_marked_masked_and_harmless(
    reader: Reader, hand_in: HandIn, sessions: Sessions, file: str
):
    code = await hand_in(ATTACK, place="进港大道17号", remedy="@修一修", contact="13900001111")
    answer = await taken(reader, file)
    assert answer.status_code == 200
    assert f'filename="cases-1-20261118-1031.{file}"' in answer.headers["content-disposition"]
    rows = rows_in(answer, file)
    mark = "导出编号 1 · 陈静 · 2026-11-18 10:31"
    assert rows[0][0].startswith(mark)
    assert rows[-1][0].startswith(mark)
    assert rows[-1][1] == "以上共1行"
    assert rows[1][0] == "编号"
    assert rows[2][0] == code
    assert rows[2][-2].startswith("'=HYPERLINK")
    assert rows[2][-1] == "'@修一修"
    whole = str(rows)
    for secret in ("13812345678", "粤B12345", "李建国", "13900001111", "进港大道"):
        assert secret not in whole
    async with transaction(sessions) as session:
        (export,) = (await session.scalars(select(CaseExport))).all()
    assert (export.rows, export.under_way) == (1, None)
    page = await reader.opens("/cases/export")
    assert "编号 1 2026-11-18 10:31" in page.text
    assert "季度汇总" in page.text
    page = await reader.opens("/staff/events")
    assert "导出编号 1，1 行" in page.text


async def test_the_filters_of_the_inbox_go_along(reader: Reader, hand_in: HandIn):
    await hand_in()
    hazard = await hand_in(kind="hazard")
    page = await reader.opens("/cases?kind=hazard")
    page = await reader.opens(page.links["导出"])
    assert "有 1 件" in page.text
    assert page.path == "/cases/export?kind=hazard"
    rows = rows_in(await taken(reader, "csv", kind="hazard"), "csv")
    assert [row[0] for row in rows[2:-1]] == [hazard]


async def test_what_was_typed_stays_where_it_is_not_taken(reader: Reader, hand_in: HandIn):
    await hand_in()
    await reader.opens("/cases/export")
    page = await reader.presses("导出", 422, reason="汇总", area="广州")
    assert "请写明导出做什么用" in page.text
    (form,) = [form for form in page.forms if form.button == "导出"]
    assert (form.fields["reason"], form.fields["area"]) == ("汇总", "广州")
    page = await reader.presses("导出", 404, area="月球")
    assert "没有这个地区" in page.text
    (form,) = [form for form in page.forms if form.button == "导出"]
    assert form.fields["area"] == "月球"


async def test_a_data_officer_begins_here_and_gets_no_words(staff_at: StaffAt, hand_in: HandIn):
    await hand_in("不该看到的话")
    reader = await staff_at("李强", Role.DATA_OFFICER)
    page = await reader.opens("/stops")
    page = await reader.opens(page.links["导出"])
    assert "所以没有来件的文字" in page.text
    assert "不该看到的话" not in (await taken(reader, "csv")).text


async def test_who_breaks_off_may_begin_anew(
    app: FastAPI, reader: Reader, hand_in: HandIn, sessions: Sessions
):
    await hand_in()
    async with transaction(sessions) as session:
        actor = await acting(session, app.state.console.clock, "王芳")
        begun = await exporting.begin(
            *(session, app.state.console.clock, actor, Wanted()), file="csv", reason="季度汇总"
        )
    body = export_files.stream(lambda: transaction(sessions), app.state.console, begun)
    assert (await anext(body)).startswith(b"\xef\xbb\xbf")
    await body.aclose()
    async with transaction(sessions) as session:
        export = await session.get_one(CaseExport, begun.number)
    assert (export.rows, export.under_way) == (None, None)
    assert (await taken(reader, "csv")).status_code == 200

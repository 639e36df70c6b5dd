"""The workbench in the console: views, labels, bulk, drafts, twins, who keeps out."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

import pytest
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from content.library import Library
from db.session import Sessions, transaction
from services import units
from services.cases.duplicates import note_missing
from services.staff.actors import Grant
from services.staff.permissions import Role
from tests.console.conftest import HandIn
from tests.console.reader import Page, Reader
from tests.factories import FixedClock

StaffAt = Callable[..., Awaitable[Reader]]
UNIT, OTHER = "区城管", "区交警"
CATEGORY = "battery_charging_swap"


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


@contextmanager
def statements(engine: AsyncEngine) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    said: list[str] = []

    def note(_connection, _cursor, statement: str, *_rest: object) -> None:
        said.append(" ".join(statement.split()))

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    yield said
    event.remove(engine.sync_engine, "before_cursor_execute", note)


async def on(reader: Reader, code: str, button: str, status: int = 200, /, **typed: str) -> Page:
    await reader.opens(f"/cases/{code}")
    return await reader.presses(button, status, **typed)


async def ticks(reader: Reader, codes: list[str], status: int = 200, /, **typed: str) -> Page:
    await reader.opens("/cases")
    picked = {f"case-{code}": "yes" for code in codes}
    return await reader.presses("下一步：核对", status, **picked, **typed)


async def label(reader: Reader, word: str) -> str:
    """A new label's id."""
    await reader.opens("/cases/labels")
    page = await reader.presses("加上", word=word, area="")
    assert word in page.text
    form = next(f for f in reversed(page.forms) if f.action.endswith("/retire"))
    return form.action.split("/")[3]


async def test_filters_become_a_view_and_stay_in_the_address(reviewer: Reader, hand_in: HandIn):
    code = await hand_in(kind="hazard")
    page = await reviewer.opens("/cases?kind=hazard&state=received")
    page = await reviewer.opens(page.links["把现在的筛选存成视图"])
    page = await reviewer.presses("存下", name="新隐患")
    assert (page.path, code in page.links) == ("/cases?state=received&kind=hazard", True)
    assert page.links["新隐患"] == "/cases?state=received&kind=hazard"
    assert "新隐患 1 件没办结" in page.text
    page = await reviewer.opens("/cases/views?query=kind%3Dhazard")
    page = await reviewer.presses("存下", 422, name="新隐患")
    assert "已经有一个叫“新隐患”的视图" in page.text
    assert page.forms[1].fields["name"] == "新隐患"
    (form,) = [form for form in page.forms if form.action.endswith("/rename")]
    page = await reviewer.presses("改名", **{next(n for n in form.fields if n != "csrf"): "隐患"})
    assert page.links["隐患"] == "/cases?state=received&kind=hazard"
    page = await reviewer.presses("删掉")
    assert "还没有" in page.text
    answer = await reviewer.client.post(form.action, data=form.fields)
    assert answer.status_code == 404


async def test_each_view_says_how_much_of_it_is_not_done(
    reviewer: Reader, handler: Reader, hand_in: HandIn, engine: AsyncEngine, clock: FixedClock
):
    """Of what one may see; of any number of views by one statement."""
    mine, other = await hand_in(kind="hazard"), await hand_in(kind="hazard")
    await hand_in()
    await on(reviewer, other, "不予受理", reason="too_vague")
    await on(reviewer, mine, "受理")
    await on(reviewer, mine, "分办", unit=UNIT, category=CATEGORY)
    views = {
        "隐患": ("kind=hazard", ("1", "1")),
        "建议": ("kind=suggestion", ("1", "0")),
        "我们": ("unit=区城管", ("1", "1")),
        "都不受理": ("state=refused", ("", "")),
        "不通": ("state=gone", ("", "")),
    }
    for number, reader in enumerate((reviewer, handler)):
        asked = []
        for name, (query, _) in views.items():
            clock.advance(seconds=1)
            await reader.opens(f"/cases/views?{urlencode({'query': query})}")
            (form,) = [form for form in reader.page.forms if form.action == "/cases/views"]
            await reader.client.post(form.action, data={**form.fields, "name": name})
            with statements(engine) as said:
                page = await reader.opens("/cases")
            asked.append(sum("FROM cases" in each for each in said))
        assert len(set(asked)) == 1
        words = [
            f"{name} {counts[number]} 件没办结" if counts[number] else name
            for name, (_, counts) in views.items()
        ]
        assert " ".join(words) in page.text


async def test_labels_are_kept_put_on_and_searched_for(
    reviewer: Reader, handler: Reader, hand_in: HandIn
):
    code, other = await hand_in(), await hand_in()
    urgent = await label(reviewer, "急")
    page = await on(reviewer, code, "贴标签", **{f"label-{urgent}": "yes"})
    assert "加上：急" in page.text
    page = await reviewer.opens("/cases?label=急")
    assert (code in page.links, other in page.links) == (True, False)
    await reviewer.opens("/cases?label=缓", 404)
    await handler.opens("/cases/labels", 403)
    page = await reviewer.opens("/cases/labels")
    page = await reviewer.presses("停用")
    assert "已停用" in page.text
    # It is still on the case, and may still come off it.
    await reviewer.opens(f"/cases/{code}")
    (form,) = [form for form in reviewer.page.forms if form.button == "贴标签"]
    fields = {k: v for k, v in form.fields.items() if not k.startswith("label-")}
    await reviewer.client.post(form.action, data=fields)
    assert "去掉：急" in (await reviewer.opens(f"/cases/{code}")).text


async def test_a_bulk_says_what_it_will_do_and_is_taken_back(
    reviewer: Reader, handler: Reader, hand_in: HandIn
):
    one, two, three = [await hand_in() for _ in range(3)]
    page = await ticks(reviewer, [], 422, what="take_up")
    assert "请勾选来件" in page.text
    page = await ticks(reviewer, [one, two], what="accept")
    assert "会办 2 件" in page.text
    assert "共 2 人次" in page.text
    page = await reviewer.presses("办这 2 件")
    assert "批量受理：办好 2 件" in page.text
    assert "话收不回来" in page.text
    page = await ticks(reviewer, [one, three], 422, what="assign", unit=UNIT)
    assert "请选一个类别" in page.text
    page = await reviewer.presses("再核对", category=CATEGORY)
    assert "会办 1 件" in page.text
    assert f"办不了 1 件 {three}" in page.text
    page = await reviewer.presses("办这 1 件")
    assert "办好 1 件" in page.text
    assert one in (await handler.opens("/cases")).links
    await reviewer.opens(page.path)
    page = await reviewer.presses("撤销")
    assert "撤销：办好 1 件" in page.text
    assert one not in (await handler.opens("/cases")).links
    page = await reviewer.opens(f"/cases/{one}")
    assert f"从 {UNIT} 收回" in page.text
    assert "已受理" in page.text


async def test_an_answer_half_written_is_not_lost(
    reviewer: Reader, handler: Reader, staff_at: StaffAt, hand_in: HandIn
):
    """Kept by its button, by a save that was refused, and given back when the case went away."""
    code = await hand_in()
    await on(reviewer, code, "受理")
    await on(reviewer, code, "分办", unit=UNIT, category=CATEGORY)
    await on(handler, code, "签收")
    page = await on(handler, code, "存草稿", text="下周装好", grade="B")
    (form,) = [form for form in page.forms if form.button == "写答复"]
    assert (form.fields["text"].strip(), form.fields["grade"]) == ("下周装好", "B")
    assert "李强的草稿" in (await reviewer.opens(f"/cases/{code}")).text
    await on(reviewer, code, "记一笔", note="打过电话")
    await handler.presses("写答复", 409, text="周五装好", grade="A")
    page = await reviewer.opens(f"/cases/{code}")
    assert "周五装好" in page.text
    heir = await staff_at("赵敏", Grant(Role.HANDLER, unit=OTHER))
    await handler.opens(f"/cases/{code}")
    await on(reviewer, code, "改派", unit=OTHER, category=CATEGORY, note="换一家")
    page = await handler.presses("写答复", 404, text="周六装好", grade="A")
    assert "你写的：写答复" in page.text
    assert "周六装好" in page.text
    assert "周五装好" in (await heir.opens(f"/cases/{code}")).text


async def test_who_steps_aside_is_led_away_and_finds_it_no_more(
    reviewer: Reader, handler: Reader, staff_at: StaffAt, hand_in: HandIn
):
    code, twin = await hand_in("大北路口换电柜坏了"), await hand_in("大北路口的换电柜坏了")
    second = await staff_at("王芳", Role.REVIEWER)
    await on(reviewer, code, "受理")
    await on(reviewer, code, "分办", unit=UNIT, category=CATEGORY)
    page = await on(second, code, "回避", note="说的就是它", unit=UNIT)
    assert page.path == f"/cases/{code}"
    page = await on(reviewer, code, "回避", note="是我住的小区")
    assert (page.path, code in page.links) == ("/cases", False)
    for reader in (reviewer, handler):
        for path in (
            f"/cases/{code}",
            f"/cases/{code}/photos/1",
            f"/cases/{twin}/compare?with={code}",
        ):
            await reader.opens(path, 404)
        csrf = reader.page.forms[0].fields["csrf"]
        for path in ("presence", "draft", "steps/note"):
            answer = await reader.client.post(
                f"/cases/{code}/{path}", data={"csrf": csrf, "text": "x"}
            )
            assert answer.status_code == 404, path
    assert code in (await second.opens("/cases")).links


async def test_twins_are_compared_in_two_steps_and_merged(
    reviewer: Reader, hand_in: HandIn, sessions: Sessions, library: Library
):
    words = "市桥街大北路口换电柜坏了，电池换不出来"
    one, two = await hand_in(words), await hand_in(f"{words}，已经三天")
    async with transaction(sessions) as session:
        await note_missing(session, library)
    page = await reviewer.opens(f"/cases/{two}")
    assert "可能是同一件（1）" in page.text
    page = await reviewer.opens(page.links[f"{one} 对照着看"])
    assert page.text.count("反映的问题") == 2
    page = await reviewer.presses(f"并入 {one}")
    assert f"并到 {one}" in page.text
    page = await reviewer.opens(f"/cases/{one}")
    assert "也是我的事 1 人" in page.text
    assert "可能是同一件" not in page.text
    await reviewer.opens(f"/cases/{one}/compare?with={one}", 404)
    await reviewer.opens(f"/cases/{one}/compare", 404)


async def test_a_code_leads_to_its_case_and_notes_stand_apart(reviewer: Reader, hand_in: HandIn):
    code = await hand_in()
    await reviewer.opens("/cases")
    page = await reviewer.presses("筛选", code=code.lower())
    assert page.path == f"/cases/{code}"
    page = await reviewer.presses("记一笔", note="打过电话")
    assert "内部备注 打过电话" in page.text
    assert page.text.count("打过电话") == 1


async def test_presence_is_told_on_the_page_and_to_its_script(
    reviewer: Reader, staff_at: StaffAt, hand_in: HandIn
):
    code, second = await hand_in(), await staff_at("王芳", Role.REVIEWER)
    page = await reviewer.opens(f"/cases/{code}")
    csrf = page.forms[0].fields["csrf"]
    assert "陈静正在看" in (await second.opens(f"/cases/{code}")).text
    answer = await reviewer.client.post(
        f"/cases/{code}/presence", data={"csrf": csrf, "writing": "yes"}
    )
    assert answer.json() == {"looking": ["王芳"], "writing": [], "seen": 1}
    assert "陈静正在写" in (await second.opens(f"/cases/{code}")).text

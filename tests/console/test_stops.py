"""Stops in the console: the list, the search, one stop with its forms, recommended places."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select

from console.guards import MAX_BODY
from console.pages import HERE
from content.library import Library
from db.models import RestStopRow, Revision, StopCheck, StopProposal, StopReport
from db.session import Sessions, transaction
from services.rest_stops import fields
from services.rest_stops.columns import AS_THEY_ARE
from tests.console.reader import Reader
from tests.factories import FixedClock
from tests.stops import TODAY, add_report, add_stop, told

WILD = "<script>alert('1')</script>\" & {{ 7*7 }}"
SAVE, SETTLE = "保存，马上生效", "核实完了，告诉骑手"

Say = Callable[..., Awaitable[str]]


@pytest.fixture
def say(sessions: Sessions, library: Library, clock: FixedClock) -> Say:
    """Let a worker say something of the stop, a minute after the one before."""

    async def one(kind: str = "locked", stop: str = "gz-1", **given: str) -> str:
        clock.advance(minutes=1)
        async with transaction(sessions) as session:
            if await session.get(RestStopRow, stop) is None:
                await add_stop(session, library, id=stop, **given)
            return await add_report(session, clock, stop, kind)

    return one


@pytest.fixture
async def stop(sessions: Sessions, library: Library) -> RestStopRow:
    async with transaction(sessions) as session:
        return await add_stop(session, library)


async def row_of(sessions: Sessions, stop_id: str = "gz-1") -> RestStopRow:
    async with transaction(sessions) as session:
        return await session.get_one(RestStopRow, stop_id)


async def test_nothing_to_check_is_said(reader: Reader):
    page = await reader.opens("/stops")
    assert page.headings["h1"] == ["待核实的驿站"]
    assert "现在没有要核实的驿站" in page.text
    assert "待核实 0 推荐 0" in page.text
    assert (page.links["来件"], page.links["驿站"]) == ("/cases", "/stops")


async def test_the_list_says_what_riders_said(reader: Reader, say: Say):
    await say()
    await say()
    await say("dry", "gz-2", name="第二驿站", address="别处1号")
    page = await reader.opens("/stops")
    assert "待核实 2" in page.text
    assert [name for name in page.links if "驿站" in name][1:] == ["东晓南驿站", "第二驿站"]
    assert "东晓南驿站 广东 广州 海珠区 锁门 2 条 开放时间已暂停显示 其中可靠 2 条" in page.text
    assert "最近 2026-11-18 10:32 最早 2026-11-18 10:31" in page.text
    page = await reader.opens(page.links["第二驿站"])
    assert page.headings["h1"] == ["第二驿站"]


async def test_a_stop_is_found_by_words(reader: Reader, stop: RestStopRow):
    del stop
    await reader.opens("/stops")
    page = await reader.presses("找", q="晓南路")
    assert page.headings["h1"] == ["找到的驿站"]
    assert page.links["东晓南驿站"] == "/stops/gz-1"
    page = await reader.presses("找", q=WILD)
    assert "没有名称、地址或编号里有" in page.text
    assert (await reader.presses("找", q=" ")).headings["h1"] == ["待核实的驿站"]


@pytest.mark.parametrize("query", ["page=0", "page=x", "page=2", "page=1%00", "page=" + "9" * 30])
async def test_a_wrong_page_is_explained(reader: Reader, query: str):
    for path in ("/stops", "/stops/proposals"):
        page = await reader.opens(f"{path}?{query}", 404)
        assert page.links["返回驿站列表"] == "/stops"


@pytest.mark.parametrize(
    "query", ["q=%00", "q=%ff", "q=" + "x" * 5000, "q=%25%25", "q=a&page=999999"]
)
async def test_odd_words_find_nothing(reader: Reader, stop: RestStopRow, query: str):
    del stop
    page = await reader.opens(f"/stops?{query}")
    assert "东晓南驿站" not in page.links


@pytest.mark.parametrize(
    "path", ["/stops/none", "/stops/%00", "/stops/%ff", "/stops/" + "x" * 3000, "/stops/驿站",
             "/stops/proposals/none", "/stops/proposals/%00", "/stops/proposals?state=lost"]
)  # fmt: skip
async def test_an_unknown_stop_is_explained(reader: Reader, path: str):
    page = await reader.opens(path, 404)
    assert page.headings["h1"] == ["没有找到"]
    assert page.links["返回驿站列表"] == "/stops"


async def test_a_stop_shows_all_but_who_spoke(reader: Reader, say: Say, sessions: Sessions):
    worker = await say()
    page = await reader.opens("/stops/gz-1")
    for words in (
        *("锁门 2026-11-18 10:31 · 用了一周以上 · 待核实", "https://example.org/list"),
        *("扫码进", "没有核实过", "WiFi", "编号 gz-1", "GCJ-02", "还没有改过"),
    ):
        assert words in page.text, words
    async with transaction(sessions) as session:
        reports = list(await session.scalars(select(StopReport.id)))
    assert not [one for one in (worker, *reports) if one in page.answer.text]


async def test_words_of_a_list_stay_words(reader: Reader, sessions: Sessions, library: Library):
    given = dict.fromkeys(("name", "host", "note", "fee", "hours_text"), WILD)
    async with transaction(sessions) as session:
        await add_stop(session, library, opening_hours=None, **given)
    page = await reader.opens("/stops/gz-1")
    assert page.headings["h1"] == [WILD]
    assert reader.page is page
    page = await reader.presses(SAVE, reason="核实过", fee="免费")
    assert (await row_of(sessions)).note == WILD


async def test_an_edit_is_saved_and_told(reader: Reader, say: Say, sessions: Sessions):
    await say()
    await reader.opens("/stops/gz-1")
    page = await reader.presses(
        SAVE,
        hours_text="每天9点至18点",
        has_WiFi="yes",
        city="深圳",
        reason="打过电话",
        checked="yes",
    )
    assert page.path == "/stops/gz-1"
    row = await row_of(sessions)
    assert (row.opening_hours, row.province, row.city) == ("Mo-Su 09:00-18:00", "广东", "深圳")
    assert (row.facilities, row.checked_on) == (("水", "热饭", "WiFi"), TODAY)
    assert "陈静 2026-11-18 10:31 打过电话" in page.text
    assert "开放时间（公布的原话）： 周一至周五9点至22点 → 改成 每天9点至18点" in page.text
    # She has just changed it: the form of the answer offers to say so.
    page = await reader.presses(SETTLE, answer="现在六点关")
    assert "现在没有等着核实的" in page.text
    assert "登记的已经改好 陈静" in page.text
    async with transaction(sessions) as session:
        (words,) = await told(session)
    assert words.endswith("工作人员说：现在六点关")


async def test_faults_stand_beside_their_fields_and_keep_what_was_typed(
    reader: Reader, stop: RestStopRow, sessions: Sessions
):
    del stop
    await reader.opens("/stops/gz-1")
    typed = {"phone": "13812345678", "opening_hours": "九点", "name": "", "note": "新的备注"}
    page = await reader.presses(SAVE, 422, **typed, has_WiFi="no", reason="核", checked="yes")
    for name in ("phone", "opening_hours", "name", "reason"):
        page.fault_beside(name)
    (form,) = [form for form in page.forms if form.button == SAVE]
    kept = {name: form.fields[name] for name in typed}
    assert (kept, form.fields["has_WiFi"], form.fields["reason"]) == (typed, "no", "核")
    assert form.fields["checked"] == "yes"
    assert "有几项不能这样填" in page.text
    page = await reader.presses(SAVE, phone="", opening_hours="", name="好驿站", reason="核实过")
    row = await row_of(sessions)
    assert (row.name, row.note, row.lacks, row.phone) == (
        "好驿站",
        "新的备注",
        ("WiFi", "淋浴"),
        None,
    )


async def test_nothing_changed_is_said(reader: Reader, stop: RestStopRow):
    del stop
    await reader.opens("/stops/gz-1")
    page = await reader.presses(SAVE, 422, reason="核实过")
    assert "没有改动，不用保存" in page.text


async def test_a_stale_form_loses_nothing_of_either(
    reader: Reader, stop: RestStopRow, sessions: Sessions
):
    del stop
    before = await reader.opens("/stops/gz-1")
    await reader.presses(SAVE, name="别人改的名", phone="020-11112222", reason="先来的")
    reader.page = before
    typed = {"phone": "020-33334444", "fee": "免费", "reason": "后来的"}
    page = await reader.presses(SAVE, 409, **typed)
    assert "别人改过这个驿站" in page.text
    assert "名称 别人改的名 东晓南驿站" in page.text
    assert "电话 020-11112222 020-33334444" in page.text
    (form,) = [form for form in page.forms if form.button == SAVE]
    assert form.fields["name"] == "别人改的名"
    assert {name: form.fields[name] for name in typed} == typed
    assert (await row_of(sessions)).fee is None
    await reader.presses(SAVE)
    row = await row_of(sessions)
    assert (row.name, row.phone, row.fee) == ("别人改的名", "020-33334444", "免费")


@pytest.mark.parametrize("seen", ["", "x", "[]", '{"name": 1}', "null"])
async def test_what_a_form_claims_to_have_shown_is_not_believed(
    reader: Reader, stop: RestStopRow, seen: str
):
    del stop
    await reader.opens("/stops/gz-1")
    page = await reader.presses(SAVE, 409, seen=seen, fee="免费", reason="核实过")
    (form,) = [form for form in page.forms if form.button == SAVE]
    assert form.fields["fee"] == "免费"


async def test_a_settled_stop_is_settled_once(reader: Reader, say: Say, sessions: Sessions):
    await say()
    before = await reader.opens("/stops/gz-1")
    page = await reader.presses(SETTLE, 422, outcome="changed", answer="改了")
    assert "还没有改过" in page.text
    (form,) = [form for form in page.forms if form.button == SETTLE]
    assert (form.fields["outcome"], form.fields["answer"]) == ("changed", "改了")
    page = await reader.presses(SETTLE, outcome="right", answer="")
    assert "待核实" not in page.text.split("登记的内容")[0]
    reader.page = before
    page = await reader.presses(SETTLE, 403, outcome="withdrawn")
    assert "已经有人处理过了" in page.text
    assert page.links["打开这个驿站"] == "/stops/gz-1"
    assert (await row_of(sessions)).status == "open_to_public"


async def test_a_word_that_came_meanwhile_is_shown_first(reader: Reader, say: Say):
    await say()
    await reader.opens("/stops/gz-1")
    await say("moved")
    page = await reader.presses(SETTLE, 409, outcome="right", answer="保安在")
    assert "又有新的反映" in page.text
    assert "保安在" in page.answer.text
    page = await reader.presses(SETTLE)
    assert "以前的核实 和登记的一样 陈静" in page.text


async def test_two_staff_at_once(reader: Reader, say: Say, sessions: Sessions):
    await say()
    page = await reader.opens("/stops/gz-1")
    forms = {form.button: form for form in page.forms}

    async def send(button: str, **typed: str) -> int:
        form = forms[button]
        answer = await reader.client.post(form.action, data={**form.fields, **typed})
        return answer.status_code

    settled = [send(SETTLE, outcome=outcome) for outcome in ("right", "right", "right")]
    assert sorted(await asyncio.gather(*settled)) == [303, 403, 403]
    page = await reader.opens("/stops/gz-1")
    forms = {form.button: form for form in page.forms}
    saved = [send(SAVE, fee=fee, reason="核实过") for fee in ("1元", "2元", "3元")]
    assert sorted(await asyncio.gather(*saved)) == [303, 409, 409]
    async with transaction(sessions) as session:
        assert len(list(await session.scalars(select(StopCheck)))) == 1
        assert len(list(await session.scalars(select(Revision)))) == 2


async def test_a_withdrawn_stop_is_found_and_opened_again(
    reader: Reader, stop: RestStopRow, sessions: Sessions
):
    del stop
    await reader.opens("/stops/gz-1")
    page = await reader.presses(SAVE, status="withdrawn", reason="拆了")
    assert "已撤下，不给骑手看" in page.text
    await reader.opens("/stops")
    page = await reader.presses("找", q="gz-1")
    await reader.opens(page.links["东晓南驿站"])
    await reader.presses(SAVE, status="open_to_public", reason="又开了")
    assert (await row_of(sessions)).status == "open_to_public"


async def test_what_a_file_only_proposes_does_not_read_as_done(
    reader: Reader, stop: RestStopRow, sessions: Sessions, clock: FixedClock
):
    given = {"kind": "rest_stop", "key": stop.id, "author": "王敏", "created_at": clock()}
    for number, (fee, since) in enumerate((("2元", clock()), ("9元", None))):
        body = {"before": {"fee": None}, "after": {"fee": fee}, "import": "i"}
        told_by = {"id": str(number), "reason": f"导入名单：{fee}.csv", "valid_from": since}
        async with transaction(sessions) as session:
            session.add(Revision(**given, **told_by, body=body))
    page = await reader.opens("/stops/gz-1")
    waits, done = "名单导入（未生效，等工作人员决定） 2026", "名单导入 2026"
    assert [page.text.count(words) for words in (waits, done)] == [1, 1]
    assert page.text.index("导入名单：9元.csv") > page.text.index(waits)


async def test_the_longest_form_fits(reader: Reader, stop: RestStopRow):
    del stop
    page = await reader.opens("/stops/gz-1")
    long = {}
    for tag, found in page.elements:
        if tag == "input" and found.get("maxlength") and found["name"] in fields.TEXTS:
            long[found["name"]] = "长" * min(int(found["maxlength"]), 200)
    long |= {"hours_text": "时" * 200, "phone": "", "source_url": "https://x.cn/" + "a" * 480}
    long |= {"other_facilities": "；".join("物" * 80 for _ in range(12)), "reason": "由" * 200}
    await reader.presses(SAVE, **long)
    page = await reader.opens("/stops/gz-1")
    (form,) = [form for form in page.forms if form.button == SAVE]
    answer = await reader.client.post(form.action, data={**form.fields, **long, "fee": "改" * 200})
    assert answer.status_code == 303
    assert len(answer.request.content) < MAX_BODY


@pytest.mark.parametrize("token", [None, "", "forged"])
async def test_a_form_of_another_making_changes_nothing(
    reader: Reader, stop: RestStopRow, token: str | None
):
    del stop
    given = {} if token is None else {"csrf": token}
    for path in ("gz-1/edit", "gz-1/settle", "proposals/x/accept", "proposals/x/decline"):
        answer = await reader.client.post(f"/stops/{path}", data=given)
        assert answer.status_code == 403
        assert "已经过期" in answer.text


async def test_strangers_see_nothing(stranger: Reader, stop: RestStopRow):
    del stop
    for path in ("/stops", "/stops/gz-1", "/stops/proposals", "/stops/proposals/x"):
        page = await stranger.opens(path, 401)
        assert "东晓南" not in page.text


def test_every_value_and_field_of_a_stop_has_words():
    text = (HERE / "templates" / "stops" / "words.html").read_text(encoding="utf-8")
    tables = (RestStopRow, StopReport, StopCheck, StopProposal)
    for constraint in [each for table in tables for each in table.__table__.constraints]:
        for value in str(getattr(constraint, "sqltext", "")).split("'")[1::2]:
            assert f'"{value}": ' in text
    choices = [value for known in fields.CHOICES.values() for value in known]
    for name in (*choices, *fields.DATUMS, *AS_THEY_ARE[1:], *fields.POSITION, "other_facilities"):
        assert f'"{name}": ' in text, name

"""Notices in the console: written, approved by another, timed, reported, nothing typed lost."""

import csv
import io
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from console import notice_files
from console.guards import MAX_BODY
from console.pictures import bars
from db.models import Account, LinkCode, NoticeReply, OutboxRow, StaffEvent
from db.session import transaction
from services.notices import Report
from services.staff.actors import Grant
from services.staff.permissions import Role
from tests import pictures
from tests.console.reader import Page, Reader, check
from tests.factories import FixedClock
from tests.services.noticing import Newsroom

StaffAt = Callable[..., Awaitable[Reader]]
LOOK, SAVE = "数一数，看样子", "存草稿"
TYPED = {"title": "台风", "text": "明天有台风。\n江边别跑。", "topic": "weather"}


async def write(author: Reader, **more: str) -> Page:
    await author.opens("/notices/new")
    return await author.presses(SAVE, **{**TYPED, **more})


async def test_one_writes_another_approves_and_it_goes(
    author: Reader, approver: Reader, room: Newsroom
):
    await room.workers(2)
    await room.workers(1, forgotten_at=room.clock())
    page = await author.opens("/")
    assert "这里没有通知" in page.text
    await author.opens(page.links["写通知"])
    page = await author.presses(LOOK, **TYPED)
    assert "现在发，会发给 2 人的 2 个账号" in page.text
    assert "删了资料：1 个账号" in page.text
    assert "【通知】台风" in page.text
    assert "还没有存" in page.text
    page = await author.presses(SAVE)
    assert page.path == "/notices/1"
    assert "等另一位同事批准" not in page.text
    assert "等另一位同事批准" in (await author.presses("提交，请人批准")).text
    page = await approver.opens("/notices?state=waiting")
    page = await approver.opens(page.links["台风"])
    assert "现在发，会发给 2 人" in (await approver.opens("/notices/1?count=yes")).text
    page = await approver.presses("批准")
    assert "周洋 批准" in page.text
    assert "李强 提交 第 1 版" in page.text
    await author.opens("/notices/1")
    page = await author.presses("先看什么时候发", way="now")
    assert "马上发" in page.text
    page = await author.presses("就这样发")
    assert "等着发" in page.text
    assert await room.look() == 2
    await room.deliver()
    page = await author.opens("/notices/1/report")
    assert "送到（就所知） 2" in page.text
    assert [tag for tag, _ in page.elements if tag == "rect"] == ["rect"]


async def test_an_author_sends_it_to_his_own_chat_first(author: Reader, room: Newsroom):
    [worker] = await room.workers(1)
    async with transaction(room.sessions) as session:
        account = (await session.scalars(select(Account).filter_by(worker_id=worker))).one()
        end = room.clock() + timedelta(minutes=10)
        session.add(LinkCode(code="482913", account_id=account.id, expires_at=end))
    await write(author)
    page = await author.presses("试发", 404, code="000000")
    assert "这六位数不对" in page.text
    page = await author.presses("试发", code="482913")
    assert "试发的已经送出" in page.text
    async with transaction(room.sessions) as session:
        row = (await session.scalars(select(OutboxRow))).one()
    assert row.account_id == account.id
    assert "台风" in row.reply["text"]


async def test_what_cannot_be_taken_is_shown_again(author: Reader):
    typed = {
        **TYPED,
        "title": "",
        "link": "ftp",
        "districts": "广州 南沙区",
        "platforms": "美团，顺丰",
    }
    await author.opens("/notices/new")
    page = await author.presses(SAVE, 422, **typed, **{"trade-rider": "yes", "urgent": "yes"})
    page.fault_beside("title")
    page = await author.presses(SAVE, 422, title="台风")
    page.fault_beside("link")
    page = await author.presses(SAVE, 422, link="", districts="火星")
    page.fault_beside("districts")
    page = await author.presses(LOOK, districts="广州 南沙区\n深圳")
    assert "地区" in page.text
    page = await author.presses(SAVE)
    assert "广东 广州 南沙区、广东 深圳" in page.text
    assert "美团、顺丰" in page.text
    assert "送外卖" in page.text
    assert "【紧急通知】台风" in page.text
    page = await author.opens("/notices/1/edit")
    (form,) = [form for form in page.forms if form.sent_by(SAVE)]
    kept = {
        name: form.fields.get(name) for name in ("text", "urgent", "trade-rider", "button-got")
    }
    assert kept == {"text": "\n" + TYPED["text"], **dict.fromkeys(list(kept)[1:], "yes")}


async def test_a_limited_author_stays_within_his_districts(staff_at: StaffAt):
    limited = await staff_at("赵敏", Grant(Role.NOTICE_AUTHOR, districts=("广东/广州",)))
    await limited.opens("/notices/new")
    page = await limited.presses(SAVE, 403, **TYPED)
    assert "超出你负责的地区" in page.text
    page.fault_beside("districts")
    page = await limited.presses(SAVE, districts="广州 南沙区")
    assert page.path == "/notices/1"


async def test_a_late_save_keeps_both_texts(staff_at: StaffAt, author: Reader):
    await write(author)
    other = await staff_at("赵敏", Role.NOTICE_AUTHOR)
    await author.opens("/notices/1/edit")
    await other.opens("/notices/1/edit")
    await author.presses(SAVE, text="李强改的")
    await other.presses(SAVE, 422, title="")
    await other.presses(LOOK, title="台风", text="赵敏改的")
    page = await other.presses(SAVE, 409)
    assert "有人动过这个通知" in page.text
    assert "李强改的" in page.text
    assert "赵敏改的" in page.text
    page = await other.presses(SAVE)
    assert "赵敏 改了 第 3 版" in page.text


async def test_a_step_that_is_refused_keeps_its_note(author: Reader, approver: Reader):
    await write(author)
    await author.presses("提交，请人批准")
    page = await approver.opens("/notices/1")
    page = await approver.presses("退回", 422, note=" ")
    assert "请写一句原因" in page.text
    await author.opens("/notices/1/edit")
    await author.presses(SAVE, text="换一句")
    page = await approver.presses("退回", 409, note="说清是哪条江")
    assert "有人动过" in page.text
    assert "你写的没有存" in page.text
    assert "说清是哪条江" in page.text


async def test_nobody_approves_what_he_did_not_see_or_wrote(
    author: Reader, approver: Reader, reader: Reader
):
    await write(author)
    await author.presses("提交，请人批准")
    page = await approver.opens("/notices/1")
    (form,) = [form for form in page.forms if form.button == "批准"]
    sent = {**form.fields, "digest": "0" * 64}
    answer = await approver.client.post(form.action, data=sent)
    assert answer.status_code == 409
    await reader.opens("/notices/new")
    await reader.presses(SAVE, **TYPED)
    page = await reader.presses("提交，请人批准")
    assert "写过或改过它的人不能批" in page.text
    assert "批准" not in [form.button for form in page.forms]


async def test_when_it_goes_out_is_shown_first(author: Reader, approver: Reader):
    await write(author)
    await author.presses("提交，请人批准")
    await approver.opens("/notices/1")
    await approver.presses("批准")
    await author.opens("/notices/1")
    page = await author.presses("先看什么时候发", 422, way="rule", rule="有空的时候")
    assert "没看懂这个时间" in page.text
    page = await author.presses("先看什么时候发", way="rule", rule="每周一10点")
    assert "接下来3次在： 2026-11-23 10:00 2026-11-30 10:00 2026-12-07 10:00" in page.text
    page = await author.presses("先看什么时候发", 422, way="at", at="2020-01-01T10:00")
    assert "时间不能早于现在" in page.text
    page = await author.presses("先看什么时候发", way="at", at="2026-11-19T23:30")
    assert "会在这时发： 2026-11-20 07:00" in page.text
    assert "所以往后推" in page.text
    page = await author.presses("先看什么时候发", way="rule", rule="每月最后一天9点")
    page = await author.presses("就这样发")
    assert "每月最后一天 09:00" in page.text
    assert "2026-11-30 09:00 等着发" in page.text
    page = await author.presses("暂停")
    page = await author.presses("作废", note="台风不来了")
    assert "作废" in page.text
    assert "台风不来了" in page.text


async def test_a_rule_beyond_the_calendar_is_told_loudly(staff_at: StaffAt, room: Newsroom):
    room.clock.advance(days=365 * 20)
    author = await staff_at("李强", Role.NOTICE_AUTHOR)
    number = await room.approved()
    await author.opens(f"/notices/{number}")
    page = await author.presses("先看什么时候发", way="rule", rule="工作日9点")
    assert "年的放假安排还没公布" in page.text
    page = await author.presses("就这样发")
    assert "下一次在哪天还算不出来" in page.text
    page = await author.opens("/notices")
    assert "1 个通知等着放假安排公布" in page.text


async def test_a_picture_comes_along(author: Reader, stranger: Reader):
    page = await author.opens("/notices/new")
    (form,) = [form for form in page.forms if form.sent_by(SAVE)]
    sent = {**form.fields, **TYPED, "do": "look"}
    big = pictures.saved(pictures.scene(400, 400), "PNG", compress_level=0)
    assert len(big) > MAX_BODY
    answer = await author.client.post(
        "/notices/new", data=sent, files={"picture": ("1.jpg", big, "image/jpeg")}
    )
    page = Page(answer)
    check(page)
    (src,) = {found["src"] for tag, found in page.elements if tag == "img" and found["alt"]}
    shown = await author.client.get(src)
    assert shown.headers["content-type"] == "image/jpeg"
    assert (await stranger.client.get(src)).status_code == 401
    author.page = page
    page = await author.presses(SAVE)
    assert src in {found.get("src") for tag, found in page.elements if tag == "img"}
    page = await author.opens("/notices/1/edit")
    page = await author.presses(SAVE, no_picture="yes")
    assert src not in {found.get("src") for tag, found in page.elements if tag == "img"}


async def test_what_is_no_picture_or_too_large_is_refused(author: Reader, stranger: Reader):
    page = await author.opens("/notices/new")
    (form,) = [form for form in page.forms if form.sent_by(SAVE)]
    sent = {**form.fields, **TYPED, "do": "save"}

    async def post(reader: Reader, path: str, raw: bytes) -> tuple[int, str]:
        files = {"picture": ("1.jpg", raw, "image/jpeg")}
        answer = await reader.client.post(path, data=sent, files=files)
        return answer.status_code, answer.text

    status, text = await post(author, "/notices/new", b"x" * (MAX_BODY + 1))
    assert (status, "这张照片打不开" in text, TYPED["title"] in text) == (422, True, True)
    status, text = await post(author, "/notices/new", b"x" * (11 * 1024 * 1024))
    assert (status, "图片太大" in text) == (413, True)
    for reader, path in (
        (stranger, "/notices/new"),
        (author, "/notices/1/steps/submit"),
        (author, "/sign-out"),
    ):
        status, _ = await post(reader, path, b"x" * (MAX_BODY + 1))
        assert status == 413


async def test_the_report_is_taken_along_and_put_on_record(author: Reader, room: Newsroom):
    await room.workers(1, "telegram")
    number = await room.scheduled(title="=1+1")
    await room.look()
    await room.deliver()
    page = await author.opens(f"/notices/{number}/report")
    (form,) = [form for form in page.forms if form.button == "下载"]
    files = {}
    for kind in ("csv", "xlsx"):
        answer = await author.client.post(form.action, data={**form.fields, "format": kind})
        assert answer.status_code == 200
        files[kind] = answer.content
    rows = list(csv.reader(io.StringIO(files["csv"].decode("utf-8-sig"))))
    assert rows[0] == ["李强 2026-11-18 10:30 下载"]
    assert ["标题", "'=1+1"] in rows
    assert ["送到（就所知）", "1"] in rows
    sheet = load_workbook(io.BytesIO(files["xlsx"])).active
    assert [[cell for cell in row if cell] for row in sheet.iter_rows(values_only=True)] == rows
    answer = await author.client.post(form.action, data={**form.fields, "format": "exe"})
    assert answer.status_code == 422
    async with transaction(room.sessions) as session:
        kinds = await session.scalars(select(StaffEvent.kind))
        assert list(kinds).count("notice_report_taken") == 2


@pytest.mark.parametrize(
    ("hours", "lines", "first"), [(0, 0, None), (30, 30, "11-18 10:00"), (60, 3, "11-18")]
)
def test_the_picture_shows_hours_or_days(
    clock: FixedClock, hours: int, lines: int, first: str | None
):
    by_hour = {
        clock() + timedelta(hours=number) - timedelta(minutes=30): 2 for number in range(hours)
    }
    report = Report(9, 0, 9, 0, {}, 0, 0, 0, 0, 0, {}, by_hour)
    found = notice_files.over_time(report)
    assert len(found) == lines
    assert sum(line.counts[notice_files.LEFT] for line in found) == 2 * hours
    drawn = bars(found, (notice_files.LEFT,), notice_files.below)
    assert len(drawn.boxes) == lines
    assert [mark.text for mark in drawn.days][:1] == ([first] if first else [])
    assert len(drawn.days) <= 4


async def test_what_failed_is_sent_once_more(author: Reader, room: Newsroom):
    await room.workers(2, "telegram")
    number = await room.scheduled()
    await room.look()
    await room.deliver(state="failed", reason="given_up", sent_at=None)
    page = await author.opens(f"/notices/{number}/failed")
    assert page.text.count("试了几次都不成 试了") == 2
    page = await author.presses("再发这些", 422)
    assert "请先勾选" in page.text
    rows = [found["name"] for _, found in page.elements if found.get("type") == "checkbox"]
    page = await author.presses("再发这些", **{rows[0]: "yes"})
    assert "李强 再发没送到的" in page.text
    page = await author.opens(f"/notices/{number}/failed")
    assert page.text.count("试了几次都不成 试了") == 1
    await author.presses("全部再发")
    page = await author.opens(f"/notices/{number}/failed")
    assert "没有没送到的" in page.text


async def test_replies_are_masked_and_marked(author: Reader, room: Newsroom):
    (worker,) = await room.workers(1)
    number = await room.scheduled()
    async with transaction(room.sessions) as session:
        session.add(
            NoticeReply(
                id="a" * 32,
                notice=number,
                worker_id=worker,
                masked="我电话〔电话〕",
                at=room.clock(),
            )
        )
    page = await author.opens("/notices")
    page = await author.opens(page.links["1 条新回话"])
    assert "我电话〔电话〕" in page.text
    page = await author.presses("看过了：2026-11-18 10:30，第 1 条")
    assert "李强 看过" in page.text
    assert "1 条新回话" not in (await author.opens("/notices")).links


async def test_a_reply_is_marked_at_its_own_notice_and_within_ones_limits(
    author: Reader, staff_at: StaffAt, room: Newsroom
):
    (worker,) = await room.workers(1)
    number, other = await room.scheduled(), await room.scheduled()
    async with transaction(room.sessions) as session:
        fields = {"masked": "路也封了", "at": room.clock()}
        session.add(NoticeReply(id="a" * 32, notice=number, worker_id=worker, **fields))
    limited = await staff_at(
        "赵敏", Grant(Role.NOTICE_AUTHOR, districts=("广东/广州",)), Grant(Role.AUDITOR)
    )
    page = await author.opens(f"/notices/{number}/replies")
    (form,) = [form for form in page.forms if form.button.startswith("看过了")]
    sent = (form.action.replace(f"/{number}/", f"/{other}/"), form.fields)
    assert (await author.client.post(sent[0], data=sent[1])).status_code == 404
    page = await limited.opens(f"/notices/{number}/replies")
    assert "路也封了" in page.text
    assert not [form for form in page.forms if form.button.startswith("看过了")]
    token = page.forms[0].fields["csrf"]
    assert (await limited.client.post(form.action, data={"csrf": token})).status_code == 403
    async with transaction(room.sessions) as session:
        assert (await session.get(NoticeReply, "a" * 32)).seen_by is None


@pytest.mark.parametrize(
    "path", ["/notices?page=2", "/notices?state=x", "/notices/x", "/notices/9/edit"]
)
async def test_what_is_not_there_is_told(author: Reader, path: str):
    page = await author.opens(path, 404)
    assert page.links["返回通知列表" if "返回通知列表" in page.links else "返回首页"]

"""Sign-up notices in the console: offered, looked at, more places, who came, taken along."""

import csv
import io
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from db.models import StaffEvent
from db.session import transaction
from services import signups
from services.staff.actors import Grant
from services.staff.permissions import Role
from tests.console.reader import Reader
from tests.services.noticing import Newsroom, to
from tests.services.signing_up import TITLE, as_typed, listed, moved_up, offer, offered, on_list

StaffAt = Callable[..., Awaitable[Reader]]
LOOK, SAVE = "数一数，看样子", "存草稿"
MORE = "加名额，补候补"
TYPED = {"title": TITLE, "text": "带身份证。", "topic": "health", "offers": "yes"}


async def signed_up(room: Newsroom, notice: int, count: int) -> list[str]:
    """So many workers, one after the other."""
    workers = await room.workers(count)
    for worker in workers:
        async with transaction(room.sessions) as session:
            await signups.sign_up(session, room.library, room.clock, worker, notice)
    return workers


async def leaves(room: Newsroom, notice: int, worker: str, words: str) -> None:
    async with transaction(room.sessions) as session:
        await signups.leave(session, room.clock, worker, notice, words)


async def test_what_is_offered_is_typed_and_shown_as_workers_get_it(author: Reader, room):
    await author.opens("/notices/new")
    page = await author.presses(SAVE, 422, **TYPED)
    page.fault_beside("closes")
    page = await author.presses(SAVE, 422, closes=as_typed(room.clock() - timedelta(hours=1)))
    page.fault_beside("closes")
    closes = as_typed(room.clock() + timedelta(hours=6))
    for places in ("0", "10001", "很多"):
        page = await author.presses(SAVE, 422, closes=closes, places=places)
        page.fault_beside("places")
    page = await author.presses(LOOK, places="")
    assert "名额不限，11月18日16:30截止" in page.text
    page = await author.presses(LOOK, places="1")
    assert "名额1个，11月18日16:30截止" in page.text
    assert "报名 收到" in page.text
    page = await author.presses(SAVE)
    assert "这一版批准以后：名额1 个， 2026-11-18 16:30 截止" in page.text


async def test_it_is_approved_and_signed_up_for(author: Reader, approver: Reader, room):
    await author.opens("/notices/new")
    closes = as_typed(room.clock() + timedelta(hours=6))
    await author.presses(SAVE, **TYPED, closes=closes, places="1")
    await author.presses("提交，请人批准")
    page = await approver.opens("/notices/1")
    assert "名额1个" in page.text
    page = await approver.presses("批准")
    assert "还剩 1 个" in page.text
    await author.opens("/notices/1")
    page = await author.presses("先看什么时候发", 422, way="rule", rule="每天9点")
    assert "不能按规律重复发" in page.text
    page = await author.presses("先看什么时候发", 422, way="at", at="2026-11-18T17:00")
    assert "报名已经截止了" in page.text
    await author.presses("先看什么时候发", way="now")
    await author.presses("就这样发")

    await signed_up(room, 1, 2)
    page = await author.opens("/notices/1")
    assert "报上 1 人，还剩 0 个 候补 1 人" in page.text
    page = await author.opens(page.links["看名单"])
    assert "第1号 报上了" in page.text
    assert "第2号 候补" in page.text
    page = await author.opens("/notices/1/report")
    assert "报上名的（人） 1 候补的（人） 1 取消了报名（人） 0" in page.text


async def test_more_places_call_who_waits_and_it_closes_early(author: Reader, room: Newsroom):
    number = await offered(room, 1)
    await signed_up(room, number, 3)
    await author.opens(f"/notices/{number}/signups")
    for places, why in (("x", "整数"), ("0", "整数")):
        page = await author.presses(MORE, 422, places=places)
        assert why in page.text
    page = await author.presses(MORE, places="2")
    assert "报上 2 人，还剩 0 个 候补 1 人" in page.text
    assert await moved_up(room) == [f"signup:{number}:2"]
    page = await author.presses(MORE, 422, places="1")
    assert "名额只能加" in page.text
    page = await author.opens(f"/notices/{number}")
    assert "李强 加了名额" in page.text
    assert "名额从1 个加到2 个" in page.text

    await author.opens(f"/notices/{number}/signups")
    page = await author.presses("现在就截止")
    assert "2026-11-18 10:30 ，已经截止" in page.text
    assert "现在就截止" not in [form.button for form in page.forms]
    assert "李强 提前截止报名" in (await author.opens(f"/notices/{number}")).text


async def test_after_it_closed_staff_fill_what_came_free(author: Reader, room: Newsroom):
    number = await offered(room, offer=offer(room.clock, 1, minutes=30))
    first, second = await signed_up(room, number, 2)
    room.clock.advance(minutes=31)
    async with transaction(room.sessions) as session:
        await signups.cancel(session, room.library, room.clock, first, number)
    await author.opens(f"/notices/{number}/signups")
    await author.presses(MORE)
    assert await on_list(room, number) == {2: (second, "in")}
    assert (await listed(room, number)).places == 1
    assert "加了名额" not in (await author.opens(f"/notices/{number}")).text


async def test_who_was_late_to_see_a_step_is_told(author: Reader, staff_at: StaffAt, room):
    number = await offered(room, 1)
    other = await staff_at("赵敏", Role.NOTICE_AUTHOR)
    await author.opens(f"/notices/{number}/signups")
    await other.opens(f"/notices/{number}/signups")
    await author.presses(MORE, places="5")
    page = await other.presses(MORE, 409, places="3")
    assert "有人动过这个通知" in page.text


async def test_who_came_is_marked_by_a_tap_and_taken_back_by_another(author: Reader, room):
    number = await offered(room, 1)
    await signed_up(room, number, 2)
    page = await author.opens(f"/notices/{number}/signups")
    assert [form.action for form in page.forms if form.action.endswith("/2/came")] == []

    def pressed() -> list[str]:
        return [
            found["aria-pressed"] for _, found in author.page.elements if "aria-pressed" in found
        ]

    await author.presses("来了：第1号")
    assert pressed() == ["true", "false"]
    await author.presses("没来：第1号")
    assert pressed() == ["false", "true"]
    await author.presses("没来：第1号")
    assert pressed() == ["false", "false"]
    for signup in ("2", "9", "x"):
        form = next(form for form in author.page.forms if form.action.endswith("/came"))
        path = f"/notices/{number}/signups/{signup}/came"
        assert (await author.client.post(path, data=form.fields)).status_code == 404


async def test_the_list_is_taken_along_without_a_word_of_who_they_are(author: Reader, room):
    number = await offered(room, 1)
    first, _ = await signed_up(room, number, 2)
    await leaves(room, number, first, "王师傅 13800138000")
    page = await author.opens(f"/notices/{number}/signups")
    assert "留了称呼或电话" in page.text
    assert "13800138000" not in page.text
    await author.presses("来了：第1号")
    (form,) = [form for form in author.page.forms if form.button == "下载名单"]
    files = {}
    for kind in ("csv", "xlsx"):
        answer = await author.client.post(form.action, data={**form.fields, "format": kind})
        assert answer.status_code == 200
        files[kind] = answer.content
    rows = list(csv.reader(io.StringIO(files["csv"].decode("utf-8-sig"))))
    assert rows == [
        ["李强 2026-11-18 10:30 下载"], ["通知号", str(number)], ["标题", TITLE],
        ["报名号", "报名时间", "现在", "来没来", "称呼或电话"],
        ["1", "2026-11-18 10:30", "报上了", "来了", "留了"],
        ["2", "2026-11-18 10:30", "候补", "没记", "没留"],
    ]  # fmt: skip
    sheet = load_workbook(io.BytesIO(files["xlsx"])).active
    assert [[cell for cell in row if cell] for row in sheet.iter_rows(values_only=True)] == rows
    answer = await author.client.post(form.action, data={**form.fields, "format": "exe"})
    assert answer.status_code == 422
    async with transaction(room.sessions) as session:
        kinds = await session.scalars(select(StaffEvent.kind))
        assert list(kinds).count("signups_taken") == 2


async def test_what_they_left_is_shown_for_a_reason_that_stands_in_the_log(
    author: Reader, staff_at: StaffAt, room: Newsroom
):
    number = await offered(room, 3)
    first, second, _ = await signed_up(room, number, 3)
    await leaves(room, number, first, "王师傅 13800138000")
    await leaves(room, number, second, "小李")
    await author.opens(f"/notices/{number}/signups")
    page = await author.presses("看勾选的", 404, reason="通知改地方", **{"row-3": "yes"})
    assert "都没有留" in page.text
    page = await author.presses("看勾选的", 422, reason="通知改地方")
    assert "请先勾选" in page.text
    page = await author.presses("看这一页的", 422, reason="想看")
    assert "13800138000" not in page.text
    page = await author.presses("看勾选的", reason="通知改地方", **{"row-1": "yes"})
    assert "王师傅 13800138000" in page.text
    assert "小李" not in page.text
    assert page.answer.headers["cache-control"] == "no-store"
    await author.opens(f"/notices/{number}/signups")
    page = await author.presses("看这一页的", reason="打电话确认")
    assert "小李" in page.text

    auditor = await staff_at("审计", Role.AUDITOR)
    page = await auditor.opens("/staff/events")
    assert f"第 {number} 号通知，报名号 1、2。理由： 打电话确认" in page.text
    assert "报名号 1。理由： 通知改地方" in page.text
    assert "13800138000" not in page.text


async def test_approvers_read_the_list_and_change_nothing(approver: Reader, room: Newsroom):
    number = await offered(room, 3)
    first, _ = await signed_up(room, number, 2)
    await leaves(room, number, first, "王师傅")
    page = await approver.opens(f"/notices/{number}/signups")
    assert [form.button for form in page.forms] == ["退出", "下载名单"]


async def test_an_author_of_elsewhere_keeps_no_list(staff_at: StaffAt, room: Newsroom):
    limited = await staff_at("赵敏", Grant(Role.NOTICE_AUTHOR, districts=("广东/广州",)))
    number = await offered(room, 1, audience=to("江苏"))
    await limited.opens(f"/notices/{number}/signups")
    page = await limited.presses(MORE, 403, places="5")
    assert "超出你负责的地区" in page.text


async def test_a_correction_after_the_end_keeps_the_end(author: Reader, room: Newsroom):
    closing = offer(room.clock, 3, minutes=30)
    number = await offered(room, offer=closing)
    room.clock.advance(minutes=31)
    await author.opens(f"/notices/{number}/edit")
    page = await author.presses(SAVE, text="改在二楼。")
    assert "李强 改了 第 2 版" in page.text
    await author.presses("提交，请人批准")
    await room.approve(number)
    assert (await listed(room, number)).closes_at == closing.closes_at


async def test_a_version_that_is_too_late_is_not_approved(
    author: Reader, approver: Reader, room: Newsroom
):
    number = await room.composed(offer=offer(room.clock, 3, minutes=30))
    await author.opens(f"/notices/{number}")
    await author.presses("提交，请人批准")
    await approver.opens(f"/notices/{number}")
    room.clock.advance(minutes=31)
    page = await approver.presses("批准", 422)
    assert "截止时间要晚于现在" in page.text


@pytest.mark.parametrize("path", ["/signups", "/signups?page=2"])
async def test_where_nothing_is_offered_there_is_no_list(author: Reader, room: Newsroom, path):
    number = await room.composed()
    assert "报名" not in (await author.opens(f"/notices/{number}")).links
    await author.opens(f"/notices/{number}{path}", 404)

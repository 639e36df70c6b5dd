"""Admins at work in the console: inviting, roles, suspending, helping out; and one's own page."""

import re
from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import select

from console.pages import HERE
from db.models import Staff
from db.session import Sessions, transaction
from services.staff import events
from services.staff.permissions import Permission, Role
from tests.console.reader import Page, Reader
from tests.factories import FixedClock
from tests.staffing import PASSWORD, code, secret_in

StaffAt = Callable[..., Awaitable[Reader]]
NEW = "seven-lamps-under-ice"


@pytest.fixture
def database() -> str:
    """The services are tried on both; here it is the pages."""
    return "sqlite"


def link_on(page: Page) -> str:
    (found,) = re.findall(r"http://127\.0\.0\.1:8001(/sign-in/[\w-]+)", page.text)
    return str(found)


@pytest.fixture
async def admin(staff_at: StaffAt) -> Reader:
    return await staff_at("陈静", Role.ADMIN)


async def test_an_invitation_is_followed_to_its_end(
    admin: Reader, stranger: Reader, clock: FixedClock
):
    await admin.opens("/staff")
    page = await admin.opens("/staff/invite")
    page = await admin.presses(
        "生成邀请链接",
        name="王芳",
        **{"role-handler": "yes", "unit-handler": "市政", "districts-handler": "广州 南沙区"},
    )
    page = await stranger.opens(link_on(page))
    assert page.headings["h1"] == ["启用账号"]
    await stranger.presses("下一步", password=PASSWORD, again=PASSWORD)
    page = await stranger.opens("/sign-in/setup")
    secret = secret_in(page.text)
    await stranger.presses("绑定", code=code(clock, secret))
    page = await stranger.opens("/")
    assert page.path == "/cases"
    page = await stranger.opens("/me")
    assert "承办人（市政） · 广东广州南沙区" in page.text
    page = await admin.opens("/staff")
    assert "承办人（市政） · 广东广州南沙区" in page.text
    page = await admin.opens("/staff/events")
    for words in ("邀请 ： 王芳", "设了姓名和密码", "绑定了验证器", "登录 王芳"):
        assert words in page.text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"name": "王芳"}, "至少选一个角色"),
        ({"name": "王芳", "role-handler": "yes"}, "哪个承办单位"),
        ({"name": "", "role-admin": "yes"}, "请写工作人员的姓名"),
        ({"name": "陈静", "role-admin": "yes"}, "已经有同名的账号"),
        (
            {"name": "王芳", "role-reviewer": "yes", "districts-reviewer": "火星"},
            "没有找到“火星”",
        ),
    ],
)
async def test_what_cannot_be_taken_is_shown_again(
    admin: Reader, sessions: Sessions, typed: dict[str, str], words: str
):
    await admin.opens("/staff/invite")
    page = await admin.presses("生成邀请链接", 422, **typed)
    assert words in page.text
    kept = page.forms[-1].fields
    assert {name: kept.get(name) for name in typed} == typed
    async with transaction(sessions) as session:
        assert list(await session.scalars(select(Staff.name))) == ["陈静"]


async def test_roles_change_from_the_next_click_on(admin: Reader, staff_at: StaffAt):
    other = await staff_at("李强", Role.REVIEWER)
    await other.opens("/cases")
    page = await admin.opens("/staff")
    await admin.opens(page.links["李强"])
    fields = next(form for form in admin.page.forms if form.button == "保存角色").fields
    assert fields["role-reviewer"] == "yes"
    await admin.presses("保存角色", **{"role-reviewer": "", "role-content_editor": "yes"})
    await other.opens("/cases", 403)
    await other.opens("/stops")
    page = await admin.opens("/staff/events")
    assert "原来：审核员 现在：内容编辑" in page.text


async def test_roles_that_another_changed_are_not_brought_back_unseen(
    admin: Reader, staff_at: StaffAt
):
    """A form that is older than another admin's decision would undo it in silence."""
    other, second = await staff_at("李强", Role.REVIEWER), await staff_at("周洋", Role.ADMIN)
    page = await admin.opens("/staff")
    path = page.links["李强"]
    await admin.opens(path)
    await second.opens(path)
    await second.presses("保存角色", **{"role-reviewer": "", "role-content_editor": "yes"})
    page = await admin.presses("保存角色", 409, **{"role-handler": "yes", "unit-handler": "市政"})
    assert "别的管理员改过他的角色" in page.text
    fields = next(form for form in page.forms if form.button == "保存角色").fields
    assert (fields["role-reviewer"], fields["unit-handler"]) == ("yes", "市政")
    await other.opens("/cases", 403)
    await admin.presses("保存角色")
    await other.opens("/cases")


async def test_who_is_suspended_is_out_at_once(admin: Reader, staff_at: StaffAt):
    other = await staff_at("李强", Role.REVIEWER)
    page = await admin.opens("/staff")
    await admin.opens(page.links["李强"])
    page = await admin.presses("停用账号")
    assert "已停用" in page.text
    await other.opens("/cases", 401)
    await admin.presses("恢复账号")
    await other.opens("/cases", 401)


async def test_a_session_of_somebody_else_is_ended(admin: Reader, staff_at: StaffAt):
    other = await staff_at("李强", Role.REVIEWER)
    page = await admin.opens("/staff")
    await admin.opens(page.links["李强"])
    await admin.presses("退出第 1 处")
    await other.opens("/cases", 401)


async def test_a_password_is_reset_by_a_link(
    admin: Reader, staff_at: StaffAt, stranger: Reader, clock: FixedClock
):
    await staff_at("李强", Role.REVIEWER)
    page = await admin.opens("/staff")
    await admin.opens(page.links["李强"])
    path = link_on(await admin.presses("重设密码"))
    page = await stranger.opens(path)
    assert page.headings["h1"] == ["设新密码"]
    page = await stranger.presses("下一步", password=NEW, again=NEW)
    page = await stranger.presses("登录", code=code(clock))
    assert page.path == "/cases"


async def test_a_lost_phone_is_forgotten(admin: Reader, staff_at: StaffAt, stranger: Reader):
    await staff_at("李强", Role.REVIEWER)
    page = await admin.opens("/staff")
    await admin.opens(page.links["李强"])
    await admin.presses("清除验证器")
    await stranger.opens("/sign-in")
    page = await stranger.presses("下一步", name="李强", password=PASSWORD)
    assert page.headings["h1"] == ["绑定手机验证器"]


async def test_ones_own_page_has_no_button_against_oneself(admin: Reader):
    page = await admin.opens("/staff")
    page = await admin.opens(page.links["陈静"])
    assert [form.button for form in page.forms] == ["退出"]
    csrf = page.forms[0].fields["csrf"]
    for deed in ("roles", "suspend", "password", "second-factor", "sessions"):
        data = {"csrf": csrf, "role-reviewer": "yes"}
        answer = await admin.client.post(f"{page.path}/{deed}", data=data)
        assert answer.status_code == 403
        assert "另一位管理员" in answer.text


async def test_one_changes_ones_own_password(reader: Reader):
    await reader.opens("/me")
    for status, old, new, words in (
        (403, "x", NEW, "现在的密码不对"),
        (422, PASSWORD, "password123!", "太常见"),
        (200, PASSWORD, NEW, "我的账号"),
    ):
        page = await reader.presses("换密码", status, old=old, new=new, again=new)
        assert words in page.text
        assert new not in page.answer.text


async def test_one_moves_to_a_new_phone(reader: Reader, clock: FixedClock):
    await reader.opens("/me/second-factor", 403)
    await reader.opens("/me")
    page = await reader.presses("重新绑定验证器", password=PASSWORD)
    secret = secret_in(page.text)
    page = await reader.presses("绑定", code=code(clock, secret))
    assert page.headings["h1"] == ["抄下恢复码"]
    page = await reader.opens("/me")
    assert "还有 10 个恢复码" in page.text


def test_every_word_of_the_tables_is_there():
    words = (HERE / "templates" / "staff" / "words.html").read_text("utf-8")
    for each in (*events.KINDS, *Role, *Permission, "invited", "active", "suspended"):
        assert f'"{each}": ' in words

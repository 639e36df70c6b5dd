"""The page of the limits: proposed by one, approved by another, refused when it is too late."""

from collections.abc import Awaitable, Callable

from services.staff.permissions import Role
from tests.console.conftest import HandIn
from tests.console.reader import Reader

StaffAt = Callable[..., Awaitable[Reader]]
SEND = "交给别人审"


async def test_limits_are_changed_by_two(staff_at: StaffAt, hand_in: HandIn):
    """They could be changed by nobody: the service had no page."""
    one, two = [await staff_at(name, Role.CONTENT_EDITOR) for name in ("李强", "王芳")]
    reviewer = await staff_at("陈静", Role.REVIEWER)
    page = await one.opens("/texts")
    await one.opens(page.links["期限和次数"])
    await two.opens("/limits")
    for typed, why in (
        ({"answer_days": "十"}, "前后对不上"),
        ({"answer_days": "2"}, "前后对不上"),
        ({"reason": "试试看吧"}, "没有改动"),
        ({"answer_days": "10", "reason": ""}, "请写明为什么改"),
    ):
        page = await one.presses(SEND, 422, **{"answer_days": "5", "reason": "人手不够", **typed})
        assert why in page.text
    page = await one.presses(SEND, answer_days="10", reason="人手不够")
    assert "自己提的改动要请别人来审" in page.text
    # The other had the page open: what he typed is kept beside what waits.
    page = await two.presses(SEND, 409, answer_days="7", reason="七天够了")
    assert "你写的还在" in page.text
    (form,) = [form for form in page.forms if form.button == SEND]
    assert (form.fields["answer_days"], form.fields["reason"]) == ("7", "七天够了")
    page = await two.presses("同意，马上生效")
    assert "一般的几个工作日内答复 10 随版本带的是 5" in page.text
    assert "正在用 李强 提，王芳 审" in page.text
    code = await hand_in()
    assert "2026-12-02" in (await reviewer.opens(f"/cases/{code}")).text
    await one.opens("/limits")
    await one.presses(SEND, answer_days="6", reason="再短一点")
    page = await two.opens("/limits")
    page = await two.presses("不采用")
    assert "没有采用" in page.text

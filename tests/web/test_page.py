"""The page as a thing: its requests, its looks on small screens, its accessibility."""

from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, expect

from tests.web.fake_api import FakeApi
from tests.web.phone import Phone
from tests.web.samples import CASES, GREETING, LIST, RIGHTS, STOPS

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
TALK = {"驿站": STOPS, "歇脚": LIST, "工资": RIGHTS, "建议": CASES, "附近": GREETING}
SMALLEST_TARGET = 47.5  # 48 px, less what rounding of fractions takes.


async def talk(phone: Phone, api: FakeApi) -> None:
    api.answers.update(TALK)
    for words in TALK:
        await phone.says(words)
    await phone.sees("想找哪儿附近的？")


async def test_nothing_is_fetched_from_elsewhere(phone: Phone, api: FakeApi, address: str) -> None:
    seen: list[str] = []
    phone.page.on("request", lambda request: seen.append(request.url))
    await phone.page.reload()
    await talk(phone, api)
    assert seen
    assert [url for url in seen if not url.startswith(f"{address}/")] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_axe_finds_nothing(
    browser: Browser, address: str, api: FakeApi, scheme: Literal["light", "dark"]
) -> None:
    context = await browser.new_context(
        viewport={"width": 360, "height": 640},
        color_scheme=scheme,
    )
    phone = Phone(await context.new_page())
    await phone.open(address)
    assert (await Axe().run(phone.page)).response["violations"] == []
    await talk(phone, api)
    await phone.page.get_by_text("还有 1 条").click()
    assert (await Axe().run(phone.page)).response["violations"] == []
    await phone.taps("清空")
    assert (await Axe().run(phone.page)).response["violations"] == []
    await context.close()


@pytest.mark.parametrize(
    ("width", "height", "font"),
    [(320, 568, "100%"), (320, 256, "100%"), (320, 568, "200%"), (640, 360, "200%")],
)
async def test_it_fits_small_and_zoomed_screens(
    phone: Phone, api: FakeApi, width: int, height: int, font: str
) -> None:
    await phone.page.set_viewport_size({"width": width, "height": height})
    await phone.page.evaluate(f"document.documentElement.style.fontSize = '{font}'")
    await talk(phone, api)
    assert await phone.overflow() <= 0
    await phone.says("还能打字")
    await expect(phone.page.get_by_text("收到：还能打字")).to_be_in_viewport()
    await expect(phone.text_box).to_be_in_viewport(ratio=0.9)


async def test_targets_are_big_enough_for_a_thumb(phone: Phone, api: FakeApi) -> None:
    await talk(phone, api)
    small = await phone.page.evaluate(
        "(least) => [...document.querySelectorAll('button, a, summary, textarea')]"
        ".filter((el) => el.checkVisibility() && !el.matches('.skip'))"
        ".map((el) => [el.textContent, el.getBoundingClientRect()])"
        ".filter(([, box]) => box.height < least || box.width < least)"
        ".map(([name, box]) => `${name}: ${box.width} x ${box.height}`)",
        SMALLEST_TARGET,
    )
    assert small == []


async def test_the_thumb_reaches_what_is_used_most(phone: Phone) -> None:
    for name in ("发送我的位置", "发送", "找驿站", "提建议"):
        box = await phone.page.get_by_role("button", name=name).first.bounding_box()
        assert box is not None
        assert box["y"] > 640 * 0.4


async def test_a_long_answer_is_shown_from_its_beginning(phone: Phone, api: FakeApi) -> None:
    api.answers["工资"] = RIGHTS
    await phone.says("工资")
    await expect(phone.page.get_by_role("heading", name="最低工资")).to_be_in_viewport()
    await phone.taps("回到最新")
    await expect(phone.button("都不是")).to_be_in_viewport()


async def test_nothing_moves_by_itself(phone: Phone) -> None:
    await phone.says("静")
    await phone.sees("收到：静")
    assert await phone.page.evaluate("document.getAnimations().length") == 0

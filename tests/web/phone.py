"""A worker's phone: the chat page as a person sees and uses it."""

from playwright.async_api import Locator, Page, expect

OWN_FAULTS = ("Content Security Policy", "TrustedHTML", "Refused to")


class Phone:
    """What a test does reads like a chat: says, taps, sees."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda message: self.errors.append(message.text))

    async def open(self, address: str) -> None:
        await self.page.goto(address)

    @property
    def text_box(self) -> Locator:
        return self.page.locator("#text")

    @property
    def log(self) -> Locator:
        return self.page.get_by_role("log")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name)

    async def says(self, words: str) -> None:
        await self.text_box.fill(words)
        await self.page.locator("#composer button.main").click()

    async def sends_photo(self, picture: bytes) -> None:
        """Choose a picture as the phone's own dialogue does."""
        async with self.page.expect_file_chooser() as choosing:
            await self.taps("发照片")
        chooser = await choosing.value
        await chooser.set_files({"name": "1.jpg", "mimeType": "image/jpeg", "buffer": picture})

    async def taps(self, name: str) -> None:
        await self.button(name).last.click()

    async def sees(self, words: str) -> None:
        await expect(self.page.get_by_text(words).last).to_be_visible()

    async def never_sees(self, words: str) -> None:
        await expect(self.page.get_by_text(words)).to_have_count(0)

    async def overflow(self) -> int:
        """By how many pixels anything reaches over the right edge of the screen."""
        pixels: int = await self.page.evaluate(
            "() => Math.max(...[document.documentElement, document.getElementById('scroll'),"
            " ...document.querySelectorAll('.bubble, .card, .card *, footer *, header *')]"
            ".filter((el) => !el.classList.contains('sr'))"
            ".map((el) => Math.max(el.scrollWidth - el.clientWidth * (el.clientWidth > 0 &&"
            " getComputedStyle(el).display !== 'inline'"
            " ? 1 : 1e3), Math.ceil(el.getBoundingClientRect().right) - innerWidth)))"
        )
        return pixels

    async def wipes(self) -> None:
        await self.taps("清空")
        await self.page.get_by_role("dialog").get_by_role("button", name="清空").click()

    def is_well(self) -> None:
        """A lost connection is logged by the browser; a script error or a breach is ours."""
        ours = [
            error
            for error in self.errors
            if "Failed to load resource" not in error or any(f in error for f in OWN_FAULTS)
        ]
        assert ours == []

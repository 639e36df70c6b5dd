"""A worker who chats: types, presses, is somewhere, and says what he sees."""

from collections.abc import Awaitable, Callable
from typing import Any

from kit.ids import new_id

Reply = dict[str, Any]
# The body of a turn as the turn API documents it, and the replies as it answers them.
Send = Callable[[dict[str, Any]], Awaitable[list[Reply]]]
# Hands a picture or voice over before the turn that speaks of it; gives its id.
Upload = Callable[[bytes], Awaitable[str]]


async def _no_upload(data: bytes) -> str:
    raise AssertionError(f"this channel takes no files: {len(data)} bytes")


class WorkerTester:
    """One worker on any channel: `send`, `upload`, `record`; `pause` lets time pass."""

    def __init__(
        self,
        send: Send,
        pause: Callable[[], object] = lambda: None,
        worker_id: str = "",
        upload: Upload = _no_upload,
        record: Upload = _no_upload,
    ) -> None:
        self._send = send
        self._pause = pause
        self.upload = upload
        self.record = record
        self.id = worker_id
        self.replies: list[Reply] = []
        self.story: list[str] = []

    async def says(self, text: str) -> "WorkerTester":
        """Type a text and send it."""
        return await self.sends({"text": text})

    async def is_at(self, lat: float, lon: float, datum: str = "wgs84") -> "WorkerTester":
        """Share a position."""
        return await self.sends({"location": {"lat": lat, "lon": lon, "datum": datum}})

    async def sends_photo(self, *pictures: bytes, caption: str = "") -> "WorkerTester":
        """Send a picture; several, or one with a caption, as only Telegram sends them."""
        ids = [await self.upload(picture) for picture in pictures]
        shown = f"<{len(ids)} photos> {caption}"
        if len(ids) == 1 and not caption:
            return await self.sends({"photo": ids[0]}, shown=shown)
        return await self.sends({"photos": ids, "text": caption}, shown=shown)

    async def sends_voice(self, *voices: bytes, caption: str = "") -> "WorkerTester":
        """Send a voice message; with a caption, as only Telegram sends it."""
        ids = [await self.record(voice) for voice in voices]
        shown = f"<{len(ids)} voices> {caption}"
        if len(ids) == 1 and not caption:
            return await self.sends({"recording": ids[0]}, shown=shown)
        return await self.sends({"recordings": ids, "text": caption}, shown=shown)

    async def presses(self, title: str) -> "WorkerTester":
        """Press a button of the newest replies; its title, or the beginning of it."""
        return await self.sends({"choice": self.token(title)}, shown=f"[{title}]")

    async def sends(
        self, body: dict[str, Any], message_id: str | None = None, shown: str | None = None
    ) -> "WorkerTester":
        """Send this body as a turn; with `message_id` an earlier one is sent again."""
        self._pause()
        self.story.append(f"工人: {shown or next(iter(body.values()))}")
        self.replies = await self._send({"id": message_id or new_id(), **body})
        self.story.extend(_printed(reply) for reply in self.replies)
        return self

    def token(self, title: str) -> str:
        """The token of a button of the newest replies, to be pressed now or later; of what
        several cards offer, that of the first.
        """
        own = [choice for reply in self.replies for choice in reply["choices"]]
        of_cards = [
            choice
            for reply in self.replies
            for card in reply["cards"]
            for choice in card.get("choices", ())
        ]
        for choice in own + of_cards:
            if choice["title"].startswith(title):
                return str(choice["token"])
        raise self.failure(f"no button {title!r}")

    def sees(self, *words: str) -> None:
        """All of these words stand in the newest replies, their buttons or their cards."""
        missing = [word for word in words if word not in self.screen]
        if missing:
            raise self.failure(f"does not see {missing}")

    def sees_not(self, *words: str) -> None:
        """None of these words stands there."""
        seen = [word for word in words if word in self.screen]
        if seen:
            raise self.failure(f"sees {seen}")

    def card(self, kind: str) -> dict[str, Any]:
        """The first card of a kind in the newest replies."""
        for card in self.cards(kind):
            return card
        raise self.failure(f"no card {kind!r}")

    def cards(self, kind: str) -> list[dict[str, Any]]:
        """All cards of a kind in the newest replies."""
        found = [card for reply in self.replies for card in reply["cards"]]
        return [card for card in found if card["kind"] == kind]

    @property
    def texts(self) -> str:
        """The texts of the newest replies."""
        return "\n".join(reply["text"] for reply in self.replies)

    @property
    def titles(self) -> list[str]:
        """The buttons of the newest replies, in the order of their numbers."""
        return [choice["title"] for reply in self.replies for choice in reply["choices"]]

    @property
    def screen(self) -> str:
        """All that the newest replies show."""
        return "\n".join(_printed(reply) for reply in self.replies)

    def failure(self, why: str) -> AssertionError:
        """The complaint, with the whole conversation."""
        return AssertionError("\n".join([why, "---", *self.story]))


def _printed(reply: Reply) -> str:
    lines = [f"驿站: {reply['text']}", *(f"  {card}" for card in reply["cards"])]
    titles = " ".join(f"[{choice['title']}]" for choice in reply["choices"])
    return "\n".join([*lines, f"  {titles}"] if titles else lines)

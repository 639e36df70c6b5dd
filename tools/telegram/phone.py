"""A worker's Telegram app against the proxy: says, sends, presses, and reads what comes.

worker = api.phone(1001); worker.starts(); worker.says("..."); worker.waits_for("...")
"""

import time
from collections.abc import Callable
from typing import Self

import requests

from tools.telegram.screen import Json, Message, read

Wanted = Callable[[Message], bool]
SECONDS = 30.0
# How long one question to the proxy may stay open.
ASK = 5.0
GROUP, CHANNEL = -1_001_000_000_000, -1_002_000_000_000


class Phone:
    """One person in one chat with the bot; with `group` in a group where the bot is."""

    def __init__(self, base: str, chat_id: int, *, group: bool = False) -> None:
        self._base = base
        self._http = requests.Session()
        self._http.trust_env = False
        self.user: Json = {
            "id": chat_id,
            "is_bot": False,
            "first_name": "Worker",
            "last_name": str(chat_id),
            "language_code": "zh-hans",
        }
        self.chat: Json = {"id": chat_id, "first_name": "Worker", "last_name": str(chat_id)}
        self.chat["type"] = "private"
        if group:
            self.chat = {"id": GROUP - chat_id, "title": "Riders", "type": "supergroup"}
        self.updates: list[Json] = []
        self._seen: dict[int, Json] = {}
        self._since = 0
        self._change = 0

    def close(self) -> None:
        """Put the phone away."""
        self._http.close()

    def says(self, text: str) -> Self:
        """Send a text; a leading /command is marked as one, as the app does."""
        return self.sends(text=text, **_command(text))

    def says_at_once(self, *texts: str) -> Self:
        """Send several texts that are in the queue together before the bot sees the first."""
        bodies = [{"message": self._said(text=text, **_command(text))} for text in texts]
        return self._do(*bodies)

    def starts(self, payload: str | None = None) -> Self:
        """Press Start, or open a deep link."""
        return self.says(f"/start {payload}" if payload else "/start")

    def sends_location(self, lat: float, lon: float, *, live: bool = False) -> Self:
        """Share a position, once or for a while."""
        location: Json = {"latitude": lat, "longitude": lon}
        return self.sends(location=location | ({"live_period": 900} if live else {}))

    def moves_to(self, lat: float, lon: float) -> Self:
        """Move while sharing a live position."""
        location = {"latitude": lat, "longitude": lon, "live_period": 900, "heading": 90}
        return self._edits(location=location)

    def sends_venue(self, lat: float, lon: float, title: str, address: str) -> Self:
        """Send a place from the app's list."""
        location = {"latitude": lat, "longitude": lon}
        venue = {"location": location, "title": title, "address": address}
        return self.sends(location=location, venue=venue)

    def sends_contact(self, phone: str, name: str = "Worker") -> Self:
        """Share a phone number, his own."""
        about = {"phone_number": phone, "first_name": name, "user_id": self.user["id"]}
        return self.sends(contact=about)

    def sends_photo(self, data: bytes, caption: str | None = None) -> Self:
        """Send a photo."""
        return self.sends(photo=self._file("photo", data), **_captioned(caption))

    def sends_album(self, photos: list[bytes], caption: str | None = None) -> Self:
        """Send photos as one album: an update each, together, the caption on the first."""
        album = {"media_group_id": str(time.monotonic_ns())}
        files = [self._file("photo", data) for data in photos]
        bodies = [self._said(photo=file, **album) for file in files]
        bodies[0] |= _captioned(caption)
        return self._do(*({"message": body} for body in bodies))

    def sends_document(self, data: bytes, name: str, caption: str | None = None) -> Self:
        """Send a file as a file."""
        return self.sends(document=self._file("document", data, name), **_captioned(caption))

    def sends_voice(self, data: bytes = b"OggS", caption: str | None = None) -> Self:
        """Send a voice message."""
        return self.sends(voice=self._file("voice", data), **_captioned(caption))

    def sends_video(self, data: bytes = b"\0\0\0\0ftyp", caption: str | None = None) -> Self:
        """Send a video."""
        return self.sends(video=self._file("video", data), **_captioned(caption))

    def sends_sticker(self, data: bytes = b"RIFF\0\0\0\0WEBP") -> Self:
        """Send a sticker."""
        return self.sends(sticker=self._file("sticker", data))

    def sends(self, **content: object) -> Self:
        """Send a message with any content."""
        return self._do({"message": self._said(**content)})

    def edits(self, text: str) -> Self:
        """Change his last message."""
        return self._edits(text=text, **_command(text))

    def posts_in_channel(self, text: str) -> Self:
        """Write in a channel where the bot is an administrator."""
        chat = {"id": CHANNEL - self.user["id"], "title": "News", "type": "channel"}
        return self._do({"channel_post": {"chat": chat, "sender_chat": chat, "text": text}})

    def presses(self, title: str) -> Self:
        """Press a button: an inline one of the newest message that has it, else a reply key."""
        for message in reversed(self.messages):
            for button in message.buttons:
                if button.title == title:
                    return self.presses_data(message, button.data or self._no_data(title))
        if title in self.keyboard:
            if any(title in message.location_keys for message in self.messages):
                raise self.failure(f"{title!r} shares a position: sends_location")
            return self.says(title)
        raise self.failure(f"no button {title!r}")

    def presses_data(self, message: Message, data: str) -> Self:
        """Press an inline button by what it carries, also one that nobody offered."""
        pressed = {"chat_id": self.chat["id"], "message_id": message.id, "data": data}
        return self._do({"callback_query": {"from": self.user, **pressed}})

    def blocks(self) -> Self:
        """Block the bot; what it sends is answered 403 from now on."""
        return self._member("member", "kicked")

    def unblocks(self) -> Self:
        """Let the bot write again."""
        return self._member("kicked", "member")

    def downloads(self, message: Message) -> bytes:
        """The photo that a message shows."""
        url = f"{self._base}/x/files"
        answer = self._http.get(url, params={"id": message.photo or ""}, timeout=SECONDS)
        answer.raise_for_status()
        return answer.content

    @property
    def messages(self) -> list[Message]:
        """What the bot wrote here, in order, as it looks after edits."""
        self._refresh(0)
        return self._of_the_bot()

    @property
    def newest(self) -> list[Message]:
        """What the bot wrote or edited since this person last did something."""
        return [message for message in self.messages if message.change > self._change]

    @property
    def keyboard(self) -> list[str]:
        """The keys under the text field, as the newest message with such keys left them."""
        for message in reversed(self.messages):
            if message.keyboard is not None:
                return list(message.keyboard)
        return []

    def waits_for(self, *wanted: str | Wanted, seconds: float = SECONDS) -> Message:
        """A message, come or edited since he last did something, with all this; else raises."""
        end = time.monotonic() + seconds
        left = seconds
        while not (found := self._newest_with(wanted)):
            if left < 0:
                raise self.failure(f"no message with {wanted} in {seconds:g} s")
            left = end - time.monotonic()
            self._refresh(max(0, min(left, ASK)))
        return found

    def _newest_with(self, wanted: tuple[str | Wanted, ...]) -> Message | None:
        new = (message for message in self._of_the_bot() if message.change > self._change)
        return next((one for one in new if all(_fits(one, what) for what in wanted)), None)

    def _of_the_bot(self) -> list[Message]:
        return [read(one) for one in self._in_order() if one["outgoing"]]

    def failure(self, why: str) -> AssertionError:
        """The complaint, with the whole story of the chat."""
        story = [read(one).printed for one in self._in_order()]
        return AssertionError("\n".join([why, f"--- chat {self.chat['id']}", *story]))

    def _member(self, before: str, after: str) -> Self:
        states = {"old_chat_member": before, "new_chat_member": after}
        about: Json = {"chat": self.chat, "from": self.user}
        for name, status in states.items():
            about[name] = {"status": status} | ({"until_date": 0} if status == "kicked" else {})
        return self._do({"my_chat_member": about})

    def _edits(self, **content: object) -> Self:
        last = [one["message"]["message_id"] for one in self._in_order() if not one["outgoing"]]
        if not last:
            raise self.failure("nothing to edit")
        return self._do({"edited_message": {"chat": self.chat, "message_id": last[-1], **content}})

    def _said(self, **content: object) -> Json:
        return {"from": self.user, "chat": self.chat, **content}

    def _do(self, *bodies: Json) -> Self:
        body = {"updates": bodies, "chat_id": self.chat["id"], "since": self._since}
        url = f"{self._base}/x/updates"
        answer = self._read(self._http.post(url, json=body, timeout=SECONDS))
        self.updates = answer["updates"]
        self._change = answer["change"]
        self._keep(answer["messages"])
        return self

    def _file(self, kind: str, data: bytes, name: str | None = None) -> object:
        about = {"kind": kind} | ({"name": name} if name else {})
        return self._read(
            self._http.post(f"{self._base}/x/files", params=about, data=data, timeout=SECONDS)
        )["file"]

    def _refresh(self, seconds: float) -> None:
        asked: dict[str, float] = {"since": self._since, "seconds": seconds}
        url = f"{self._base}/x/chats/{self.chat['id']}"
        answer = self._read(self._http.get(url, params=asked, timeout=seconds + SECONDS))
        self._keep(answer["messages"])

    def _keep(self, changed: list[Json]) -> None:
        for one in changed:
            self._since = max(self._since, one["change"])
            self._seen[one["message"]["message_id"]] = one

    def _in_order(self) -> list[Json]:
        return [one for _, one in sorted(self._seen.items()) if not one["gone"]]

    def _read(self, answer: requests.Response) -> Json:
        answer.raise_for_status()
        body: Json = answer.json()
        return body

    def _no_data(self, title: str) -> str:
        raise self.failure(f"button {title!r} opens a link")


def _fits(message: Message, wanted: str | Wanted) -> bool:
    return wanted in message.printed if isinstance(wanted, str) else wanted(message)


def _captioned(caption: str | None) -> Json:
    return {"caption": caption} if caption else {}


def _command(text: str) -> Json:
    command = text.split(maxsplit=1)[0] if text.startswith("/") else ""
    if not command:
        return {}
    return {"entities": [{"type": "bot_command", "offset": 0, "length": len(command)}]}

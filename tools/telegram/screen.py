"""A message as a phone shows it."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Button:
    """An inline button: it carries data, or opens a link."""

    title: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Message:
    """One message; `text` is the caption where there is a photo. `raw` is all of it."""

    id: int
    change: int
    mine: bool
    text: str
    rows: tuple[tuple[Button, ...], ...]
    keyboard: tuple[str, ...] | None
    location_keys: tuple[str, ...]
    edited: bool
    raw: Json = field(repr=False)

    @property
    def buttons(self) -> list[Button]:
        """All inline buttons."""
        return [button for row in self.rows for button in row]

    @property
    def titles(self) -> list[str]:
        """What stands on them."""
        return [button.title for button in self.buttons]

    @property
    def venue(self) -> Json | None:
        """A place with its name, address and `location`."""
        return self.raw.get("venue")

    @property
    def location(self) -> Json | None:
        """A position; that of the venue too."""
        return self.raw.get("location")

    @property
    def contact(self) -> Json | None:
        """A phone number with a name."""
        return self.raw.get("contact")

    @property
    def photo(self) -> str | None:
        """The file id of the largest size."""
        sizes = self.raw.get("photo")
        return str(sizes[-1]["file_id"]) if sizes else None

    @property
    def printed(self) -> str:
        """All that can be read, as a line or some."""
        what = [kind for kind in ("photo", "document", "voice", "video", "sticker", "contact")
                if kind in self.raw]  # fmt: skip
        venue = self.venue or {}
        place = [str(value) for value in (venue.get("title"), venue.get("address")) if value]
        place += [str(self.location)] if self.location else []
        rows = [" ".join(f"[{button.title}]" for button in row) for row in self.rows]
        keys = [" ".join(f"({key})" for key in self.keyboard)] if self.keyboard else []
        who = "worker" if self.mine else "bot"
        mark = " (edited)" if self.edited else ""
        return "\n  ".join([f"{who}{mark}: {self.text}", *what, *place, *rows, *keys])


def read(seen: Json) -> Message:
    """A message from what the proxy tells of it."""
    raw, markup = seen["message"], seen["markup"] or {}
    keys = [key if isinstance(key, dict) else {"text": key}
            for row in markup.get("keyboard", []) for key in row]  # fmt: skip
    changes_keys = "keyboard" in markup or "remove_keyboard" in markup
    return Message(
        id=raw["message_id"],
        change=seen["change"],
        mine=not seen["outgoing"],
        text=raw.get("text") or raw.get("caption") or "",
        rows=tuple(
            tuple(Button(b["text"], b.get("callback_data"), b.get("url")) for b in row)
            for row in markup.get("inline_keyboard", [])
        ),
        keyboard=tuple(key["text"] for key in keys) if changes_keys else None,
        location_keys=tuple(key["text"] for key in keys if key.get("request_location")),
        edited="edit_date" in raw,
        raw=raw,
    )

"""What an update means: a turn of a worker, a chat that is not private, or nothing to answer."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from telegram import Bot, Document, Location, Message, PhotoSize, Update, Voice
from telegram.constants import ChatMemberStatus, ChatType

from services import photos, recordings
from services.turns import Kind, Position

LAT_MOST, LON_MOST = 90, 180
# What Telegram itself puts into a chat. All else is somebody's message, also what is invented
# after this list.
SERVICE = (
    *("new_chat_members", "left_chat_member", "new_chat_title", "new_chat_photo"),
    *("delete_chat_photo", "group_chat_created", "supergroup_chat_created"),
    *("channel_chat_created", "message_auto_delete_timer_changed", "migrate_to_chat_id"),
    *("migrate_from_chat_id", "pinned_message", "write_access_allowed", "connected_website"),
    *("proximity_alert_triggered", "boost_added", "chat_background_set"),
    *("forum_topic_created", "forum_topic_edited", "forum_topic_closed", "forum_topic_reopened"),
    *("general_forum_topic_hidden", "general_forum_topic_unhidden", "giveaway_created"),
    *("giveaway_completed", "video_chat_scheduled", "video_chat_started", "video_chat_ended"),
    "video_chat_participants_invited",
)
# What an update can be about that tells whose lane it belongs to.
MESSAGES = ("message", "edited_message", "channel_post", "edited_channel_post")
KINDS = (*MESSAGES, "callback_query", "my_chat_member")
# The kinds of content that nobody can read as words, and how the desk calls them.
UNREADABLE: Mapping[str, str] = {
    # Music and files of sound: only what somebody says here and now is taken.
    "audio": "audio",
    "video": "video",
    "video_note": "video",
    "animation": "video",
    "sticker": "sticker",
    "document": "document",
    "contact": "contact",
}


# What reading raises on content that is not as documented; a date out of range is an OSError.
BROKEN = (
    *(ArithmeticError, AttributeError, LookupError, OSError, RecursionError),
    *(TypeError, ValueError),
)


class Unreadable(Exception):
    """An update that PTB cannot make sense of; it is set aside."""

    def __init__(self, fault: str, number: int = 0) -> None:
        super().__init__(fault)
        self.fault = fault
        self.number = number


@dataclass(frozen=True)
class Press:
    """A button that was pressed under one of our messages."""

    query_id: str
    token: str = field(repr=False)
    message: Message | None = field(repr=False)


@dataclass(frozen=True)
class Said:
    """One message of a worker in his private chat."""

    chat: int
    kind: Kind
    text: str | None = field(default=None, repr=False)
    position: Position | None = field(default=None, repr=False)
    photos: tuple[PhotoSize | Document, ...] = field(default=(), repr=False)
    voice: Voice | None = field(default=None, repr=False)
    album: str | None = None
    press: Press | None = None
    # The message of ours that a text answers, by the app's own way of replying.
    answers: int | None = None


@dataclass(frozen=True)
class Elsewhere:
    """A message in a group or channel, where nobody should speak of his own affairs."""

    chat: int


@dataclass(frozen=True)
class Membership:
    """A worker closed his chat with us, or opened it again."""

    chat: int
    is_gone: bool


@dataclass(frozen=True)
class Nothing:
    """Nothing that wants an answer."""


Meaning = Said | Elsewhere | Membership | Nothing


def lane_of(raw: Mapping[str, Any]) -> str:
    """The chat whose updates are kept in order; readable from broken updates too."""
    for kind in KINDS:
        part = raw.get(kind)
        if not isinstance(part, Mapping):
            continue
        inner = part.get("message") if kind == "callback_query" else part
        for place in (inner, part):
            for who in ("chat", "from"):
                found = place.get(who) if isinstance(place, Mapping) else None
                if isinstance(found, Mapping) and isinstance(found.get("id"), int):
                    return str(found["id"])
    return ""


def album_of(raw: Mapping[str, Any]) -> str | None:
    """The album that a picture is part of."""
    message = raw.get("message")
    album = message.get("media_group_id") if isinstance(message, Mapping) else None
    return album if isinstance(album, str) else None


def read(raw: dict[str, Any], bot: Bot) -> Meaning:
    """What an update means. Raises Unreadable for one that PTB cannot make sense of."""
    try:
        update = Update.de_json(raw, bot)
    except BROKEN as error:
        number = raw.get("update_id", 0)
        raise Unreadable(type(error).__name__, number) from error
    if update.callback_query is not None:
        return _pressed(update)
    if update.my_chat_member is not None:
        return _membership(update)
    message = update.effective_message
    is_edit = bool(update.edited_message or update.edited_channel_post)
    return Nothing() if message is None else _messaged(message, is_edit=is_edit)


def _messaged(message: Message, *, is_edit: bool) -> Meaning:
    by_machine = message.from_user is not None and message.from_user.is_bot
    if by_machine or message.is_automatic_forward or _is_service(message):
        return Nothing()
    if message.chat.type != ChatType.PRIVATE:
        # One sentence to a message is enough; who corrects it, or walks, needs no other.
        return Nothing() if is_edit else Elsewhere(message.chat.id)
    if message.from_user is None:
        return Nothing()
    if is_edit:
        # A live location moves by edits, every few seconds; the first one was answered.
        return Nothing() if message.location else Said(message.chat.id, "other", "edited")
    return _said(message)


def _pressed(update: Update) -> Meaning:
    query = update.callback_query
    if query is None or query.message is None or query.message.chat.type != ChatType.PRIVATE:
        return Nothing()
    message = query.message if isinstance(query.message, Message) else None
    token = query.data or ""
    press = Press(query.id, token, message)
    return Said(query.message.chat.id, "choice", token, press=press)


def _membership(update: Update) -> Meaning:
    change = update.my_chat_member
    if change is None:
        return Nothing()
    status = change.new_chat_member.status
    is_gone = status in {ChatMemberStatus.BANNED, ChatMemberStatus.LEFT}
    if change.chat.type == ChatType.PRIVATE:
        return Membership(change.chat.id, is_gone)
    return Nothing() if is_gone else Elsewhere(change.chat.id)


def _said(message: Message) -> Meaning:
    chat = message.chat.id
    place = message.venue.location if message.venue else message.location
    if place is not None:
        return _placed(chat, place)
    photo = _photo(message)
    if photo is not None:
        if (photo.file_size or 0) > photos.BYTES_MOST:
            return Said(chat, "other", "large")
        album = message.media_group_id
        return Said(chat, "photo", message.caption, photos=(photo,), album=album)
    if message.voice is not None:
        return _spoken(chat, message.voice, message.caption)
    if message.text is not None:
        return _typed(message, message.text)
    found = (name for kind, name in UNREADABLE.items() if getattr(message, kind) is not None)
    return Said(chat, "other", next(found, "other"))


def _typed(message: Message, text: str) -> Said:
    command, answered = _command(message), message.reply_to_message
    if command:
        return Said(message.chat.id, "command", command)
    answers = answered.message_id if answered else None
    return Said(message.chat.id, "text", text, answers=answers)


def _spoken(chat: int, voice: Voice, caption: str | None) -> Said:
    """A voice message, unless Telegram says already that it is more than we take."""
    # The attribute warns of what it will be one day; the dict is what Telegram said.
    if voice.to_dict()["duration"] > recordings.SECONDS_MOST:
        return Said(chat, "other", "long_voice")
    if (voice.file_size or 0) > recordings.BYTES_MOST:
        return Said(chat, "other", "large_voice")
    return Said(chat, "recording", caption, voice=voice)


def _placed(chat: int, place: Location) -> Said:
    lat, lon = place.latitude, place.longitude
    # NaN fits nowhere either.
    fits = -LAT_MOST <= lat <= LAT_MOST and -LON_MOST <= lon <= LON_MOST
    if not fits:
        return Said(chat, "other", "position")
    return Said(chat, "location", position=Position(lat, lon))


def _photo(message: Message) -> PhotoSize | Document | None:
    """The largest picture within our limit; a picture sent as a file is one too."""
    if message.photo:
        fitting = [size for size in message.photo if (size.file_size or 0) <= photos.BYTES_MOST]
        return max(fitting or message.photo, key=lambda size: size.width * size.height)
    sent = message.document
    is_picture = sent and (sent.mime_type or "").startswith("image/") and not message.animation
    return sent if is_picture else None


def _command(message: Message) -> str | None:
    """`name` or `name payload` of a command in front of the text; which one it is, the desk
    knows.
    """
    text = message.text or ""
    at_front = [e for e in message.entities if e.type == e.BOT_COMMAND and e.offset == 0]
    if not at_front:
        return None
    length = at_front[0].length
    name = text[1:length].partition("@")[0].lower()
    return f"{name} {text[length:].strip()}".strip()


def _is_service(message: Message) -> bool:
    """Whether Telegram reports something, such as who joined, rather than a person says it."""
    return any(getattr(message, kind, None) for kind in SERVICE)

"""Speaks to the Bot API: messages, acknowledged presses, files. The one place that calls it."""

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

import structlog
from telegram import (
    Document,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    KeyboardButton,
    LinkPreviewOptions,
    Message,
    PhotoSize,
    ReplyKeyboardMarkup,
    Voice,
)
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.delivery import Before, Outcome
from bot.sketches import Sketches
from bot.telegram.connection import RawBot, failure_of
from bot.telegram.limiter import Priority, Ticket
from bot.telegram.pictures import Pictures
from bot.telegram.reading import Press
from bot.telegram.rendering import (
    InlineRows,
    Keyboard,
    NoticePictureOut,
    Out,
    PictureOut,
    ReplyRows,
    TextOut,
    VenueOut,
    render,
)
from content.library import Library
from db.session import AWAY
from kit.errors import BadInput

log = structlog.get_logger()

# While Telegram refuses our token nothing can be sent; somebody has to set another one.
SECONDS_WHILE_DENIED = 60.0
NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
TRIES_FOR_A_FILE = 3


class Sender:
    """A `bot.delivery.Carrier` for Telegram."""

    def __init__(
        self, bot: RawBot, library: Library, sketches: Sketches, pictures: Pictures
    ) -> None:
        self.bot = bot
        self._pictures = pictures
        self._library = library
        self._sketches = sketches
        self._aside: set[asyncio.Task[None]] = set()
        self._told: set[int] = set()

    def parts(self, reply: dict[str, Any]) -> tuple[Out, ...]:
        """The messages that a reply becomes."""
        return render(self._library, reply)

    async def send(self, number: int, part: Out, priority: int, before: Before) -> Outcome:
        """Send one message; a text that Telegram refuses goes once more without any finery."""
        ticket = Ticket(Priority(priority), before)
        if isinstance(part, PictureOut):
            return await self._send_picture(number, part, ticket)
        if isinstance(part, NoticePictureOut):
            return await self._send_notice_picture(number, part.digest, ticket)
        outcome = await self._outcome(self._request(number, part, ticket))
        if outcome.kind == "refused" and isinstance(part, TextOut):
            log.warning("telegram_refused_finery")
            plain = self.bot.send_message(
                number, part.plain, link_preview_options=NO_PREVIEW, rate_limit_args=ticket
            )
            return await self._outcome(plain)
        # A map that is refused is no reason to keep back what follows.
        return Outcome("sent") if outcome.kind == "refused" else outcome

    async def change(
        self, number: int, message_ids: Sequence[int], reply: dict[str, Any] | None
    ) -> Outcome:
        """Edit a message to a reply of one text, or delete what a reply became."""
        ticket = Ticket(Priority.NOTICE)
        if reply is None:
            for message_id in message_ids:
                outcome = await self._outcome(
                    self.bot.delete_message(number, message_id, rate_limit_args=ticket)
                )
                if outcome.kind != "sent":
                    return outcome
            return Outcome("sent")
        texts = [part for part in self.parts(reply) if isinstance(part, TextOut)]
        if len(texts) != 1:
            return Outcome("refused")  # a text in several messages is said anew
        edited = self.bot.edit_message_text(
            texts[0].html,
            number,
            message_ids[-1],  # behind its picture
            parse_mode=ParseMode.HTML,
            reply_markup=_inline(texts[0].keyboard),
            link_preview_options=NO_PREVIEW,
            rate_limit_args=ticket,
        )
        return await self._outcome(edited)

    def tell(self, chat: int, text: str) -> None:
        """Say something outside of any conversation, beside all else.

        While the last such word to this chat still waits for its turn, another one is not said.
        """
        if chat in self._told:
            return
        self._told.add(chat)
        task = self._beside(self.bot.send_message(chat, text, rate_limit_args=Ticket()))
        task.add_done_callback(lambda _: self._told.discard(chat))

    def acknowledge(self, press: Press) -> None:
        """Stop the button's waiting mark, beside all else: the answer must not wait for it."""
        self._beside(self.bot.answer_callback_query(press.query_id))

    def mark_pressed(self, press: Press) -> None:
        """Show on the pressed button that it was chosen, since a press leaves no other trace."""
        message = press.message
        if message is None or message.reply_markup is None:
            return
        rows = [
            [self._marked(button, press.token) for button in row]
            for row in message.reply_markup.inline_keyboard
        ]
        keyboard = InlineKeyboardMarkup(rows)
        if keyboard != message.reply_markup:
            edit = self.bot.edit_message_reply_markup(
                message.chat.id,
                message.message_id,
                reply_markup=keyboard,
                rate_limit_args=Ticket(Priority.NEWS),
            )
            self._beside(edit)

    async def download(self, file: PhotoSize | Document | Voice) -> bytes:
        """The content of a file. Raises BadInput when Telegram does not give it."""
        for attempt in range(TRIES_FOR_A_FILE):
            try:
                found = await file.get_file()
                return bytes(await found.download_as_bytearray())
            except TelegramError as error:
                kind = failure_of(error).kind
                log.warning("telegram_file_failed", kind=kind, attempt=attempt)
                if kind in {"refused", "denied"}:
                    break
        raise BadInput("recordings.lost" if isinstance(file, Voice) else "commands.photo_lost")

    async def stop(self) -> None:
        """Leave what is done beside."""
        for task in list(self._aside):
            task.cancel()
        await asyncio.gather(*self._aside, return_exceptions=True)

    async def _send_picture(self, number: int, part: PictureOut, ticket: Ticket) -> Outcome:
        """A picture that is gone, or that Telegram refuses, keeps nothing else back."""
        png = await self._sketches.png(part.token)
        if png is None:
            return Outcome("sent")
        outcome = await self._outcome(
            self.bot.send_photo(
                number, png, part.caption, filename="map.png", rate_limit_args=ticket
            )
        )
        if outcome.kind in {"sent", "refused"}:
            await self._sketches.forget(part.token)
            return Outcome("sent")
        return outcome

    async def _send_notice_picture(self, number: int, digest: str, ticket: Ticket) -> Outcome:
        """A copy that Telegram no longer knows is uploaded anew; what it refuses keeps back no
        text.
        """
        try:
            picture = await self._pictures.of(digest)
        except AWAY:
            return Outcome("later")
        if picture is None:
            return Outcome("sent")
        sent: list[Message] = []

        async def request(what: str | bytes) -> Message:
            sent.append(await self.bot.send_photo(number, what, rate_limit_args=ticket))
            return sent[-1]

        outcome = await self._outcome(request(picture))
        if outcome.kind == "refused" and isinstance(picture, str):
            await self._pictures.unlearn(digest)
            picture = await self._pictures.of(digest)
            outcome = await self._outcome(request(picture or b""))
        if sent and isinstance(picture, bytes):
            await self._pictures.learn(digest, sent[-1])
        return Outcome("sent") if outcome.kind == "refused" else outcome

    def _request(
        self, number: int, part: TextOut | VenueOut, ticket: Ticket
    ) -> Coroutine[Any, Any, object]:
        if isinstance(part, TextOut):
            return self.bot.send_message(
                number,
                part.html,
                parse_mode=ParseMode.HTML,
                reply_markup=_markup(part.keyboard),
                link_preview_options=NO_PREVIEW,
                rate_limit_args=ticket,
            )
        return self.bot.send_venue(
            number, part.lat, part.lon, part.title, part.address, rate_limit_args=ticket
        )

    async def _outcome(self, request: Coroutine[Any, Any, object]) -> Outcome:
        try:
            answer = await request
        except TelegramError as error:
            failure = failure_of(error)
            if failure.kind == "denied":
                return Outcome("later", SECONDS_WHILE_DENIED)
            return Outcome(failure.kind, failure.seconds)
        return Outcome(
            "sent", message_id=answer.message_id if isinstance(answer, Message) else None
        )

    def _beside(self, request: Coroutine[Any, Any, object]) -> asyncio.Task[None]:
        """Ask for something that nobody waits for and whose failure changes nothing."""

        async def run() -> None:
            outcome = await self._outcome(request)
            if outcome.kind != "sent":
                log.info("telegram_aside_failed", kind=outcome.kind)

        task = asyncio.create_task(run())
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)
        return task

    def _marked(self, button: InlineKeyboardButton, token: str) -> InlineKeyboardButton:
        if button.callback_data != token:
            return button
        mark = self._library.say("commands.pressed", title="")
        title = button.text.removeprefix(mark)
        return InlineKeyboardButton(
            self._library.say("commands.pressed", title=title), callback_data=token
        )


def _markup(keyboard: Keyboard | None) -> InlineKeyboardMarkup | ReplyKeyboardMarkup | None:
    inline = _inline(keyboard)
    if inline is not None:
        return inline
    if isinstance(keyboard, ReplyRows):
        return ReplyKeyboardMarkup(
            [
                [KeyboardButton(b.title, request_location=b.asks_location or None) for b in row]
                for row in keyboard.rows
            ],
            resize_keyboard=True,
            one_time_keyboard=True,
        )
    return None


def _inline(keyboard: Keyboard | None) -> InlineKeyboardMarkup | None:
    if not isinstance(keyboard, InlineRows):
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(b.title, callback_data=b.token, url=b.url) for b in row]
            for row in keyboard.rows
        ]
    )

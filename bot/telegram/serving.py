"""One update answered: its worker found, his message a turn, the replies in the outbox."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from telegram import Document, PhotoSize, Voice

from bot.delivery import Delivery
from bot.pipeline import Pipeline
from bot.telegram.reading import Elsewhere, Membership, Said, read
from bot.telegram.sender import Sender
from content.library import Library
from db.session import Sessions, transaction
from kit.clock import Clock
from kit.errors import AppError, TooFast
from kit.text import bare
from services import accounts, notices, outbox, photos, recordings, updates
from services.accounts import Account
from services.conversation import Incoming, Stored
from services.turns import Reply
from services.updates import Update

log = structlog.get_logger()

PHOTOS_MOST = 10
ASKED_ONCE_IN = timedelta(minutes=5)


class Serving:
    """Answers updates. It raises what must be tried again, and hides nothing."""

    def __init__(
        self,
        *,
        sessions: Sessions,
        library: Library,
        clock: Clock,
        pipeline: Pipeline,
        sender: Sender,
        delivery: Delivery,
        bot: int,
        photos_folder: Path,
        recordings_folder: Path,
    ) -> None:
        self._bot = bot
        self._sessions = sessions
        self._library = library
        self._clock = clock
        self._pipeline = pipeline
        self._sender = sender
        self._delivery = delivery
        self._photos_folder = photos_folder
        self._recordings_folder = recordings_folder
        self._asked_to_wait: dict[int, datetime] = {}
        # A large picture costs hundreds of megabytes while it is decoded.
        self._decoding = asyncio.Semaphore(1)

    async def serve(self, together: Sequence[Update]) -> None:
        """Answer one update, or the pictures of one album together."""
        meanings = [read(update.body, self._sender.bot) for update in together]
        first = meanings[0]
        if isinstance(first, Said):
            await self._serve_worker(together, [e for e in meanings if isinstance(e, Said)])
            return
        if isinstance(first, Elsewhere):
            self._sender.tell(first.chat, self._library.say("commands.group"))
        if isinstance(first, Membership):
            await self._note_membership(first)
        await self._done(together)

    def ask_to_wait(self, update: Update, error: TooFast) -> float:
        """Say once that this goes too fast; the update is worked when its time has come."""
        said, now = read(update.body, self._sender.bot), self._clock()
        asked = {k: at for k, at in self._asked_to_wait.items() if now - at < ASKED_ONCE_IN}
        self._asked_to_wait = asked
        if isinstance(said, Said) and said.chat not in asked:
            asked[said.chat] = now
            self._sender.tell(said.chat, self._library.say("commands.wait"))
        return float(str(error.fields["seconds"])) / 10

    def apologise(self, update: Update) -> None:
        """Say that this one could not be done, and that it is not lost."""
        said = read(update.body, self._sender.bot)
        if isinstance(said, Said):
            self._sender.tell(said.chat, self._library.say("commands.failed"))

    async def _serve_worker(self, together: Sequence[Update], said: list[Said]) -> None:
        first, message_id = said[0], together[0].message_id
        if first.press is not None:
            self._sender.acknowledge(first.press)
        async with transaction(self._sessions) as session:
            account = await accounts.at_telegram(session, self._clock, first.chat)
        replies = await self._replies(account, message_id, said)
        async with transaction(self._sessions) as session:
            for order, reply in enumerate(replies):
                await outbox.put_for(
                    session, self._clock, account.id, f"{message_id}:{order}", reply,
                    priority=outbox.LIVE,
                )  # fmt: skip
            await self._mark_done(session, together)
        self._delivery.nudge(account.id)
        if first.press is not None:
            self._sender.mark_pressed(first.press)

    async def _replies(self, account: Account, message_id: str, said: list[Said]) -> Stored:
        # An album may hold videos too: its photos are what can be used of it.
        shown = [each for each in said if each.kind == "photo"] or said[:1]
        first = shown[0]
        text = next((each.text for each in shown if each.text), None)
        try:
            pictures = await self._pictures(account, [p for each in shown for p in each.photos])
            spoken = await self._spoken(account, first.voice)
        except AppError as error:
            return [Reply(self._library.say(error.key, **error.fields)).as_json()]
        if text and first.answers is not None:
            text = await self._as_reply(account, first.answers, text)
        incoming = Incoming(
            worker_id=account.worker_id,
            message_id=message_id,
            kind=first.kind,
            text=_storable(text) if text and first.kind != "choice" else None,
            position=first.position,
            choice=_storable(text or "")[:64] if first.kind == "choice" else None,
            photos=pictures,
            recordings=spoken,
            channel="telegram",
        )
        replies = await self._pipeline.answer(incoming)
        if len(shown) < len(said) and first.kind == "photo":
            return [Reply(self._library.say("commands.got_video")).as_json(), *replies]
        return replies

    async def _as_reply(self, account: Account, message_id: int, text: str) -> str:
        """What answers the message of a notice, with its number, as others type it."""
        if bare(text) in self._library.words["unsubscribe"]:
            return text
        async with transaction(self._sessions) as session:
            number = await notices.number_of(session, account.id, message_id)
        if number is None:
            return text
        return self._library.say("notices.reply_form", number=number, text=text)

    async def _pictures(
        self, account: Account, files: Sequence[PhotoSize | Document]
    ) -> tuple[str, ...]:
        """The pictures, fetched from Telegram and kept; their ids in order."""
        kept = []
        for file in files[:PHOTOS_MOST]:
            data = await self._sender.download(file)
            async with self._decoding:
                encoded = await asyncio.to_thread(photos.encode, data)
            async with transaction(self._sessions) as session:
                kept.append(
                    await photos.SHELF.keep(
                        session, self._clock, self._photos_folder, account.worker_id, encoded
                    )
                )
        return tuple(kept)

    async def _spoken(self, account: Account, voice: Voice | None) -> tuple[str, ...]:
        """The voice message, fetched from Telegram and kept; its id."""
        if voice is None:
            return ()
        data = await self._sender.download(voice)
        encoded = await asyncio.to_thread(recordings.encode, data)
        async with transaction(self._sessions) as session:
            kept = await recordings.SHELF.keep(
                session, self._clock, self._recordings_folder, account.worker_id, encoded
            )
        return (kept,)

    async def _note_membership(self, change: Membership) -> None:
        async with transaction(self._sessions) as session:
            account = await accounts.known_at_telegram(session, change.chat)
            if account is None:
                return
            if change.is_gone:
                await accounts.mark_gone(session, self._clock, account.id)
                await outbox.forget_live(session, account.id)
                await outbox.hold_back_passing(session, account.id)
            else:
                await accounts.at_telegram(session, self._clock, change.chat)
                self._delivery.nudge(account.id)

    async def _done(self, together: Sequence[Update]) -> None:
        async with transaction(self._sessions) as session:
            await self._mark_done(session, together)

    async def _mark_done(self, session: AsyncSession, together: Sequence[Update]) -> None:
        numbers = [each.number for each in together]
        await updates.mark_done(session, self._clock, self._bot, numbers)


def _storable(text: str) -> str:
    """Without what no database can store: NUL, and halves of a surrogate pair."""
    return text.encode("utf-8", "ignore").decode().replace("\x00", " ")

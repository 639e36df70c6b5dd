"""The Telegram channel of the bot: its parts built, started with the web app, and stopped."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import structlog
from telegram import BotCommand
from telegram.error import TelegramError

from bot.apart import apart
from bot.bell import Bells
from bot.changing import Changes
from bot.delivery import Delivery
from bot.pipeline import Pipeline
from bot.sketches import Sketches
from bot.telegram.connection import make_bot
from bot.telegram.intake import Intake
from bot.telegram.limiter import Limiter
from bot.telegram.pictures import Pictures
from bot.telegram.polling import Polling
from bot.telegram.reading import KINDS
from bot.telegram.sender import Sender
from bot.telegram.serving import Serving
from bot.telegram.webhook import Webhook
from content.library import Library
from db.session import AWAY, Sessions, transaction
from kit import ids
from kit.clock import Clock
from kit.settings import Settings
from services import deliveries, notices, updates

log = structlog.get_logger()

SECONDS_BETWEEN_MENUS = 60.0
SECONDS_BETWEEN_SWEEPS = 3600.0
SECONDS_BETWEEN_STARTS = 5.0
DIGITS = 18  # what the database holds as a number
# The menu of commands, in its order; what each does stands in services/tasks/commands.py.
COMMANDS = ("stops", "rights", "suggest", "hazard", "mine", "link", "help", "start")


class TelegramChannel:
    """All that Telegram needs; `running` is entered by the web app for as long as it serves."""

    def __init__(
        self,
        settings: Settings,
        sessions: Sessions,
        library: Library,
        clock: Clock,
        pipeline: Pipeline,
        *,
        sketches: Sketches,
    ) -> None:
        token = settings.telegram_token.get_secret_value() if settings.telegram_token else ""
        number = bot_number(token)
        self._sessions = sessions
        self._clock = clock
        self._library = library
        # Who was refused as too fast waits as a row, where a restart finds it, not in the limiter.
        per_second = settings.telegram_per_second
        self._bot = make_bot(
            token,
            settings.telegram_api_base,
            Limiter(overall_per_second=per_second, retries=0),
            proxy=settings.telegram_proxy,
            per_second=per_second,
        )
        self._sender = Sender(self._bot, library, sketches, Pictures(sessions))
        # Rung for and by our sending.
        self.bells = Bells(notices.batch_for(library, per_second))
        self._delivery = Delivery(
            sessions, library, clock, "telegram", self._sender, bells=self.bells
        )
        self._changes = Changes(sessions, library, clock, "telegram", self._sender)
        serving = Serving(
            sessions=sessions,
            library=library,
            clock=clock,
            pipeline=pipeline,
            sender=self._sender,
            delivery=self._delivery,
            bot=number,
            photos_folder=settings.photos,
            recordings_folder=settings.recordings,
        )
        self._intake = Intake(sessions, clock, number, serving)
        self.secret = webhook_secret(settings) if settings.telegram_webhook_url else None
        self._door: Polling | Webhook
        if settings.telegram_webhook_url and self.secret:
            self._door = Webhook(
                self._bot, settings.telegram_webhook_url, self.secret, allowed=KINDS
            )
        else:
            self._door = Polling(self._bot, self._intake.store, allowed=KINDS)

    @property
    def status(self) -> str:
        """How the connection to Telegram fares, in one word."""
        return self._door.status

    async def store(self, raws: Sequence[dict[str, Any]]) -> None:
        """Store updates that a door of ours received."""
        await self._intake.store(raws)

    @asynccontextmanager
    async def running(self) -> AsyncGenerator[None]:
        """Receive, answer and send inside the block."""
        async with AsyncExitStack() as stack:
            # Left in the reverse order: no news, then no work, then nothing more to send.
            stack.push_async_callback(self._bot.shutdown)
            stack.push_async_callback(self._sender.stop)
            await stack.enter_async_context(_kept_up("delivery", self._delivery.run))
            await stack.enter_async_context(_kept_up("changes", self._changes.run))
            stack.push_async_callback(self._intake.stop)
            await stack.enter_async_context(_kept_up("forgetting", self._forget))
            await stack.enter_async_context(_kept_up("commands", self._show_commands))
            await self._intake.take_up()
            await stack.enter_async_context(_kept_up("door", self._door.run))
            yield

    async def _forget(self) -> None:
        """Delete now and then what Telegram will not deliver again and nobody will ask for."""
        while True:
            try:
                async with transaction(self._sessions) as session:
                    await updates.forget(session, self._clock)
                    await deliveries.forget(session, self._clock)
            except AWAY as error:
                log.warning("telegram_not_forgotten", error=type(error).__name__)
            await asyncio.sleep(SECONDS_BETWEEN_SWEEPS)

    async def _show_commands(self) -> None:
        """Put our commands into the menu beside the text field; not worth a failed start."""
        commands = [BotCommand(name, self._library.say(f"commands.{name}")) for name in COMMANDS]
        while True:
            try:
                await self._bot.set_my_commands(commands)
            except TelegramError:
                await asyncio.sleep(SECONDS_BETWEEN_MENUS)
            else:
                return


def bot_number(token: str) -> int:
    """The number of the bot, which stands in front of its token."""
    digits = token.partition(":")[0]
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= DIGITS else 0


def webhook_secret(settings: Settings) -> str | None:
    """What Telegram has to say with each delivery: the setting, or drawn from the token, so that
    it is the same after a restart.
    """
    if settings.telegram_webhook_secret:
        return settings.telegram_webhook_secret.get_secret_value()
    token = settings.telegram_token
    return ids.digest(f"webhook {token.get_secret_value()}") if token else None


@asynccontextmanager
async def _kept_up(part: str, work: Callable[[], Awaitable[None]]) -> AsyncGenerator[None]:
    """Do it inside the block; what breaks by an error that nobody foresaw is begun anew."""
    task = asyncio.create_task(_keep_up(part, work))
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _keep_up(part: str, work: Callable[[], Awaitable[None]]) -> None:
    while True:
        _, error = await apart(work())
        if error is None:
            return
        log.error("telegram_part_broke", part=part, exc_info=error)
        await asyncio.sleep(SECONDS_BETWEEN_STARTS)

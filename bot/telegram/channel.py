"""The Telegram channel of the bot: its parts built, started with the web app, and stopped."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

import structlog
from telegram import BotCommand
from telegram.error import TelegramError

from bot.delivery import Delivery
from bot.pipeline import Pipeline
from bot.telegram.connection import make_bot
from bot.telegram.intake import Intake
from bot.telegram.limiter import Limiter
from bot.telegram.polling import Polling
from bot.telegram.reading import KINDS
from bot.telegram.sender import Sender
from bot.telegram.serving import Serving
from bot.telegram.webhook import Webhook
from content.library import Library
from db.session import Sessions
from kit import ids
from kit.clock import Clock
from kit.settings import Settings

log = structlog.get_logger()

SECONDS_BETWEEN_MENUS = 60.0
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
    ) -> None:
        token = settings.telegram_token.get_secret_value() if settings.telegram_token else ""
        number = bot_number(token)
        self._library = library
        # Who was refused as too fast waits as a row, where a restart finds it, not in the limiter.
        self._bot = make_bot(
            token, settings.telegram_api_base, Limiter(retries=0), proxy=settings.telegram_proxy
        )
        self._sender = Sender(self._bot, library)
        self._delivery = Delivery(sessions, library, clock, "telegram", self._sender)
        serving = Serving(
            sessions=sessions,
            library=library,
            clock=clock,
            pipeline=pipeline,
            sender=self._sender,
            delivery=self._delivery,
            bot=number,
            photos_folder=settings.photos,
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
            stack.push_async_callback(self._bot.shutdown)
            stack.push_async_callback(self._sender.stop)
            stack.push_async_callback(self._intake.stop)
            tasks = [
                asyncio.create_task(work)
                for work in (self._delivery.run(), self._door.run(), self._show_commands())
            ]
            stack.push_async_callback(_cancel, tasks)
            await self._intake.take_up()
            yield

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


async def _cancel(tasks: Sequence[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    for task in tasks:
        with suppress(asyncio.CancelledError):
            await task

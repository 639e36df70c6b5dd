"""Updates by webhook: Telegram is told where to deliver, and told again when it forgot."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

import structlog
from telegram.error import BadRequest, InvalidToken, RetryAfter, TelegramError

from bot.telegram.connection import RawBot
from bot.telegram.limiter import seconds_of

log = structlog.get_logger()

Status = Literal[
    "starting", "webhook", "webhook_refused", "token_refused", "unreachable", "stopped"
]

# Another copy of the bot that polls takes the webhook away without a word.
LOOK_EVERY = 300.0
TOKEN_REFUSED = 300.0
LONGEST = 30.0


class Webhook:
    """Keeps Telegram delivering to our address. What arrives there is the web app's to store."""

    def __init__(
        self,
        bot: RawBot,
        address: str,
        secret: str,
        *,
        allowed: Sequence[str],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.status: Status = "starting"
        self._bot = bot
        self._address = address
        self._secret = secret
        self._allowed = allowed
        self._sleep = sleep
        self._failures = 0

    async def run(self) -> None:
        """See to it until cancelled."""
        try:
            while True:
                await self._sleep(await self._look())
        finally:
            self.status = "stopped"

    async def _look(self) -> float:
        """Register our address where it is not; the seconds until the next look."""
        try:
            await self._bot.initialize()
            found = await self._bot.get_webhook_info()
            if self.status != "webhook" or found.url != self._address:
                await self._register()
            self._failures = 0
        except InvalidToken:
            self._become("token_refused")
            return TOKEN_REFUSED
        except BadRequest:
            # Our address or secret is none that Telegram takes: that does not pass by itself.
            self._become("webhook_refused")
            return LOOK_EVERY
        except TelegramError as error:
            self._become("unreachable")
            self._failures += 1
            asked = seconds_of(error) if isinstance(error, RetryAfter) else 0.0
            return max(asked, min(2.0 ** (self._failures - 1), LONGEST))
        return LOOK_EVERY

    async def _register(self) -> None:
        # Registered anew at each start too: the secret may be another one.
        await self._bot.set_webhook(
            self._address,
            secret_token=self._secret,
            allowed_updates=self._allowed,
            drop_pending_updates=False,
        )
        self._become("webhook")

    def _become(self, status: Status) -> None:
        if status != self.status:
            log.warning("telegram_status", status=status)
        self.status = status

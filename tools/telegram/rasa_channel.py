"""Rasa with its own Telegram channel, which then speaks to our Bot API instead of Telegram's.

python -m tools.telegram.rasa_channel BASE run --model ...    with the Python of Rasa's environment

Channel, client (aiogram 2) and server are Rasa's as shipped, but for the address and one repair.
Rasa's modules are imported by name because the application's checks read this file as well.
"""

import importlib
import sys
from typing import Any


def main() -> None:
    """Point Rasa's Telegram client at the address, then be Rasa."""
    base = sys.argv.pop(1)
    servers = importlib.import_module("aiogram.bot.api")
    ours = servers.TelegramAPIServer.from_base(base)
    # Every bot has this very object as its default, bound when aiogram was imported; it is frozen.
    object.__setattr__(servers.TELEGRAM_PRODUCTION, "base", ours.base)
    _repair(importlib.import_module("aiogram.bot.base").BaseBot)
    importlib.import_module("nlu.run_rasa").main()


def _repair(bots: Any) -> None:  # noqa: ANN401 - a class of a package that has no types
    """Let the channel answer at all.

    Rasa 3.6.21 sets the webhook in an event loop that it closes, and the client keeps the session
    of that loop: every update then ends in 500, "Event loop is closed".
    """
    shipped = bots.session.fget

    def session(bot: Any) -> Any:  # noqa: ANN401
        if bot._session is not None and bot._session._loop.is_closed():  # noqa: SLF001
            bot._session = None  # noqa: SLF001
        return shipped(bot)

    bots.session = property(session)


if __name__ == "__main__":
    main()

"""The bot's real process alone, before a Bot API that keeps Telegram's limits to the letter."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tools.start.programs import programs, surroundings
from tools.start.stack import Stack
from tools.start.trial import settings_for
from tools.telegram.bench import TelegramApi, telegram_api

SECONDS_TO_READY = 60
FREE, PAID = 30, 1000
TURNS_PER_MINUTE = 60


@dataclass(frozen=True)
class Bot:
    """What runs, and how to reach it."""

    api: TelegramApi
    stack: Stack

    @property
    def pid(self) -> int:
        """Its process."""
        return self.stack.pid("bot")


@contextmanager
def running(folder: Path, url: str, content: Path, a_second: int = FREE) -> Iterator[Bot]:
    """The bot on a filled database, allowed so many messages a second; without Rasa, which no
    notice needs. Nothing of it is left when the block ends.
    """
    with telegram_api() as api:
        api.limits(free=FREE, paid=PAID)
        settings = settings_for(
            folder,
            TURNS_PER_MINUTE,
            database_url=url,
            content_dir=content,
            telegram_token=api.token,
            telegram_api_base=api.base,
            telegram_per_second=a_second,
        )
        alone = tuple(each for each in programs(settings, Path()) if each.name == "bot")
        with Stack(alone, folder, surroundings(settings)) as stack:
            stack.wait_ready(SECONDS_TO_READY)
            yield Bot(api, stack)

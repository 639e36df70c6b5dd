"""The whole of Yizhan beside a Bot API on this machine: what soak and load are run on."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from kit.settings import Settings
from tools.start.stack import Stack
from tools.start.trial import free_ports, running
from tools.telegram.bench import TelegramApi, telegram_api

Door = Literal["polling", "webhook"]
DOORS: tuple[Door, ...] = ("polling", "webhook")


@dataclass(frozen=True)
class Whole:
    """All that runs, and the folder with its database."""

    api: TelegramApi
    stack: Stack
    settings: Settings

    @property
    def data(self) -> Path:
        """The data folder."""
        return self.settings.data_dir


@contextmanager
def whole(data: Path, door: Door) -> Iterator[Whole]:
    """Yizhan on Telegram, which keeps its limits to the letter, ready; nothing of it is left when
    the block ends.
    """
    [port] = free_ports(1)
    webhook = f"http://127.0.0.1:{port}/telegram" if door == "webhook" else None
    with (
        telegram_api() as api,
        running(
            data,
            bot_port=port,
            telegram_token=api.token,
            telegram_api_base=api.base,
            telegram_webhook_url=webhook,
        ) as (stack, settings),
    ):
        api.limits()
        yield Whole(api, stack, settings)

"""The only client of Rasa's REST channel."""

from collections.abc import Callable
from typing import Protocol

import httpx
import structlog

from kit import ids
from kit.text import tidy, without_command_marks
from services.turns import Turn

log = structlog.get_logger()

# Puts marks where personal numbers and names stood.
Mask = Callable[[str], str]


class Understanding(Protocol):
    """Whoever can be asked to understand a turn and have it answered."""

    async def tell(self, turn: Turn) -> None:
        """Hand over a turn; returns when its action has run, or when waiting makes no sense."""


class RasaClient:
    """Tells Rasa of a turn: masked text, a throw-away conversation id, the turn id, no more.

    What comes back is not read. The action records the replies in the database, and the turn that
    nobody answered is answered by the bot itself.
    """

    def __init__(self, http: httpx.AsyncClient, base_url: str, timeout: float, mask: Mask) -> None:
        self._http = http
        self._mask = mask
        self._url = f"{base_url}/webhooks/rest/webhook"
        self._timeout = timeout

    async def tell(self, turn: Turn) -> None:
        """Hand over a turn; a Rasa that is slow, down or confused is only logged."""
        body = {
            "sender": ids.new_id(),
            "message": for_rasa(turn.text or "", self._mask),
            "metadata": {"turn": turn.id},
        }
        try:
            answer = await self._http.post(self._url, json=body, timeout=self._timeout)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            log.warning("rasa_unreachable", turn=turn.id, error=type(error).__name__)


def for_rasa(text: str, mask: Mask) -> str:
    """The text as Rasa may see it: masked, and never an intent payload.

    Rasa obeys a slash behind anything that `str.strip` removes, so the text is tidied first.
    """
    return mask(without_command_marks(tidy(text)))

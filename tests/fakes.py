"""Fakes of what is not ours: a Rasa that hears what a test says it hears."""

from collections.abc import Mapping
from typing import Any, Literal

from rasa_sdk import Tracker

from content.library import Library
from db.session import Sessions, transaction
from kit.clock import Clock
from services import conversation
from services.turns import Guess, Heard, Turn

FALLBACK = "nlu_fallback"
Mode = Literal["up", "down", "slow", "crashing"]


def heard(intent: str, confidence: float = 0.95, /, *guesses: str, **entities: str) -> Heard:
    """What Rasa understood: `heard("find_rest_stop", place="黄阁")`."""
    ranking = tuple(Guess(guess, 0.3) for guess in (intent, *guesses))
    return Heard(intent, confidence, {k: (v,) for k, v in entities.items()}, ranking)


def tracker_of(latest_message: Any) -> Tracker:
    """Rasa's tracker as the action server gets it, with this message as the latest."""
    return Tracker(
        sender_id="s",
        slots={},
        latest_message=latest_message,
        events=[],
        paused=False,
        followup_action=None,
        active_loop={},
        latest_action_name="action_listen",
    )


class FakeRasa:
    """`bot.rasa_client.Understanding` without Rasa: each told text is looked up in a table.

    `mode` is how it fares: up, it has the turn served as the real action does, in a transaction of
    its own; down, nothing happens; slow, it serves only when `catch_up` is called; crashing, its
    action fails before the commit and nobody hears of it.
    """

    def __init__(
        self,
        sessions: Sessions,
        library: Library,
        clock: Clock,
        hears: Mapping[str, Heard] | None = None,
    ) -> None:
        self._sessions = sessions
        self._library = library
        self._clock = clock
        self.hears = dict(hears or {})
        self.mode: Mode = "up"
        self.told: list[Turn] = []
        self._late: list[Turn] = []

    async def tell(self, turn: Turn) -> None:
        """Hear the turn."""
        self.told.append(turn)
        if self.mode == "slow":
            self._late.append(turn)
        elif self.mode != "down":
            await self._serve(turn)

    async def catch_up(self) -> list[bool]:
        """Serve what was told while slow; for each turn whether it was still free to take."""
        late, self._late = self._late, []
        return [await self._serve(turn) for turn in late]

    async def _serve(self, turn: Turn) -> bool:
        understood = self.hears.get(turn.text or "", Heard(FALLBACK, 0.3))
        async with transaction(self._sessions) as session:
            taken = await conversation.take(
                session, self._library, self._clock, turn.id, road="rasa", heard=understood
            )
            if self.mode == "crashing":
                # After the work and before the commit: all of it is undone.
                await session.rollback()
                return False
        return taken

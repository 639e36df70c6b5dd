"""The one action behind all names: claim the turn, hand what was heard to the desk, commit."""

from collections.abc import Mapping, Sequence
from typing import Any

import structlog
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

from content.library import Library
from db.session import Sessions, transaction
from kit.clock import Clock
from services import conversation
from services.turns import Guess, Heard

log = structlog.get_logger()
RANKED = 5


class ServeTurn(Action):
    """Serves the turn that Rasa's message was about.

    The desk decides by dialogue and intent, so every noun's action does the same; the name only
    says in Rasa's rules and logs which noun it was.
    """

    def __init__(self, name: str, sessions: Sessions, library: Library, clock: Clock) -> None:
        self._name = name
        self._sessions = sessions
        self._library = library
        self._clock = clock

    def name(self) -> str:
        """The name that Rasa's rules call."""
        return self._name

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, _domain: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Answer the turn and utter its id; the bot reads the replies from the database.

        Never raises: Rasa would write the whole tracker into its log. The bot then answers by
        its own road, since the turn stays unclaimed.
        """
        message = tracker.latest_message or {}
        turn_id = (message.get("metadata") or {}).get("turn")
        if not isinstance(turn_id, str):
            return []
        try:
            heard = heard_from(message)
            async with transaction(self._sessions) as session:
                await conversation.take(
                    session, self._library, self._clock, turn_id, road="rasa", heard=heard
                )
        except Exception:
            log.exception("action_failed", action=self._name, turn=turn_id)
            return []
        dispatcher.utter_message(json_message={"turn": turn_id})
        return []


def heard_from(message: Mapping[str, Any]) -> Heard:
    """What Rasa understood, as the desk wants it: intent, entities by name, a short ranking."""
    intent = message.get("intent") or {}
    entities: dict[str, tuple[str, ...]] = {}
    for entity in message.get("entities") or ():
        name, value = str(entity.get("entity")), str(entity.get("value"))
        if value not in entities.get(name, ()):
            entities[name] = (*entities.get(name, ()), value)
    ranking: Sequence[Mapping[str, Any]] = message.get("intent_ranking") or ()
    guesses = tuple(Guess(str(g["name"]), float(g["confidence"])) for g in ranking[:RANKED])
    return Heard(
        intent.get("name") or None, float(intent.get("confidence") or 0.0), entities, guesses
    )

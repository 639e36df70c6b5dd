"""Guards: what is looked at before a turn goes anywhere. One that answers raises."""

import re
from collections.abc import Callable

from content.library import Library
from kit.text import is_readable, tidy
from services.tasks.talk import menu_choices
from services.turns import Replies, Reply, Turn
from services.urgency import urgent_kind

# What people type who know other bots ("/start"), and what an attacker types to reach Rasa.
_COMMAND = re.compile(r"^[/／⁄∕⧸]\s*[A-Za-z_]")


class StopHere(Exception):
    """A guard has the answer; the desk is not asked."""

    def __init__(self, replies: Replies) -> None:
        super().__init__()
        self.replies = replies


def not_empty(library: Library, turn: Turn) -> None:
    """A text without any visible character."""
    if turn.kind == "text" and not tidy(turn.text or ""):
        raise _answer(library, "talk.empty")


def has_words(library: Library, turn: Turn) -> None:
    """A text of emoji and marks only, which nobody can read as an answer."""
    if turn.kind == "text" and not is_readable(turn.text or ""):
        raise _answer(library, "talk.no_words")


def no_command(library: Library, turn: Turn) -> None:
    """A command of another bot, or an intent payload for Rasa: neither is obeyed."""
    if turn.kind == "text" and _COMMAND.match(tidy(turn.text or "")):
        raise _answer(library, "talk.no_commands")


def _answer(library: Library, key: str) -> StopHere:
    return StopHere((Reply(library.say(key), menu_choices(library)),))


Guard = Callable[[Library, Turn], None]
GUARDS: tuple[Guard, ...] = (not_empty, has_words, no_command)


def is_urgent(library: Library, turn: Turn) -> bool:
    """Whether the turn speaks of danger now: it must not wait for Rasa."""
    return urgent_kind(library, turn.text or "") is not None

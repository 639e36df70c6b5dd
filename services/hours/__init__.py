"""Whether a stop is open, until when, or when it opens; unknown rather than guessed."""

from services.hours.status import ALWAYS, Hours, UnknownBecause, open_state, status
from services.hours.words import phrase

__all__ = ["ALWAYS", "Hours", "UnknownBecause", "open_state", "phrase", "status"]

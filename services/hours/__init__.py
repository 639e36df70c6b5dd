"""Whether a stop is open, until when, or when it opens; unknown rather than guessed."""

from services.hours.status import ALWAYS, Hours, Spell, UnknownBecause, open_state, spell, status
from services.hours.words import phrase

__all__ = ["ALWAYS", "Hours", "Spell", "UnknownBecause", "open_state", "phrase", "spell", "status"]

"""Makes up cases over China to measure with: a place, a matter and a detail; same for a seed."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from services.turns import Position
from tools.stops.made_up import EAST, NORTH, SOUTH, WEST, Draws

WORDS = Path(__file__).with_name("made_up.yml")
WITH_POSITION = 0.4


@dataclass(frozen=True)
class MadeUp:
    """A sentence, and where its matter lies if that was given."""

    text: str
    spot: Position | None


def made_up(count: int, seed: int) -> Iterator[MadeUp]:
    """So many cases; two of five have a position, near which are others of its place's name."""
    words: dict[str, Any] = yaml.safe_load(WORDS.read_text("utf-8"))
    draws = Draws(seed)
    one_of = draws.one_of
    for _ in range(count):
        place = one_of(words["firsts"]) + one_of(words["names"]) + one_of(words["ends"])
        said = one_of(words["openers"]) + place + one_of(words["parts"])
        detail = one_of(words["details"])
        text = said + one_of(words["matters"]) + (f"，{detail}" if detail else "")
        yield MadeUp(text, _spot(place, draws) if draws.share() < WITH_POSITION else None)


def _spot(place: str, draws: Draws) -> Position:
    """Each place has its own point, and cases lie within about 200 m of it."""
    own = Draws(sum(ord(ch) << (5 * n) for n, ch in enumerate(place)))
    lat, lon = SOUTH + own.share() * (NORTH - SOUTH), WEST + own.share() * (EAST - WEST)
    return Position(
        round(lat + (draws.share() - 0.5) * 0.004, 4),
        round(lon + (draws.share() - 0.5) * 0.004, 4),
    )

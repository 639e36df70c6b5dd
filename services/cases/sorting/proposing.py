"""Proposes a category and a unit for what a worker hands in; a person confirms or corrects it."""

import asyncio
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.repositories.sorting import SortingRepository
from db.session import beside
from services.cases.proposing import by_words
from services.cases.sorting import model as models
from services.cases.sorting.features import Message, message
from services.cases.sorting.model import Model, Ranked, Reason
from services.cases.sorting.units import located, responsible
from services.turns import Position

# Two models that see different things: how much the key words count beside the trained one.
_WORDS_SHARE = 0.15


@dataclass(frozen=True)
class Proposal:
    """What a case may be about, the likeliest first, and who looks after it.

    `confidence` is the share of the first; `because` and `unit_because` are sentences for a
    reviewer. Without a live model the key words of content/ propose; where nothing speaks for any
    category the ranking is empty.
    """

    ranking: tuple[Ranked, ...]
    confidence: float
    because: str
    unit: str | None
    unit_because: str | None

    @property
    def category(self) -> str | None:
        """The likeliest category."""
        return self.ranking[0].category if self.ranking else None


@dataclass(frozen=True)
class _Words:
    """What the key words say: shares that add up to 1, and which words said so."""

    shares: dict[str, float]
    because: dict[str, tuple[str, ...]]


class _Kept:
    """The live model of this process, loaded anew when another one went live."""

    def __init__(self) -> None:
        self._id: str | None = None
        self._model: Model | None = None

    async def model(self, session: AsyncSession) -> Model | None:
        """The live model; None while there is none, or none that this version can read."""
        repository = SortingRepository(session)
        live = await repository.live_id()
        if live is None:
            return None
        if live != self._id:
            row = await repository.live(whole=True)
            if row is None or row.body is None:
                return None
            self._model = await asyncio.to_thread(models.from_bytes, row.body)
            self._id = row.id
        return self._model


async def propose(
    session: AsyncSession,
    library: Library,
    kind: str,
    text: str,
    *,
    spot: Position | None = None,
    place_text: str | None = None,
) -> Proposal:
    """Sort a text of a kind (suggestion or hazard), handed in with a position or words for it."""
    words = _by_words(library, kind, text)
    because: tuple[Reason, ...] = ()
    model = await beside(session).keep(_Kept).model(session)
    if model is None:
        ranking = _ranked(words.shares)
    else:
        ranking, because = await asyncio.to_thread(
            _by_model, library, kind, model, message(None, text), words
        )
    first = ranking[0] if ranking else None
    where = located(library, text, spot, place_text)
    unit = await responsible(session, library, first.category if first else None, where)
    return Proposal(
        ranking=ranking,
        confidence=first.share if first else 0.0,
        because=_told(library, first, words, because),
        unit=unit.unit if unit else None,
        unit_because=unit.because if unit else None,
    )


def _by_words(library: Library, kind: str, text: str) -> _Words:
    guesses = by_words(library, kind, text)
    total = sum(guess.score for guess in guesses) or 1.0
    return _Words(
        {guess.category: guess.score / total for guess in guesses},
        {guess.category: tuple(guess.because) for guess in guesses},
    )


def _by_model(
    library: Library, kind: str, model: Model, said: Message, words: _Words
) -> tuple[tuple[Ranked, ...], tuple[Reason, ...]]:
    """The ranking among the categories of this kind, and what in the text speaks for the first."""
    shares = {
        each.category: each.share
        for each in model.rank(said)
        if each.category in library.categories and kind in library.categories[each.category].kinds
    }
    total = sum(shares.values())
    if not total:
        return _ranked(words.shares), ()
    part = _WORDS_SHARE if words.shares else 0.0
    mixed = {
        name: (1 - part) * shares.get(name, 0.0) / total + part * words.shares.get(name, 0.0)
        for name in {**shares, **words.shares}
    }
    ranking = _ranked(mixed)
    first = ranking[0].category
    return ranking, model.because(said, first) if first in shares else ()


def _ranked(shares: dict[str, float]) -> tuple[Ranked, ...]:
    found = (Ranked(name, share) for name, share in shares.items())
    return tuple(sorted(found, key=lambda each: (-each.share, each.category)))


def _told(
    library: Library, first: Ranked | None, words: _Words, because: tuple[Reason, ...]
) -> str:
    """The reason in words: the key words that were found, and what the trained model looked at."""
    if first is None:
        return library.say("sorting.because_nothing")
    found = words.because.get(first.category, ())
    parts = []
    if found:
        parts.append(library.say("sorting.because_words", words=_quoted(found)))
    seen = tuple(each.words for each in because if each.words not in found)
    if seen:
        parts.append(library.say("sorting.because_model", words=_quoted(seen)))
    return "".join(parts) or library.say("sorting.because_alike")


def _quoted(words: tuple[str, ...]) -> str:
    return "".join(f"\u201c{word}\u201d" for word in words)

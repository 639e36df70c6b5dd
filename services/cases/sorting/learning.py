"""What sorting learns from, and the nightly training: once, compared, live if not worse."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import numpy as np
from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Case, CaseExample, SortingModel
from db.repositories.sorting import Learned, SortingRepository
from kit import ids
from kit.clock import Clock, in_shanghai
from services.cases.sorting.evaluation import FOLDS, Judged, folds, judge, same_text
from services.cases.sorting.features import message
from services.cases.sorting.model import Model
from services.cases.sorting.training import Prepared, prepare, train
from services.masking import masked

FEWEST_EXAMPLES = 100
FEWEST_CATEGORIES = 2  # with one there is nothing to tell apart
FEWEST_OF_A_CATEGORY = 2 * FOLDS  # different texts; a category with fewer is not judged
MOST_EXAMPLES = 30_000
NIGHT_FROM, NIGHT_UNTIL = 2, 6  # o'clock in China, when few workers chat
# So much less than the live one counts as not worse: less than the folds differ by chance.
TOLERANCE = 0.002


@dataclass(frozen=True)
class Claim:
    """A training that is ours alone."""

    id: str
    began: datetime


@dataclass(frozen=True)
class Lesson:
    """All that a training needs; taken from the database before it begins.

    `live_until` is the newest example that the live model learned from, if there is one.
    """

    examples: tuple[Learned, ...]
    shipped: tuple[tuple[str, str], ...]  # category and sentence, from content/
    live_until: datetime | None


@dataclass(frozen=True)
class Trained:
    """What a training came to; `state` is live, worse, too_few or unchanged."""

    state: str
    examples: int
    categories: tuple[str, ...] = ()
    until: datetime | None = None
    candidate: Judged | None = None
    live: Judged | None = None
    model: Model | None = None


@dataclass(frozen=True)
class Past:
    """A training that is over, as a list shows it."""

    at: datetime
    state: str
    examples: int
    macro_f1: float | None
    spread: float | None
    live_macro_f1: float | None


async def confirm(
    session: AsyncSession,
    clock: Clock,
    case: Case,
    category: str,
    *,
    unit: str | None,
    staff_id: str,
) -> None:
    """Learn from what a reviewer chose for a case; a later choice replaces an earlier one."""
    repository = SortingRepository(session)
    text = "\n".join(filter(None, (case.subject, case.place, case.remedy)))
    values = {
        **example_values(case.subject, text, category, unit),
        "source": "confirmed",
        "case_id": case.id,
        "staff_id": staff_id,
        "at": clock(),
    }
    known = await repository.example_of(case.id)
    if known is None:
        session.add(CaseExample(id=ids.new_id(), **values))
    else:
        for name, value in values.items():
            setattr(known, name, value)
    await session.flush()


def example_values(
    title: str | None, text: str, category: str, unit: str | None
) -> dict[str, Any]:
    """The columns of an example; its words are masked here, whoever masked them before."""
    title, text = masked(title) if title else None, masked(text)
    digest = same_text(message(title, text))
    return {"digest": digest, "title": title, "text": text, "category": category, "unit": unit}


def night_of(clock: Clock) -> date | None:
    """The night that it is now in China, by its date; None in the daytime."""
    now = in_shanghai(clock())
    return now.date() if NIGHT_FROM <= now.hour < NIGHT_UNTIL else None


async def claim(session: AsyncSession, clock: Clock, night: date | None) -> Claim | None:
    """Begin this night's training, or one by hand without a night; None when it is taken."""
    repository = SortingRepository(session)
    if night is not None and await repository.was_claimed(night):
        return None  # looked at first, so that hardly ever a row is written in vain
    made = Claim(ids.new_id(), clock())
    row: Mapping[str, Any] = {
        "id": made.id,
        "night": night,
        "state": "training",
        "trained_at": made.began,
        "examples": 0,
        "categories": [],
    }
    return made if await repository.claim(row) else None


async def lesson(session: AsyncSession, library: Library) -> Lesson:
    """What there is to learn from now."""
    repository = SortingRepository(session)
    examples = await repository.newest_examples(MOST_EXAMPLES)
    live = await repository.live()
    shipped = tuple(
        (key, sentence)
        for key, category in library.categories.items()
        for sentence in category.examples
    )
    known = tuple(each for each in examples if each.category in library.categories)
    return Lesson(known, shipped, live.examples_until if live else None)


def learn(lesson: Lesson) -> Trained:
    """Train and compare; seconds to minutes of one core, no database.

    The live model is judged by what it had learned from, trained again on the same folds: asked
    itself, it would know the answers by heart.
    """
    judged = _frequent(lesson.examples)
    count = len(lesson.examples)
    kinds = {each.category for each in judged}
    if count < FEWEST_EXAMPLES or len(kinds) < FEWEST_CATEGORIES:
        return Trained("too_few", count)
    until = max(each.at for each in lesson.examples)
    if lesson.live_until is not None and until <= lesson.live_until:
        return Trained("unchanged", count)
    prepared, fold_of, old = _prepared(lesson)
    candidate = judge(prepared, fold_of)
    live = judge(prepared, fold_of, learn_from=old) if lesson.live_until is not None else None
    categories = tuple(str(label) for label in np.unique(prepared.labels))
    found = Trained("worse", count, categories, until, candidate, live)
    if live is not None and candidate.macro_f1 < live.macro_f1 - TOLERANCE:
        return found
    model = train(prepared, np.arange(len(fold_of)), candidate.sharpness)
    return replace(found, state="live", model=model)


async def conclude(session: AsyncSession, claim: Claim, trained: Trained | None) -> None:
    """Write down what came of a training, None when it broke; a better model goes live."""
    repository = SortingRepository(session)
    row = await repository.training(claim.id)
    if row is None or row.state != "training":
        return
    if trained is None:
        row.state = "failed"
        return
    if trained.model is not None:
        await repository.retire()
        row.body = trained.model.to_bytes()
    _fill(row, trained)
    await session.flush()


async def past(session: AsyncSession, most: int = 10) -> tuple[Past, ...]:
    """The newest trainings, the newest first."""
    return tuple(
        Past(row.trained_at, row.state, row.examples, row.macro_f1, row.spread, row.live_macro_f1)
        for row in await SortingRepository(session).models(most)
    )


def _fill(row: SortingModel, trained: Trained) -> None:
    row.state = trained.state
    row.examples = trained.examples
    row.examples_until = trained.until
    row.categories = list(trained.categories)
    if trained.candidate is not None:
        row.macro_f1, row.spread = trained.candidate.macro_f1, trained.candidate.spread
    row.live_macro_f1 = trained.live.macro_f1 if trained.live is not None else None


def _frequent(examples: tuple[Learned, ...]) -> tuple[Learned, ...]:
    """Those of categories with enough different texts to be judged."""
    texts: dict[str, set[str]] = {}
    for each in examples:
        texts.setdefault(each.category, set()).add(same_text(message(each.title, each.text)))
    enough = {name for name, found in texts.items() if len(found) >= FEWEST_OF_A_CATEGORY}
    return tuple(each for each in examples if each.category in enough)


def _prepared(lesson: Lesson) -> tuple[Prepared, Any, Any]:
    """Everything to learn from, its folds (-1: not judged), and what the live model had known."""
    judged = _frequent(lesson.examples)
    rare = [each for each in lesson.examples if each not in set(judged)]
    messages = [message(each.title, each.text) for each in (*judged, *rare)]
    labels = [each.category for each in (*judged, *rare)]
    fold_of = [*folds(messages[: len(judged)], labels[: len(judged)]), *[-1] * len(rare)]
    until = lesson.live_until
    old = [until is not None and each.at <= until for each in (*judged, *rare)]
    for category, sentence in lesson.shipped:
        messages.append(message(None, sentence))
        labels.append(category)
        fold_of.append(-1)
        old.append(True)
    return prepare(messages, labels), np.array(fold_of), np.array(old)

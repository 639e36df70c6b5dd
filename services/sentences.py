"""Sentences that the bot did not understand, so that an editor can say what was meant.

Kept only where it is said outside every form and nothing personal is found in it: short, without
a number, a name, an account. By whom and at what moment is not kept, and the sentence itself goes
after some days (content/messages/privacy.yml says so).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Sentence
from db.repositories.sentences import SentenceRepository
from kit import ids
from kit.clock import Clock, in_shanghai
from kit.errors import BadInput, NotFound
from kit.text import bare, is_readable, tidy
from services.masking import masker
from services.staff.actors import Actor
from services.staff.permissions import Permission
from services.staff.rules import need

DAYS_KEPT = 30
SHORTEST, LONGEST = 2, 40
MOST = 5_000
PAGE_SIZE = 25
NEW, LABELLED, IGNORED = "new", "labelled", "ignored"
STATES = (NEW, LABELLED, IGNORED)
OUT_OF_SCOPE = "out_of_scope"
# A number, an address of the web or an account, also where no finder of ours knows its kind; and
# what would be read as a mark in a file of examples.
_TELLING = re.compile(r"\d{3,}|[@\[\](){}<>#`]|://|www\.|[A-Za-z]\w{5,}")


@dataclass(frozen=True)
class Unheard:
    """One sentence, how often it was said, and on which days first and last."""

    id: str
    text: str
    count: int
    first_on: date
    last_on: date
    state: str
    intent: str | None


@dataclass(frozen=True)
class Page:
    """One page of the sentences of a state, the most frequent first."""

    items: tuple[Unheard, ...]
    page: int
    pages: int
    counts: Mapping[str, int]


def may_be_kept(library: Library, text: str) -> bool:
    """Whether a sentence tells nothing of anybody, as far as we can find."""
    return (
        SHORTEST <= len(text) <= LONGEST
        and "\n" not in text
        and is_readable(text)
        and _TELLING.search(text) is None
        and not masker(library).find(text)
    )


async def note(session: AsyncSession, library: Library, clock: Clock, text: str) -> None:
    """Count a sentence that nobody understood; one that may tell of somebody is passed over."""
    said = tidy(text)
    if may_be_kept(library, said):
        today = in_shanghai(clock()).date()
        await SentenceRepository(session).count_up(
            ids.new_id(), ids.digest(bare(said)), said, today
        )


async def page(session: AsyncSession, actor: Actor, state: str, number: int) -> Page:
    """A page of the sentences of a state; a number out of range gives the nearest."""
    need(actor, Permission.EDIT_CONTENT)
    rows = SentenceRepository(session)
    counts = await rows.counts()
    pages = max(1, ceil(counts.get(state, 0) / PAGE_SIZE))
    number = min(max(number, 1), pages)
    found = await rows.page(state, (number - 1) * PAGE_SIZE, PAGE_SIZE)
    return Page(tuple(map(_unheard, found)), number, pages, counts)


async def label(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    actor: Actor,
    sentence_id: str,
    *,
    intent: str,
) -> None:
    """Say what was meant. Raises BadInput for no intent of ours, NotFound when it is gone."""
    if intent not in intents(library):
        raise BadInput("sentences.no_intent")
    row = await _found(session, actor, sentence_id)
    row.state, row.intent, row.decided_by, row.decided_at = LABELLED, intent, actor.id, clock()


async def ignore(session: AsyncSession, clock: Clock, actor: Actor, sentence_id: str) -> None:
    """Say that it teaches nothing. Raises NotFound when it is gone."""
    row = await _found(session, actor, sentence_id)
    row.state, row.intent, row.decided_by, row.decided_at = IGNORED, None, actor.id, clock()


async def candidates(session: AsyncSession, actor: Actor) -> str:
    """What was labelled, as a file of examples in the form of nlu/data/nlu/: candidates that
    somebody reads and puts where they belong. Nothing is trained by itself.
    """
    need(actor, Permission.EDIT_CONTENT)
    by_intent: dict[str, list[str]] = {}
    for row in await SentenceRepository(session).labelled():
        by_intent.setdefault(row.intent or OUT_OF_SCOPE, []).append(row.text)
    lines = ["# Candidates: read them, then move them to nlu/data/nlu/.", 'version: "3.1"', "nlu:"]
    for intent, texts in sorted(by_intent.items()):
        lines += [f"  - intent: {intent}", "    examples: |"]
        lines += [f"      - {text}" for text in texts]
    return "\n".join(lines if by_intent else [*lines[:2], "nlu: []"]) + "\n"


async def forget(session: AsyncSession, clock: Clock) -> int:
    """Delete what is older than promised, and what is more than can be read; tells how many."""
    last = in_shanghai(clock()).date() - timedelta(days=DAYS_KEPT)
    return await SentenceRepository(session).forget(last, MOST)


def intents(library: Library) -> dict[str, str]:
    """What a sentence can have meant, each in plain words."""
    named = {
        intent: topic.title
        for topic in library.topics.values()
        for intent in (*topic.answers, *topic.shared_answers)
    }
    prefix = "intents."
    own = {
        key.removeprefix(prefix): library.say(key)
        for key in library.messages
        if key.startswith(prefix)
    }
    return {**own, **named, OUT_OF_SCOPE: library.say("sentences.out_of_scope")}


async def _found(session: AsyncSession, actor: Actor, sentence_id: str) -> Sentence:
    need(actor, Permission.EDIT_CONTENT)
    may_be = sentence_id.isascii() and sentence_id.isalnum()
    row = await SentenceRepository(session).by_id(sentence_id) if may_be else None
    if row is None:
        raise NotFound("sentences.gone")
    return row


def _unheard(row: Sentence) -> Unheard:
    return Unheard(row.id, row.text, row.count, row.first_on, row.last_on, row.state, row.intent)

"""Facts about rights that a person should look at again, why, and who did so last.

Their words come with an edition and are not changed here. A look is a row of `revisions` of kind
`right`: it is approved by nobody and takes no force.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from content.schema import Fact, RightTopic
from db.models import Revision
from db.repositories.library import LibraryRepository
from db.repositories.staff import StaffRepository
from kit import ids
from kit.clock import Clock, in_shanghai
from kit.errors import BadInput, NotFound
from kit.text import tidy
from services.staff.actors import Actor
from services.staff.permissions import Permission
from services.staff.rules import need

KIND = "right"
HALF_A_YEAR = timedelta(days=182)
PAGE_SIZE = 25
SHOWN = 50
LEAST_NOTE, MOST_NOTE = 2, 200
OLD, DUE, PASSED = "old", "due", "passed"
FUTURE, DRAFT, UNSURE, NO_LINK = "future", "draft", "unsure", "no_link"
REASONS = (PASSED, DUE, OLD, FUTURE, DRAFT, UNSURE, NO_LINK)


@dataclass(frozen=True)
class Look:
    """That somebody looked at a fact, and what he found; `reasons` stood there then."""

    by: str | None
    at: datetime
    note: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Card:
    """One fact of a topic. `checked` is the day of the edition's check or of the last look;
    without `reasons` nobody need look at it.
    """

    key: str
    topic: RightTopic
    fact: Fact
    checked: date
    reasons: tuple[str, ...]

    @property
    def intents(self) -> tuple[str, ...]:
        """The intents that it answers."""
        return (*self.topic.answers, *self.topic.shared_answers)


@dataclass(frozen=True)
class Page:
    """One page of the facts that wait, the oldest first.

    `total` counts what the filters leave, `waiting` all; `reasons` and `regions` count all too.
    """

    items: tuple[Card, ...]
    page: int
    pages: int
    total: int
    waiting: int
    reasons: Mapping[str, int]
    regions: Mapping[str, int]


async def page(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    actor: Actor,
    number: int = 1,
    *,
    region: str = "",
    reason: str = "",
) -> Page:
    """A page of those of a region and with a reason, or of all; out of range gives the nearest."""
    need(actor, Permission.EDIT_CONTENT)
    waiting = await _waiting(session, library, clock)
    found = [
        card
        for card in waiting
        if (not region or card.fact.region == region) and (not reason or reason in card.reasons)
    ]
    pages = max(1, ceil(len(found) / PAGE_SIZE))
    number = min(max(number, 1), pages)
    reasons = Counter(each for card in waiting for each in card.reasons)
    return Page(
        tuple(found[(number - 1) * PAGE_SIZE : number * PAGE_SIZE]),
        number,
        pages,
        len(found),
        len(waiting),
        reasons,
        dict(Counter(card.fact.region for card in waiting).most_common()),
    )


async def count(session: AsyncSession, library: Library, clock: Clock, actor: Actor) -> int:
    """How many wait for a look."""
    need(actor, Permission.EDIT_CONTENT)
    return len(await _waiting(session, library, clock))


async def show(
    session: AsyncSession, library: Library, clock: Clock, actor: Actor, key: str
) -> tuple[Card, tuple[Look, ...]]:
    """One fact, whether it waits or not, and the looks at it, newest first. Raises NotFound."""
    need(actor, Permission.EDIT_CONTENT)
    found = {card.key: card for card in await _cards(session, library, clock)}.get(key)
    if found is None:
        raise NotFound("right_looks.no_such_fact")
    rows = await LibraryRepository(session).revisions(KIND, key, SHOWN)
    names = await StaffRepository(session).names({row.author for row in rows})
    looks = (
        Look(names.get(row.author), row.created_at, row.reason, tuple(row.body["reasons"]))
        for row in rows
    )
    return found, tuple(looks)


async def look(
    session: AsyncSession, library: Library, clock: Clock, actor: Actor, key: str, *, note: str
) -> None:
    """Write down that he looked: it waits no more, until half a year is over or a day comes that
    the fact names. Raises NotFound; BadInput without a note.
    """
    card, _ = await show(session, library, clock, actor, key)
    said = " ".join(tidy(note).split())
    if not LEAST_NOTE <= len(said) <= MOST_NOTE:
        raise BadInput("right_looks.note", least=LEAST_NOTE, most=MOST_NOTE)
    seen = {
        "topic": card.topic.id,
        "fact": card.fact.model_dump(mode="json"),
        "as_of": card.topic.as_of.isoformat(),
        "reasons": list(card.reasons),
    }
    LibraryRepository(session).add(
        Revision(
            id=ids.new_id(),
            kind=KIND,
            key=key,
            body=seen,
            reason=said,
            author=actor.id,
            created_at=clock(),
        )
    )
    await session.flush()


def reasons_of(
    topic: RightTopic, fact: Fact, today: date, looked: date | None = None
) -> tuple[str, ...]:
    """Why somebody should look at a fact, who was last looked at on a day or never.

    What it is like (a draft, no link) rests for half a year after a look; a day that came since
    does not.
    """
    checked = max(topic.as_of, looked or topic.as_of)
    review_by, effective = fact.review_by or topic.review_by, fact.effective
    come = {
        PASSED: effective is not None and checked < effective <= today,
        DUE: review_by < today and (looked is None or looked <= review_by),
        OLD: today - checked > HALF_A_YEAR,
    }
    like = {
        FUTURE: effective is not None and effective > today,
        DRAFT: fact.force == "draft",
        UNSURE: fact.confidence != "high",
        NO_LINK: fact.link is None,
    }
    rests = looked is not None and today - looked <= HALF_A_YEAR
    if rests and not any(come.values()):
        return ()
    return tuple(each for each in REASONS if (come | like)[each])


def key_of(topic: RightTopic, fact: Fact) -> str:
    """The name of a fact: another wording, law or place is another fact."""
    said = (topic.id, fact.claim, fact.law, fact.article or "", fact.region)
    return ids.digest("\n".join(said))


async def _waiting(session: AsyncSession, library: Library, clock: Clock) -> list[Card]:
    return sorted(
        (card for card in await _cards(session, library, clock) if card.reasons), key=_age
    )


def _age(card: Card) -> tuple[date, date]:
    return card.checked, card.fact.effective or date.min


async def _cards(session: AsyncSession, library: Library, clock: Clock) -> list[Card]:
    today = in_shanghai(clock()).date()
    looked = await LibraryRepository(session).last_of_each(KIND)
    days = {key: in_shanghai(at).date() for key, at in looked.items()}
    return list(_judged(library.topics.values(), today, days))


def _judged(
    topics: Iterable[RightTopic], today: date, looked: Mapping[str, date]
) -> Iterator[Card]:
    for topic in topics:
        for fact in topic.facts:
            key = key_of(topic, fact)
            day = looked.get(key)
            reasons = reasons_of(topic, fact, today, day)
            yield Card(key, topic, fact, max(topic.as_of, day or topic.as_of), reasons)

"""Hot themes: cases and messages that speak of the same matter, not only of the same place."""

import asyncio
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.repositories.likeness import LikenessRepository, ThemeRow, Values
from kit.text import tidy
from services.cases.duplicates import shown, traits_of
from services.cases.grouping import groups, middle
from services.cases.likeness import Traits, traits
from services.cases.shelf import Floats, unpacked
from services.cases.states import HELD, WITHDRAWN
from services.masking import masked

HEAD_MOST, DETAIL_MOST = 60, 200  # characters of a long message that are read for its matter
HIDDEN = frozenset({HELD, WITHDRAWN})
LEAST = 2  # cases that make a theme
_SENTENCE = re.compile("[\u3002\uff01\uff1f!?\n]")


@dataclass(frozen=True)
class Theme:
    """A matter that several cases speak of; words are masked.

    `codes` begin with the case that says it best, whose subject is the `title`; `supporters` are
    those who said "me too" to any of them.
    """

    title: str = field(repr=False)
    place: str = field(repr=False)
    codes: tuple[str, ...]
    count: int
    supporters: int
    first_at: datetime
    last_at: datetime

    @property
    def heat(self) -> int:
        """How many workers it concerns: who handed in, and who supports."""
        return self.count + self.supporters


async def regroup(session: AsyncSession, library: Library, since: datetime) -> int:
    """Find the themes of all cases since a moment anew; gives how many."""
    rows = await to_group(session, since)
    found = await asyncio.to_thread(grouped, library, rows)
    await keep(session, since, found)
    return len({theme["theme"] for theme in found})


async def to_group(session: AsyncSession, since: datetime) -> list[ThemeRow]:
    """The cases since a moment that may make a theme."""
    return await LikenessRepository(session).since_day(since, HIDDEN)


def grouped(library: Library, rows: Sequence[ThemeRow]) -> list[Values]:
    """Which of these cases speak of one matter, as rows of `CaseTheme`; 82 s of one core
    for 20,000 made-up cases, no database.
    """
    if not rows:
        return []
    vectors = unpacked([row.vector for row in rows])
    found = groups([traits_of(library, row) for row in rows], vectors)
    return [
        {"case_id": rows[n].id, "theme": number, "rank": rank}
        for number, group in enumerate(found, 1)
        for rank, n in enumerate(_best_first(group, vectors))
    ]


async def keep(session: AsyncSession, since: datetime, found: Sequence[Values]) -> None:
    """What was grouped takes the place of what was grouped before."""
    await LikenessRepository(session).regroup(since, found)


async def themes(
    session: AsyncSession, library: Library, since: datetime, most: int
) -> tuple[Theme, ...]:
    """The hottest themes of cases since a moment, as they were grouped last (`regroup`)."""
    rows = await LikenessRepository(session).themes(since, HIDDEN)
    found = []
    for _, members in groupby(rows, key=lambda row: row[0].theme):
        cases, supporters = zip(*((case, count) for _, case, count in members), strict=True)
        if len(cases) < LEAST:
            continue
        found.append(
            Theme(
                title=shown(library, cases[0], cases[0].subject),
                place=place_of([traits_of(library, case) for case in cases]),
                codes=tuple(case.code for case in cases),
                count=len(cases),
                supporters=sum(supporters),
                first_at=min(case.created_at for case in cases),
                last_at=max(case.created_at for case in cases),
            )
        )
    return tuple(sorted(found, key=lambda theme: -theme.heat)[:most])


def _best_first(group: Sequence[int], vectors: Floats) -> list[int]:
    best = middle(group, vectors)
    return [best, *(n for n in group if n != best)]


def traits_of_message(library: Library, subject: str, detail: str = "") -> Traits:
    """What of a message is compared: its head line; its detail tells what that leaves unsaid."""
    head, rest = _cut(masked(tidy(subject)))
    found = traits(library, head)
    rest = (rest + " " + masked(tidy(detail)))[:DETAIL_MOST].strip()
    if not rest:
        return found
    more = traits(library, rest)
    where = found.where
    if not where.names and more.where.names:
        # The place that is named first is the one that the message is about.
        first = min(more.where.names, key=more.where.words.find)
        names = frozenset({first})
        areas = {**more.where.areas, **where.areas}
        where = replace(
            where,
            names=names,
            areas=areas,
            words=where.words + "\n" + first,
            said=where.said + first,
        )
    matters = found.matters or more.matters
    return replace(found, where=where, matters=matters, matter=found.matter or more.matter)


def place_of(group: Sequence[Traits]) -> str:
    """What most of a group call their place; empty where none of them does."""
    said = Counter(of.where.said for of in group if of.where.said)
    return said.most_common(1)[0][0] if said else ""


def _cut(text: str) -> tuple[str, str]:
    """The first sentence of a text, or as much of it as a head line holds; and what follows."""
    end = _SENTENCE.search(text)
    at = min(end.start() if end else len(text), HEAD_MOST)
    return (text[:at], text[at:]) if at else (text[:HEAD_MOST], text[HEAD_MOST:])

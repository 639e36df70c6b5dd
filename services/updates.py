"""Updates of a channel: stored before they are acknowledged, each once, worked in order."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import UpdateRow
from db.repositories.updates import UpdateRepository
from kit import ids
from kit.clock import Clock

# Telegram delivers an update for a day at most; longer, we know it again.
REMEMBERED = timedelta(days=7)
LISTED = 20
MARK = 16


@dataclass(frozen=True)
class Update:
    """One update: its number, the lane it keeps its order in, and what was delivered."""

    number: int
    lane: str
    body: dict[str, Any] = field(repr=False)

    @cached_property
    def digest(self) -> str:
        """The same for the same content."""
        return ids.digest(json.dumps(self.body, sort_keys=True))

    @property
    def message_id(self) -> str:
        """What a turn remembers of it."""
        return f"tg{self.number}-{self.digest[:MARK]}"


@dataclass(frozen=True)
class SetAside:
    """An update that could not be worked, without a word of what it said."""

    number: int
    fault: str
    received_at: datetime


@dataclass(frozen=True)
class Figures:
    """How the updates stand."""

    waiting: int
    waiting_since: datetime | None
    set_aside: int


async def store(
    session: AsyncSession, clock: Clock, bot: int, updates: Sequence[Update]
) -> list[Update]:
    """Store what is new to a bot; gives back only that.

    A number that comes again with another content is new too: a server that lost its memory
    counts from the beginning.
    """
    rows = UpdateRepository(session)
    first = {update.number: update for update in reversed(updates)}
    known = await rows.known(bot, list(first))
    new = []
    for number, update in sorted(first.items()):
        row = known.get(number)
        if row is None:
            row = UpdateRow(bot=bot, id=number)
            rows.add(row)
        elif row.digest == update.digest or row.state == "waiting":
            continue
        row.digest, row.lane, row.body = update.digest, update.lane, update.body
        row.state, row.received_at, row.fault, row.done_at = "waiting", clock(), None, None
        new.append(update)
    return new


async def waiting(session: AsyncSession, bot: int) -> list[Update]:
    """What nobody has worked yet of a bot's updates, in order."""
    rows = await UpdateRepository(session).waiting(bot)
    return [Update(row.id, row.lane or "", row.body or {}) for row in rows]


async def mark_done(session: AsyncSession, clock: Clock, bot: int, numbers: Sequence[int]) -> None:
    """Note that these were worked; what they said is dropped."""
    await UpdateRepository(session).mark_done(bot, numbers, clock())


async def set_aside(session: AsyncSession, bot: int, number: int, fault: str) -> None:
    """Keep an update that cannot be worked, for a person to look at."""
    await UpdateRepository(session).set_aside(bot, number, fault)


async def retry(session: AsyncSession, numbers: Sequence[int] = ()) -> list[int]:
    """Put updates that were set aside back to waiting, these or all; gives back which were.

    The bot works what waits when it starts.
    """
    return sorted(await UpdateRepository(session).put_back(numbers))


async def listed(session: AsyncSession) -> list[SetAside]:
    """The newest updates that were set aside."""
    rows = await UpdateRepository(session).set_aside_rows(LISTED)
    return [SetAside(row.id, row.fault or "", row.received_at) for row in rows]


async def figures(session: AsyncSession) -> Figures:
    """How the updates stand, for whoever runs a copy."""
    rows = UpdateRepository(session)
    counts = await rows.counts()
    since = await rows.oldest_waiting()
    return Figures(counts.get("waiting", 0), since, counts.get("poison", 0))


async def forget(session: AsyncSession, clock: Clock) -> None:
    """Delete what Telegram will not deliver again, set aside or done."""
    await UpdateRepository(session).forget(clock() - REMEMBERED)

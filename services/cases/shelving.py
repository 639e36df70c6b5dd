"""The shelf of a process and how it learns what others have noted."""

import asyncio

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from db.repositories.likeness import LikenessRepository
from db.session import Beside, beside
from services import meaning
from services.cases.shelf import Shelf

AT_ONCE = 5_000  # rows read from the database at a time
MANY = 200  # from so many rows on they are taken in beside the event loop


class _Shelves(dict[str, Shelf]):
    """A shelf for each encoder: vectors of two must never be compared."""


def shelf_of(session: AsyncSession) -> Shelf:
    """The one shelf of a factory of sessions."""
    shelves, encoder = beside(session).keep(_Shelves), meaning.encoder()
    if encoder.name not in shelves:
        shelves[encoder.name] = Shelf(encoder.size)
    return shelves[encoder.name]


async def catch_up(session: AsyncSession) -> None:
    """Take in what was noted since the last time; the first time that is all of it."""
    shelf, rows = shelf_of(session), LikenessRepository(session)
    encoder = meaning.encoder().name
    while True:
        # Mostly there is nothing new, which the numbers alone tell.
        gaps = shelf.gaps
        after = min(gaps, default=shelf.last + 1) - 1
        known = await rows.numbers(after, encoder, AT_ONCE)
        fresh = [number for number in known if number > shelf.last or number in gaps]
        if fresh:
            found = await rows.between(fresh[0], fresh[-1], encoder)
            if len(found) > MANY:
                await asyncio.to_thread(shelf.put, found)
            else:
                shelf.put(found)
        if len(known) < AT_ONCE:
            return


def forget_if_undone(session: AsyncSession, number: int) -> None:
    """A number noted in this transaction is forgotten when that is rolled back.

    SQLite gives it to the next case then, which would not be taken in.
    """
    shelf = shelf_of(session)

    def undone(_session: Session) -> None:
        shelf.forget_from(number)

    event.listen(session.sync_session, "after_rollback", undone, once=True)


async def warm(kept: Beside) -> None:
    """Load encoder and shelf before somebody waits for them: seconds for 100,000 cases.

    Reads what is committed over a connection of its own, so that no turn waits meanwhile.
    """
    await asyncio.to_thread(meaning.encoder)
    async with (
        kept.reading() as connection,
        AsyncSession(connection, info={Beside: kept}) as session,
    ):
        await catch_up(session)
        await asyncio.to_thread(shelf_of(session).make_ready)

"""Queries of sentences that were not understood."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from db import conflicts
from db.models import Sentence as Row


class SentenceRepository:
    """Sentences by what they say."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def count_up(self, sentence_id: str, digest: str, text: str, today: date) -> None:
        """One more time said; no turn fails because another says the same in this moment."""
        values = {"id": sentence_id, "digest": digest, "text": text, "count": 1, "state": "new"}
        query = conflicts.insert(self.session, Row).values(**values, first_on=today, last_on=today)
        again = {"count": Row.count + 1, "last_on": today}
        await self.session.execute(
            query.on_conflict_do_update(index_elements=["digest"], set_=again)
        )

    async def by_id(self, sentence_id: str) -> Row | None:
        """One sentence, held until the commit."""
        return await self.session.get(Row, sentence_id, with_for_update=True)

    async def counts(self) -> dict[str, int]:
        """How many sentences stand in each state."""
        query = select(Row.state, func.count()).group_by(Row.state)
        return {row[0]: row[1] for row in await self.session.execute(query)}

    async def page(self, state: str, offset: int, limit: int) -> Sequence[Row]:
        """The sentences of a state, the most frequent first, then the newest."""
        query = select(Row).where(Row.state == state)
        query = query.order_by(Row.count.desc(), Row.last_on.desc(), Row.id)
        return (await self.session.scalars(query.offset(offset).limit(limit))).all()

    async def labelled(self) -> Sequence[Row]:
        """What somebody said the meaning of."""
        query = select(Row).where(Row.state == "labelled").order_by(Row.intent, Row.text)
        return (await self.session.scalars(query)).all()

    async def forget(self, last: date, most: int) -> int:
        """Delete what was said last on that day or before, and what is beyond so many rows."""
        kept = select(Row.id).order_by(Row.last_on.desc(), Row.count.desc(), Row.id).limit(most)
        gone = await self.session.execute(
            delete(Row).where((Row.last_on <= last) | Row.id.not_in(kept))
        )
        return int(gone.rowcount)  # type: ignore[attr-defined]

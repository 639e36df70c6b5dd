"""Queries about turns, choices and the open dialogue."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import ChoiceRow, DialogueRow, TurnRow


class TurnRepository:
    """Turns by id and by the channel's own message id."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def by_id(self, turn_id: str) -> TurnRow | None:
        """A turn as it stands in the database now."""
        return await self.session.get(TurnRow, turn_id, populate_existing=True)

    async def by_message(self, worker_id: str, message_id: str) -> TurnRow | None:
        """The turn that a channel message became."""
        query = select(TurnRow).where(
            TurnRow.worker_id == worker_id, TurnRow.message_id == message_id
        )
        return await self.session.scalar(query)

    async def count_since(self, worker_id: str, since: datetime) -> int:
        """How many turns a worker sent since a moment."""
        query = select(func.count()).where(
            TurnRow.worker_id == worker_id, TurnRow.received_at >= since
        )
        return await self.session.scalar(query) or 0

    async def being_answered(self, worker_id: str) -> bool:
        """Whether a worker is being answered this moment; keeps other turns from beginning."""
        open_turns = select(TurnRow.id).where(
            TurnRow.worker_id == worker_id, TurnRow.answered_at.is_(None)
        )
        all_open = (await self.session.scalars(open_turns)).all()
        free = (await self.session.scalars(open_turns.with_for_update(skip_locked=True))).all()
        return len(free) < len(all_open)

    async def claim(self, turn_id: str, road: str) -> bool:
        """Take the turn for one road; False when the other road has it."""
        query = (
            update(TurnRow)
            .where(TurnRow.id == turn_id, TurnRow.taken_by.is_(None))
            .values(taken_by=road)
            .returning(TurnRow.id)
        )
        return await self.session.scalar(query) is not None

    async def answer(
        self,
        turn_id: str,
        replies: list[dict[str, Any]],
        now: datetime,
        heard: tuple[str | None, float | None],
    ) -> None:
        """Store the replies and blank what the worker said and where he was."""
        intent, confidence = heard
        query = (
            update(TurnRow)
            .where(TurnRow.id == turn_id)
            .values(
                replies=replies,
                answered_at=now,
                intent=intent,
                confidence=confidence,
                text=None,
                lat=None,
                lon=None,
                datum=None,
            )
        )
        await self.session.execute(query)

    async def empty_replies(self, worker_id: str) -> None:
        """Empty the recorded replies of a worker's turns."""
        query = update(TurnRow).where(
            TurnRow.worker_id == worker_id, TurnRow.answered_at.is_not(None)
        )
        await self.session.execute(query.values(replies=[]))

    async def forget_unanswered(self, before: datetime) -> None:
        """Blank what was said in turns that nobody answered since a moment."""
        query = (
            update(TurnRow)
            .where(TurnRow.answered_at.is_(None), TurnRow.received_at < before)
            .values(text=None, lat=None, lon=None, datum=None)
        )
        await self.session.execute(query)

    async def forget_worker(self, worker_id: str, but: str) -> None:
        """Delete a worker's turns and choices, except the turn that asked for it."""
        await self.session.execute(
            delete(TurnRow).where(TurnRow.worker_id == worker_id, TurnRow.id != but)
        )
        # The choices of a turn go with it; those of a notice or of news belong to none.
        loose = (ChoiceRow.worker_id == worker_id) & ChoiceRow.turn_id.is_(None)
        await self.session.execute(delete(ChoiceRow).where(loose))

    def add(self, turn: TurnRow) -> None:
        """Append a turn."""
        self.session.add(turn)


class ChoiceRepository:
    """The buttons that were offered."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def by_token(self, worker_id: str, token: str) -> ChoiceRow | None:
        """The choice behind a token, if it was offered to this worker."""
        query = select(ChoiceRow).where(ChoiceRow.token == token, ChoiceRow.worker_id == worker_id)
        return await self.session.scalar(query)

    async def newest(self, worker_id: str, channel: str) -> list[ChoiceRow]:
        """The choices of a channel's newest answered turn, in their order; empty if it had none.

        What stands in his other chat is not before his eyes.
        """
        turn = (
            select(TurnRow.id)
            .where(
                TurnRow.worker_id == worker_id,
                TurnRow.channel == channel,
                TurnRow.answered_at.is_not(None),
            )
            .order_by(TurnRow.answered_at.desc(), TurnRow.received_at.desc())
            .limit(1)
            .scalar_subquery()
        )
        query = (
            select(ChoiceRow)
            .where(ChoiceRow.turn_id == turn, ChoiceRow.number > 0)
            .order_by(ChoiceRow.number)
        )
        return list((await self.session.scalars(query)).all())

    async def of_turn(self, turn_id: str) -> list[ChoiceRow]:
        """The choices that the replies of a turn offered."""
        query = select(ChoiceRow).where(ChoiceRow.turn_id == turn_id).order_by(ChoiceRow.number)
        return list((await self.session.scalars(query)).all())

    def add_all(self, choices: Iterable[ChoiceRow]) -> None:
        """Append what was offered."""
        self.session.add_all(choices)


class DialogueRepository:
    """Where each worker is: one row a worker."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def of(self, worker_id: str, now: datetime) -> DialogueRow:
        """The worker's row, made at his first turn."""
        row = await self.session.get(DialogueRow, worker_id)
        if row is None:
            row = DialogueRow(worker_id=worker_id, answers={}, drafts={}, updated_at=now)
            self.session.add(row)
        return row

    async def forget_searches(self, before: datetime) -> None:
        """Empty the last lists of those who have not written since a moment."""
        old = (DialogueRow.updated_at < before) & DialogueRow.search.is_not(None)
        query = update(DialogueRow).where(old).values(search=None)
        await self.session.execute(query.execution_options(synchronize_session=False))

    async def forget_worker(self, worker_id: str) -> None:
        """Empty the row: no dialogue, no draft, no list, no region."""
        row = await self.session.get(DialogueRow, worker_id)
        if row is not None:
            row.name = row.step = row.region = row.search = None
            row.answers, row.drafts = {}, {}

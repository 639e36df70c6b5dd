"""Queries about cases and their history."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import selectinload

from db.models import Case, CaseEvent, CaseSupporter, CaseView
from db.repositories.case_parts import CasePartRepository

WITHDRAWN = "withdrawn"
# What decides on who may see a case.
WITH_REACH = (selectinload(Case.units), selectinload(Case.recusals))


class CaseRepository:
    """Cases with their state and history."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def by_code(self, code: str, *, lock: bool = False) -> Case | None:
        """A case with its history; `lock` keeps others from moving it until the commit."""
        query = select(Case).where(Case.code == code)
        query = query.options(selectinload(Case.events), *WITH_REACH)
        if lock:
            # Read anew: what this transaction saw of it before may be over by now.
            query = query.with_for_update().execution_options(populate_existing=True)
        return await self.session.scalar(query)

    async def named(self, ids: Sequence[str], codes: Sequence[str]) -> Sequence[Case]:
        """The cases of these ids and codes, with what decides on who may see them."""
        query = select(Case).where(or_(Case.id.in_(ids), Case.code.in_(codes)))
        return (await self.session.scalars(query.options(*WITH_REACH))).all()

    async def has_code(self, code: str) -> bool:
        """Whether a case has this code."""
        return bool(await self.session.scalar(select(Case.id).where(Case.code == code)))

    async def by_turn(self, turn_id: str) -> Case | None:
        """The case that this turn handed in."""
        query = select(Case).where(Case.turn_id == turn_id).options(selectinload(Case.events))
        return await self.session.scalar(query)

    async def of_worker(self, worker_id: str, limit: int) -> Sequence[Case]:
        """A worker's newest cases with their history."""
        query = (
            select(Case)
            .where(Case.worker_id == worker_id)
            .options(selectinload(Case.events))
            .order_by(Case.created_at.desc())
            .limit(limit)
        )
        return (await self.session.scalars(query)).all()

    async def with_contact(
        self, before: datetime, running: Collection[str], limit: int
    ) -> Sequence[Case]:
        """Cases with a name or contact whose last step was before, and in none of these states."""
        newest = select(func.max(CaseEvent.at)).where(CaseEvent.case_id == Case.id)
        query = select(Case).where(
            or_(Case.contact.is_not(None), Case.caller.is_not(None)),
            Case.state.not_in(running),
            newest.correlate(Case).scalar_subquery() < before,
        )
        return (await self.session.scalars(query.order_by(Case.id).limit(limit))).all()

    async def supported_by(self, worker_id: str, limit: int) -> Sequence[Case]:
        """The newest cases that a worker stands behind, with their history."""
        behind = select(CaseSupporter.case_id).where(CaseSupporter.worker_id == worker_id)
        query = (
            select(Case)
            .where(Case.id.in_(behind))
            .options(selectinload(Case.events))
            .order_by(Case.created_at.desc())
            .limit(limit)
        )
        return (await self.session.scalars(query)).all()

    async def count_of_worker(self, worker_id: str) -> int:
        """How many cases a worker has handed in."""
        query = select(func.count()).select_from(Case).where(Case.worker_id == worker_id)
        return await self.session.scalar(query) or 0

    async def count_since(self, worker_id: str, since: datetime) -> int:
        """How many cases a worker has handed in since a moment."""
        query = select(func.count()).where(Case.worker_id == worker_id, Case.created_at > since)
        return await self.session.scalar(query) or 0

    async def one_text_at_a_time(self, digest: str) -> None:
        """Let no other case of the same words come in until the commit.

        On SQLite every transaction has that to itself.
        """
        if self.session.get_bind().dialect.name == "postgresql":
            key = int(digest[:15], 16)
            await self.session.execute(select(func.pg_advisory_xact_lock(key)))

    async def first_alike(self, digest: str, worker_id: str, since: datetime) -> str | None:
        """The first case of others with the same words since a moment that was not taken back."""
        query = (
            select(Case.id)
            .where(
                Case.text_digest == digest,
                Case.created_at > since,
                Case.folded_into.is_(None),
                or_(Case.worker_id.is_(None), Case.worker_id != worker_id),
                Case.state != WITHDRAWN,
            )
            .order_by(Case.created_at, Case.id)
            .limit(1)
        )
        return await self.session.scalar(query)

    async def code_of(self, case_id: str) -> str | None:
        """The code of a case."""
        return await self.session.scalar(select(Case.code).where(Case.id == case_id))

    async def count_contacts(self, worker_id: str) -> int:
        """In how many cases a worker left a contact or a name."""
        left = or_(Case.contact.is_not(None), Case.caller.is_not(None))
        query = select(func.count()).where(Case.worker_id == worker_id, left)
        return await self.session.scalar(query) or 0

    async def not_sealed(self, limit: int) -> Sequence[Case]:
        """Cases whose words are stored as they were written, from before words were sealed."""
        query = select(Case).where(Case.text_digest.is_(None)).order_by(Case.id).limit(limit)
        return (await self.session.scalars(query.with_for_update(skip_locked=True))).all()

    async def disagreeing(self) -> Sequence[str]:
        """Codes of cases whose state is not that of their newest event: there are none."""
        newest = (
            select(CaseEvent.state)
            .where(CaseEvent.case_id == Case.id)
            .order_by(CaseEvent.number.desc())
            .limit(1)
            .scalar_subquery()
        )
        query = select(Case.code).where(Case.state != newest).order_by(Case.code)
        return (await self.session.scalars(query)).all()

    async def forget_worker(self, worker_id: str) -> None:
        """Cut the thread from a worker to his cases; the cases stay masked, nobody's."""
        own = await self.of_worker(worker_id, limit=100_000)
        await CasePartRepository(self.session).forget_originals([case.id for case in own])
        for case in own:
            case.worker_id = case.turn_id = case.query_digest = None
            case.original = case.contact = case.caller = None
            for event in case.events:
                event.actor_id = None if event.actor == "worker" else event.actor_id

    def add(self, case: Case) -> None:
        """Append a case."""
        self.session.add(case)

    def add_view(self, view: CaseView) -> None:
        """Note who looked."""
        self.session.add(view)

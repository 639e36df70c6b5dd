"""Queries about linking: codes that are shown, wrong tries, and one worker becoming another."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.models import (
    Account,
    Case,
    CaseAddition,
    CaseEvent,
    CaseSupporter,
    CaseTry,
    ChoiceRow,
    Consent,
    Deadline,
    Handover,
    LinkCode,
    LinkTry,
    NoticeMark,
    NoticeReply,
    NoticeWish,
    OutboxRow,
    Photo,
    Recording,
    Signup,
    StopProposal,
    StopReport,
    StopSketch,
    StopWait,
    TurnRow,
    WorkerKey,
)
from db.repositories.case_parts import CasePartRepository
from db.repositories.notice_answers import NoticeAnswerRepository
from db.repositories.outbox import NEWS
from db.repositories.reminders import DeadlineRepository, StopWaitRepository

# All that hangs on a worker and goes along when he becomes another. Where he is (`DialogueRow`)
# is not moved but put together by `services.links`: there is one such row a worker.
MOVED = (
    *(Account, TurnRow, ChoiceRow, Case, CaseAddition, CaseSupporter, CaseTry, Consent),
    *(Photo, Recording, StopReport, StopProposal, StopSketch, WorkerKey, Handover),
    *(NoticeMark, NoticeReply, NoticeWish, Deadline, StopWait, Signup),
)


class LinkRepository:
    """Codes by their digits, tries by account."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def one_at_a_time(self) -> None:
        """Let no other try be counted until the commit, so that a burst cannot pass the limit.

        On SQLite every transaction has that to itself.
        """
        if self.session.get_bind().dialect.name == "postgresql":
            await self.session.execute(text("LOCK TABLE link_tries IN SHARE ROW EXCLUSIVE MODE"))

    async def by_code(self, code: str, *, lock: bool = False) -> LinkCode | None:
        """Who was shown these digits; `lock` keeps others from using them until the commit."""
        query = select(LinkCode).where(LinkCode.code == code)
        return await self.session.scalar(query.with_for_update() if lock else query)

    async def count_tries(self, since: datetime, account_id: str | None = None) -> int:
        """How many wrong codes were typed since a moment, by one account or by all."""
        query = select(func.count()).select_from(LinkTry).where(LinkTry.at > since)
        if account_id is not None:
            query = query.where(LinkTry.account_id == account_id)
        return await self.session.scalar(query) or 0

    async def forget_codes(self, account_ids: Sequence[str]) -> None:
        """Delete what these accounts were shown."""
        await self.session.execute(delete(LinkCode).where(LinkCode.account_id.in_(account_ids)))

    async def forget_news(self, account_id: str) -> None:
        """Delete the news of an account, sent or not; answers to its own turns stay."""
        own = (OutboxRow.account_id == account_id) & (OutboxRow.priority >= NEWS)
        await self.session.execute(delete(OutboxRow).where(own))

    async def tidy(self, codes_before: datetime, tries_before: datetime) -> None:
        """Delete codes that ended and tries that were made before these moments."""
        await self.session.execute(delete(LinkCode).where(LinkCode.expires_at < codes_before))
        await self.session.execute(delete(LinkTry).where(LinkTry.at < tries_before))

    async def merge(self, leaving: str, staying: str) -> None:
        """Give all that hangs on one worker to another."""
        taken = select(TurnRow.message_id).where(TurnRow.worker_id == staying)
        alike = (TurnRow.worker_id == leaving) & TurnRow.message_id.in_(taken)
        # A channel's message id is unique for a worker, not among workers.
        await self.session.execute(update(TurnRow).where(alike).values(message_id=TurnRow.id))
        await self._drop_same_words(leaving, staying)
        await CasePartRepository(self.session).merge(leaving, staying)
        for rows in (NoticeAnswerRepository, DeadlineRepository, StopWaitRepository):
            await rows(self.session).drop_same(leaving, staying)
        cases = select(Case.id).where(Case.worker_id == leaving)
        own = CaseEvent.case_id.in_(cases) & (CaseEvent.actor_id == leaving)
        await self.session.execute(update(CaseEvent).where(own).values(actor_id=staying))
        for table in MOVED:
            query = update(table).where(table.worker_id == leaving)
            await self.session.execute(query.values(worker_id=staying))

    async def _drop_same_words(self, leaving: str, staying: str) -> None:
        """Of two words on one stop and day one person has one, that of who stays."""
        other = aliased(StopReport)
        twice = exists().where(
            other.worker_id == staying,
            other.stop_id == StopReport.stop_id,
            other.day == StopReport.day,
        )
        query = delete(StopReport).where(StopReport.worker_id == leaving, twice)
        await self.session.execute(query.execution_options(synchronize_session=False))

    def add(self, row: LinkCode | LinkTry) -> None:
        """Append a code or a try."""
        self.session.add(row)

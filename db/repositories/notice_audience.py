"""The one query of who gets a notice: a page counts by it, the sender makes rows by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from db.models import Account, Consent, NoticeOccurrence, NoticeWish, OutboxRow, TurnRow, Worker

Condition = ColumnElement[Any]
NOTICE = 2  # the priority of ordinary ones in the outbox
NOTHING = ""  # stands against it
# What may, in the order in which it is asked.
REASONS = (
    *(NOTHING, "no_account", "deleted", "opted_out", "not_subscribed", "gone", "weekly_limit"),
)


@dataclass(frozen=True)
class Wanted:
    """An audience and what its topic asks, as the query takes it.

    `areas` are names from the top, as many as are given. `asked`: only who asked for the topic.
    From `a_week` ordinary notices on since `week` an account gets no more; None: no limit.
    """

    topic: str
    areas: tuple[tuple[str, ...], ...]
    trades: tuple[str, ...]
    platforms: tuple[str, ...]
    asked: bool
    news: str
    week: datetime
    a_week: int | None


class Recipient(NamedTuple):
    """An account and whose it is."""

    account_id: str
    worker_id: str


class NoticeAudienceRepository:
    """Accounts by audience."""

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def count(self, wanted: Wanted) -> dict[str, int]:
        """How many accounts there are by the reason against them, `NOTHING` for none.

        A worker without any account counts as one.
        """
        each = _each(wanted).cte().prefix_with("MATERIALIZED")
        # Grouped, PostgreSQL would expect as many reasons as accounts, and sort them on the disk.
        counts = (func.count().filter(each.c.reason == reason) for reason in REASONS)
        row = (await self.session.execute(select(*counts).select_from(each))).one()
        return {reason: count for reason, count in zip(REASONS, row, strict=True) if count}

    async def count_twice(self, wanted: Wanted) -> int:
        """How many accounts with nothing against them are a worker's second."""
        each = _each(wanted).subquery()
        several = select(Account.worker_id).group_by(Account.worker_id).having(func.count() > 1)
        query = select(func.count() - func.count(each.c.worker_id.distinct())).where(
            each.c.reason == NOTHING, each.c.worker_id.in_(several)
        )
        return await self.session.scalar(query) or 0

    async def begun_since(self, moment: datetime) -> int:
        """How many moments of notices began since then: nobody got more than those."""
        query = select(func.count()).where(NoticeOccurrence.begun_at > moment)
        return await self.session.scalar(query) or 0

    async def batch(
        self, wanted: Wanted, channel: str, after: str, limit: int
    ) -> Sequence[Recipient]:
        """The next accounts of a channel with nothing against them, in the order of their ids."""
        query = (
            select(Account.id, Worker.id)
            .join(Worker, Worker.id == Account.worker_id)
            .where(
                Account.channel == channel,
                Account.id > after,
                _scope(wanted),
                _reason(wanted) == NOTHING,
            )
            .order_by(Account.id)
            .limit(limit)
        )
        return [Recipient(row[0], row[1]) for row in await self.session.execute(query)]


def _each(wanted: Wanted) -> Select[Any, str]:
    """Each account that is meant, or worker without one, with the reason against it."""
    return (
        select(_reason(wanted).label("reason"), Worker.id.label("worker_id"))
        .select_from(Worker)
        .outerjoin(Account, Account.worker_id == Worker.id)
        .where(_scope(wanted))
    )


def _scope(wanted: Wanted) -> Condition:
    """Who is meant at all. Only who told of himself and agreed is known by what he told."""
    parts: list[Condition] = []
    if wanted.areas:
        parts.append(or_(*(_lies_in(area) for area in wanted.areas)))
    if wanted.trades:
        parts.append(Worker.trade.in_(wanted.trades))
    if wanted.platforms:
        parts.append(Worker.platform.in_(wanted.platforms))
    if parts:
        parts.append(Worker.told_at.is_not(None))
    return and_(true(), *parts)


def _lies_in(area: Sequence[str]) -> Condition:
    columns = (Worker.province, Worker.city, Worker.district)
    return and_(*(column == name for column, name in zip(columns, area, strict=False)))


def _reason(wanted: Wanted) -> Condition:
    """The first reason against an account."""
    return case(
        (Account.id.is_(None), "no_account"),
        (_deleted(), "deleted"),
        (or_(_wants_no_news(wanted), _wishes(wanted, wanted=False)), "opted_out"),
        (and_(literal(wanted.asked), ~_wishes(wanted, wanted=True)), "not_subscribed"),
        (Account.gone_at.is_not(None), "gone"),
        (_had_enough(wanted), "weekly_limit"),
        else_=NOTHING,
    )


def _deleted() -> Condition:
    """Who had all deleted and has not written since."""
    wrote = exists().where(
        TurnRow.worker_id == Worker.id, TurnRow.received_at > Worker.forgotten_at
    )
    return and_(Worker.forgotten_at.is_not(None), ~wrote)


def _wants_no_news(wanted: Wanted) -> Condition:
    newer = aliased(Consent)
    later = exists().where(
        newer.worker_id == Consent.worker_id,
        newer.notice == Consent.notice,
        newer.decided_at > Consent.decided_at,
    )
    said = select(Consent.worker_id).where(
        Consent.notice == wanted.news, Consent.decision == "withdrawn", ~later
    )
    return Worker.id.in_(said)


def _wishes(query: Wanted, *, wanted: bool) -> Condition:
    said = select(NoticeWish.worker_id).where(
        NoticeWish.topic == query.topic, NoticeWish.wanted.is_(wanted)
    )
    return Worker.id.in_(said)


def _had_enough(wanted: Wanted) -> Condition:
    if wanted.a_week is None:
        return ~true()
    recent = select(NoticeOccurrence.id).where(NoticeOccurrence.begun_at > wanted.week)
    full = (
        select(OutboxRow.account_id)
        .where(
            OutboxRow.occurrence_id.in_(recent),
            OutboxRow.priority == NOTICE,
            OutboxRow.created_at > wanted.week,
        )
        .group_by(OutboxRow.account_id)
        .having(func.count() >= wanted.a_week)
    )
    return Account.id.in_(full)

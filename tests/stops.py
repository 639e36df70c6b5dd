"""Stops, and people who say something of them, as tests of the staff's side need them."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import OutboxRow, RestStopRow, StopReport
from services.rest_stops import proposals, reports
from services.rest_stops.columns import columns_of
from tests.factories import FixedClock, add_turn, add_worker

GIVEN: dict[str, Any] = {
    "id": "gz-1",
    "name": "东晓南驿站",
    "kind": "工会驿站",
    "province": "广东",
    "city": "广州",
    "district": "海珠区",
    "street": None,
    "address": "东晓南路12号",
    "hours_text": "周一至周五9点至22点",
    "opening_hours": "Mo-Fr 09:00-22:00",
    "entry": "scan_qr",
    "facilities": ("水", "热饭"),
    "lacks": ("淋浴",),
    "other_facilities": ("沙发",),
    "phone": "020-84960000",
    "source": "海珠区总工会",
    "source_url": "https://example.org/list",
    "published_on": "2025-08-07",
    "status": "open_to_public",
    "position": {"lat": 23.09, "lon": 113.28, "datum": "gcj02", "accuracy": "exact"},
}


async def add_stop(session: AsyncSession, library: Library, **parts: Any) -> RestStopRow:
    """A stop as every road into the database would make it."""
    row = RestStopRow(**columns_of(library, {**GIVEN, **parts}))
    session.add(row)
    await session.flush()
    return row


async def add_report(
    session: AsyncSession, clock: FixedClock, stop_id: str, kind: str, **fields: Any
) -> str:
    """What a worker of many days says of a stop; returns the worker's id.

    `near=True` puts him at the door; `days=0` makes him a newcomer.
    """
    worker_id = fields.get("worker_id")
    if worker_id is None:
        came = clock() - timedelta(days=fields.get("days", 30))
        worker_id = (await add_worker(session, created_at=came)).id
    said = await reports.report(session, clock, worker_id, stop_id, kind)
    report = await session.get_one(StopReport, said.id)
    report.near = fields.get("near", False)
    return worker_id


async def add_proposal(session: AsyncSession, clock: FixedClock, *words: str) -> str:
    """A proposed place; returns the worker's id."""
    worker = await add_worker(session)
    turn = await add_turn(session, worker.id)
    draft = proposals.Draft(*(words or ("阿婶糖水铺", "东涌市场南门")))
    await proposals.hand_in(session, clock, worker.id, turn.id, draft)
    return worker.id


async def told(session: AsyncSession) -> list[str]:
    """Everything that workers were told, in order."""
    rows = await session.scalars(select(OutboxRow).order_by(OutboxRow.number))
    return [row.reply["text"] for row in rows]


TODAY = date(2026, 11, 18)

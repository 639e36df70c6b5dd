"""The database: its tables, the updates that wait or were set aside, the messages to be sent."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from db import migrate
from db.session import make_engine, make_sessions, transaction
from kit.clock import Clock, in_shanghai
from kit.settings import Settings
from services import deliveries, updates
from services.updates import Figures, SetAside
from tools.doctor.finding import Finding, attention, broken, well
from tools.start.progress import words

# The bot takes up an update at once; what waits longer is waiting for the bot.
STUCK_AFTER = timedelta(minutes=5)


def storage(settings: Settings, clock: Clock, seconds: float) -> list[Finding]:
    """What there is to say of the database and of what lies in it."""
    try:
        return asyncio.run(asyncio.wait_for(_look(settings, clock), seconds))
    except (SQLAlchemyError, OSError, ImportError, RuntimeError) as error:
        # Its words may quote the password.
        return [broken("database_down", error=type(error).__name__)]


async def _look(settings: Settings, clock: Clock) -> list[Finding]:
    found, needed = await migrate.current(settings.database), migrate.head()
    if found is None:
        return [broken("database_missing")]
    if found != needed:
        return [broken("database_other", found=found, needed=needed)]
    engine = make_engine(settings.database)
    try:
        async with transaction(make_sessions(engine)) as session:
            figures = await updates.figures(session)
            aside = await updates.listed(session)
            counts = await deliveries.counts(session)
    finally:
        await engine.dispose()
    return [
        well("database", revision=found),
        *received(figures, aside, clock),
        sent(counts, settings),
    ]


def received(figures: Figures, aside: Sequence[SetAside], clock: Clock) -> list[Finding]:
    """What Telegram delivered: never a word of it, nor who said it."""
    findings = []
    if figures.waiting_since and clock() - figures.waiting_since > STUCK_AFTER:
        since = shown(figures.waiting_since)
        findings = [attention("updates_stuck", waiting=figures.waiting, since=since)]
    if figures.set_aside:
        rows = [
            {"number": one.number, "fault": one.fault, "at": shown(one.received_at)}
            for one in aside
        ]
        days = updates.REMEMBERED.days
        values = {"count": figures.set_aside, "days": days, "newest": rows}
        lines = tuple(words("doctor", "set_aside", **row) for row in rows)
        findings.append(Finding("attention", "updates_set_aside", values, lines))
    return findings or [well("updates", waiting=figures.waiting)]


def sent(counts: dict[str, int], settings: Settings) -> Finding:
    """What is to be sent, and what of it failed."""
    waiting, failed, unknown = (counts.get(state, 0) for state in ("waiting", "failed", "unknown"))
    if not failed and not unknown:
        return well("outbox", waiting=waiting)
    log = str(settings.data_dir.resolve() / "logs" / "bot.log")
    return attention("outbox_lost", waiting=waiting, failed=failed, unknown=unknown, log=log)


def shown(moment: datetime) -> str:
    """A moment as people here read it."""
    return f"{in_shanghai(moment):%Y-%m-%d %H:%M}"

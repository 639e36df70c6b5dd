"""Knows what the cases mean before a worker hands one in; notes and judges what never was."""

import asyncio

import structlog

from content.library import Library
from db.session import AWAY, Sessions, transaction
from services.cases import dangers, duplicates, shelving

log = structlog.get_logger()
SECONDS_BETWEEN = 600.0  # a search learns by itself what is new; cases come unnoted by import


async def keep_up(sessions: Sessions, library: Library) -> None:
    """Read all vectors, and note what lacks one, until it is cancelled."""
    while True:
        try:
            await shelving.warm(sessions.beside)
            await _judge_all(sessions, library)
            noted = await _note_all(sessions, library)
            if noted:
                log.info("cases_noted", count=noted)
        except AWAY as error:
            log.warning("cases_not_read", error=type(error).__name__)
        await asyncio.sleep(SECONDS_BETWEEN)


async def _note_all(sessions: Sessions, library: Library) -> int:
    """Some a transaction, so that turns come between."""
    noted = 0
    while True:
        async with transaction(sessions) as session:
            some = await duplicates.note_missing(session, library)
        if not some:
            return noted
        noted += some


async def _judge_all(sessions: Sessions, library: Library) -> None:
    """Some a transaction: hazards that came in before danger was judged at once."""
    judged = 1
    while judged:
        async with transaction(sessions) as session:
            judged = await dangers.judge_older(session, library)

"""Knows what the cases mean before the first search, which is then as fast as later ones."""

import asyncio

import structlog

from db.session import AWAY, Sessions
from services.cases import shelving

log = structlog.get_logger()
SECONDS_BETWEEN = 5.0


async def know(sessions: Sessions) -> None:
    """Read all vectors once, while the server answers already."""
    while True:
        try:
            return await shelving.warm(sessions.beside)
        except AWAY as error:
            log.warning("cases_not_read", error=type(error).__name__)
        await asyncio.sleep(SECONDS_BETWEEN)

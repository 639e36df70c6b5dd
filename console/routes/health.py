"""Whether the console lives, and whether it can serve."""

import asyncio

import structlog
from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from sqlalchemy.exc import SQLAlchemyError

from console.auth import anyone
from console.deps import Parts
from db.session import transaction
from services.staff import signing_in

PATIENCE = 3  # seconds; a supervisor that asks waits hardly longer

router = APIRouter(dependencies=[Depends(anyone)])
log = structlog.get_logger()


@router.api_route("/healthz", methods=["GET", "HEAD"])
async def healthz() -> JSONResponse:
    """The process answers."""
    return JSONResponse({"status": "ok"})


@router.api_route("/readyz", methods=["GET", "HEAD"])
async def readyz(parts: Parts) -> JSONResponse:
    """The database can be read and has our tables."""
    try:
        async with asyncio.timeout(PATIENCE), transaction(parts.sessions) as session:
            await signing_in.check_storage(session)
    except (SQLAlchemyError, OSError) as error:  # a time-out is an OSError
        log.warning("not_ready", error=type(error).__name__)
        return JSONResponse({"status": "unavailable", "waiting_for": ["database"]}, 503)
    return JSONResponse({"status": "ok"})

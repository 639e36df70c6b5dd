"""Errors as answers of the turn API: a key for programs and a Chinese sentence for the worker."""

from collections.abc import Mapping
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from bot.web.schema import TEXT_MOST
from content.library import Library
from kit.errors import AppError, BadInput, NotFound, TooLarge

log = structlog.get_logger()


def fault_response(library: Library, error: AppError) -> Response:
    """An error as JSON; a passing one says when to try again."""
    text = library.say(error.key, **error.fields)
    headers = {"Retry-After": str(error.fields["seconds"])} if "seconds" in error.fields else None
    body = {"error": {"key": error.key, "text": text}}
    return JSONResponse(body, status_code=error.status, headers=headers)


def add_handlers(app: FastAPI, library: Library, headers: Mapping[str, str]) -> None:
    """Turn every error of this app into such an answer; nothing of the request is echoed.

    `headers` are what every answer carries: an error of our own passes no middleware.
    """

    async def known(_request: Request, error: Exception) -> Response:
        return fault_response(library, error if isinstance(error, AppError) else AppError())

    async def unreadable(_request: Request, error: Exception) -> Response:
        faults = error.errors() if isinstance(error, RequestValidationError) else ()
        return fault_response(library, _reading(faults))

    async def by_framework(_request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 500
        fault = NotFound("errors.no_such_page") if status in {404, 405} else BadInput()
        fault.status = status
        return fault_response(library, fault)

    async def unexpected(request: Request, error: Exception) -> Response:
        log.error("request_failed", path=request.url.path, exc_info=error)
        fault = AppError()
        fault.status = 500
        response = fault_response(library, fault)
        response.headers.update(headers)
        return response

    app.add_exception_handler(AppError, known)
    app.add_exception_handler(RequestValidationError, unreadable)
    app.add_exception_handler(HTTPException, by_framework)
    app.add_exception_handler(Exception, unexpected)


def _reading(faults: Any) -> AppError:  # noqa: ANN401 - pydantic's list of plain dicts
    """Which of our sentences fits what pydantic found."""
    for fault in faults:
        where = fault.get("loc", ())
        if fault.get("type") == "string_too_long" and "text" in where:
            return TooLarge(most=TEXT_MOST)
        if "location" in where:
            return BadInput("errors.bad_position")
        if where == ("body",) and fault.get("type") == "value_error":
            return BadInput("errors.two_things")
    return BadInput()

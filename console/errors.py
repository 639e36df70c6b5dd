"""The one place where the console turns an error into a page."""

from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from console.deps import console_of
from console.headers import SECURITY_HEADERS
from kit.errors import AppError, BadInput
from kit.ids import read_code

# Keys with a page of their own; every other error shares one.
TEMPLATES = {
    "staff.signed_out": "staff/signed_out.html",
    "staff.stage_over": "staff/signed_out.html",
    "staff.link_over": "staff/link_over.html",
}


def install(app: FastAPI) -> None:
    """Answer every kind of error by a page."""
    app.add_exception_handler(AppError, _app_error)
    app.add_exception_handler(HTTPException, _http_error)
    app.add_exception_handler(RequestValidationError, _unreadable)
    app.add_exception_handler(Exception, _unexpected)


def error_page(request: Request, error: AppError) -> Response:
    """The page that tells a member of staff what went wrong and what to do."""
    template = TEMPLATES.get(error.key, "error.html")
    return _page(request, error.status, template, console_of(request).pages.sentence_for(error))


def _app_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, AppError):
        raise error
    return error_page(request, error)


def _http_error(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    response = _page(request, error.status_code)
    response.headers.update(error.headers or {})
    return response


def _unreadable(request: Request, _error: Exception) -> Response:
    return error_page(request, BadInput())


def _unexpected(request: Request, _error: Exception) -> Response:
    # The server logs the error itself. This answer bypasses the middleware, hence the headers.
    response = _page(request, HTTPStatus.INTERNAL_SERVER_ERROR)
    response.headers.update(SECURITY_HEADERS)
    return response


def _page(
    request: Request, status: int, template: str = "error.html", sentence: str | None = None
) -> Response:
    # Who came too late for a step wants to see the case or stop as it stands now.
    late = request.path_params if status == HTTPStatus.FORBIDDEN else {}
    return console_of(request).pages.show(
        request,
        template,
        status=status,
        http=status,
        sentence=sentence,
        case_code=read_code(late.get("code", "")),
        stop_id=late.get("stop_id"),
    )

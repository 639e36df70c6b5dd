"""What is refused before any route is asked, and the headers that every answer bears."""

import re
from urllib.parse import urlsplit

from fastapi import Request, Response
from starlette.middleware.base import RequestResponseEndpoint

from console.auth import session_cookie
from console.deps import console_of
from console.errors import error_page
from console.headers import SECURITY_HEADERS
from kit.errors import AppError, BadInput, TooLarge
from kit.settings import Settings
from services import photos

# Our longest form, that of a stop, holds some 2,500 characters and carries what it showed beside
# them; a Chinese one takes nine bytes on its way.
MAX_BODY = 64 * 1024
# The form of a notice carries a picture besides.
MAX_UPLOAD = photos.BYTES_MOST + MAX_BODY
UPLOADS = re.compile(r"/notices/(new|[0-9]{1,9}/edit)")
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
HEALTH = frozenset({"/healthz", "/readyz"})


class WrongHost(AppError):
    """The console was reached by a name that is not its own."""

    key = "console.wrong_host"
    status = 421


async def guard(request: Request, call_next: RequestResponseEndpoint) -> Response:
    """Refuse or pass on, and put the security headers on the answer either way."""
    try:
        _check_host(request)
        _check_size(request)
    except AppError as error:
        response = error_page(request, error)
    else:
        response = await call_next(request)
    static = request.url.path.startswith("/static/")
    response.headers.update(SECURITY_HEADERS)
    if static:
        response.headers["Cache-Control"] = "no-cache"
    return response


def own_names(settings: Settings) -> frozenset[str]:
    """The host names the console answers to; empty when it cannot know them.

    A page elsewhere can make its own name point to this machine and so read what is bound to
    loopback only; it cannot make the browser send another name than its own.
    """
    if settings.console_url:
        return LOOPBACK | {urlsplit(settings.console).hostname or ""}
    return LOOPBACK if settings.host in LOOPBACK else frozenset()


def _check_host(request: Request) -> None:
    names = own_names(console_of(request).settings)
    if not names or request.url.path in HEALTH:
        return  # health checks come by address
    try:
        name = urlsplit(f"//{request.headers.get('host', '')}").hostname
    except ValueError:
        name = None
    if name not in names:
        raise WrongHost


def _check_size(request: Request) -> None:
    if "transfer-encoding" in request.headers:
        raise BadInput  # no browser sends a form in pieces of unknown length
    length = request.headers.get("content-length", "0")
    if not length.isascii() or not length.isdigit():
        raise BadInput
    if _is_upload(request):
        if int(length[:12]) > MAX_UPLOAD:
            raise TooLarge("console.upload_too_large", most=photos.MEGABYTES_MOST)
    elif int(length[:12]) > MAX_BODY:
        raise TooLarge


def _is_upload(request: Request) -> bool:
    """Whether a file may come along: with this form alone, and of who seems to be signed in."""
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return (
        sent == "multipart/form-data"
        and UPLOADS.fullmatch(request.url.path) is not None
        and session_cookie(console_of(request).settings) in request.cookies
    )

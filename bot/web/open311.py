"""Open311 GeoReport v2, for reading: the same records as JSON and as XML."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Depends, Request
from starlette.responses import Response

from bot.web.parts import InApp
from content.library import Library
from db.session import transaction
from kit.errors import AppError, NotFound
from services.board import open311
from services.board.open311 import Record

PREFIX = "/open311/v2"
SPECIFICATION = "http://wiki.open311.org/GeoReport_v2"
CHANGESET = "2026-11-30 00:00"  # of this endpoint; the list of services changes with an edition
TYPES = {"json": "application/json; charset=utf-8", "xml": "text/xml; charset=utf-8"}
HTTP_NOT_FOUND, HTTP_BAD = 404, 400
FRESH = "public, max-age=60"

Value = str | None | Sequence["Value"] | Mapping[str, "Value"]


async def asked_of(request: Request) -> open311.Asked:
    """The arguments that are known, as they were sent; others are passed over."""
    known = {name: request.query_params.get(name, "") for name in open311.Asked.__annotations__}
    return open311.Asked(**known)


def routes() -> APIRouter:
    """The endpoint. Nothing can be sent to it."""
    router = APIRouter(prefix=PREFIX, include_in_schema=False)

    @router.get("/discovery.{kind}")
    async def discovery(request: Request, parts: InApp, kind: str) -> Response:
        _must_know(kind)
        return _answer(kind, _discovery(str(request.base_url), parts.library), "discovery")

    @router.get("/services.{kind}")
    async def services(parts: InApp, kind: str) -> Response:
        _must_know(kind)
        return _answer(kind, open311.services(parts.library), "services", "service")

    @router.get("/services/{_code}.{kind}")
    async def definition(parts: InApp, _code: str, kind: str) -> Response:
        _must_know(kind)
        return _fault(parts.library, kind, NotFound("open_data.no_such_service"))

    @router.get("/requests.{kind}")
    async def requests(
        parts: InApp, kind: str, asked: Annotated[open311.Asked, Depends(asked_of)]
    ) -> Response:
        _must_know(kind)
        try:
            async with transaction(parts.sessions) as session:
                found = await open311.requests(session, parts.library, parts.clock, asked)
        except AppError as error:
            return _fault(parts.library, kind, error)
        return _answer(kind, found, "service_requests", "request")

    @router.get("/requests/{number}.{kind}")
    async def request(parts: InApp, number: str, kind: str) -> Response:
        _must_know(kind)
        try:
            async with transaction(parts.sessions) as session:
                found = await open311.request(session, parts.library, number)
        except AppError as error:
            return _fault(parts.library, kind, error)
        return _answer(kind, [found], "service_requests", "request")

    return router


def _must_know(kind: str) -> None:
    if kind not in TYPES:
        raise NotFound("errors.no_such_page")


def _discovery(base: str, library: Library) -> Mapping[str, Value]:
    endpoint = {
        "specification": SPECIFICATION,
        "url": base.rstrip("/") + PREFIX,
        "changeset": CHANGESET,
        "type": "production",
        "formats": ["text/xml", "application/json"],
    }
    return {
        "changeset": CHANGESET,
        "contact": library.say("open_data.contact"),
        "key_service": library.say("open_data.key_service"),
        "endpoints": [endpoint],
    }


def _fault(library: Library, kind: str, error: AppError) -> Response:
    """An error as the specification wants it: 404 for what is not there, 400 for the rest."""
    status = HTTP_NOT_FOUND if isinstance(error, NotFound) else HTTP_BAD
    told = {"code": str(status), "description": library.say(error.key, **error.fields)}
    return _answer(kind, [told], "errors", "error", status=status)


def _answer(
    kind: str,
    body: Sequence[Record] | Mapping[str, Value],
    *names: str,
    status: int = 200,
) -> Response:
    write: Callable[..., str] = to_json if kind == "json" else to_xml
    headers = {"Cache-Control": FRESH if status < HTTP_BAD else "no-store"}
    return Response(write(body, *names), status, headers, media_type=TYPES[kind])


def to_json(body: Value, *_names: str) -> str:
    """The records as JSON."""
    return json.dumps(body, ensure_ascii=False)


def to_xml(body: Value, *names: str) -> str:
    """The same as XML; `names` are those of the whole and of each record in it.

    A list holds elements named as its own name in the singular.
    """
    root, *item = names
    element = _element(root, body, item[0] if item else "")
    declaration = '<?xml version="1.0" encoding="utf-8"?>\n'
    return declaration + ET.tostring(element, encoding="unicode")


def _element(name: str, value: Value, item: str = "") -> ET.Element:
    element = ET.Element(name)
    if isinstance(value, str):
        element.text = value
    elif isinstance(value, Mapping):
        element.extend(_element(key, each) for key, each in value.items())
    elif value is not None:
        inside = item or name.removesuffix("s")
        element.extend(_element(inside, each) for each in value)
    return element

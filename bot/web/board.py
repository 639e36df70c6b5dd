"""The public board as pages that need no script, and as a feed."""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from bot.web.parts import InApp, Parts
from content.library import Library
from db.session import transaction
from kit.errors import AppError, NotFound
from services.board import posts
from services.board.posts import Post

TEMPLATES = Path(__file__).parent / "templates"
# What is withdrawn is gone from everybody's screen within a minute.
HEADERS = {
    "Cache-Control": "public, max-age=60",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
}
ATOM = "http://www.w3.org/2005/Atom"
MOST_DIGITS = 7
HTTP_NOT_MODIFIED = 304


def routes() -> APIRouter:
    """The pages of the board."""
    router = APIRouter(prefix="/board", include_in_schema=False)
    pages = _Pages()

    @router.get("")
    async def listed(request: Request, parts: InApp) -> Response:
        asked = {name: request.query_params.get(name, "") for name in ("kind", "category", "area")}
        try:
            number = _number(request.query_params.get("page", "1"))
            async with transaction(parts.sessions) as session:
                wanted = posts.Wanted(**asked)
                found = await posts.page(session, parts.library, wanted, number)
                areas = await posts.areas(session)
        except AppError as error:
            return pages.fault(parts, error)
        return pages.show(
            request,
            parts.library,
            "list.html",
            found=found,
            asked=asked,
            areas=areas,
            categories=parts.library.categories,
            address=lambda page: "/board?" + urlencode({**_given(asked), "page": page}),
        )

    @router.get("/feed.atom")
    async def feed(request: Request, parts: InApp) -> Response:
        async with transaction(parts.sessions) as session:
            found = await posts.page(session, parts.library, posts.Wanted(), 1)
        body = _atom(parts.library, found.items)
        return _fresh(request, body, "application/atom+xml; charset=utf-8")

    @router.get("/{number}")
    async def one(request: Request, parts: InApp, number: str) -> Response:
        try:
            wanted = _number(number)
            async with transaction(parts.sessions) as session:
                found = await posts.one(session, parts.library, wanted)
        except AppError as error:
            return pages.fault(parts, error)
        return pages.show(request, parts.library, "one.html", post=found)

    return router


class _Pages:
    """The templates of the board. Everything put into one is escaped."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES / "board"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )

    def show(
        self, request: Request, library: Library, template: str, **values: object
    ) -> Response:
        """A page; who has it already is told so."""
        return _fresh(request, self._text(library, template, **values), "text/html; charset=utf-8")

    def fault(self, parts: Parts, error: AppError) -> Response:
        """A page that says what is wrong."""
        sentence = parts.library.say(error.key, **error.fields)
        text = self._text(parts.library, "fault.html", sentence=sentence)
        headers = {**HEADERS, "Cache-Control": "no-store"}
        return Response(text, error.status, headers, media_type="text/html; charset=utf-8")

    def _text(self, library: Library, template: str, **values: object) -> str:
        return self._templates.get_template(template).render(
            say=library.say, stages=posts.STAGES, kinds=posts.KINDS, **values
        )


def _fresh(request: Request, text: str, kind: str) -> Response:
    """The text, or that it is what the browser has."""
    tag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {**HEADERS, "ETag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=HTTP_NOT_MODIFIED, headers=headers)
    return Response(text, headers=headers, media_type=kind)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > MOST_DIGITS:
        raise NotFound("board.no_such_page")
    return int(text)


def _given(asked: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in asked.items() if value}


def _atom(library: Library, items: tuple[Post, ...]) -> str:
    """The newest posts as Atom (RFC 4287). Addresses are relative to the feed's own."""
    ET.register_namespace("", ATOM)
    feed = _tag(None, "feed")
    _tag(feed, "id", "urn:yizhan:board")
    _tag(feed, "title", library.say("board.name"))
    _tag(feed, "link", rel="self", href="/board/feed.atom")
    newest = max((each.released_at for each in items), default=None)
    _tag(feed, "updated", newest.isoformat() if newest else "1970-01-01T00:00:00+00:00")
    _tag(_tag(feed, "author"), "name", library.say("board.name"))
    for each in items:
        entry = _tag(feed, "entry")
        _tag(entry, "id", f"urn:yizhan:board:{each.number}")
        _tag(entry, "title", each.title)
        _tag(entry, "link", rel="alternate", href=f"/board/{each.number}")
        _tag(entry, "updated", each.released_at.isoformat())
        _tag(entry, "content", f"{each.text}\n{each.answer or ''}".strip(), type="text")
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(feed, "unicode")


def _tag(
    parent: ET.Element | None, name: str, text: str | None = None, **given: str
) -> ET.Element:
    full = f"{{{ATOM}}}{name}"
    made = ET.Element(full) if parent is None else ET.SubElement(parent, full)
    made.attrib.update(given)
    made.text = text
    return made

"""The public board as pages that need no script, and as a feed."""

import hashlib
from collections.abc import Awaitable, Callable, Hashable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from fastapi import APIRouter, Request
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.responses import Response

from bot.web.parts import InApp, Parts
from content.library import Library
from db.session import transaction
from kit.clock import Clock
from kit.errors import AppError, NotFound
from services.board import posts
from services.board.posts import Post

TEMPLATES = Path(__file__).parent / "templates"
HTML = "text/html; charset=utf-8"
KEPT, MOST_KEPT = timedelta(seconds=20), 200
# With the seconds above: what is withdrawn is gone from every screen within 80 seconds.
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
    pages, shelf = _Pages(), _Shelf()

    @router.get("")
    async def listed(request: Request, parts: InApp) -> Response:
        asked = {name: request.query_params.get(name, "") for name in ("kind", "category", "area")}
        try:
            number = _number(request.query_params.get("page", "1"))
            key = (*asked.values(), number)
            text = await shelf.text(key, parts.clock, lambda: pages.listed(parts, asked, number))
        except AppError as error:
            return pages.fault(parts, error)
        return _fresh(request, text, HTML)

    @router.get("/feed.atom")
    async def feed(request: Request, parts: InApp) -> Response:
        text = await shelf.text("feed", parts.clock, lambda: _feed(parts))
        return _fresh(request, text, "application/atom+xml; charset=utf-8")

    @router.get("/{number}")
    async def one(request: Request, parts: InApp, number: str) -> Response:
        try:
            wanted = _number(number)
            text = await shelf.text(wanted, parts.clock, lambda: pages.one(parts, wanted))
        except AppError as error:
            return pages.fault(parts, error)
        return _fresh(request, text, HTML)

    return router


class _Shelf:
    """Pages as they were some seconds ago: a crowd at the board asks the database only once."""

    def __init__(self) -> None:
        self._kept: dict[Hashable, tuple[datetime, str]] = {}

    async def text(self, key: Hashable, clock: Clock, make: Callable[[], Awaitable[str]]) -> str:
        """The page of a key, made anew when it is older than that."""
        at, text = self._kept.get(key, (None, ""))
        if at is not None and clock() - at < KEPT:
            return text
        text = await make()
        if len(self._kept) >= MOST_KEPT:
            self._kept.clear()
        self._kept[key] = (clock(), text)
        return text


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

    async def listed(self, parts: Parts, asked: Mapping[str, str], number: int) -> str:
        """A page of the list."""
        async with transaction(parts.sessions) as session:
            wanted = posts.Wanted(**asked)
            found = await posts.page(session, parts.library, wanted, number)
            areas = await posts.areas(session)
        return self._text(
            parts.library,
            "list.html",
            found=found,
            asked=asked,
            areas=areas,
            categories=parts.library.categories,
            address=lambda page: "/board?" + urlencode({**_given(asked), "page": page}),
        )

    async def one(self, parts: Parts, number: int) -> str:
        """One post."""
        async with transaction(parts.sessions) as session:
            found = await posts.one(session, parts.library, number)
        return self._text(parts.library, "one.html", post=found)

    def fault(self, parts: Parts, error: AppError) -> Response:
        """A page that says what is wrong."""
        sentence = parts.library.say(error.key, **error.fields)
        text = self._text(parts.library, "fault.html", sentence=sentence)
        headers = {**HEADERS, "Cache-Control": "no-store"}
        return Response(text, error.status, headers, media_type=HTML)

    def _text(self, library: Library, template: str, **values: object) -> str:
        return self._templates.get_template(template).render(
            say=library.say,
            stages={each: library.say(f"board.stage_{each}") for each in posts.STAGES},
            kinds={each: library.say(f"board.kind_{each}") for each in posts.KINDS},
            **values,
        )


async def _feed(parts: Parts) -> str:
    async with transaction(parts.sessions) as session:
        found = await posts.page(session, parts.library, posts.Wanted(), 1)
    return _atom(parts.library, found.items)


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

"""The board in the words of Open311 GeoReport v2, for reading: services and service requests.

No position: the board knows a district and nothing nearer, and a centre of it would look like a
place. Days instead of moments, each at midnight of Shanghai (docs/adr/0034-public-board.md).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from content.case_schema import OTHER, Category
from content.library import Library
from db.models import BoardPost, Case
from db.repositories.board import BoardRepository
from kit.clock import SHANGHAI, Clock, in_shanghai
from kit.errors import BadInput, NotFound
from services.board.posts import CLOSED_STATES, Post, post_of

# A record of the format: a field without a value is None. The order is that of the specification.
Record = Mapping[str, str | None]

SPAN = timedelta(days=90)
MOST = 1_000
MOST_IDS = 100
MOST_PAGE = 1_000_000
OPEN, CLOSED = "open", "closed"
KEYWORDS = 10
_MIDNIGHT = time(0)


@dataclass(frozen=True)
class Asked:
    """The arguments of a request as they were sent; empty where they were not."""

    service_request_id: str = ""
    service_code: str = ""
    start_date: str = ""
    end_date: str = ""
    status: str = ""
    page: str = ""
    page_size: str = ""


def services(library: Library) -> list[Record]:
    """GET services: the categories. Nobody can send a request, so none asks for metadata."""
    return [_service(each) for each in library.categories.values()]


async def requests(
    session: AsyncSession, library: Library, clock: Clock, asked: Asked
) -> list[Record]:
    """GET requests, the newest first; raises BadInput for an argument that cannot be read."""
    size = _number(asked.page_size, "page_size", MOST) if asked.page_size else MOST
    number = _number(asked.page, "page", MOST_PAGE) if asked.page else 1
    rows = await BoardRepository(session).page(
        *_which(library, clock, asked), offset=(number - 1) * size, limit=size
    )
    return [_request(library, post_of(library, each)) for each in rows]


async def request(session: AsyncSession, library: Library, service_request_id: str) -> Record:
    """GET one request; raises NotFound."""
    if not _is_number(service_request_id):
        raise NotFound("open_data.no_such_request")
    which = BoardPost.number == int(service_request_id)
    found = await BoardRepository(session).page(which, offset=0, limit=1)
    if not found:
        raise NotFound("open_data.no_such_request")
    return _request(library, post_of(library, found[0]))


def _service(category: Category) -> Record:
    return {
        "service_code": category.id,
        "service_name": category.name,
        "description": category.examples[0],
        "metadata": "false",
        "type": "realtime",
        "keywords": ", ".join(category.words[:KEYWORDS]) or None,
        "group": category.unit,
    }


def _request(library: Library, post: Post) -> Record:
    code = post.category or OTHER
    due = post.due is not None and not post.is_closed
    return {
        "service_request_id": str(post.number),
        "status": CLOSED if post.is_closed else OPEN,
        "status_notes": post.answer or library.say(f"board.stage_{post.stage}"),
        "service_name": post.category_name or library.categories[OTHER].name,
        "service_code": code,
        "description": f"{post.title}\n{post.text}",
        "agency_responsible": post.unit,
        "service_notice": None,
        "requested_datetime": _w3(post.received_on),
        "updated_datetime": _w3(post.updated_on),
        "expected_datetime": _w3(post.due) if due and post.due else None,
        # From the smallest to the largest, as the specification wants it.
        "address": ", ".join(reversed(post.area)) or None,
        "address_id": None,
        "zipcode": None,
        "lat": None,
        "long": None,
        "media_url": None,
    }


def _which(library: Library, clock: Clock, asked: Asked) -> Iterator[ColumnElement[bool]]:
    if asked.service_request_id:  # overrides all others
        ids = asked.service_request_id.split(",")
        if len(ids) > MOST_IDS or not all(_is_number(each.strip()) for each in ids):
            raise BadInput("open_data.bad_argument", name="service_request_id")
        yield BoardPost.number.in_([int(each) for each in ids])
        return
    first, last = _range(clock, asked)
    yield BoardPost.received_on.between(first, last)
    if asked.service_code:
        codes = [each.strip() for each in asked.service_code.split(",")]
        if not set(codes) <= set(library.categories):
            raise BadInput("open_data.bad_argument", name="service_code")
        known = BoardPost.category.in_(codes)
        yield known | BoardPost.category.is_(None) if OTHER in codes else known
    statuses = {each.strip() for each in asked.status.split(",")} if asked.status else set()
    if not statuses <= {OPEN, CLOSED}:
        raise BadInput("open_data.bad_argument", name="status")
    if len(statuses) == 1:
        closed = Case.state.in_(sorted(CLOSED_STATES))
        yield closed if CLOSED in statuses else ~closed


def _range(clock: Clock, asked: Asked) -> tuple[date, date]:
    """The first and the last day whose midnight lies within what was asked for."""
    start = _moment(asked.start_date, "start_date")
    end = _moment(asked.end_date, "end_date")
    if end is None:
        end = start + SPAN if start else clock()
    if start is None:
        start = end - SPAN
    if start > end:
        raise BadInput("open_data.backwards")
    if end - start > SPAN:
        raise BadInput("open_data.too_long", days=SPAN.days)
    first, last = in_shanghai(start), in_shanghai(end)
    after_midnight = first.time() != _MIDNIGHT
    return first.date() + timedelta(days=after_midnight), last.date()


def _moment(text: str, name: str) -> datetime | None:
    """A moment in W3C's form, with its zone; a plus sign in an address arrives as a blank."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text.strip().replace(" ", "+"))
        # Of the first and the last years a zone or 90 days would lead out of the calendar.
        in_shanghai(moment - SPAN)
        in_shanghai(moment + SPAN)
    except (ValueError, OverflowError) as error:
        raise BadInput("open_data.bad_moment", name=name) from error
    if moment.tzinfo is None:
        raise BadInput("open_data.bad_moment", name=name)
    return moment


def _number(text: str, name: str, most: int) -> int:
    if not _is_number(text) or not 1 <= int(text) <= most:
        raise BadInput("open_data.bad_number", name=name, most=most)
    return int(text)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= len(str(MOST_PAGE))


def _w3(day: date) -> str:
    return datetime.combine(day, _MIDNIGHT, SHANGHAI).isoformat()

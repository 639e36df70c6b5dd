"""What the public reads: the posts, by district, matter and kind."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import ceil

from sqlalchemy import ColumnElement
from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import BoardPost, Case
from db.repositories.board import BoardRepository, Shown
from kit.clock import in_shanghai
from kit.errors import NotFound
from services.cases import states
from services.cases.limits import category_name

PAGE_SIZE = 20
KINDS = ("suggestion", "hazard")

# How far a case is, as the public is told: `board.stage_…`.
_STAGES: Mapping[str, tuple[str, ...]] = {
    "handling": (states.HANDLING, states.PAUSED, states.TO_APPROVE),
    "answered": (states.ANSWERED, states.RATED),
    "done": (states.ARCHIVED,),
    "refused": (states.REFUSED,),
    "forwarded": (states.FORWARDED,),
    "merged": (states.MERGED,),
}
STAGES = ("taken", *_STAGES)
CLOSED = frozenset(STAGES) - {"taken", "handling"}
_STAGE_OF = {state: stage for stage, all_ in _STAGES.items() for state in all_}
CLOSED_STATES = frozenset(state for state, stage in _STAGE_OF.items() if stage in CLOSED)


@dataclass(frozen=True)
class Post:
    """One case as the public reads it. Days, never moments: a minute would tell who chatted."""

    number: int
    kind: str
    category: str | None
    category_name: str | None
    title: str
    text: str
    answer: str | None
    unit: str | None
    area: tuple[str, ...]
    stage: str
    received_on: date
    updated_on: date
    due: date | None
    released_at: datetime

    @property
    def is_closed(self) -> bool:
        """Whether nothing more is to come."""
        return self.stage in CLOSED


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to; `area` is a path such as 广东/广州/南沙区."""

    kind: str = ""
    category: str = ""
    area: str = ""


@dataclass(frozen=True)
class Page:
    """One page of the board, the newest first."""

    items: tuple[Post, ...]
    page: int
    pages: int
    total: int


async def page(session: AsyncSession, library: Library, wanted: Wanted, number: int) -> Page:
    """A page of what is wanted, none where an area has no post (any more); raises NotFound for a
    page, kind or category that there is not.
    """
    known = wanted.kind in {"", *KINDS} and wanted.category in {"", *library.categories}
    if not known:
        raise NotFound("board.no_such_page")
    if wanted.area and wanted.area not in await areas(session):
        return Page((), 1, 1, 0)
    rows, which = BoardRepository(session), tuple(_narrowed(wanted))
    total = await rows.count(*which)
    pages = max(1, ceil(total / PAGE_SIZE))
    if not 1 <= number <= pages:
        raise NotFound("board.no_such_page")
    found = await rows.page(*which, offset=(number - 1) * PAGE_SIZE, limit=PAGE_SIZE)
    return Page(tuple(post_of(library, each) for each in found), number, pages, total)


async def one(session: AsyncSession, library: Library, number: int) -> Post:
    """One post; raises NotFound for one that the public does not see."""
    found = await BoardRepository(session).page(BoardPost.number == number, offset=0, limit=1)
    if not found:
        raise NotFound("board.no_such_post")
    return post_of(library, found[0])


async def areas(session: AsyncSession) -> tuple[str, ...]:
    """The paths of the areas that have posts: cities and their districts."""
    paths: dict[str, None] = {}
    for province, city, district in await BoardRepository(session).areas():
        if province and city:
            paths[f"{province}/{city}"] = None
            if district:
                paths[f"{province}/{city}/{district}"] = None
    return tuple(paths)


def post_of(library: Library, row: Shown) -> Post:
    """A post as the public reads it."""
    post, case, moved = row
    return Post(
        number=post.number,
        kind=post.kind,
        category=post.category,
        category_name=category_name(library, post.category),
        title=post.title,
        text=post.text,
        answer=post.answer,
        unit=post.unit,
        area=tuple(filter(None, (post.province, post.city, post.district))),
        stage=_stage_of(case),
        received_on=post.received_on,
        updated_on=in_shanghai(max(moved, post.changed_at)).date(),
        # While it stands still no day is promised; the one of before moves when it goes on.
        due=None if case.state in states.STOPPED else case.due,
        released_at=post.released_at,
    )


def _stage_of(case: Case) -> str:
    return _STAGE_OF.get(case.state, "taken")


def _narrowed(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.kind:
        yield BoardPost.kind == wanted.kind
    if wanted.category:
        yield BoardPost.category == wanted.category
    columns = (BoardPost.province, BoardPost.city, BoardPost.district)
    for column, name in zip(columns, wanted.area.split("/"), strict=False):
        if name:
            yield column == name

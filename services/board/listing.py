"""What reviewers see of the board: every post with its case, so that one can be withdrawn."""

from dataclasses import dataclass
from datetime import datetime
from math import ceil

from sqlalchemy.ext.asyncio import AsyncSession

from db.repositories.board import WITHDRAWN, BoardRepository
from services.cases.inbox import columns
from services.staff.actors import Actor
from services.staff.permissions import Permission
from services.staff.rules import need

PAGE_SIZE = 50


@dataclass(frozen=True)
class Released:
    """One post; `public` says whether anybody sees it now."""

    number: int
    code: str
    title: str
    public: bool
    changed_at: datetime


@dataclass(frozen=True)
class Page:
    """One page of the posts, the newest first."""

    items: tuple[Released, ...]
    page: int
    pages: int
    total: int


async def page(session: AsyncSession, actor: Actor, number: int) -> Page:
    """A page of the posts whose cases this actor decides on; out of range gives the nearest."""
    need(actor, Permission.DECIDE_CASES)
    rows, which = BoardRepository(session), actor.condition_for(Permission.DECIDE_CASES, columns())
    total = await rows.count_released(which)
    pages = max(1, ceil(total / PAGE_SIZE))
    number = min(max(number, 1), pages)
    found = await rows.released(which, (number - 1) * PAGE_SIZE, PAGE_SIZE)
    items = tuple(
        Released(
            post.number,
            code,
            post.title,
            post.withdrawn_at is None and state != WITHDRAWN,
            post.changed_at,
        )
        for post, code, state in found
    )
    return Page(items, number, pages, total)

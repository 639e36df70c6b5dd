"""The page of one notice, with what was typed into a step that was not taken."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy.ext.asyncio import AsyncSession

from console import notice_forms
from console.deps import Console
from console.notice_forms import Planned, When
from console.reading import Filled, is_number
from kit.errors import AppError, NotFound
from services import notices
from services.notices.steps import NOTE_MOST
from services.staff.actors import Actor
from services.workers import TRADES

MAX_NUMBER_DIGITS = 9
# What one message of Telegram holds; its letters are counted as Telegram does.
TELEGRAM_MOST = 4096


@dataclass(frozen=True)
class Refused:
    """A step that was not taken, why, and what was typed into its form."""

    step: str
    error: AppError
    form: Filled


def numbered(text: str) -> int:
    """The number of a notice in an address; raises NotFound for what is none."""
    if not is_number(text, MAX_NUMBER_DIGITS):
        raise NotFound("notices.no_such_notice")
    return int(text)


async def notice_page(
    request: Request,
    session: AsyncSession,
    parts: Console,
    actor: Actor,
    number: int,
    *,
    refused: Refused | None = None,
    planned: Planned | None = None,
    counts: bool = False,
    tried: bool = False,
) -> Response:
    """The page; `planned` are moments to be confirmed, `counts` asks how many get it, `tried` says
    that a test has just left.
    """
    found = await notices.show(session, actor, number)
    counted = None
    if counts:
        counted = await notices.count_audience(session, parts.library, parts.clock, found.draft)
    when = notice_forms.read_when(refused.form) if refused else When()
    return parts.pages.show(
        request,
        "notices/one.html",
        status=refused.error.status if refused else HTTPStatus.OK,
        notice=found,
        said=shown(parts, number, found.draft),
        counted=counted,
        planned=planned,
        now=parts.clock(),
        unknown=parts.pages.sentence_for(planned.unknown) if planned and planned.unknown else None,
        when=planned.when if planned else when,
        refused=refused,
        tried=tried,
        note=refused.form["note"] if refused else "",
        note_most=NOTE_MOST,
        sentence=parts.pages.sentence_for(refused.error) if refused else None,
        **books(parts),
    )


def list_page(
    request: Request,
    parts: Console,
    template: str,
    notice: notices.NoticeDetail,
    rows: Sequence[object],
    *,
    page: int,
    most: int,
    error: AppError | None = None,
    **more: object,
) -> Response:
    """A page of what hangs on a notice, at most so many rows; raises NotFound past the last."""
    if not rows and page > 1:
        raise NotFound("console.no_such_page")
    return parts.pages.show(
        request,
        template,
        status=error.status if error else HTTPStatus.OK,
        notice=notice,
        rows=rows,
        page=page,
        has_more=len(rows) == most,
        sentence=parts.pages.sentence_for(error) if error else None,
        **more,
    )


def books(parts: Console) -> dict[str, Any]:
    """What pages of notices call things by."""
    library = parts.library
    return {
        "topics": library.notices.topics,
        "trades": {trade: library.say(f"workers.trade_{trade}") for trade in TRADES},
        "limits": library.notices.limits,
    }


def shown(parts: Console, number: int, draft: notices.Draft) -> dict[str, Any]:
    """The message as workers get it, and how long it is."""
    reply = notices.preview(parts.library, number, draft)
    length = len(reply["text"].encode("utf-16-le")) // 2
    return {**reply, "length": length, "most": TELEGRAM_MOST, "picture": draft.picture}

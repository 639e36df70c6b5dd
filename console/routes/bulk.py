"""One step for several cases: ticked in the list, confirmed on a page, done, taken back."""

from collections.abc import Sequence
from http import HTTPStatus

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from console.auth import Needs, SignedIn
from console.deps import Console, Parts, Session
from console.reading import Filled, Posted, is_number
from kit.errors import BadInput, NotAllowed, NotFound
from services import cases, units
from services.cases import bulk, labels
from services.staff.permissions import Permission

DECIDE = Depends(Needs(Permission.DECIDE_CASES, applies_limits=True))
NOT_TAKEN = (BadInput, NotAllowed, NotFound)
TICK = "case-"
MAX_NUMBER_DIGITS = 6
# What a bulk may be asked for; a label is put on or taken off by one step.
CHOICES = ("take_up", "accept", "label", "unlabel", "assign")
FIELDS = ("what", "label", "unit", "category")

router = APIRouter()


@router.post("/cases/bulk", dependencies=[DECIDE])
async def confirm(request: Request, session: Session, parts: Parts, form: Posted) -> Response:
    """What exactly would happen to the cases that were ticked; nothing is done yet."""
    return await _confirm_page(request, session, parts, form)


@router.post("/cases/bulk/run", dependencies=[DECIDE])
async def run(request: Request, session: Session, parts: Parts, form: Posted) -> Response:
    """Do what was confirmed."""
    step, given = _read(form)
    seen = {
        code: int(number) if is_number(number, MAX_NUMBER_DIGITS) else 0
        for code, number in _ticked(form).items()
    }
    try:
        made = await bulk.run(
            *(session, parts.library, parts.clock, form.actor, seen), step=step, given=given
        )
    except NOT_TAKEN:
        return await _confirm_page(request, session, parts, form)
    return RedirectResponse(f"/cases/bulk/{made}", HTTPStatus.SEE_OTHER)


@router.get("/cases/bulk/{bulk_id}", dependencies=[DECIDE])
async def done(
    request: Request, bulk_id: str, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """What came of it, and whether it can be taken back."""
    found = await bulk.done(session, parts.clock, actor, bulk_id)
    say = parts.library.say
    return parts.pages.show(
        request,
        "cases/bulk_done.html",
        done=found,
        why_not=say(found.why_not) if found.why_not else None,
        reasons={
            (number, each.code): say(each.error, **each.fields)
            for number, items in enumerate((found.items, found.undone or ()))
            for each in items
            if each.error
        },
    )


@router.post("/cases/bulk/{bulk_id}/undo", dependencies=[DECIDE])
async def undo(bulk_id: str, session: Session, parts: Parts, form: Posted) -> Response:
    """Take it back, as far as that can be."""
    await bulk.undo(session, parts.library, parts.clock, form.actor, bulk_id)
    return RedirectResponse(f"/cases/bulk/{bulk_id}", HTTPStatus.SEE_OTHER)


async def _confirm_page(
    request: Request, session: AsyncSession, parts: Console, form: Filled
) -> Response:
    """The page that asks; where something is missing it says so and keeps the ticks."""
    step, given = _read(form)
    ticked = _ticked(form)
    planned: Sequence[bulk.Planned] = ()
    sentence, status = None, int(HTTPStatus.OK)
    try:
        planned = await bulk.plan(
            *(session, parts.library, parts.clock, form.actor, ticked), step=step, given=given
        )
    except NOT_TAKEN as error:
        sentence, status = parts.pages.sentence_for(error), error.status
    return parts.pages.show(
        request,
        "cases/bulk.html",
        status=status,
        sentence=sentence,
        typed={name: form[name] for name in FIELDS},
        ticked=sorted(ticked),
        can=[each for each in planned if each.error is None],
        cannot=[(each, parts.pages.sentence_for(each.error)) for each in planned if each.error],
        told=sum(each.told for each in planned),
        minutes=int(bulk.UNDO_WITHIN.total_seconds()) // 60,
        for_good=step in bulk.FOR_GOOD,
        **await choices(session, parts),
    )


async def choices(session: AsyncSession, parts: Console) -> dict[str, object]:
    """What the form of a bulk lets one choose from."""
    return {
        "marks": {each.id: each for each in await labels.in_use(session)},
        "categories": parts.library.categories,
        "units": [each.name for each in await units.listed(session)],
        "deeds": CHOICES,
    }


def _ticked(form: Filled) -> dict[str, str]:
    return {
        name.removeprefix(TICK): value
        for name, value in form.fields.items()
        if name.startswith(TICK)
    }


def _read(form: Filled) -> tuple[str, cases.Given]:
    """The step and what is given with it; what the step does not ask for is left out."""
    what, label = form["what"], form["label"].strip()
    picked = (label,) if label else ()
    if what == "label":
        return "label", cases.Given(labels_on=picked)
    if what == "unlabel":
        return "label", cases.Given(labels_off=picked)
    if what == "assign":
        return what, cases.Given(
            unit=form["unit"].strip() or None, category=form["category"] or None
        )
    return what, cases.Given()

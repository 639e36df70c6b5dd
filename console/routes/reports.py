"""Weekly and monthly reports: the list, one to read and print, one to take along as a workbook."""

from urllib.parse import quote

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response

from console.auth import Needs, SignedIn
from console.deps import Parts, Session
from console.pages import when
from console.reading import page_number
from console.report_book import WORDS, book_of
from console.routes.figures import drawn
from kit.errors import NotFound
from services.figures import reports, workbook
from services.staff.permissions import Permission

SEE = Depends(Needs(Permission.SEE_FIGURES, applies_limits=True))
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

router = APIRouter()


@router.get("/figures/reports", dependencies=[SEE])
async def listed(
    request: Request, session: Session, parts: Parts, actor: SignedIn, page: str = "1"
) -> Response:
    """The reports that one may read, newest first."""
    number = page_number(page)
    found = await reports.listed(session, actor, number)
    if number != found.page:
        raise NotFound("console.no_such_page")
    return parts.pages.show(request, "figures/reports.html", found=found)


@router.get("/figures/reports/{report_id}", dependencies=[SEE])
async def one(
    request: Request, report_id: str, session: Session, parts: Parts, actor: SignedIn
) -> Response:
    """One report as it was made, ready to print."""
    report = await reports.one(session, actor, report_id)
    return parts.pages.show(
        request,
        "figures/report.html",
        report=report.entry,
        found=report.figures,
        drawn=drawn(parts, report.figures),
        now=parts.clock(),
    )


@router.get("/figures/reports/{report_id}/xlsx", dependencies=[SEE])
async def file(report_id: str, session: Session, parts: Parts, actor: SignedIn) -> Response:
    """The report as a workbook, marked with who took it and when; that he did is put on record."""
    report = await reports.one(session, actor, report_id)
    await reports.taken(session, parts.clock, actor, report)
    say = parts.pages.words(WORDS)
    stamp = f"{actor.name} {when(parts.clock())} {say.TAKEN}"
    raw = workbook.written(book_of(parts, report, stamp))
    entry = report.entry
    area = entry.area.replace("/", "") or say.ALL
    name = quote(f"{say.REPORTS[entry.kind]}-{area}-{entry.first}.xlsx")
    headers = {"Content-Disposition": f"attachment; filename*=UTF-8''{name}"}
    return Response(raw, media_type=XLSX, headers=headers)

"""Every route by every role and by nobody, as the routes declare and the table of roles says."""

from collections.abc import Awaitable, Callable, Iterable, Iterator

import pytest
from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.routing import BaseRoute

from console import auth
from console.auth import Needs, Stage
from services.staff.actors import Grant
from services.staff.permissions import FIRST_ROLES, ROLES, Permission, Role
from tests.console.reader import Reader, check

StaffAt = Callable[..., Awaitable[Reader]]
OF_A_DISTRICT = Grant(Role.CONTENT_EDITOR, districts=("广东/广州/南沙区",))
OWN = ("view_id", "label_id", "bulk_id")
APPROVERS = {Role.NOTICE_APPROVER, Role.URGENT_APPROVER}
AROUND_NOTICES = {Role.NOTICE_AUTHOR, *APPROVERS}
# Written by hand, against the table and the declarations: who gets into which part.
BEHIND = {
    "/cases": {Role.REVIEWER, Role.HANDLER, Role.AUDITOR},
    "/cases/reminders": {Role.REVIEWER, Role.HANDLER, Role.AUDITOR},
    "/cases/views": {Role.REVIEWER, Role.HANDLER, Role.AUDITOR},
    "/cases/labels": {Role.REVIEWER},
    "/cases/units": {Role.REVIEWER, Role.ADMIN},
    "/cases/units/retire": {Role.REVIEWER, Role.ADMIN},
    "/cases/rewards": {Role.REVIEWER},
    "/cases/bulk/run": {Role.REVIEWER},
    "/cases/{code}/compare": {Role.REVIEWER, Role.HANDLER, Role.AUDITOR},
    "/cases/{code}/draft": {Role.REVIEWER, Role.HANDLER},
    "/cases/{code}/presence": {Role.REVIEWER, Role.HANDLER, Role.AUDITOR},
    "/cases/{code}": {Role.REVIEWER, Role.HANDLER, Role.AUDITOR},
    "/cases/{code}/photos/{number}": {Role.REVIEWER, Role.HANDLER, Role.AUDITOR},
    "/cases/{code}/steps/sign_for": {Role.REVIEWER, Role.HANDLER},
    "/cases/{code}/steps/approve": {Role.REVIEWER},
    "/cases/{code}/contact": {Role.REVIEWER},
    "/cases/{code}/steps/take_up": {Role.REVIEWER},
    "/handovers": {Role.REVIEWER},
    "/handovers/{handover_id}": {Role.REVIEWER},
    "/handovers/{handover_id}/write": {Role.REVIEWER},
    "/stops": {Role.CONTENT_EDITOR, Role.DATA_OFFICER},
    "/stops/{stop_id}/edit": {Role.CONTENT_EDITOR, Role.DATA_OFFICER},
    "/stops/proposals/{proposal_id}/accept": {Role.CONTENT_EDITOR, Role.DATA_OFFICER},
    "/staff": {Role.ADMIN},
    "/staff/{staff_id}/roles": {Role.ADMIN},
    "/staff/events": {Role.ADMIN, Role.AUDITOR},
    "/cases/export": {Role.DATA_OFFICER},
    "/cases/board": {Role.REVIEWER},
    "/cases/{code}/board": {Role.REVIEWER},
    "/cases/{code}/board/release": {Role.REVIEWER},
    "/sentences": {Role.CONTENT_EDITOR},
    "/sentences/export": {Role.CONTENT_EDITOR},
    "/rights": {Role.CONTENT_EDITOR},
    "/rights/{fact}": {Role.CONTENT_EDITOR},
    "/rights/{fact}/look": {Role.CONTENT_EDITOR},
    "/texts/{key}": {Role.CONTENT_EDITOR},
    "/limits": {Role.CONTENT_EDITOR},
    "/limits/propose": {Role.CONTENT_EDITOR},
    "/limits/changes/{revision_id}/approve": {Role.CONTENT_EDITOR},
    "/texts/changes/{revision_id}/approve": {Role.CONTENT_EDITOR},
    "/figures": {Role.REVIEWER, Role.DATA_OFFICER, Role.AUDITOR},
    "/figures/reports/{report_id}/xlsx": {Role.REVIEWER, Role.DATA_OFFICER, Role.AUDITOR},
    "/notices": AROUND_NOTICES,
    "/notices/new": {Role.NOTICE_AUTHOR},
    "/notices/{number}": AROUND_NOTICES,
    "/notices/{number}/edit": {Role.NOTICE_AUTHOR},
    "/notices/{number}/schedule": {Role.NOTICE_AUTHOR},
    "/notices/{number}/steps/submit": {Role.NOTICE_AUTHOR},
    "/notices/{number}/steps/approve": APPROVERS,
    "/notices/{number}/steps/send_back": APPROVERS,
    "/notices/{number}/steps/pause": AROUND_NOTICES,
    "/notices/{number}/steps/recall": AROUND_NOTICES,
    "/notices/{number}/steps/correct": {Role.NOTICE_AUTHOR},
    "/notices/{number}/report": AROUND_NOTICES,
    "/notices/{number}/report/export": AROUND_NOTICES,
    "/notices/{number}/failed/resend": {Role.NOTICE_AUTHOR},
    "/notices/{number}/replies/{reply_id}/seen": AROUND_NOTICES,
    "/notices/{number}/signups": AROUND_NOTICES,
    "/notices/{number}/signups/export": AROUND_NOTICES,
    "/notices/{number}/signups/places": {Role.NOTICE_AUTHOR},
    "/notices/{number}/signups/contacts": {Role.NOTICE_AUTHOR},
    "/notices/{number}/signups/{signup}/came": {Role.NOTICE_AUTHOR},
    "/notices/pictures/{digest}": AROUND_NOTICES,
    "/me": set(Role),
    "/sign-out": set(Role),
}


@pytest.fixture
def database() -> str:
    """Nothing here depends on the kind of database."""
    return "sqlite"


def pages(among: Iterable[BaseRoute]) -> Iterator[APIRoute]:
    """Every route; FastAPI hides those of an included router in an object of its own."""
    for route in among:
        included = getattr(route, "original_router", None)
        if included is not None:
            yield from pages(included.routes)
        elif isinstance(route, APIRoute):
            yield route


def granted(role: Role) -> Grant:
    return Grant(role, unit="市政") if role is Role.HANDLER else Grant(role)


def is_let_in(route: APIRoute, grant: Grant | None) -> bool:
    """What the declaration of a route says of who has this role, or of nobody."""
    (needs,) = auth.declared(route)
    if needs is auth.anyone:
        return True
    if grant is None or isinstance(needs, Stage):
        return False
    if not isinstance(needs, Needs):
        return True
    reaches = needs.applies_limits or not grant.is_limited
    return not ROLES[grant.role].isdisjoint(needs.permissions) and reaches


async def knocks(reader: Reader, route: APIRoute, csrf: str) -> list[tuple[str, int, str]]:
    """Ask for a route by each of its methods; nothing that it names exists."""
    path = route.path_format
    names = ("code", "number", "stop_id", "proposal_id", "staff_id", "token", "key", "report_id")
    more = ("revision_id", "sentence_id", "handover_id", "digest", "reply_id", "fact", "signup")
    for name in (*names, *more, *OWN):
        path = path.replace(f"{{{name}}}", "7KQ3-M9TX" if name == "code" else "1")
    assert "{" not in path, f"{path}: give this test a value for it"
    answers = []
    for method in sorted(route.methods):
        answer = await reader.client.request(method, path, data={"csrf": csrf})
        answers.append((f"{method} {path}", answer.status_code, answer.text))
    return answers


@pytest.mark.parametrize("role", [*Role, None])
async def test_every_route_by_every_role(
    app: FastAPI, staff_at: StaffAt, stranger: Reader, role: Role | None
):
    grant = granted(role) if role else None
    await walks(app, await staff_at("李强", grant) if grant else stranger, grant)


async def test_every_route_by_an_editor_of_one_district(app: FastAPI, staff_at: StaffAt):
    await walks(app, await staff_at("李强", OF_A_DISTRICT), OF_A_DISTRICT)


async def walks(app: FastAPI, reader: Reader, grant: Grant | None) -> None:
    """Knock at every door; only those may open that the grant opens."""
    seen = 0
    for route in pages(app.routes):
        if route.path == "/sign-out":
            continue  # it would end the walk; it is knocked at below
        csrf = await _csrf(reader) if grant else ""
        for what, status, text in await knocks(reader, route, csrf):
            seen += 1
            refused = "没有这项权限。需要的话" in text or "请先登录</h1>" in text
            if is_let_in(route, grant):
                assert not refused, f"{what} is shut to {grant}: {status}"
                assert status != 500, what
            else:
                assert refused, f"{what} is open to {grant}: {status}"
                assert status == (403 if grant and not _is_stage(route) else 401), what
    assert seen > 30


@pytest.mark.parametrize("path", BEHIND)
def test_the_declarations_let_in_whom_we_mean(app: FastAPI, path: str):
    found = [route for route in pages(app.routes) if route.path == path]
    assert found
    for route in found:
        # A handler gets in where the route applies his limits.
        let_in = {role for role in Role if is_let_in(route, granted(role))}
        assert let_in == BEHIND[path]


async def test_a_limited_role_is_refused_where_limits_are_not_applied(staff_at: StaffAt):
    reader = await staff_at("李强", OF_A_DISTRICT)
    page = await reader.opens("/sentences", 403)
    assert "没有这项权限" in page.text


async def test_signing_out_is_for_everybody_who_is_in(staff_at: StaffAt, stranger: Reader):
    assert (await stranger.client.post("/sign-out")).status_code == 401
    for role in Role:
        reader = await staff_at(role.value, granted(role))
        await reader.opens("/me")
        page = await reader.presses("退出")
        assert page.path == "/sign-in"


@pytest.mark.parametrize(
    ("role", "path"),
    [
        (OF_A_DISTRICT, "/stops"),
        (Role.REVIEWER, "/cases"),
        (Role.HANDLER, "/cases"),
        (Role.CONTENT_EDITOR, "/stops"),
        (Role.NOTICE_AUTHOR, "/notices"),
        (Role.URGENT_APPROVER, "/notices"),
        (Role.ADMIN, "/staff"),
        (Role.AUDITOR, "/cases"),
    ],
)
async def test_everybody_begins_where_he_may(staff_at: StaffAt, role: Role | Grant, path: str):
    reader = await staff_at("李强", role if isinstance(role, Grant) else granted(role))
    page = await reader.opens("/")
    assert page.path == path
    for words, section in (("来件", "/cases"), ("驿站", "/stops"), ("人员", "/staff")):
        if page.links.get(words) == section:
            await reader.opens(section)


def test_a_route_without_a_declaration_is_refused():
    router = APIRouter()

    @router.get("/x")
    async def open_to_all() -> None: ...

    with pytest.raises(TypeError, match="/x"):
        auth.refuse_undeclared(router)


def test_a_route_with_two_declarations_is_refused():
    router = APIRouter(dependencies=[Depends(Needs(Permission.SEE_CASES))])

    @router.get("/x", dependencies=[Depends(auth.anyone)])
    async def torn() -> None: ...

    with pytest.raises(TypeError, match="/x"):
        auth.refuse_undeclared(router)


def test_every_permission_is_somebodys_and_the_first_admin_has_all():
    assert set(ROLES) == set(Role)
    assert frozenset().union(*(ROLES[role] for role in FIRST_ROLES)) == frozenset(Permission)


async def test_pages_of_a_refusal_keep_the_rules(staff_at: StaffAt):
    reader = await staff_at("李强", Role.NOTICE_AUTHOR)
    page = await reader.opens("/staff", 403)
    check(page)


def _is_stage(route: APIRoute) -> bool:
    return isinstance(auth.declared(route)[0], Stage)


async def _csrf(reader: Reader) -> str:
    page = await reader.opens("/me")
    return page.forms[0].fields["csrf"]

"""Putting the console together."""

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from console import auth, errors
from console.deps import Console
from console.guards import guard
from console.pages import HERE, Pages
from console.routes import (
    board,
    bulk,
    case_steps,
    cases,
    exports,
    figures,
    handovers,
    health,
    inbox,
    limits,
    me,
    members,
    notice_reports,
    notice_signups,
    notice_writing,
    notices,
    reports,
    rights,
    sentences,
    staff,
    stop_proposals,
    stops,
    texts,
    units,
    workbench,
)
from content.library import Library
from db.session import Sessions
from kit.clock import Clock
from kit.settings import Settings


def create_app(settings: Settings, sessions: Sessions, library: Library, clock: Clock) -> FastAPI:
    """The staff's web app."""
    app = FastAPI(title="Yizhan console", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.console = Console(settings, sessions, library, clock, Pages(library))
    errors.install(app)
    app.middleware("http")(guard)
    for noun in (
        *(inbox, workbench, units, bulk, exports, board, cases, case_steps, handovers, figures),
        *(reports, notice_writing, notices, notice_reports, notice_signups),
        *(stop_proposals, stops),
        *(sentences, texts, limits, rights, members, me, staff, health),
    ):
        auth.refuse_undeclared(noun.router)
        app.include_router(noun.router)
    app.mount("/static", StaticFiles(directory=HERE / "static"), name="static")
    return app

"""Turning a template and its values into a page."""

from datetime import datetime
from pathlib import Path

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from content.library import Library
from kit.clock import in_shanghai
from kit.errors import AppError
from kit.text import shorten

FOR_STAFF = ("console.", "staff.", "case_steps.", "workbench.")
# Worded for workers, and as right for staff.
TO_ALL = frozenset({"cases.cannot_move", "cases.no_such_code"})
HERE = Path(__file__).resolve().parent


class Pages:
    """The console's templates and sentences. Everything put into a template is escaped."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._templates = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(when=_when, shorten=shorten)

    def show(
        self,
        request: Request,
        template: str,
        *,
        status: int = 200,
        **values: object,
    ) -> HTMLResponse:
        """The page; its header names who is signed in, where the request got that far."""
        actor = getattr(request.state, "actor", None)
        section = request.url.path.split("/")[1]
        text = self._templates.get_template(template).render(
            actor=actor, section=section, **values
        )
        return HTMLResponse(text, status)

    def sentence_for(self, error: AppError) -> str | None:
        """What to tell staff; None for an error whose sentence is worded for workers."""
        own = error.key.startswith(FOR_STAFF) or error.key in TO_ALL
        return self._library.say(error.key, **error.fields) if own else None


def _when(moment: datetime) -> str:
    return in_shanghai(moment).strftime("%Y-%m-%d %H:%M")

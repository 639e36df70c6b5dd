"""Turning a template and its values into a page."""

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from content.library import Library
from kit.clock import in_shanghai
from kit.errors import AppError
from kit.text import shorten

# Worded for workers, and as right for staff.
OWN_WORDS = (
    *("console.", "staff.", "case_steps.", "workbench.", "handover_staff."),
    *("exports.", "board.", "sentences.", "texts.", "notices.", "right_looks."),
)
TO_ALL = frozenset(
    {
        *("cases.cannot_move", "cases.no_such_code"),
        *("photos.too_large", "photos.unreadable"),
    }
)
HERE = Path(__file__).resolve().parent


class Pages:
    """The console's templates and sentences. Everything put into a template is escaped."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._templates = _templates()

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

    def words(self, template: str) -> Any:  # noqa: ANN401 - what the template sets
        """What a template of words sets, for a file that is no page."""
        return self._templates.get_template(template).module

    def sentence_for(self, error: AppError) -> str | None:
        """What to tell staff; None for an error whose sentence is worded for workers."""
        own = error.key.startswith(OWN_WORDS) or error.key in TO_ALL
        return self._library.say(error.key, **error.fields) if own else None


@cache
def _templates() -> Environment:
    """One a process, whatever its library: to read a template takes longer than to fill it."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(when=when, shorten=shorten)
    return made


def when(moment: datetime) -> str:
    """A moment on the clock that staff read."""
    return in_shanghai(moment).strftime("%Y-%m-%d %H:%M")

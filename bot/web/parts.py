"""What the web app is built of, and how a route reaches it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from fastapi import Depends, Request

from bot.pipeline import Pipeline
from bot.sketches import Sketches
from bot.web.telegram import Channel
from content.library import Library
from db.session import Sessions
from kit.clock import Clock


@dataclass(frozen=True)
class Parts:
    """What the app is built of."""

    sessions: Sessions
    library: Library
    clock: Clock
    pipeline: Pipeline
    sketches: Sketches
    close: Callable[[], Awaitable[None]]
    telegram: Channel | None = None
    # Where pictures and voices lie; where there is no folder, none are taken.
    photos: Path | None = None
    recordings: Path | None = None


def parts_of(request: Request) -> Parts:
    """The parts of the app that serves this request."""
    parts: Parts = request.app.state.parts
    return parts


InApp = Annotated[Parts, Depends(parts_of)]

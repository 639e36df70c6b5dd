"""What a schematic map shows, kept for a quarter of an hour until a channel fetches it.

It is the one place where a worker's position outlives its turn: rounded to about ten metres, his
alone to fetch, and gone when it was sent or its time is over (docs/adr/0017-sketch-map.md).
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import StopSketch
from db.repositories.stop_sketches import StopSketchRepository
from kit import ids
from kit.clock import Clock
from services.turns import Card, OpenState, Position, RestStopCard

KEPT_FOR = timedelta(minutes=15)
TOKEN_BYTES = 18
# Decimals of a degree: about 11 m, and 1 m for a stop, whose position is published.
OF_A_WORKER, OF_A_STOP = 4, 5


@dataclass(frozen=True, repr=False)
class SketchStop:
    """A stop on the map, in WGS-84; one that is `about` stands where its landmark does."""

    number: int
    lat: float
    lon: float
    about: bool
    open_state: OpenState


@dataclass(frozen=True, repr=False)
class SketchScene:
    """What is drawn: a middle in WGS-84, the worker's or that of a place he named, and stops."""

    lat: float
    lon: float
    of_place: bool
    stops: tuple[SketchStop, ...]


def scene_of(centre: Position, cards: Iterable[Card], *, of_place: bool) -> SketchScene | None:
    """The scene of the cards that are shown, numbered as they are; None when none has a place."""
    stops = tuple(
        SketchStop(
            number,
            round(card.position[0], OF_A_STOP),
            round(card.position[1], OF_A_STOP),
            card.position_about,
            card.open_state,
        )
        for number, card in enumerate(cards, 1)
        if isinstance(card, RestStopCard) and card.position is not None
    )
    lat, lon = round(centre.lat, OF_A_WORKER), round(centre.lon, OF_A_WORKER)
    return SketchScene(lat, lon, of_place, stops) if stops else None


async def put(session: AsyncSession, clock: Clock, worker_id: str, scene: SketchScene) -> str:
    """Keep a scene for its worker; gives the token that fetches it."""
    token = ids.new_token(TOKEN_BYTES)
    row = StopSketch(token=token, worker_id=worker_id, scene=asdict(scene), created_at=clock())
    StopSketchRepository(session).add(row)
    return token


async def of(
    session: AsyncSession, clock: Clock, worker_id: str | None, token: str
) -> SketchScene | None:
    """The scene of a token; None after its time, for any other worker than its own, and where
    another release kept it in another shape.

    A channel that only ever sends it to its own worker gives no worker.
    """
    row = await StopSketchRepository(session).by_token(token)
    if row is None or clock() - row.created_at > KEPT_FOR:
        return None
    return _read(row.scene) if worker_id in {None, row.worker_id} else None


async def drop(session: AsyncSession, token: str) -> None:
    """Delete a scene that was sent."""
    await StopSketchRepository(session).delete(token)


async def sweep(session: AsyncSession, clock: Clock) -> None:
    """Delete the scenes whose time is over."""
    await StopSketchRepository(session).delete_before(clock() - KEPT_FOR)


async def forget_worker(session: AsyncSession, worker_id: str) -> None:
    """Delete the scenes of a worker."""
    await StopSketchRepository(session).forget_worker(worker_id)


def _read(stored: dict[str, Any]) -> SketchScene | None:
    """A stored scene; None for one of another release's shape."""
    try:
        return SketchScene(**{**stored, "stops": tuple(SketchStop(**s) for s in stored["stops"])})
    except (KeyError, TypeError):
        return None

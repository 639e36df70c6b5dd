"""The web app of the bot: the chat page, the turn API, health and figures."""

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Header, Request
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest
from sqlalchemy import text as sql
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.staticfiles import StaticFiles

from bot import cases, nights, stops
from bot.bell import Bells
from bot.noticing import send_when_due
from bot.ticking import tick_now_and_then
from bot.web import board, inbox, open311, pictures, telegram, uploads
from bot.web.faults import add_handlers
from bot.web.limits import BodyLimit, Limit
from bot.web.parts import InApp, Parts, parts_of
from bot.web.schema import (
    FaultOut,
    Location,
    PhotoOut,
    RecordingOut,
    RepliesOut,
    TurnIn,
    WorkerOut,
)
from db.session import transaction
from kit.errors import NotFound, NotKnown
from services import accounts, conversation
from services.accounts import Account
from services.conversation import Incoming, Stored
from services.turns import Position

STATIC = Path(__file__).parent / "static"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
        "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "geolocation=(self), camera=(), microphone=()",
}
FAULTS: dict[int | str, dict[str, Any]] = {
    status: {"model": FaultOut} for status in (400, 401, 413, 422, 429, 500)
}


def create_app(parts: Parts) -> FastAPI:
    """The app; closes its parts when it stops."""

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncGenerator[None]:
        async with transaction(parts.sessions) as session:
            await conversation.forget_unanswered(session, parts.clock)
        async with parts.telegram.running() if parts.telegram else nullcontext(), _swept(parts):
            yield
        await parts.close()

    app = FastAPI(
        title="Yizhan turn API", version="1", lifespan=lifespan, docs_url=None, redoc_url=None
    )
    app.state.parts = parts
    registry = CollectorRegistry()
    app.state.registry = registry
    app.state.seconds = Histogram(
        "yizhan_turn_seconds", "From a turn's arrival to its replies", ["kind"], registry=registry
    )
    app.state.uploads = uploads.Uploads()
    app.include_router(_api())
    app.include_router(_pages())
    app.include_router(board.routes())
    app.include_router(open311.routes())
    app.include_router(pictures.pictures(parts.sessions))
    if parts.telegram and parts.telegram.secret:
        app.include_router(telegram.webhook(parts.telegram))
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    add_handlers(app, parts.library, HEADERS)
    limits = {door.path: door.limit for door in uploads.DOORS}
    limits[telegram.PATH] = Limit(telegram.BODY_MOST)
    app.add_middleware(BodyLimit, library=parts.library, others=limits)

    @app.middleware("http")
    async def add_headers(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await call_next(request)
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.url.path.startswith("/api/"):
            response.headers["Cache-Control"] = "no-store"
        return response

    return app


def _bells(parts: Parts) -> Bells:
    return parts.telegram.bells if parts.telegram else Bells(parts.library.notices.limits.batch)


@asynccontextmanager
async def _swept(parts: Parts) -> AsyncGenerator[None]:
    """Inside the block: sweep the sketches and the folders of attachments that there are, learn at
    night, and know stops and cases before somebody asks for them.
    """
    chores = [
        parts.sketches.sweep_now_and_then(),
        tick_now_and_then(parts.sessions, parts.library, parts.clock),
        send_when_due(parts.sessions, parts.library, parts.clock, _bells(parts)),
        nights.learn_at_night(parts.sessions, parts.library, parts.clock),
        nights.group_at_night(parts.sessions, parts.library, parts.clock),
        nights.count_now_and_then(parts.sessions, parts.library, parts.clock),
        nights.forget_now_and_then(parts.sessions, parts.library, parts.clock),
        stops.keep_up(parts.sessions, parts.clock),
        cases.keep_up(parts.sessions, parts.library),
    ]
    for door, folder in ((uploads.PHOTOS, parts.photos), (uploads.RECORDINGS, parts.recordings)):
        if folder is not None:
            chores.append(
                uploads.sweep_now_and_then(parts.sessions, parts.clock, door.shelf, folder)
            )
    sweeping = [asyncio.create_task(chore) for chore in chores]
    try:
        yield
    finally:
        for chore in sweeping:
            chore.cancel()
        await asyncio.gather(*sweeping, return_exceptions=True)


async def _account(parts: InApp, authorization: Annotated[str, Header()] = "") -> Account:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise NotKnown("errors.token_unknown")
    async with transaction(parts.sessions) as session:
        return await accounts.by_token(session, token)


InAccount = Annotated[Account, Depends(_account)]


def _api() -> APIRouter:
    router = APIRouter(prefix="/api", responses=FAULTS)

    @router.post("/workers")
    async def enrol(parts: InApp) -> WorkerOut:
        """A new anonymous worker."""
        async with transaction(parts.sessions) as session:
            return WorkerOut(token=await accounts.enrol_web(session, parts.clock))

    @router.post("/turns", response_model=RepliesOut)
    async def take_turn(
        request: Request, parts: InApp, account: InAccount, turn: TurnIn
    ) -> dict[str, Stored]:
        """Say something. The same id again returns the stored replies, so a retry is safe."""
        incoming = _incoming(account.worker_id, turn)
        with request.app.state.seconds.labels(incoming.kind).time():
            return {"replies": await parts.pipeline.answer(incoming)}

    _take_uploads(router)

    @router.get(
        "/sketches/{token}",
        response_class=Response,
        responses={200: {"content": {"image/png": {}}}, 404: {"model": FaultOut}},
    )
    async def sketch(parts: InApp, account: InAccount, token: str) -> Response:
        """The map of a reply, as a PNG of 720 by 480; for a quarter of an hour, and his alone."""
        png = await parts.sketches.png(_plain(token), account.worker_id)
        if png is None:
            raise NotFound
        return Response(png, media_type="image/png")

    @router.get(
        "/inbox",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/event-stream": {}}}},
    )
    async def listen(
        parts: InApp,
        account: InAccount,
        last_event_id: Annotated[int, Header(ge=0, le=2**62)] = 0,
    ) -> StreamingResponse:
        """News as server-sent events; each `data` is one reply as in the answer to a turn."""
        events = inbox.events(parts.sessions, parts.clock, account.id, last_event_id)
        return StreamingResponse(events, media_type="text/event-stream")

    return router


def _take_uploads(router: APIRouter) -> None:
    other: dict[int | str, dict[str, Any]] = {403: {"model": FaultOut}}

    @router.post("/photos", openapi_extra=uploads.PHOTOS.body, responses={**other})
    async def take_photo(request: Request, parts: InApp, account: InAccount) -> PhotoOut:
        """Upload a picture, then send its id as a turn. The same picture again has the same id."""
        return PhotoOut(photo=await _kept(request, account, uploads.PHOTOS, parts.photos))

    @router.post("/recordings", openapi_extra=uploads.RECORDINGS.body, responses={**other})
    async def take_recording(request: Request, parts: InApp, account: InAccount) -> RecordingOut:
        """Upload a voice message, then send its id as a turn. The same one has the same id."""
        kept = await _kept(request, account, uploads.RECORDINGS, parts.recordings)
        return RecordingOut(recording=kept)


async def _kept(
    request: Request, account: Account, door: uploads.Door, folder: Path | None
) -> str:
    if folder is None:
        raise NotFound("errors.no_such_page")
    parts, under_way = parts_of(request), request.app.state.uploads
    content = await under_way.receive(request, account.worker_id, door)
    async with transaction(parts.sessions) as session:
        kept: str = await door.shelf.keep(session, parts.clock, folder, account.worker_id, content)
    return kept


def _incoming(worker_id: str, turn: TurnIn) -> Incoming:
    if turn.text is not None:
        # PostgreSQL refuses NUL in a text.
        return Incoming(worker_id, turn.id, "text", text=turn.text.replace("\x00", " "))
    if turn.location is not None:
        return Incoming(worker_id, turn.id, "location", position=_position(turn.location))
    if turn.photo is not None:
        return Incoming(worker_id, turn.id, "photo", photos=(_plain(turn.photo),))
    if turn.recording is not None:
        sent = (_plain(turn.recording),)
        return Incoming(worker_id, turn.id, "recording", recordings=sent)
    return Incoming(worker_id, turn.id, "choice", choice=_plain(turn.choice or ""))


def _plain(token: str) -> str:
    return token.encode("ascii", "ignore").decode().replace("\x00", "")


def _position(location: Location) -> Position:
    return Position(float(location.lat), float(location.lon), location.datum)


def _pages() -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/")
    async def page() -> FileResponse:
        return FileResponse(STATIC / "index.html")

    @router.get("/healthz")
    async def alive() -> dict[str, str]:
        return {"status": "ok"}

    @router.get("/readyz")
    async def ready(parts: InApp) -> Response:
        async with transaction(parts.sessions) as session:
            await session.execute(sql("SELECT 1 FROM library_version"))
        status = parts.telegram.status if parts.telegram else "off"
        return JSONResponse({"status": "ok", "telegram": status})

    @router.get("/metrics")
    async def figures(request: Request) -> Response:
        return Response(
            generate_latest(request.app.state.registry), media_type=CONTENT_TYPE_LATEST
        )

    return router

"""What the web chat uploads: one file a request, few at once, made anew before it is kept."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect, Request

from bot.web.limits import BODY_MOST, Limit
from db.session import AWAY, Sessions, transaction
from kit.clock import Clock
from kit.errors import BadInput, TooFast
from services import photos, recordings
from services.attachments import Content, Shelf

log = structlog.get_logger()

# An upload that is under way lies in a temporary file; one that is being decoded takes up to
# 250 MB of memory for a second.
AT_ONCE = 12
AT_ONCE_OF_ONE = 3
DECODED_AT_ONCE = 2
COME_AGAIN_SECONDS = 5
# A slow phone needs this long for a picture that its browser could not make smaller.
UPLOADED_WITHIN = 120.0
SECONDS_BETWEEN_SWEEPS = 3600.0


@dataclass(frozen=True)
class Door:
    """Where a kind comes in: its path, the name of its field, and how it is made anew."""

    path: str
    name: str
    shelf: Shelf[Any, Any]
    encode: Callable[[bytes], Content]
    bytes_most: int

    @property
    def limit(self) -> Limit:
        """How large a request may be; what a form puts around its one file is small."""
        too_large = f"{self.shelf.kind}.too_large"
        return Limit(self.bytes_most + BODY_MOST, too_large, streamed=True)

    @property
    def body(self) -> dict[str, Any]:
        """How OpenAPI is told of a body that the route reads by itself."""
        schema = {
            "type": "object",
            "required": [self.name],
            "additionalProperties": False,
            "properties": {self.name: {"type": "string", "format": "binary"}},
        }
        content = {"multipart/form-data": {"schema": schema}}
        return {"requestBody": {"required": True, "content": content}}


PHOTOS = Door("/api/photos", "photo", photos.SHELF, photos.encode, photos.BYTES_MOST)
RECORDINGS = Door(
    "/api/recordings", "recording", recordings.SHELF, recordings.encode, recordings.BYTES_MOST
)
DOORS = (PHOTOS, RECORDINGS)


class Uploads:
    """The uploads that are under way, of all kinds. One a process."""

    def __init__(self, within: float = UPLOADED_WITHIN) -> None:
        self._within = within
        self._under_way: Counter[str] = Counter()
        self._decoding = asyncio.Semaphore(DECODED_AT_ONCE)

    async def receive(self, request: Request, worker_id: str, door: Door) -> Content:
        """What a request brings, made anew. Raises TooFast while too many are under way."""
        kind = door.shelf.kind
        with self._place(worker_id, kind):
            try:
                async with asyncio.timeout(self._within):
                    form = await request.form(max_files=1, max_fields=0)
            except TimeoutError:
                raise TooFast(f"{kind}.busy", seconds=COME_AGAIN_SECONDS) from None
            except ClientDisconnect:
                raise BadInput(f"{kind}.unreadable") from None
            try:
                return await self._encoded(form.get(door.name), door)
            finally:
                await form.close()

    async def _encoded(self, upload: object, door: Door) -> Content:
        if not isinstance(upload, UploadFile):
            raise BadInput(f"{door.shelf.kind}.unreadable")
        async with self._decoding:
            return await asyncio.to_thread(door.encode, await upload.read())

    @contextmanager
    def _place(self, worker_id: str, kind: str) -> Iterator[None]:
        if self._under_way.total() >= AT_ONCE or self._under_way[worker_id] >= AT_ONCE_OF_ONE:
            raise TooFast(f"{kind}.busy", seconds=COME_AGAIN_SECONDS)
        self._under_way[worker_id] += 1
        try:
            yield
        finally:
            self._under_way[worker_id] -= 1
            self._under_way += Counter()  # forgets who has none left


async def sweep_now_and_then(
    sessions: Sessions, clock: Clock, shelf: Shelf[Any, Any], folder: Path
) -> None:
    """Delete what nobody needs any more, at once and then every hour, until it is cancelled."""
    while True:
        try:
            async with transaction(sessions) as session:
                await shelf.sweep(session, clock, folder)
        except AWAY as error:
            log.warning("attachments_not_swept", kind=shelf.kind, error=type(error).__name__)
        await asyncio.sleep(SECONDS_BETWEEN_SWEEPS)

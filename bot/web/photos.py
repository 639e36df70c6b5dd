"""Photos that the web chat uploads: one a request, few at once, made anew before they are kept."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import structlog
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect, Request

from bot.web.limits import BODY_MOST, Limit
from db.session import AWAY, Sessions, transaction
from kit.clock import Clock
from kit.errors import BadInput, TooFast
from services import photos
from services.photos import Encoded

log = structlog.get_logger()

PATH = "/api/photos"
FIELD = "photo"
# What a form puts around its one file is small.
LIMIT = Limit(photos.BYTES_MOST + BODY_MOST, "photos.too_large", streamed=True)
# An upload that is under way lies in a temporary file; one that is being decoded takes up to
# 250 MB of memory for a second.
AT_ONCE = 12
AT_ONCE_OF_ONE = 3
DECODED_AT_ONCE = 2
COME_AGAIN_SECONDS = 5
# A slow phone needs this long for a picture that its browser could not make smaller.
UPLOADED_WITHIN = 120.0
SECONDS_BETWEEN_SWEEPS = 3600.0

# How OpenAPI is told of a body that the route reads by itself.
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": [FIELD],
                    "additionalProperties": False,
                    "properties": {FIELD: {"type": "string", "format": "binary"}},
                }
            }
        },
    }
}


class Uploads:
    """The uploads that are under way. One a process."""

    def __init__(
        self,
        encode: Callable[[bytes], Encoded] = photos.encode,
        within: float = UPLOADED_WITHIN,
    ) -> None:
        self._encode = encode
        self._within = within
        self._under_way: Counter[str] = Counter()
        self._decoding = asyncio.Semaphore(DECODED_AT_ONCE)

    async def receive(self, request: Request, worker_id: str) -> Encoded:
        """The picture of a request. Raises TooFast while too many are under way."""
        with self._place(worker_id):
            try:
                async with asyncio.timeout(self._within):
                    form = await request.form(max_files=1, max_fields=0)
            except TimeoutError:
                raise TooFast("photos.busy", seconds=COME_AGAIN_SECONDS) from None
            except ClientDisconnect:
                raise BadInput("photos.unreadable") from None
            try:
                return await self._encoded(form.get(FIELD))
            finally:
                await form.close()

    async def _encoded(self, upload: object) -> Encoded:
        if not isinstance(upload, UploadFile):
            raise BadInput("photos.unreadable")
        async with self._decoding:
            return await asyncio.to_thread(self._encode, await upload.read())

    @contextmanager
    def _place(self, worker_id: str) -> Iterator[None]:
        if self._under_way.total() >= AT_ONCE or self._under_way[worker_id] >= AT_ONCE_OF_ONE:
            raise TooFast("photos.busy", seconds=COME_AGAIN_SECONDS)
        self._under_way[worker_id] += 1
        try:
            yield
        finally:
            self._under_way[worker_id] -= 1
            self._under_way += Counter()  # forgets who has none left


async def sweep_now_and_then(sessions: Sessions, clock: Clock, folder: Path) -> None:
    """Delete what nobody needs any more, at once and then every hour, until it is cancelled."""
    while True:
        try:
            async with transaction(sessions) as session:
                await photos.sweep(session, clock, folder)
        except AWAY as error:
            log.warning("photos_not_swept", error=type(error).__name__)
        await asyncio.sleep(SECONDS_BETWEEN_SWEEPS)

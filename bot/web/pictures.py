"""Pictures of notices for the web chat: no secrets, and asked for by their digest."""

import re

from fastapi import APIRouter
from starlette.responses import Response

from db.session import Sessions, transaction
from kit.errors import NotFound
from services import notices

PATH = "/api/images/{digest}"
_DIGEST = re.compile(r"[0-9a-f]{64}")


def pictures(sessions: Sessions) -> APIRouter:
    """The route that gives them."""
    router = APIRouter()

    @router.get(PATH, response_class=Response, responses={200: {"content": {"image/jpeg": {}}}})
    async def picture(digest: str) -> Response:
        """The picture of a notice, which never changes under its digest."""
        jpeg = None
        if _DIGEST.fullmatch(digest):
            async with transaction(sessions) as session:
                jpeg = await notices.picture_of(session, digest)
        if jpeg is None:
            raise NotFound
        return Response(jpeg, media_type="image/jpeg")

    return router

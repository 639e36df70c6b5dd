"""Pictures of notices at Telegram: uploaded once, then sent by the name of Telegram's copy."""

import structlog
from telegram import Message

from db.session import AWAY, Sessions, transaction
from services import notices

log = structlog.get_logger()


class Pictures:
    """What is sent for a picture. One a process."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions

    async def of(self, digest: str) -> str | bytes | None:
        """The name of Telegram's copy, else the JPEG; None where there is no such picture."""
        async with transaction(self._sessions) as session:
            copy = await notices.known_copy(session, digest)
        return (copy.file_id or copy.jpeg) if copy else None

    async def learn(self, digest: str, sent: Message) -> None:
        """Note the copy that a message brought about; where that fails the next one brings it."""
        if sent.photo:
            await self._note(digest, sent.photo[-1].file_id)

    async def unlearn(self, digest: str) -> None:
        """Telegram does not know its copy any more."""
        await self._note(digest, None)

    async def _note(self, digest: str, file_id: str | None) -> None:
        try:
            async with transaction(self._sessions) as session:
                await notices.note_copy(session, digest, file_id)
        except AWAY as error:
            log.warning("picture_not_noted", error=type(error).__name__)

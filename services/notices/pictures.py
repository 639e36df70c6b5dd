"""Pictures of notices on a channel that keeps a copy: uploaded once, then named."""

from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from db.repositories.notices import NoticeRepository


@dataclass(frozen=True)
class Copy:
    """What to send for a picture: the channel's name of its copy, else the JPEG itself."""

    file_id: str | None
    jpeg: bytes = field(repr=False)


async def known_copy(session: AsyncSession, digest: str) -> Copy | None:
    """The picture with this digest; None where there is none."""
    row = await NoticeRepository(session).picture(digest)
    return Copy(row.file_id, row.jpeg) if row else None


async def note_copy(session: AsyncSession, digest: str, file_id: str | None) -> None:
    """Note what the channel calls its copy, or with None that it no longer knows it."""
    row = await NoticeRepository(session).picture(digest)
    if row is not None:
        row.file_id = file_id

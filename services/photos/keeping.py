"""Which photos there are, whose they are, and how long they are kept."""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import Photo
from db.repositories.photos import PhotoRepository
from kit import ids
from kit.clock import Clock
from kit.errors import NotAllowed
from services.photos import files
from services.photos.encoding import Encoded

OF_A_CASE = 3
UNUSED_A_DAY = 20
DAY = timedelta(days=1)
# How long a photo that belongs to nothing is kept: its worker may still be choosing.
UNUSED_HOLDS = timedelta(days=3)
# A file is written before its row is committed. After this time there will be no row.
FILE_WAITS = timedelta(hours=1)
SWEPT_AT_ONCE = 500
# Where photos stand among the answers of a form, and where those wait of which the worker has not
# said what they are for.
IN_FORM = "photos"
WAITING = "photos_waiting"


async def keep(
    session: AsyncSession, clock: Clock, folder: Path, worker_id: str, encoded: Encoded
) -> str:
    """Store a worker's photo and tell its id; the same picture again is the same photo.

    The file comes before the row: a crash between them leaves a file that the sweep finds, never
    a row without its file.
    """
    await asyncio.to_thread(files.write, folder, encoded.digest, encoded.jpeg, clock())
    photos = PhotoRepository(session)
    known = await photos.unused(worker_id, encoded.digest)
    if known is not None:
        return known
    if await photos.count_unused(worker_id, clock() - DAY) >= UNUSED_A_DAY:
        raise NotAllowed("photos.too_many", most=UNUSED_A_DAY)
    photo = Photo(
        id=ids.new_id(),
        worker_id=worker_id,
        digest=encoded.digest,
        width=encoded.width,
        height=encoded.height,
        size=len(encoded.jpeg),
        created_at=clock(),
    )
    photos.add(photo)
    await session.flush()
    return photo.id


async def read(folder: Path, digest: str) -> bytes | None:
    """The JPEG of a photo; None where the file is gone."""
    return await asyncio.to_thread(files.read, folder, digest)


async def usable(
    session: AsyncSession, worker_id: str, photo_ids: Sequence[str]
) -> tuple[str, ...]:
    """Those of these photos that are this worker's own and in no case yet, in their order."""
    found = await PhotoRepository(session).unused_among(worker_id, photo_ids)
    return tuple(photo_id for photo_id in dict.fromkeys(photo_ids) if photo_id in found)


async def hand_in(
    session: AsyncSession, worker_id: str, case_id: str, photo_ids: Sequence[str]
) -> None:
    """Put these photos of a worker into his new case, as many as it takes."""
    found = await usable(session, worker_id, photo_ids)
    PhotoRepository(session).add_to_case(case_id, found[:OF_A_CASE])
    await session.flush()


async def add_to_case(
    session: AsyncSession, worker_id: str, case_id: str, photo_ids: Sequence[str], most: int
) -> tuple[int, ...]:
    """Put more photos of a worker into his case, up to `most` in all; returns their numbers."""
    repository = PhotoRepository(session)
    known = [number for number, _photo in await repository.of_case(case_id)]
    last = max(known, default=0)
    found = (await usable(session, worker_id, photo_ids))[: min(OF_A_CASE, most - len(known))]
    repository.add_to_case(case_id, found, after=last)
    await session.flush()
    return tuple(range(last + 1, last + 1 + len(found)))


async def of_case(session: AsyncSession, case_id: str) -> list[tuple[int, Photo]]:
    """The photos of a case with their numbers, in order."""
    return await PhotoRepository(session).of_case(case_id)


async def let_go(session: AsyncSession, worker_id: str, photo_ids: Collection[str]) -> None:
    """Delete these photos of a worker, but none that is in a case. The sweep takes the files."""
    await PhotoRepository(session).delete_unused_of(worker_id, photo_ids)


async def forget_worker(session: AsyncSession, worker_id: str) -> None:
    """Delete a worker's photos; those he handed in stay with their case, without him."""
    await PhotoRepository(session).forget_worker(worker_id)


def held(answers: Mapping[str, Any], drafts: Mapping[str, Any]) -> set[str]:
    """The photos that what is being written still needs."""
    found = {*answers.get(IN_FORM, ()), *answers.get(WAITING, {}).get("photos", ())}
    for draft in drafts.values():
        found |= set(draft["answers"].get(IN_FORM, ()))
    return found


async def sweep(
    session: AsyncSession, clock: Clock, folder: Path, at_once: int = SWEPT_AT_ONCE
) -> None:
    """Delete the files that have no row, and the rows that nothing needed for three days.

    The files of these rows go with the next sweep, when it is sure that the rows are gone: a
    crash in between costs nothing.
    """
    photos = PhotoRepository(session)
    young = clock() - FILE_WAITS
    found = await asyncio.to_thread(files.before, folder, young)
    for start in range(0, len(found), at_once):
        some = found[start : start + at_once]
        known = await photos.known_digests({path.stem for path in some})
        gone = [path for path in some if path.stem not in known]
        await asyncio.to_thread(files.delete_before, gone, young)
    unneeded: list[str] = []
    seen = 0
    while rows := await photos.left_over(clock() - UNUSED_HOLDS, seen, at_once):
        seen += len(rows)
        unneeded += [
            photo_id
            for photo_id, answers, drafts in rows
            if photo_id not in held(answers or {}, drafts or {})
        ]
    for start in range(0, len(unneeded), at_once):
        await photos.delete_unused(unneeded[start : start + at_once])

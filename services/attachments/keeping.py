"""Which attachments there are, whose they are, and how long they are kept."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from db.models.attachments import Attachment, CaseAttachment
from db.repositories.attachments import AttachmentRepository
from kit import ids
from kit.clock import Clock
from kit.errors import NotAllowed
from services.attachments import files

OF_A_CASE = 3
UNUSED_A_DAY = 20
DAY = timedelta(days=1)
# How long an attachment that belongs to nothing is kept: its worker may still be choosing.
UNUSED_HOLDS = timedelta(days=3)
# A file is written before its row is committed. After this time there will be no row.
FILE_WAITS = timedelta(hours=1)
SWEPT_AT_ONCE = 500
# The kinds, as they stand among the answers of a form; and where those wait of which the worker
# has not said what they are for.
KINDS = ("photos", "recordings")
WAITING = "photos_waiting"


class Content(Protocol):
    """What is kept: the bytes of the file, their digest, and what its row says of it."""

    @property
    def data(self) -> bytes:
        """The bytes."""

    @property
    def digest(self) -> str:
        """The digest of the bytes."""

    @property
    def facts(self) -> Mapping[str, int]:
        """The columns that this kind has beyond those of all attachments."""


Row = TypeVar("Row", bound=Attachment)
OfCase = TypeVar("OfCase", bound=CaseAttachment)


@dataclass(frozen=True)
class Shelf(Generic[Row, OfCase]):
    """One kind of attachment: `kind` is its word in messages and answers, `suffix` that of its
    files. `outlives`: what is in a case stays there when its worker has his data deleted.
    """

    kind: str
    suffix: str
    outlives: bool
    repository: Callable[[AsyncSession], AttachmentRepository[Row, OfCase]]

    async def keep(
        self, session: AsyncSession, clock: Clock, folder: Path, worker_id: str, content: Content
    ) -> str:
        """Store what a worker sent and tell its id; the same content again is the same one.

        The file comes before the row: a crash between them leaves a file that the sweep finds,
        never a row without its file.
        """
        path = self.path_of(folder, content.digest)
        await asyncio.to_thread(files.write, path, content.data, clock())
        kept = self.repository(session)
        known = await kept.unused(worker_id, content.digest)
        if known is not None:
            return known
        if await kept.count_unused(worker_id, clock() - DAY) >= UNUSED_A_DAY:
            raise NotAllowed(f"{self.kind}.too_many", most=UNUSED_A_DAY)
        row = kept.row(
            id=ids.new_id(),
            worker_id=worker_id,
            digest=content.digest,
            size=len(content.data),
            created_at=clock(),
            **content.facts,
        )
        kept.add(row)
        await session.flush()
        return row.id

    def path_of(self, folder: Path, digest: str) -> Path:
        """Where a file lies."""
        return files.path_of(folder, digest, self.suffix)

    async def read(self, folder: Path, digest: str) -> bytes | None:
        """The content of a file; None where it is gone."""
        return await asyncio.to_thread(files.read, self.path_of(folder, digest))

    async def usable(
        self, session: AsyncSession, worker_id: str, attached: Sequence[str]
    ) -> tuple[str, ...]:
        """Those of these that are this worker's own and in no case yet, in their order."""
        if not attached:
            return ()
        found = await self.repository(session).unused_among(worker_id, attached)
        return tuple(each for each in dict.fromkeys(attached) if each in found)

    async def hand_in(
        self, session: AsyncSession, worker_id: str, case_id: str, attached: Sequence[str]
    ) -> None:
        """Put these of a worker into his new case, as many as it takes."""
        found = await self.usable(session, worker_id, attached)
        self.repository(session).add_to_case(case_id, found[:OF_A_CASE])
        await session.flush()

    async def add_to_case(
        self,
        session: AsyncSession,
        worker_id: str,
        case_id: str,
        attached: Sequence[str],
        most: int,
    ) -> tuple[int, ...]:
        """Put more of a worker into his case, up to `most` in all; returns their numbers."""
        repository = self.repository(session)
        known = [number for number, _row in await repository.of_case(case_id)]
        last = max(known, default=0)
        found = await self.usable(session, worker_id, attached)
        found = found[: min(OF_A_CASE, max(0, most - len(known)))]
        repository.add_to_case(case_id, found, after=last)
        await session.flush()
        return tuple(range(last + 1, last + 1 + len(found)))

    async def digest_of(self, session: AsyncSession, worker_id: str, attached: str) -> str | None:
        """The digest of one of a worker's; None where it is gone."""
        return await self.repository(session).digest_of(worker_id, attached)

    async def of_case(self, session: AsyncSession, case_id: str) -> list[tuple[int, Row]]:
        """Those of a case with their numbers, in order."""
        return await self.repository(session).of_case(case_id)

    async def let_go(
        self, session: AsyncSession, worker_id: str, attached: Collection[str]
    ) -> None:
        """Delete these of a worker, but none that is in a case. The sweep takes the files."""
        await self.repository(session).delete_unused_of(worker_id, attached)

    async def forget_worker(self, session: AsyncSession, worker_id: str) -> None:
        """Delete a worker's; what outlives him stays with its case, without him."""
        kept = self.repository(session)
        await (kept.forget_worker(worker_id) if self.outlives else kept.delete_of(worker_id))

    async def sweep(
        self, session: AsyncSession, clock: Clock, folder: Path, at_once: int = SWEPT_AT_ONCE
    ) -> None:
        """Delete the files that have no row, and the rows that nothing needed for three days.

        The files of these rows go with the next sweep, when it is sure that the rows are gone: a
        crash in between costs nothing.
        """
        kept = self.repository(session)
        young = clock() - FILE_WAITS
        found = await asyncio.to_thread(files.before, folder, young)
        for start in range(0, len(found), at_once):
            some = found[start : start + at_once]
            known = await kept.known_digests({path.stem for path in some})
            gone = [path for path in some if path.stem not in known]
            await asyncio.to_thread(files.delete_before, gone, young)
        unneeded: list[str] = []
        seen = 0
        while rows := await kept.left_over(clock() - UNUSED_HOLDS, seen, at_once):
            seen += len(rows)
            unneeded += [
                attached
                for attached, answers, drafts in rows
                if attached not in held(answers or {}, drafts or {})
            ]
        for start in range(0, len(unneeded), at_once):
            await kept.delete_unused(unneeded[start : start + at_once])


def held(answers: Mapping[str, Any], drafts: Mapping[str, Any]) -> set[str]:
    """The attachments of all kinds that what is being written still needs."""
    places = (answers, answers.get(WAITING, {}), *(draft["answers"] for draft in drafts.values()))
    return {each for place in places for kind in KINDS for each in place.get(kind, ())}

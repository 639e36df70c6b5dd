"""Keeping photos: a file for each content, a row for each owner, no crash that loses either."""

import asyncio
import os
from pathlib import Path

import pytest
from sqlalchemy import select

from db.models import CasePhoto, DialogueRow, Photo
from db.session import Sessions, transaction
from kit.errors import NotAllowed
from services import photos
from services.attachments import UNUSED_A_DAY
from services.photos import Encoded
from tests.factories import FixedClock, add_case, add_worker
from tests.pictures import scene_of
from tests.testers.chat import on_sqlite

ONE, TWO, THREE = (photos.encode(scene_of(number)) for number in range(3))


class Shelf:
    """The photos of a test: their folder, and a worker who owns some."""

    def __init__(self, sessions: Sessions, clock: FixedClock, folder: Path, owner: str) -> None:
        self.sessions = sessions
        self.clock = clock
        self.folder = folder
        self.owner = owner

    async def keep(self, picture: Encoded, owner: str | None = None) -> str:
        async with transaction(self.sessions) as session:
            return await photos.SHELF.keep(
                session, self.clock, self.folder, owner or self.owner, picture
            )

    async def sweep(self) -> None:
        """As it runs by itself; in pieces of two, so that there are several."""
        async with transaction(self.sessions) as session:
            await photos.SHELF.sweep(session, self.clock, self.folder, at_once=2)

    async def newcomer(self) -> str:
        async with transaction(self.sessions) as session:
            return (await add_worker(session)).id

    async def rows(self) -> set[str]:
        async with transaction(self.sessions) as session:
            return set(await session.scalars(select(Photo.id)))

    def files(self) -> set[str]:
        return {path.name for path in self.folder.glob("**/*") if path.is_file()}


def name(picture: Encoded) -> str:
    return f"{picture.digest}.jpg"


@pytest.fixture
async def shelf(sessions: Sessions, clock: FixedClock, tmp_path: Path) -> Shelf:
    async with transaction(sessions) as session:
        owner = await add_worker(session)
    return Shelf(sessions, clock, tmp_path / "data" / "photos", owner.id)


async def test_the_file_lies_under_its_content_for_its_owner_only(shelf: Shelf):
    photo_id = await shelf.keep(ONE)
    async with transaction(shelf.sessions) as session:
        row = await session.get(Photo, photo_id)
    assert row is not None
    assert (row.worker_id, row.digest) == (shelf.owner, ONE.digest)
    assert (row.width, row.height, row.size) == (ONE.width, ONE.height, len(ONE.jpeg))
    path = photos.SHELF.path_of(shelf.folder, ONE.digest)
    assert path == shelf.folder / ONE.digest[:2] / name(ONE)
    assert path.stat().st_mode & 0o777 == 0o600
    assert shelf.folder.stat().st_mode & 0o077 == 0
    assert await photos.SHELF.read(shelf.folder, ONE.digest) == ONE.jpeg
    assert await photos.SHELF.read(shelf.folder, TWO.digest) is None
    assert shelf.files() == {name(ONE)}


async def test_the_same_picture_again_is_the_same_photo(shelf: Shelf):
    first = await shelf.keep(ONE)
    assert await shelf.keep(ONE) == first
    stranger = await shelf.newcomer()
    assert await shelf.keep(ONE, stranger) != first
    assert shelf.files() == {name(ONE)}


@on_sqlite
async def test_a_file_that_was_cut_short_is_written_anew(shelf: Shelf):
    await shelf.keep(ONE)
    path = photos.SHELF.path_of(shelf.folder, ONE.digest)
    path.write_bytes(ONE.jpeg[:100])
    await shelf.keep(ONE)
    assert path.read_bytes() == ONE.jpeg


async def test_who_keeps_sending_is_stopped_for_a_day(shelf: Shelf):
    pictures = [photos.encode(scene_of(number)) for number in range(UNUSED_A_DAY + 1)]
    ids = [await shelf.keep(picture) for picture in pictures[:-1]]
    with pytest.raises(NotAllowed) as refused:
        await shelf.keep(pictures[-1])
    assert (refused.value.key, refused.value.fields) == ("photos.too_many", {"most": 20})
    await shelf.keep(pictures[-1], await shelf.newcomer())
    async with transaction(shelf.sessions) as session:
        case = await add_case(session, shelf.owner)
        await photos.SHELF.hand_in(session, shelf.owner, case.id, ids[:1])
    await shelf.keep(pictures[-1])
    shelf.clock.advance(hours=25)
    await shelf.keep(photos.encode(scene_of(99)))


async def test_what_nothing_needs_goes_after_three_days_and_its_file_then(shelf: Shelf):
    await shelf.keep(ONE)
    shelf.clock.advance(days=2, hours=23)
    await shelf.sweep()
    assert len(await shelf.rows()) == 1
    shelf.clock.advance(hours=2)
    await shelf.sweep()
    assert (await shelf.rows(), shelf.files()) == (set(), {name(ONE)})
    await shelf.sweep()
    assert shelf.files() == set()


async def test_what_a_draft_or_case_needs_stays(shelf: Shelf):
    ids = [await shelf.keep(photos.encode(scene_of(number))) for number in range(8)]
    stranger = await shelf.newcomer()
    theirs = await shelf.keep(ONE, stranger)
    async with transaction(shelf.sessions) as session:
        case = await add_case(session, shelf.owner)
        await photos.SHELF.hand_in(session, shelf.owner, case.id, ids[:2])
        session.add(
            DialogueRow(
                worker_id=shelf.owner,
                name="hazard",
                step="place",
                answers={"subject": "x", "photos": ids[2:4]},
                drafts={"suggestion": {"step": "subject", "answers": {"photos": ids[4:5]}}},
                updated_at=shelf.clock(),
            )
        )
        session.add(
            DialogueRow(
                worker_id=stranger,
                answers={"photos_waiting": {"photos": [theirs], "turn": "t"}},
                drafts={},
                updated_at=shelf.clock(),
            )
        )
    shelf.clock.advance(days=30)
    for _ in range(2):
        await shelf.sweep()
    assert await shelf.rows() == {*ids[:5], theirs}
    assert len(shelf.files()) == 5


async def test_a_file_serves_all_who_sent_that_picture(shelf: Shelf):
    await shelf.keep(ONE)
    shelf.clock.advance(days=4)
    other = await shelf.keep(ONE, await shelf.newcomer())
    shelf.clock.advance(hours=2)
    for _ in range(2):
        await shelf.sweep()
    assert (await shelf.rows(), shelf.files()) == ({other}, {name(ONE)})


async def test_a_crash_behind_the_file_leaves_nothing_for_long(shelf: Shelf):
    async def dies() -> None:
        async with transaction(shelf.sessions) as session:
            await photos.SHELF.keep(session, shelf.clock, shelf.folder, shelf.owner, ONE)
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await dies()
    assert (await shelf.rows(), shelf.files()) == (set(), {name(ONE)})
    shelf.clock.advance(minutes=50)
    await shelf.sweep()
    assert shelf.files() == {name(ONE)}, "its row may still be on the way"
    shelf.clock.advance(minutes=11)
    await shelf.sweep()
    assert shelf.files() == set()


@on_sqlite
async def test_a_crash_inside_the_file_leaves_nothing_for_long(shelf: Shelf):
    await shelf.keep(TWO)
    path = photos.SHELF.path_of(shelf.folder, ONE.digest)
    path.parent.mkdir(exist_ok=True)
    part = path.with_name(f"{ONE.digest}.abc.part")
    part.write_bytes(ONE.jpeg[:50])
    os.utime(part, (shelf.clock().timestamp(),) * 2)
    await shelf.keep(ONE)
    shelf.clock.advance(hours=2)
    await shelf.sweep()
    assert shelf.files() == {name(ONE), name(TWO)}
    assert await photos.SHELF.read(shelf.folder, ONE.digest) == ONE.jpeg


async def test_a_sweep_that_dies_has_taken_no_file_of_a_row(shelf: Shelf):
    await shelf.keep(ONE)
    shelf.clock.advance(days=4)

    async def dies() -> None:
        async with transaction(shelf.sessions) as session:
            await photos.SHELF.sweep(session, shelf.clock, shelf.folder)
            raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await dies()
    assert len(await shelf.rows()) == 1
    assert await photos.SHELF.read(shelf.folder, ONE.digest) == ONE.jpeg


async def test_a_picture_sent_again_is_not_swept_from_under_its_new_row(shelf: Shelf):
    await shelf.keep(ONE)
    shelf.clock.advance(days=4)
    await shelf.sweep()
    again = await shelf.keep(ONE)
    await shelf.sweep()
    assert (await shelf.rows(), shelf.files()) == ({again}, {name(ONE)})


@on_sqlite
async def test_sweeping_before_the_first_photo_is_no_fault(shelf: Shelf):
    await shelf.sweep()
    assert shelf.files() == set()


@on_sqlite
async def test_a_folder_that_cannot_be_written_leaves_no_row(shelf: Shelf):
    shelf.folder.parent.mkdir(parents=True)
    shelf.folder.write_text("where the folder should be")
    with pytest.raises(NotADirectoryError):
        await shelf.keep(ONE)
    assert await shelf.rows() == set()


@on_sqlite
async def test_the_same_picture_at_once_is_one_file(shelf: Shelf):
    owners = [await shelf.newcomer() for _ in range(6)]
    ids = await asyncio.gather(*(shelf.keep(ONE, owner) for owner in owners))
    assert len(set(ids)) == 6
    assert shelf.files() == {name(ONE)}
    assert await photos.SHELF.read(shelf.folder, ONE.digest) == ONE.jpeg


async def test_who_is_forgotten_leaves_only_what_is_in_a_case(shelf: Shelf):
    handed_in, _loose = await shelf.keep(ONE), await shelf.keep(TWO)
    theirs = await shelf.keep(THREE, await shelf.newcomer())
    async with transaction(shelf.sessions) as session:
        case = await add_case(session, shelf.owner)
        await photos.SHELF.hand_in(session, shelf.owner, case.id, [handed_in])
        await photos.SHELF.forget_worker(session, shelf.owner)
    assert await shelf.rows() == {handed_in, theirs}
    async with transaction(shelf.sessions) as session:
        row = await session.get(Photo, handed_in)
        assert row is not None
        assert row.worker_id is None
        assert [photo.id for _, photo in await photos.SHELF.of_case(session, case.id)] == [
            handed_in
        ]


async def test_only_ones_own_unused_photos_are_handed_in_and_three_at_most(shelf: Shelf):
    mine = [await shelf.keep(photos.encode(scene_of(number))) for number in range(5)]
    theirs = await shelf.keep(ONE, await shelf.newcomer())
    async with transaction(shelf.sessions) as session:
        first, second = await add_case(session), await add_case(session)
        await photos.SHELF.hand_in(
            session, shelf.owner, first.id, [mine[0], theirs, mine[0], "none"]
        )
        await photos.SHELF.hand_in(session, shelf.owner, second.id, [*mine])
    async with transaction(shelf.sessions) as session:
        rows = await session.execute(
            select(CasePhoto.case_id, CasePhoto.number, CasePhoto.attached_id)
        )
        found = {(case, number): photo for case, number, photo in rows}
    assert found == {
        (first.id, 1): mine[0],
        (second.id, 1): mine[1],
        (second.id, 2): mine[2],
        (second.id, 3): mine[3],
    }

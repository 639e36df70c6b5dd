"""Staff see what was said of stops, settle it once, and all who said it hear the answer."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict, fields, is_dataclass

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import RestStopRow, StopCheck, StopReport, Worker
from db.session import Sessions, make_engine, make_sessions, transaction
from kit.errors import AppError, NotAllowed, NotFound
from services.rest_stops import checking, editing, reports, settling
from services.rest_stops.editing import Edit, Stale
from services.rest_stops.fields import BadFields
from services.rest_stops.settling import Look
from tests.factories import FixedClock, add_staff
from tests.staffing import everything
from tests.stops import TODAY, add_report, add_stop, told

ANYBODY = everything("anybody")


async def settle(
    sessions: Sessions, library: Library, clock: FixedClock, outcome: str, **given: str
) -> None:
    """Look at the stop and settle it, as a member of staff of its own."""
    async with transaction(sessions) as session:
        detail = await checking.show(session, library, clock, ANYBODY, "gz-1")
        staff_id = (await add_staff(session)).id
    heard = given.get("heard", detail.heard)
    async with transaction(sessions) as session:
        look = Look(everything(staff_id), outcome, given.get("answer", ""), heard)
        await settling.settle(session, library, clock, "gz-1", look)


async def say(
    sessions: Sessions, library: Library, clock: FixedClock, *kinds: str, stop: str = "gz-1"
) -> list[str]:
    """Workers at the door of a stop, one after the other; returns who they are."""
    async with transaction(sessions) as session:
        if await session.get(RestStopRow, stop) is None:
            await add_stop(session, library, id=stop, address=f"{stop}路1号")
        said = []
        for kind in kinds:
            clock.advance(minutes=1)
            said.append(await add_report(session, clock, stop, kind))
        return said


async def test_the_list_has_hidden_claims_first_then_what_counts(
    sessions: Sessions, library: Library, clock: FixedClock
):
    await say(sessions, library, clock, "locked", "moved", "dry", stop="many")
    await say(sessions, library, clock, "locked", "locked", stop="hidden")
    await say(sessions, library, clock, "open", stop="praised")
    async with transaction(sessions) as session:
        await add_stop(session, library, id="newcomer", address="新路1号")
        await add_report(session, clock, "newcomer", "dry", days=0)
        await add_report(session, clock, "hidden", "open", near=True)
        page = await checking.to_check(session, clock, ANYBODY)
    assert [item.id for item in page.items] == ["hidden", "many", "newcomer"]
    assert (page.total, page.pages) == (3, 1)
    hidden, many, newcomer = page.items
    assert (hidden.hidden, many.hidden) == ({"hours"}, set())
    assert many.kinds == {"locked": 1, "moved": 1, "dry": 1}
    assert (many.counting, many.known, many.near) == (3, 3, 0)
    assert (newcomer.counting, newcomer.newest) == (0, newcomer.oldest)
    assert hidden.oldest < hidden.newest
    assert hidden.area == "广东 广州 海珠区"


async def test_the_list_has_pages(sessions: Sessions, library: Library, clock: FixedClock):
    for number in range(checking.PAGE_SIZE + 1):
        await say(sessions, library, clock, "locked", stop=f"s-{number:02}")
    async with transaction(sessions) as session:
        first = await checking.to_check(session, clock, ANYBODY)
        last = await checking.to_check(session, clock, ANYBODY, 9)
    assert (first.pages, len(first.items), first.items[0].id) == (2, 30, "s-30")
    assert (last.page, [item.id for item in last.items]) == (2, ["s-00"])


async def test_a_search_finds_by_name_address_and_id(sessions: Sessions, library: Library):
    async with transaction(sessions) as session:
        await add_stop(session, library)
        await add_stop(session, library, id="own-9", name="100%驿站A", status="withdrawn")
        for words, found in {
            "东晓南驿": ["gz-1"],
            "晓南路12": ["gz-1", "own-9"],
            "OWN-9": ["own-9"],
            "驿站a": ["own-9"],
            "0%驿": ["own-9"],
            "_": [],
            " \x00": [],
            "没有": [],
        }.items():
            page = await checking.search(session, ANYBODY, words)
            assert [item.id for item in page.items] == found, words
            assert not page.more


async def test_a_search_is_bounded(sessions: Sessions, library: Library):
    async with transaction(sessions) as session:
        for number in range(checking.PAGE_SIZE + 1):
            await add_stop(session, library, id=f"s-{number:02}", address=f"路{number}号")
        first = await checking.search(session, ANYBODY, "驿站")
        second = await checking.search(session, ANYBODY, "驿站", 2)
    assert (len(first.items), first.more) == (checking.PAGE_SIZE, True)
    assert ([item.id for item in second.items], second.more) == (["s-30"], False)


async def test_a_stop_shows_everything_but_who_said_it(
    sessions: Sessions, library: Library, clock: FixedClock
):
    (first,) = await say(sessions, library, clock, "locked")
    await settle(sessions, library, clock, "right", answer="电话问过")
    (second,) = await say(sessions, library, clock, "dry")
    async with transaction(sessions) as session:
        detail = await checking.show(session, library, clock, ANYBODY, "gz-1")
        reports = [row.id for row in await session.scalars(select(StopReport))]
    assert detail.form["source_url"] == "https://example.org/list"
    assert (detail.form["has_水"], detail.form["has_淋浴"], detail.form["has_WiFi"]) == (
        *("yes", "no", "unknown"),
    )
    assert [(voice.kind, voice.settled, voice.known) for voice in detail.voices] == [
        ("dry", False, True),
        ("locked", True, True),
    ]
    assert [(check.outcome, check.answer) for check in detail.checks] == [("right", "电话问过")]
    assert (detail.waiting, detail.checked_on) == (1, TODAY)
    everything = str(asdict(detail))
    assert not [one for one in (first, second, *reports) if one in everything]


def test_no_shape_of_the_service_has_room_for_a_worker():
    shapes = [shape for shape in vars(checking).values() if is_dataclass(shape)]
    names = [name.name for shape in shapes for name in fields(shape)]
    assert "voices" in names
    assert not [name for name in names if "worker" in name]


async def test_all_who_said_something_hear_the_answer_once(
    sessions: Sessions, library: Library, clock: FixedClock
):
    workers = await say(sessions, library, clock, "locked", "locked", "open")
    async with transaction(sessions) as session:
        clock.advance(days=1)
        await add_report(session, clock, "gz-1", "moved", worker_id=workers[0])
    await settle(sessions, library, clock, "right", answer="保安说晚上八点关门")
    async with transaction(sessions) as session:
        words = await told(session)
    tail = "东晓南驿站，工作人员核实了：和登记的一样。谢谢你告诉我们。"
    tail += "\n工作人员说：保安说晚上八点关门"
    assert sorted(words) == sorted(
        [f"你说“搬走”的{tail}", f"你说“锁门”的{tail}", f"你说“还开着”的{tail}"]
    )
    async with transaction(sessions) as session:
        detail = await checking.show(session, library, clock, ANYBODY, "gz-1")
        assert (await checking.to_check(session, clock, ANYBODY)).total == 0
    assert (detail.waiting, detail.hidden) == (0, set())


async def test_who_left_is_told_nothing_and_nothing_breaks(
    sessions: Sessions, library: Library, clock: FixedClock
):
    (worker,) = await say(sessions, library, clock, "locked")
    async with transaction(sessions) as session:
        await session.delete(await session.get_one(Worker, worker))
    await settle(sessions, library, clock, "right")
    async with transaction(sessions) as session:
        assert await told(session) == []


async def test_right_means_checked_today_and_stands_in_the_history(
    sessions: Sessions, library: Library, clock: FixedClock
):
    await say(sessions, library, clock, "locked")
    await settle(sessions, library, clock, "right")
    async with transaction(sessions) as session:
        assert (await session.get_one(RestStopRow, "gz-1")).checked_on == TODAY
        (entry,) = (await checking.show(session, library, clock, ANYBODY, "gz-1")).history
    assert [(change.field, change.old, change.new) for change in entry.changes] == [
        ("checked_on", None, TODAY.isoformat())
    ]
    # Another complaint on the same day: it is checked today already, and can be settled again.
    await say(sessions, library, clock, "dry")
    await settle(sessions, library, clock, "right")


async def test_withdrawn_takes_the_stop_off_the_map(
    sessions: Sessions, library: Library, clock: FixedClock
):
    await say(sessions, library, clock, "moved", "moved")
    await settle(sessions, library, clock, "withdrawn")
    async with transaction(sessions) as session:
        assert (await session.get_one(RestStopRow, "gz-1")).status == "withdrawn"
        assert all("已经不再推给别人" in words for words in await told(session))


async def test_changed_is_said_only_of_what_was_changed(
    sessions: Sessions, library: Library, clock: FixedClock
):
    await say(sessions, library, clock, "locked")
    with pytest.raises(BadFields) as refusal:
        await settle(sessions, library, clock, "changed")
    assert set(refusal.value.faults) == {"outcome"}
    async with transaction(sessions) as session:
        staff = await add_staff(session)
        seen = (await checking.show(session, library, clock, ANYBODY, "gz-1")).seen
        form = {"hours_text": "9点至18点"}
        made = Edit(everything(staff.id), form, "电话核实", checked=True, seen=seen)
        await editing.edit(session, library, clock, "gz-1", made)
        assert (await checking.show(session, library, clock, ANYBODY, "gz-1")).edited_since
    await settle(sessions, library, clock, "changed")
    async with transaction(sessions) as session:
        assert ["已经改过来" in words for words in await told(session)] == [True]


@pytest.mark.parametrize(
    ("outcome", "answer"),
    [
        ("", ""),
        ("gone", ""),
        ("right", "好"),
        ("right", "长" * 201),
        ("right", "打13812345678问"),
    ],
)
async def test_an_answer_that_cannot_be_given_changes_nothing(
    sessions: Sessions, library: Library, clock: FixedClock, outcome: str, answer: str
):
    await say(sessions, library, clock, "locked")
    with pytest.raises(BadFields) as refusal:
        await settle(sessions, library, clock, outcome, answer=answer)
    assert set(refusal.value.faults) == {"answer" if answer else "outcome"}
    async with transaction(sessions) as session:
        assert (await checking.to_check(session, clock, ANYBODY)).total == 1
        assert await told(session) == []


async def test_of_two_at_once_one_settles(sessions: Sessions, library: Library, clock: FixedClock):
    await say(sessions, library, clock, "locked")
    async with transaction(sessions) as session:
        heard = (await checking.show(session, library, clock, ANYBODY, "gz-1")).heard
    tries = (
        settle(sessions, library, clock, each, heard=heard) for each in ("right", "withdrawn")
    )
    outcomes = await asyncio.gather(*tries, return_exceptions=True)
    refused = [outcome for outcome in outcomes if isinstance(outcome, AppError)]
    assert [(type(one), one.key) for one in refused] == [(NotAllowed, "console.stop_settled")]
    async with transaction(sessions) as session:
        assert len((await session.scalars(select(StopCheck))).all()) == 1
        assert len(await told(session)) == 1


async def test_a_word_that_came_meanwhile_is_not_settled_unread(
    sessions: Sessions, library: Library, clock: FixedClock
):
    await say(sessions, library, clock, "locked")
    async with transaction(sessions) as session:
        heard = (await checking.show(session, library, clock, ANYBODY, "gz-1")).heard
    await say(sessions, library, clock, "moved")
    with pytest.raises(Stale) as refusal:
        await settle(sessions, library, clock, "right", heard=heard)
    assert refusal.value.key == "console.stop_new_voices"


Part = Callable[[AsyncSession], Awaitable[None]]


async def overlap(sessions: Sessions, url: str, first: Part, second: Part) -> object:
    """What comes of a second transaction that begins before the first one ends."""
    engine = make_engine(url)
    began, may_end = asyncio.Event(), asyncio.Event()

    async def leads() -> None:
        async with transaction(sessions) as session:
            await first(session)
            began.set()
            await may_end.wait()

    async def follows() -> None:
        async with transaction(make_sessions(engine)) as session:
            await second(session)

    try:
        leading = asyncio.ensure_future(leads())
        await began.wait()
        following = asyncio.ensure_future(follows())
        await asyncio.wait([following], timeout=0.3)
        may_end.set()
        await leading
        [outcome] = await asyncio.gather(following, return_exceptions=True)
    finally:
        await engine.dispose()
    return outcome


@pytest.mark.parametrize("staff_first", [True, False])
async def test_a_word_that_is_changed_meanwhile_is_not_settled_unread(
    sessions: Sessions,
    database_url: str,
    library: Library,
    clock: FixedClock,
    staff_first: bool,  # noqa: FBT001 - a table
):
    (worker,) = await say(sessions, library, clock, "locked")
    async with transaction(sessions) as session:
        heard = (await checking.show(session, library, clock, ANYBODY, "gz-1")).heard
        made = Look(everything((await add_staff(session)).id), "right", "", heard)
    clock.advance(minutes=1)

    async def speaks(session: AsyncSession) -> None:
        await add_report(session, clock, "gz-1", "moved", worker_id=worker)

    async def looks(session: AsyncSession) -> None:
        await settling.settle(session, library, clock, "gz-1", made)

    parts = (looks, speaks) if staff_first else (speaks, looks)
    outcome = await overlap(sessions, database_url, *parts)
    assert isinstance(outcome, Stale) != staff_first, outcome
    async with transaction(sessions) as session:
        row = (await session.scalars(select(StopReport))).one()
        assert (row.kind, row.check_id) == ("moved", None)


async def forget(sessions: Sessions, *workers: str) -> None:
    async with transaction(sessions) as session:
        for worker in workers:
            await reports.forget_worker(session, worker)


async def hidden(sessions: Sessions, library: Library, clock: FixedClock) -> set[str]:
    async with transaction(sessions) as session:
        return set((await checking.show(session, library, clock, ANYBODY, "gz-1")).hidden)


async def test_who_leaves_after_two_days_of_reports_is_still_one_voice(
    sessions: Sessions, library: Library, clock: FixedClock
):
    (worker,) = await say(sessions, library, clock, "dry")
    await settle(sessions, library, clock, "right")
    async with transaction(sessions) as session:
        await add_stop(session, library, id="other", address="别处1号")
        await add_report(session, clock, "other", "moved", worker_id=worker)
        for kind in ("locked", "dry", "locked"):
            clock.advance(days=1)
            await add_report(session, clock, "gz-1", kind, worker_id=worker)
    await forget(sessions, worker)
    assert await hidden(sessions, library, clock) == set()
    async with transaction(sessions) as session:
        rows = (await session.scalars(select(StopReport).order_by(StopReport.at))).all()
    left = [(row.stop_id, row.kind, row.check_id is None, row.worker_id) for row in rows]
    assert left == [
        ("gz-1", "dry", False, None),
        ("other", "moved", True, None),
        ("gz-1", "locked", True, None),
    ]


async def test_those_who_left_count_as_one_of_two_who_agree(
    sessions: Sessions, library: Library, clock: FixedClock
):
    left = await say(sessions, library, clock, "locked", "locked", "locked", "moved")
    await forget(sessions, *left)
    assert await hidden(sessions, library, clock) == set()
    await say(sessions, library, clock, "locked")
    assert await hidden(sessions, library, clock) == {"hours"}


@pytest.mark.parametrize("stop_id", ["none", "", "\x00", "\ud800", "x" * 3000, "驿站"])
async def test_an_unknown_stop_is_said_to_be_unknown(
    sessions: Sessions, library: Library, clock: FixedClock, stop_id: str
):
    async with transaction(sessions) as session:
        with pytest.raises(NotFound):
            await checking.show(session, library, clock, ANYBODY, stop_id)

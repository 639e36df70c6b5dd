"""Fills a database with an office of 100,000 cases, and signs its people in."""

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert
from sqlalchemy import text as sql
from sqlalchemy.ext.asyncio import AsyncEngine

from content.library import Library
from db.base import Base
from db.session import Sessions, make_engine, make_sessions, transaction
from kit import ids
from kit.clock import utc_now
from services import figures, right_looks, texts
from services.cases import views
from services.figures import reports
from services.rest_stops.importing.candidates import columns_of_new, prepare
from services.staff import sessions as browsers
from services.staff.permissions import Role
from tools.console import made_up_desk
from tools.console.made_up import CITY, DISTRICTS, UNITS, MadeUpOffice
from tools.stops.made_up import made_up as made_up_stops

AT_ONCE, SEED, STOPS, PROPOSALS, HAPPENINGS = 2_000, 1, 2_000, 200, 5_000
TURNS_A_CASE = 3
TICKED = 50  # cases of one page
MADE_UP = tuple(f"unit-{number}" for number in range(UNITS))
# In the order in which rows may point to one another.
TABLES = (
    *("cases", "case_events", "case_units", "case_answers", "case_reminders", "case_themes"),
    *("case_supporters", "case_recusals"),
)
DISTRICT = "/".join((*CITY, DISTRICTS[0]))


@dataclass(frozen=True)
class Filled:
    """What pages are asked with: sessions by who has them, and something of each kind."""

    tokens: Mapping[str, str]
    codes: Sequence[str]
    ids: Mapping[str, str]


def fill(url: str, library: Library, count: int, units: Sequence[str] = MADE_UP) -> Filled:
    """Fill an empty database with so many cases, all of a year, of these units."""
    return asyncio.run(_fill(url, library, count, units))


async def _fill(url: str, library: Library, count: int, units: Sequence[str]) -> Filled:
    engine, now = make_engine(url), utc_now()
    try:
        members = _members(units[0])
        staff = {name: ids.new_id() for name in members}
        await _put(engine, "units", [{"name": name, "created_at": now} for name in units])
        await _put(engine, "staff", [_person(name, staff[name], now) for name in members])
        await _put(
            engine,
            "staff_roles",
            [
                {"staff_id": staff[name], **role}
                for name, roles in members.items()
                for role in roles
            ],
        )
        keeps_out = staff[Role.REVIEWER.value]
        office = MadeUpOffice(library, list(staff.values()), units, now, SEED, keeps_out)
        codes = await _cases(engine, office, count)
        given = {
            "staff_id": next(iter(staff.values())),
            **await _others(engine, library, staff, count),
            "bulk_id": await _bulk(engine, staff["all roles"], codes, now),
            **await _desk(engine, staff, count, now),
            "key": next(iter(texts.shipped(library))),
        }
        await _views(engine, library, staff, now)
        await _turns(engine, count * TURNS_A_CASE, now)
        sessions = make_sessions(engine)
        given["report_id"] = await _told(sessions, library)
        await _analyze(engine)
        tokens = {}
        async with transaction(sessions) as session:
            for name, staff_id in staff.items():
                tokens[name] = browsers.begin(session, utc_now(), staff_id, browsers.FULL)
        return Filled(tokens, codes, given)
    finally:
        await engine.dispose()


def _members(unit: str) -> dict[str, list[dict[str, Any]]]:
    """One of each role; a reviewer of one district; one who has all but a handler's."""
    free: dict[str, Any] = {"districts": (), "categories": (), "unit": None}
    members = {role.value: [{**free, "role": role.value}] for role in Role}
    members[Role.HANDLER.value][0]["unit"] = unit
    members["reviewer of a district"] = [
        {**free, "role": Role.REVIEWER.value, "districts": (DISTRICT,)}
    ]
    members["all roles"] = [
        {**free, "role": role.value} for role in Role if role is not Role.HANDLER
    ]
    return members


def _person(name: str, staff_id: str, now: datetime) -> dict[str, Any]:
    return {
        "id": staff_id,
        "name": name,
        "created_at": now,
        "password_hash": "!",
        "totp_secret": "JBSWY3DPEHPK3PXP",
    }


async def _cases(engine: AsyncEngine, office: MadeUpOffice, count: int) -> list[str]:
    codes: list[str] = []
    cases = office.cases(count)
    while some := list(islice(cases, AT_ONCE)):
        rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for case in some:
            for table, own in case.items():
                rows[table] += own
        for table in TABLES:
            await _put(engine, table, rows[table])
        codes += [row["code"] for row in rows["cases"]]
    return codes


async def _others(
    engine: AsyncEngine, library: Library, staff: Mapping[str, str], count: int
) -> dict[str, str]:
    """Stops, proposals of stops, a log of what staff did."""
    now = utc_now()
    found = [
        columns_of_new(prepare(library, number, stop), f"made-{number}") | {"version": 1}
        for number, stop in enumerate(made_up_stops(library, min(STOPS, count), SEED))
    ]
    for start in range(0, len(found), AT_ONCE):
        await _put(engine, "rest_stops", found[start : start + AT_ONCE])
    proposals = [
        {
            "id": ids.new_id(),
            "subject": "...",
            "place": "...",
            "state": "waiting",
            "created_at": now,
        }
        for _ in range(PROPOSALS)
    ]
    await _put(engine, "stop_proposals", proposals)
    people = list(staff.values())
    happened: list[dict[str, Any]] = [
        {
            "id": ids.new_id(),
            "at": now - timedelta(minutes=number),
            "kind": "signed_in",
            "actor_id": people[number % len(people)],
            "staff_id": people[0],
            "address": None,
        }
        for number in range(HAPPENINGS)
    ]
    await _put(engine, "staff_events", happened)
    topic = next(each for each in library.topics.values() if each.facts)
    return {
        "stop_id": "made-0",
        "proposal_id": str(proposals[0]["id"]),
        "fact": right_looks.key_of(topic, topic.facts[0]),
    }


async def _desk(
    engine: AsyncEngine, staff: Mapping[str, str], count: int, now: datetime
) -> dict[str, str]:
    """What else is done in an office: talks, posts, sentences, notices."""
    async with engine.connect() as connection:
        query = sql("SELECT id FROM cases ORDER BY id LIMIT :most")
        most = min(made_up_desk.POSTS, count // made_up_desk.POSTS_SHARE)
        cases = list(await connection.scalars(query, {"most": most}))
    people = list(staff.values())
    talk = ""
    for part in (
        made_up_desk.talks(people, count, now),
        made_up_desk.posts(cases, now),
        made_up_desk.sentences(count, now),
        made_up_desk.notices(staff, count, now),
    ):
        for table, rows in part:
            for start in range(0, len(rows), AT_ONCE):
                await _put(engine, table, rows[start : start + AT_ONCE])
            if table == "handovers":
                talk = rows[0]["id"]
    return {"handover_id": talk, "number": str(made_up_desk.FIRST_NOTICE)}


async def _bulk(engine: AsyncEngine, staff_id: str, codes: Sequence[str], now: datetime) -> str:
    """One step that was taken for a page of cases."""
    row = {
        "id": ids.new_id(),
        "staff_id": staff_id,
        "step": "take_up",
        "given": {},
        "at": now,
        "items": [{"code": code, "number": 1} for code in codes[-TICKED:]],
    }
    await _put(engine, "case_bulks", [row])
    return str(row["id"])


async def _views(
    engine: AsyncEngine, library: Library, staff: Mapping[str, str], now: datetime
) -> None:
    """As many views of the inbox for each as he may have: each says how much of it is left."""
    narrowed = ("", "&overdue=yes", "&kind=hazard")
    categories = islice(library.categories.values(), views.MOST)
    rows = [
        {
            "id": ids.new_id(),
            "staff_id": staff_id,
            "name": each.name,
            "query": f"category={each.id}{narrowed[number % len(narrowed)]}",
            "created_at": now + timedelta(seconds=number),
        }
        for number, each in enumerate(categories)
        for staff_id in staff.values()
    ]
    await _put(engine, "saved_views", rows)


async def _turns(engine: AsyncEngine, count: int, now: datetime) -> None:
    worker = ids.new_id()
    await _put(engine, "workers", [{"id": worker, "created_at": now}])
    step = timedelta(days=360) / max(1, count)
    for start in range(0, count, AT_ONCE):
        rows = [
            {
                "id": ids.new_id(),
                "worker_id": worker,
                "message_id": str(number),
                "channel": "web",
                "kind": "text",
                "received_at": now - step * number,
                "taken_by": "rasa",
                "intent": "nlu_fallback" if number % 7 == 0 else "ask",
            }
            for number in range(start, min(count, start + AT_ONCE))
        ]
        await _put(engine, "turns", rows)


async def _told(sessions: Sessions, library: Library) -> str:
    """What the night does: facts, days of turns, reports; gives the id of a report."""
    while await _piece(sessions):
        pass
    for work in (figures.keep_days,) * 5:
        async with transaction(sessions) as session:
            await work(session, utc_now)
    async with transaction(sessions) as session:
        wanted = await reports.missing(session, utc_now)
    for each in wanted:
        async with transaction(sessions) as session:
            await reports.make(session, library, utc_now, each)
    async with sessions.beside.reading() as connection:
        found = await connection.execute(
            sql("SELECT id FROM figure_reports WHERE area = '' AND kind = 'month'")
        )
        return str(found.scalar_one())


async def _piece(sessions: Sessions) -> int:
    async with transaction(sessions) as session:
        return await figures.fold_some(session)


async def _put(engine: AsyncEngine, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        async with engine.begin() as connection:
            await connection.execute(insert(Base.metadata.tables[table]), list(rows))


async def _analyze(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(sql("ANALYZE"))

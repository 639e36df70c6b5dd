"""Rows of a file that was checked, and bringing them in, as the command line does."""

from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.session import Sessions, transaction
from kit.clock import Clock
from services.rest_stops.importing.applying import Origin, apply
from services.rest_stops.importing.candidates import Candidate, prepare
from services.rest_stops.importing.data import StopValues
from services.rest_stops.importing.plan import Plan, Planning

ORIGIN = Origin("南沙.csv", "d" * 64, "wgs84", "区总工会 王敏")
ONE = StopValues(
    name="工会驿站（工商银行黄阁支行）",
    kind="工会驿站",
    province="广东",
    city="广州",
    host="工商银行黄阁支行",
    district="南沙区",
    address="黄阁大道1号",
    lat=22.8276,
    lon=113.5136,
    datum="wgs84",
    accuracy="exact",
    hours_text="每天8点-20点",
    opening_hours="Mo-Su 08:00-20:00",
    hours_derived=True,
    entry="scan_qr",
    facilities=("水", "热饭"),
    lacks=("淋浴",),
    other_facilities=("按摩椅",),
    is_whole_list=True,
    source="区总工会",
    published_on="2026-03",
)


def bare(**said: Any) -> StopValues:
    """A row about the same stop as ONE that says nothing else."""
    keep = {name: getattr(ONE, name) for name in ("name", "kind", "province", "city", "host")}
    return StopValues(**{**keep, "district": ONE.district, "address": ONE.address, **said})


def another(number: int, **said: Any) -> StopValues:
    """A row about a stop of its own."""
    given = {"name": f"{number}号驿站", "host": f"{number}号店", "address": f"新路{number}号"}
    return replace(ONE, **{"lat": 22.7 + number / 10_000, **given, **said})


def rows(library: Library, *values: StopValues) -> list[Candidate]:
    """The rows from number 2 on."""
    return [prepare(library, row, each) for row, each in enumerate(values, 2)]


async def look(
    sessions: Sessions, library: Library, *values: StopValues, keep_first: bool = False
) -> Plan:
    """The plan for these rows."""
    planning = Planning(library, rows(library, *values), keep_first=keep_first)
    async with transaction(sessions) as session:
        return await run(session, planning)


async def run(session: AsyncSession, planning: Planning) -> Plan:
    """All steps of a planning."""
    await planning.begin(session)
    for part in planning.parts():
        await planning.compare(session, part)
    return await planning.end(session)


async def bring(sessions: Sessions, library: Library, clock: Clock, *values: StopValues) -> Plan:
    """The plan for these rows, written."""
    made = await look(sessions, library, *values)
    async with transaction(sessions) as session:
        await apply(session, library, clock, made, ORIGIN)
    return made

"""Exports of cases: who gets what, one at a time, and on record."""

from collections.abc import Iterable
from dataclasses import replace

import pytest
from sqlalchemy import select

from content.library import Library
from db.models import Case, CaseExport, StaffEvent
from db.session import transaction
from kit.errors import AppError, BadInput
from services.cases import Wanted, exporting
from services.cases.exporting import Export
from services.staff.actors import Actor, Grant
from services.staff.permissions import Role
from tests.factories import add_case
from tests.services.casing import Office

SECRETS = (*("13812345678", "粤B12345", "wxid_secret9", "张伟民", "13900001111", "进港大道17号"),)


async def begun(
    office: Office, actor: Actor, wanted: Wanted | None = None, reason: str = "季度汇总上报"
) -> Export:
    async with transaction(office.sessions) as session:
        return await exporting.begin(
            *(session, office.clock, actor, wanted or Wanted()), file="csv", reason=reason
        )


async def table(office: Office, export: Export) -> list[dict[str, str]]:
    rows: list[tuple[str, ...]] = []
    async for page in exporting.rows_of(
        lambda: transaction(office.sessions), office.library, office.clock, export
    ):
        rows += page
    return [dict(zip(export.columns, row, strict=True)) for row in rows]


async def ended(office: Office, export: Export, rows: int | None = 0) -> None:
    async with transaction(office.sessions) as session:
        await exporting.end(session, office.clock, export.number, rows)


async def officer(office: Office, *more: Grant, **limits: Iterable[str]) -> Actor:
    first = await office.actor(Role.DATA_OFFICER, **limits)
    return Actor(first.id, first.name, "", (*first.grants, *more))


async def test_a_data_officer_reads_no_word_of_a_case(office: Office):
    handed = await office.hand_in(await office.worker(), "王强说13812345678打他")
    export = await begun(office, await officer(office))
    (row,) = await table(office, export)
    assert export.columns == exporting.FACTS
    assert row["code"] == handed.case.code
    assert row["kind"] == "建议"
    assert row["received"] == "2026-11-18 10:30"


async def test_who_may_read_some_cases_gets_the_words_of_those_only(office: Office):
    async with transaction(office.sessions) as session:
        near = await add_case(session, province="广东", city="广州", subject="路口没灯")
        await add_case(session, province="广东", city="佛山", subject="桥下积水")
    actor = await officer(office, Grant(Role.REVIEWER, districts=("广东/广州",)))
    rows = await table(office, await begun(office, actor))
    assert {row["subject"] for row in rows} == {"路口没灯", ""}
    assert {row["code"]: row["subject"] for row in rows}[near.code] == "路口没灯"


async def test_the_limits_of_the_role_are_those_of_the_export(office: Office):
    async with transaction(office.sessions) as session:
        near = await add_case(session, province="广东", city="广州")
        await add_case(session, province="广东", city="佛山")
    actor = await officer(office, districts=("广东/广州",))
    assert [row["code"] for row in await table(office, await begun(office, actor))] == [near.code]


async def test_nothing_personal_and_no_formula_leaves(office: Office):
    worker = await office.worker()
    handed = await office.hand_in(
        worker,
        "=HYPERLINK(1)老板张伟民电话13812345678车牌粤B12345微信wxid_secret9",
        place="进港大道17号，找13900001111",
        remedy="＝cmd 联系13812345678",
        contact="13900001111",
        caller="张伟民",
    )
    actor = await officer(office, Grant(Role.REVIEWER))
    (row,) = await table(office, await begun(office, actor))
    whole = "\n".join(row.values())
    assert not [each for each in (*SECRETS, handed.query_word, worker) if each in whole]
    assert row["subject"].startswith("'=HYPERLINK")
    assert row["remedy"].startswith("'＝cmd")


async def test_it_is_on_record_without_a_word(office: Office):
    async with transaction(office.sessions) as session:
        await add_case(session, kind="hazard")
        await add_case(session, subject="不要写进记录")
    actor = await officer(office)
    export = await begun(office, actor, Wanted(kind="hazard"))
    async with transaction(office.sessions) as session:
        (event,) = (await session.scalars(select(StaffEvent))).all()
    assert event.kind == "exported"
    assert event.details == {
        "number": export.number,
        "rows": 1,
        "format": "csv",
        "filters": {"kind": "hazard"},
    }


async def test_one_at_a_time_until_it_is_over_or_dead(office: Office):
    actor = await officer(office)
    first = await begun(office, actor)
    with pytest.raises(exporting.OneAtATime):
        await begun(office, actor)
    other = await begun(office, await officer(office))
    await ended(office, first, 0)
    third = await begun(office, actor)
    office.clock.advance(minutes=16)
    await begun(office, actor)
    async with transaction(office.sessions) as session:
        dead = await session.get_one(CaseExport, third.number)
        assert (dead.rows, dead.under_way) == (None, None)
        assert len({first.number, other.number, third.number}) == 3


@pytest.mark.parametrize("reason", ["", " 汇总 ", "长" * 201])
async def test_a_reason_is_asked(office: Office, reason: str):
    with pytest.raises(BadInput):
        await begun(office, await officer(office), reason=reason)


async def test_others_may_not(office: Office):
    for role in (Role.REVIEWER, Role.AUDITOR, Role.ADMIN):
        with pytest.raises(AppError):
            await begun(office, await office.actor(role))


async def test_pages_lose_nothing_and_repeat_nothing(
    office: Office, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(exporting, "AT_ONCE", 2)
    async with transaction(office.sessions) as session:
        codes = {(await add_case(session)).code for _ in range(5)}
        moved = await session.scalar(select(Case).limit(1))
        assert moved is not None
        moved.created_at = office.clock.advance(minutes=1)
    rows = await table(office, await begun(office, await officer(office)))
    assert len(rows) == 5
    assert {row["code"] for row in rows} == codes


def test_every_column_has_a_name(library: Library):
    for name in (*exporting.FACTS, *exporting.WORDS):
        assert library.say(f"exports.column_{name}")


async def test_what_he_keeps_out_of_while_it_is_written_is_left_out(office: Office):
    """An export takes minutes; at its beginning he kept out of nothing."""
    code, other = [(await office.hand_in(await office.worker())).case.code for _ in range(2)]
    actor = await officer(office, Grant(Role.REVIEWER))
    export = await begun(office, replace(actor, keeps_out=False))
    await office.takes(actor, code, "step_aside", note="说的是我住的小区")
    assert [row["code"] for row in await table(office, export)] == [other]

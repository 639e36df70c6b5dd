"""Every CHECK and UNIQUE of the tables refuses what it is there to refuse, on both databases."""

import pytest
from sqlalchemy import CheckConstraint, UniqueConstraint, insert
from sqlalchemy.exc import IntegrityError

from db.base import Base
from db.models import OutboxRow
from db.session import transaction
from tests.db import board_rows, case_rows, handover_rows, notice_rows, reminder_rows
from tests.db.rows import ROWS
from tests.factories import NOON_OF_TESTS as NOON

TABLES = Base.metadata.tables

CHECKS = [
    ("ck_library_version_one_row", {"id": 2}),
    ("ck_stop_version_one_row", {"id": 2}),
    ("ck_rest_stops_accuracy", {"accuracy": "guessed"}),
    ("ck_rest_stops_position", {"accuracy": "none"}),
    ("ck_rest_stops_position", {"lat": None, "lon": None}),
    ("ck_rest_stops_both", {"lon": None}),
    ("ck_rest_stops_lat", {"lat": 113.53}),
    ("ck_rest_stops_lon", {"lon": -180.5}),
    ("ck_rest_stops_status", {"status": "closed"}),
    ("ck_rest_stops_confidence", {"confidence": "sure"}),
    ("ck_stop_checks_outcome", {"outcome": "maybe"}),
    ("ck_stop_reports_kind", {"kind": "dirty"}),
    ("ck_stop_proposals_state", {"state": "lost", "decided_at": NOON}),
    ("ck_stop_proposals_decided", {"decided_at": NOON}),
    ("ck_stop_proposals_accepted", {"state": "accepted", "decided_at": NOON}),
    ("ck_revisions_kind", {"kind": "law"}),
    ("ck_revisions_approved", {"approver": None}),
    ("ck_revisions_approved", {"valid_from": None}),
    ("ck_revisions_two_people", {"approver": "a"}),
    ("ck_accounts_channel", {"channel": "fax"}),
    ("ck_consents_decision", {"decision": "maybe"}),
    ("ck_turns_kind", {"kind": "song"}),
    ("ck_turns_channel", {"channel": "fax"}),
    ("ck_turns_taken_by", {"taken_by": "console"}),
    ("ck_turns_answered", {"replies": None}),
    ("ck_turns_answered", {"answered_at": None}),
    ("ck_turns_blanked", {"text": "我家在"}),
    ("ck_turns_blanked", {"lat": 22.79}),
    ("ck_turns_blanked", {"lon": 113.53}),
    ("ck_dialogues_open", {"name": None}),
    ("ck_dialogues_open", {"step": None}),
    ("ck_cases_kind", {"kind": "praise"}),
    ("ck_cases_position", {"lat": 22.79}),
    ("ck_cases_held_reason", {"held_reason": "mood"}),
    ("ck_cases_released", {"held_reason": "abusive", "released_at": NOON}),
    ("ck_cases_released_was_held", {"released_at": NOON, "released_by": "s"}),
    ("ck_case_views_kind", {"kind": "door", "reason": "x"}),
    ("ck_case_views_reason", {"kind": "original"}),
    ("ck_sorting_imports_kind", {"kind": "stops"}),
    ("ck_case_examples_source", {"source": "guessed", "case_id": None}),
    ("ck_case_examples_of_a_case", {"case_id": None}),
    ("ck_case_examples_of_an_import", {"import_id": "i"}),
    ("ck_sorting_models_state", {"state": "tired", "body": None}),
    ("ck_sorting_models_body", {"body": None}),
    ("ck_case_events_state", {"state": "solved"}),
    ("ck_case_events_actor", {"actor": "robot"}),
    *case_rows.CHECKS,
    *handover_rows.CHECKS,
    *board_rows.CHECKS,
    *notice_rows.CHECKS,
    *reminder_rows.CHECKS,
    ("ck_outbox_state", {"state": "lost"}),
    ("ck_updates_state", {"state": "lost"}),
    ("ck_updates_fault", {"fault": "KeyError"}),
    ("ck_updates_blanked", {"body": {}}),
    ("ck_updates_blanked", {"lane": "5"}),
    ("ck_photos_size", {"height": 0}),
    ("ck_recordings_size", {"seconds": 0}),
    ("ck_sign_in_links_purpose", {"purpose": "fun"}),
    ("ck_staff_sessions_stage", {"stage": "half"}),
    ("ck_staff_roles_role", {"role": "king", "unit": None}),
    ("ck_staff_roles_unit", {"role": "reviewer"}),
    ("ck_staff_roles_unit", {"unit": None}),
]

# The columns that a second row changes so that nothing but the named constraint stands against it.
UNIQUES = [
    ("uq_staff_name", {"id": "s2"}),
    ("uq_accounts_channel_key", {"id": "a2"}),
    ("uq_link_codes_account_id", {"code": "123457"}),
    ("uq_turns_worker_id_message_id", {"id": "t2"}),
    ("uq_stop_reports_stop_id_worker_id_day", {"id": "p2"}),
    ("uq_stop_proposals_turn_id", {"id": "q2"}),
    ("uq_choices_turn_id_number", {"token": "o2"}),
    ("uq_case_examples_case_id", {"id": "x2"}),
    ("uq_sorting_models_night", {"id": "m2", "state": "worse", "body": None}),
    ("uq_sorting_models_state", {"id": "m2", "night": None}),
    ("uq_area_units_where", {"id": "u2"}),
    ("uq_cases_code", {"id": "k2", "turn_id": None}),
    ("uq_cases_turn_id", {"id": "k2", "code": "7KQ3-M9TY"}),
    ("uq_case_events_case_id_number", {"id": "e2"}),
    *case_rows.UNIQUES,
    *handover_rows.UNIQUES,
    *board_rows.UNIQUES,
    *notice_rows.UNIQUES,
    *reminder_rows.UNIQUES,
    ("uq_case_supporters_case_id_worker_id", {"id": "b2"}),
    ("uq_case_additions_case_id_number", {"id": "f2", "turn_id": None}),
    ("uq_case_additions_turn_id", {"id": "f2", "number": 2}),
    ("uq_outbox_id", {"cause": "case:k:3"}),
    ("uq_outbox_account_id_cause", {"id": "n2"}),
    ("uq_case_photos_photo_id", {"number": 2}),
    ("uq_case_recordings_recording_id", {"number": 2}),
]


def constraints():
    """Each CHECK and UNIQUE by name, with its table and columns."""
    found = {}
    for table in TABLES.values():
        for rule in table.constraints:
            if isinstance(rule, CheckConstraint | UniqueConstraint):
                found[str(rule.name)] = (table, [column.name for column in rule.columns])
        for index in table.indexes:
            if index.unique:
                found[str(index.name)] = (table, [column.name for column in index.columns])
    return found


CONSTRAINTS = constraints()


async def fill(session, *, without=()):
    """A valid row in each table, parents first; sorted, since rows point to rows."""
    for table in Base.metadata.sorted_tables:
        if table.name not in without:
            await session.execute(insert(table), ROWS[table.name])


def pointing_to(table):
    """The table and all whose rows point to it, straight or through others."""
    found = {table.name}
    for other in Base.metadata.sorted_tables:
        if any(key.column.table.name in found for key in other.foreign_keys):
            found.add(other.name)
    return found


def test_each_table_has_a_row_here():
    assert set(ROWS) == set(TABLES)


def test_each_constraint_has_a_violation_here():
    assert {name for name, _ in CHECKS + UNIQUES} == set(CONSTRAINTS)


async def test_the_valid_rows_are_taken(sessions):
    async with transaction(sessions) as session:
        await fill(session)


@pytest.mark.parametrize(("name", "change"), CHECKS)
async def test_a_check_refuses(sessions, name, change):
    table, _ = CONSTRAINTS[name]
    async with transaction(sessions) as session:
        await fill(session, without=pointing_to(table))

    with pytest.raises(IntegrityError, match=rf"{name}\b"):
        async with transaction(sessions) as session:
            await session.execute(insert(table), {**ROWS[table.name], **change})


@pytest.mark.parametrize(("name", "change"), UNIQUES)
async def test_a_second_row_is_refused(sessions, name, change):
    table, columns = CONSTRAINTS[name]
    async with transaction(sessions) as session:
        await fill(session)

    # PostgreSQL names the constraint, SQLite its columns.
    said = "|".join([rf"{name}\b", ", ".join(rf"{table.name}\.{column}" for column in columns)])
    with pytest.raises(IntegrityError, match=said):
        async with transaction(sessions) as session:
            await session.execute(insert(table), {**ROWS[table.name], **change})


@pytest.mark.parametrize("state", ["waiting", "claimed", "sending", "sent", "failed", "unknown"])
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_the_outbox_knows_every_state_of_the_design(sessions, state):
    async with transaction(sessions) as session:
        await fill(session, without={"outbox"})
        session.add(OutboxRow(**{**ROWS["outbox"], "state": state}))


async def test_an_edit_of_a_stop_needs_no_approver(sessions):
    async with transaction(sessions) as session:
        row = {**ROWS["revisions"], "kind": "rest_stop", "approver": None}
        await session.execute(insert(TABLES["revisions"]), row)


async def test_unset_is_not_equal_to_unset(sessions):
    """Cases without a turn do not stand in each other's way."""
    async with transaction(sessions) as session:
        for number in "12":
            await session.execute(
                insert(TABLES["cases"]),
                {
                    **ROWS["cases"],
                    "id": number,
                    "code": number,
                    "worker_id": None,
                    "turn_id": None,
                },
            )

"""A valid row of each table in which a case goes its way, and what breaks each rule of theirs."""

from datetime import date
from typing import Any

from tests.factories import NOON_OF_TESTS as NOON

ROWS: dict[str, dict[str, Any]] = {
    "units": {"name": "区城管", "created_at": NOON},
    "case_units": {"case_id": "k", "unit": "区城管", "part": "lead"},
    "case_answers": {
        "id": "n",
        "case_id": "k",
        "number": 1,
        "author_id": "s",
        "grade": "A",
        "is_public": True,
        "text": "装好了",
        "written_at": NOON,
        "state": "waiting",
    },
    "case_reminders": {
        "id": "m",
        "case_id": "k",
        "clock": "answer",
        "share": 50,
        "due": date(2026, 11, 25),
        "at": NOON,
    },
    "case_recusals": {"id": "r", "case_id": "k", "staff_id": "s", "at": NOON},
    "case_rewards": {
        "id": "w",
        "case_id": "k",
        "kind": "praise",
        "note": "好",
        "given_by": "s",
        "at": NOON,
    },
    "case_themes": {"case_id": "k", "theme": 1, "rank": 0},
    "saved_views": {
        "id": "v",
        "staff_id": "s",
        "name": "我的",
        "query": "state=received",
        "created_at": NOON,
    },
    "labels": {"id": "l", "word": "急", "area": "", "created_by": "s", "created_at": NOON},
    "case_labels": {"case_id": "k", "label_id": "l"},
    "case_presence": {"case_id": "k", "staff_id": "s", "seen_at": NOON},
    "answer_drafts": {
        "case_id": "k",
        "staff_id": "s",
        "text": "装好了",
        "is_public": False,
        "saved_at": NOON,
    },
    "case_bulks": {
        "id": "b",
        "staff_id": "s",
        "step": "label",
        "given": {},
        "items": [],
        "at": NOON,
    },
    "case_vectors": {"case_id": "k", "encoder": "e", "vector": b"v", "keys": ()},
}
CHECKS: list[tuple[str, dict[str, Any]]] = [
    ("ck_cases_state", {"state": "lost"}),
    ("ck_cases_adopted", {"adopted": "maybe"}),
    ("ck_cases_merged", {"state": "merged"}),
    ("ck_case_units_part", {"part": "guest"}),
    ("ck_case_answers_grade", {"grade": "E"}),
    ("ck_case_answers_rating", {"rating": "great", "state": "approved", "decided_by": "s2"}),
    ("ck_case_answers_state", {"state": "lost", "decided_by": "s2"}),
    ("ck_case_answers_decided", {"state": "approved"}),
    ("ck_case_answers_two_people", {"state": "approved", "decided_by": "s"}),
    ("ck_case_answers_rated", {"rating": "good"}),
    ("ck_case_reminders_clock", {"clock": "sun"}),
    ("ck_case_reminders_share", {"share": 60}),
    ("ck_case_recusals_one_of_both", {"staff_id": None}),
    ("ck_case_rewards_kind", {"kind": "money"}),
    ("ck_case_bulks_step", {"step": "merge"}),
    ("ck_case_bulks_undone", {"undone_at": NOON}),
]
UNIQUES: list[tuple[str, dict[str, Any]]] = [
    ("uq_case_answers_case_id_number", {"id": "n2"}),
    ("uq_case_reminders_case_id_clock_share_due", {"id": "m2"}),
    ("uq_case_recusals_case_id_staff_id", {"id": "r2"}),
    ("uq_case_vectors_case_id", {"number": 2}),
    ("uq_saved_views_staff_id_name", {"id": "v2"}),
    ("uq_labels_area_word", {"id": "l2"}),
]

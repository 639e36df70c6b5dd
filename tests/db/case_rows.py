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
    "case_facts": {
        "day": date(2026, 11, 18),
        "case_id": "k",
        "state": "received",
        "kind": "hazard",
        "seen": 1,
        "body": "1",
    },
    "figure_words": {"word": "区城管"},
    "figure_marks": {"name": "cases", "until": NOON},
    "figure_reports": {
        "id": "f",
        "kind": "week",
        "first": date(2026, 11, 16),
        "last": date(2026, 11, 22),
        "area": "",
        "made_at": NOON,
        "body": {},
    },
    "turn_days": {
        "day": date(2026, 11, 18),
        **dict.fromkeys(("turns", "typed", "heard", "understood", "begun"), 0),
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
    "case_vectors": {"case_id": "k", "encoder": "e", "vector": b"v", "keys": ()},
}
CHECKS: list[tuple[str, dict[str, Any]]] = [
    ("ck_figure_reports_kind", {"kind": "year"}),
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
]
UNIQUES: list[tuple[str, dict[str, Any]]] = [
    ("uq_case_facts_case_id", {"day": date(2026, 11, 19)}),
    ("uq_figure_words_word", {"number": 2}),
    ("uq_figure_reports_kind_first_area", {"id": "f2"}),
    ("uq_case_answers_case_id_number", {"id": "n2"}),
    ("uq_case_reminders_case_id_clock_share_due", {"id": "m2"}),
    ("uq_case_recusals_case_id_staff_id", {"id": "r2"}),
    ("uq_case_vectors_case_id", {"number": 2}),
]

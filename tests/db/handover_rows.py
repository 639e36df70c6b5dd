"""A valid row of each table of talks with staff, and what breaks each rule of theirs."""

from typing import Any

from tests.factories import NOON_OF_TESTS as NOON

ROWS: dict[str, dict[str, Any]] = {
    "handovers": {
        "id": "h",
        "worker_id": "w",
        "state": "taken",
        "is_live": True,
        "is_urgent": False,
        "taken_by": "s",
        "opened_at": NOON,
        "last_at": NOON,
    },
    "handover_words": {
        "id": "w",
        "handover_id": "h",
        "number": 1,
        "staff_id": "s",
        "words": "你好",
        "photos": [],
        "recordings": [],
        "is_urgent": False,
        "form": "f",
        "at": NOON,
    },
    "handover_events": {"id": "e", "handover_id": "h", "number": 1, "kind": "asked", "at": NOON},
    "handover_timers": {"id": "t", "handover_id": "h", "kind": "idle", "at": NOON},
    "handover_duties": {"staff_id": "s", "day": NOON.date(), "since": NOON},
}

CHECKS = [
    ("ck_handovers_state", {"state": "lost"}),
    ("ck_handovers_taken", {"taken_by": None}),
    ("ck_handovers_free", {"state": "waiting"}),
    ("ck_handovers_closed", {"closed_at": NOON}),
    ("ck_handovers_over", {"state": "closed", "closed_at": NOON}),
    ("ck_handover_words_original", {"original": b"x"}),
    ("ck_handover_timers_kind", {"kind": "tea"}),
]

UNIQUES = [
    ("uq_handovers_open", {"id": "h2"}),
    ("uq_handover_words_handover_id_number", {"id": "w2", "form": "g"}),
    ("uq_handover_words_form", {"id": "w2", "number": 2}),
    ("uq_handover_events_handover_id_number", {"id": "e2"}),
    ("uq_handover_timers_handover_id_kind", {"id": "t2"}),
]

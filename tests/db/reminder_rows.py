"""A valid row of each table of reminders, and what breaks each rule of theirs."""

from datetime import date, timedelta
from typing import Any

from tests.factories import NOON_OF_TESTS as NOON

ROWS: dict[str, dict[str, Any]] = {
    "deadlines": {
        "id": "d",
        "worker_id": "w",
        "topic": "labour_arbitration",
        "last_day": date(2027, 3, 5),
        "created_at": NOON,
    },
    "deadline_moments": {"deadline_id": "d", "days_before": 30, "at": NOON},
    "stop_waits": {
        "id": "u",
        "worker_id": "w",
        "stop_id": "gz-1",
        "asked_at": NOON,
        "expires_at": NOON + timedelta(days=30),
        "was_gone": False,
    },
}
CHECKS: list[tuple[str, dict[str, Any]]] = [
    ("ck_deadline_moments_before", {"days_before": 0}),
    ("ck_stop_waits_ends", {"expires_at": NOON}),
]
UNIQUES: list[tuple[str, dict[str, Any]]] = [
    ("uq_deadlines_worker_id_topic_last_day", {"id": "d2"}),
    ("uq_stop_waits_worker_id_stop_id", {"id": "u2"}),
]

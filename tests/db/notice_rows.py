"""A valid row of each table of notices, and what breaks each rule of theirs."""

from typing import Any

from tests.factories import NOON_OF_TESTS as NOON

ROWS: dict[str, dict[str, Any]] = {
    "notices": {"number": 1, "state": "draft", "version": 1, "created_at": NOON},
    "notice_pictures": {
        "digest": "d",
        "jpeg": b"j",
        "width": 4,
        "height": 3,
        "added_by": "s",
        "added_at": NOON,
    },
    "notice_versions": {
        "notice": 1,
        "number": 1,
        "author_id": "s",
        "written_at": NOON,
        "digest": "d",
        "title": "台风",
        "text": "明天别跑",
        "buttons": ("got",),
        "topic": "weather",
        "urgent": False,
        "audience": {},
    },
    "notice_events": {
        "id": "e",
        "notice": 1,
        "number": 1,
        "step": "compose",
        "state": "draft",
        "version": 1,
        "at": NOON,
    },
    "notice_occurrences": {
        "id": "o",
        "notice": 1,
        "version": 1,
        "planned_at": NOON,
        "at": NOON,
        "state": "waiting",
        "last_channel": "",
        "last_account": "",
        "made": 0,
    },
    "notice_wishes": {"worker_id": "w", "topic": "weather", "wanted": True, "at": NOON},
    "notice_marks": {"occurrence_id": "o", "worker_id": "w", "kind": "read", "at": NOON},
    "notice_replies": {"id": "r", "notice": 1, "worker_id": "w", "masked": "好", "at": NOON},
    "signup_lists": {"notice": 1, "places": 1, "closes_at": NOON, "taken": 1, "last_number": 1},
    "signups": {"notice": 1, "worker_id": "w", "number": 1, "state": "in", "at": NOON},
}
CHECKS: list[tuple[str, dict[str, Any]]] = [
    ("ck_notices_state", {"state": "lost"}),
    ("ck_notices_approved", {"state": "approved", "approved": 0}),
    ("ck_notice_versions_two_people", {"approved_by": "s"}),
    ("ck_notice_versions_offer", {"places": 1}),
    ("ck_notice_versions_offer", {"places": 0, "closes_at": NOON}),
    ("ck_notice_events_state", {"state": "lost"}),
    ("ck_notice_occurrences_state", {"state": "lost"}),
    ("ck_notice_marks_kind", {"kind": "liked"}),
    ("ck_signup_lists_places", {"places": 10_001}),
    ("ck_signup_lists_taken", {"taken": 2}),
    ("ck_signup_lists_taken", {"taken": -1}),
    ("ck_signup_lists_ended", {"ended": "forgotten"}),
    ("ck_signups_state", {"state": "lost"}),
    ("ck_signups_contact", {"state": "cancelled", "contact": b"x"}),
    ("ck_signups_came", {"state": "waiting", "came": True, "marked_by": "s"}),
    ("ck_signups_marked", {"came": True}),
    ("ck_outbox_reason", {"reason": "mood"}),
    ("ck_outbox_change", {"change": "paint"}),
]
UNIQUES: list[tuple[str, dict[str, Any]]] = [
    ("uq_notice_events_notice_number", {"id": "e2"}),
    ("uq_notice_occurrences_notice_planned_at", {"id": "o2"}),
    ("uq_signups_notice_number", {"worker_id": "w2"}),
]

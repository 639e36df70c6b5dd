"""Valid rows of exports, the board and sentences; what their constraints refuse."""

from typing import Any

from tests.factories import NOON_OF_TESTS as NOON

ROWS: dict[str, dict[str, Any]] = {
    "case_exports": {
        "number": 1,
        "staff_id": "s",
        "under_way": "s",
        "format": "csv",
        "reason": "季度汇总",
        "filters": {},
        "with_words": False,
        "begun_at": NOON,
    },
    "board_posts": {
        "number": 1,
        "case_id": "k",
        "kind": "suggestion",
        "title": "路口加一盏灯",
        "text": "晚上看不清。",
        "received_on": NOON.date(),
        "released_at": NOON,
        "changed_at": NOON,
    },
    "board_changes": {
        "id": "o",
        "number": 1,
        "what": "released",
        "body": {},
        "staff_id": "s",
        "at": NOON,
    },
    "sentences": {
        "id": "u",
        "digest": "d",
        "text": "咋整",
        "count": 1,
        "first_on": NOON.date(),
        "last_on": NOON.date(),
        "state": "new",
    },
}
CHECKS: list[tuple[str, dict[str, Any]]] = [
    ("ck_case_exports_format", {"format": "pdf"}),
    ("ck_case_exports_under_way", {"under_way": "s2"}),
    ("ck_case_exports_ended", {"under_way": None}),
    ("ck_board_posts_kind", {"kind": "praise"}),
    ("ck_board_changes_what", {"what": "lost"}),
    ("ck_board_changes_reason", {"what": "withdrawn"}),
    ("ck_sentences_state", {"state": "lost", "decided_by": "s"}),
    ("ck_sentences_intent", {"state": "labelled", "decided_by": "s"}),
    ("ck_sentences_decided", {"decided_by": "s"}),
    ("ck_sentences_count", {"count": 0}),
]
UNIQUES: list[tuple[str, dict[str, Any]]] = [
    ("uq_case_exports_under_way", {"number": 2}),
    ("uq_board_posts_case_id", {"number": 2}),
    ("uq_sentences_digest", {"id": "u2"}),
]

"""Makes up what else lies on the desks of an office: talks, board posts, sentences, notices.

Rows by table, in the order in which they may point to one another.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from kit import ids

TALKS, OPEN_TALKS, SAID = 2_000, 20, 6
POSTS_SHARE, POSTS = 10, 2_000
SENTENCES = 2_000
NOTICES, RECIPIENTS, REPLIES = 300, 2_000, 300
FAILED_EACH = 10
FIRST_NOTICE = 1
DIGEST = "0" * 64
TEXT = "..."
_ENDED, _RUNNING = ("sent", "stopped", "recalled"), ("draft", "waiting", "approved", "scheduled")

Row = dict[str, Any]
Tables = Iterator[tuple[str, Sequence[Row]]]


def talks(staff: Sequence[str], count: int, now: datetime) -> Tables:
    """Talks that are over, and some that wait; the first one of all is over."""
    total = min(TALKS, count) + OPEN_TALKS
    workers: list[Row] = [{"id": ids.new_id(), "created_at": now} for _ in range(total)]
    yield "workers", workers
    found = [
        _talk(number, workers[number]["id"], staff, now, is_open=number >= total - OPEN_TALKS)
        for number in range(total)
    ]
    yield "handovers", found
    yield (
        "handover_words",
        [_word(talk, number, staff) for talk in found for number in range(1, SAID + 1)],
    )


def posts(case_ids: Sequence[str], now: datetime) -> Tables:
    """What the public reads of some cases."""
    found: list[Row] = [
        {
            "number": number,
            "case_id": case_id,
            "kind": "suggestion",
            "title": TEXT,
            "text": TEXT,
            "received_on": now.date(),
            "released_at": now - timedelta(minutes=number),
            "changed_at": now,
        }
        for number, case_id in enumerate(case_ids, 1)
    ]
    yield "board_posts", found


def sentences(count: int, now: datetime) -> Tables:
    """What was not understood."""
    found: list[Row] = [
        {
            "id": ids.new_id(),
            "digest": ids.digest(str(number)),
            "text": f"{TEXT} {number}",
            "count": number % 50 + 1,
            "first_on": now.date(),
            "last_on": now.date(),
            "state": "new",
        }
        for number in range(min(SENTENCES, count))
    ]
    yield "sentences", found


def notices(staff: Mapping[str, str], count: int, now: datetime) -> Tables:
    """Notices in all states; the first one went to many, who replied."""
    author, approver = staff["notice_author"], staff["notice_approver"]
    states = [(*_ENDED, *_RUNNING)[number % 7] for number in range(min(NOTICES, count))]
    numbered = list(enumerate(states, FIRST_NOTICE))
    made: list[Row] = [
        {
            "number": number,
            "state": state,
            "version": 1,
            "approved": None if state in {"draft", "waiting"} else 1,
            "created_at": now,
        }
        for number, state in numbered
    ]
    yield "notices", made
    yield "notice_versions", [_version(row, author, approver, now) for row in made]
    yield "notice_events", [_event(row, author, now) for row in made]
    yield from _sent(min(RECIPIENTS, count), now)


def _sent(recipients: int, now: datetime) -> Tables:
    """The moment of the first notice, its rows, and what was replied."""
    going = ids.new_id()
    workers: list[Row] = [{"id": ids.new_id(), "created_at": now} for _ in range(recipients)]
    yield "workers", workers
    accounts: list[Row] = [
        {
            "id": ids.new_id(),
            "worker_id": worker["id"],
            "channel": "web",
            "key": ids.digest(worker["id"]),
            "created_at": now,
        }
        for worker in workers
    ]
    yield "accounts", accounts
    moment: Row = {
        "id": going,
        "notice": FIRST_NOTICE,
        "version": 1,
        "planned_at": now,
        "at": now,
        "state": "sent",
        "last_channel": "",
        "last_account": "",
        "planned": recipients,
        "made": recipients,
    }
    yield "notice_occurrences", [moment]
    yield (
        "outbox",
        [_row(account["id"], going, number, now) for number, account in enumerate(accounts)],
    )
    replies: list[Row] = [
        {
            "id": ids.new_id(),
            "notice": FIRST_NOTICE,
            "worker_id": worker["id"],
            "masked": TEXT,
            "at": now - timedelta(minutes=number),
        }
        for number, worker in enumerate(workers[:REPLIES])
    ]
    yield "notice_replies", replies
    yield from _signed_up(workers, now)


def _signed_up(workers: Sequence[Row], now: datetime) -> Tables:
    """The list of the first notice: half of them are in, the others wait."""
    places = max(1, len(workers) // 2)
    listed: Row = {
        "notice": FIRST_NOTICE,
        "places": places,
        "closes_at": now + timedelta(days=1),
        "taken": places,
        "last_number": len(workers),
    }
    yield "signup_lists", [listed]
    yield (
        "signups",
        [
            {
                "notice": FIRST_NOTICE,
                "worker_id": worker["id"],
                "number": number,
                "state": "in" if number <= places else "waiting",
                "at": now,
            }
            for number, worker in enumerate(workers, 1)
        ],
    )


def _talk(number: int, worker: str, staff: Sequence[str], now: datetime, *, is_open: bool) -> Row:
    at = now - timedelta(minutes=number)
    return {
        "id": ids.new_id(),
        "worker_id": worker,
        "state": "waiting" if is_open else "closed",
        "is_live": is_open,
        "is_urgent": number % 20 == 0,
        "taken_by": None if is_open else staff[number % len(staff)],
        "opened_at": at,
        "last_at": at,
        "closed_at": None if is_open else at,
        "reason": None if is_open else "solved",
    }


def _word(talk: Row, number: int, staff: Sequence[str]) -> Row:
    return {
        "id": ids.new_id(),
        "handover_id": talk["id"],
        "number": number,
        "staff_id": staff[0] if number % 2 == 0 else None,
        "words": TEXT,
        "photos": [],
        "recordings": [],
        "is_urgent": False,
        "at": talk["opened_at"],
    }


def _version(notice: Row, author: str, approver: str, now: datetime) -> Row:
    approved = notice["approved"] is not None
    return {
        "notice": notice["number"],
        "number": 1,
        "author_id": author,
        "written_at": now,
        "digest": DIGEST,
        "title": TEXT,
        "text": TEXT,
        "buttons": ("got",),
        "topic": "weather",
        "urgent": notice["number"] % 10 == 0,
        "audience": {},
        "approved_by": approver if approved else None,
        "approved_at": now if approved else None,
    }


def _event(notice: Row, author: str, now: datetime) -> Row:
    return {
        "id": ids.new_id(),
        "notice": notice["number"],
        "number": 1,
        "step": "compose",
        "state": notice["state"],
        "version": 1,
        "actor_id": author,
        "at": now,
    }


def _row(account: str, going: str, number: int, now: datetime) -> Row:
    failed = number % FAILED_EACH == 0
    return {
        "id": ids.new_id(),
        "account_id": account,
        "cause": going,
        "reply": {"text": TEXT},
        "priority": 2,
        "state": "failed" if failed else "sent",
        "parts_sent": 0 if failed else 1,
        "attempts": 1,
        "due_at": now,
        "created_at": now,
        "sent_at": None if failed else now - timedelta(hours=number % 30),
        "occurrence_id": going,
        "reason": "given_up" if failed else None,
    }

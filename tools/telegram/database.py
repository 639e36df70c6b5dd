"""What the tools read in the database of a running copy, beside it: SQLite only."""

import json
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

from services.replies import AGAIN
from tools.telegram.verdict import Stored

# How a turn names its update, and an answer its turn: tg<number>-<mark of the content>:<order>.
NAME = re.compile(r"tg(?P<update>\d+)(?:-\w+)?(?::(?P<order>\d+))?")
UNDER_WAY = "('waiting', 'claimed', 'sending')"
OPEN = f"""
SELECT lane FROM updates WHERE state = 'waiting' AND lane != ''
UNION SELECT key FROM outbox JOIN accounts ON accounts.id = account_id
WHERE channel = 'telegram' AND state IN {UNDER_WAY}
"""  # noqa: S608 - put together from our own words


@contextmanager
def database(data: Path) -> Iterator[sqlite3.Connection]:
    """The database of a data folder."""
    with closing(sqlite3.connect(data / "yizhan.db", timeout=30)) as connection:
        yield connection


def stored(data: Path) -> Stored:
    """All that a soak is judged by."""
    with database(data) as db:
        turns = db.execute("SELECT id, message_id, replies FROM turns WHERE channel = 'telegram'")
        update_of, answers = {}, {}
        for turn, message, replies in turns.fetchall():
            update_of[turn] = update = _answer(message)[0]
            answers[update] = tuple(reply["text"] for reply in json.loads(replies or "[]"))
        buttons = db.execute("SELECT token, turn_id FROM choices WHERE task = ?", (AGAIN,))
        unknown = db.execute("SELECT cause FROM outbox WHERE state = 'unknown'").fetchall()
        subjects = db.execute("SELECT subject FROM cases").fetchall()
        return Stored(
            states=dict(db.execute("SELECT id, state FROM updates").fetchall()),
            answers=answers,
            subjects=tuple(subject for (subject,) in subjects),
            unknown=frozenset(_answer(cause) for (cause,) in unknown if NAME.fullmatch(cause)),
            offers={token: update_of[turn] for token, turn in buttons.fetchall()},
            waiting=_count(db, f"state IN {UNDER_WAY}"),
            failed=_count(db, "state = 'failed'"),
        )


def open_chats(db: sqlite3.Connection) -> set[int]:
    """The chats with an update that is not worked or an answer that is not sent."""
    return {int(chat) for (chat,) in db.execute(OPEN)}


def worked(db: sqlite3.Connection, since: int) -> tuple[int, float]:
    """How many updates from that number on were worked, and in how many seconds from the first
    that came to the last that was done.
    """
    count, came, done = db.execute(
        "SELECT count(*), min(received_at), max(done_at) FROM updates"
        " WHERE id >= ? AND state = 'done'",
        (since,),
    ).fetchone()
    if not count:
        return 0, 0.0
    seconds = datetime.fromisoformat(done) - datetime.fromisoformat(came)
    return count, seconds.total_seconds()


def answered_without_rasa(db: sqlite3.Connection, since: int) -> float:
    """The share of the texts from that update on for which Rasa was too late."""
    share = db.execute(
        "SELECT avg(taken_by = 'bot') FROM turns WHERE kind = 'text' AND channel = 'telegram'"
        " AND CAST(substr(message_id, 3) AS INTEGER) >= ?",
        (since,),
    ).fetchone()[0]
    return float(share or 0)


def _answer(name: str) -> tuple[int, int]:
    found = NAME.fullmatch(name)
    if found is None:
        raise ValueError(name)
    return int(found["update"]), int(found["order"] or 0)


def _count(db: sqlite3.Connection, where: str) -> int:
    [count] = db.execute(f"SELECT count(*) FROM outbox WHERE {where}").fetchone()  # noqa: S608
    return int(count)

"""Notices: the right people, at the right hour, once. Docs: docs/adr/0035-notices.md."""

from services.notices.answering import (
    mark_read,
    number_of,
    open_link,
    read_by_number,
    reply,
    subscribe,
    topic_in,
    unsubscribe,
    wanted_topics,
)
from services.notices.audience import count_audience
from services.notices.composing import compose, edit, keep_picture, picture_of
from services.notices.lists import Entry, entries, mark_came, reveal, set_places, take_along
from services.notices.lists import close as close_signups
from services.notices.locking import Stale
from services.notices.phrases import read_rule
from services.notices.pictures import known_copy, note_copy
from services.notices.reading import (
    counts,
    history,
    mark_seen,
    may_mark,
    page,
    replies,
    show,
    warnings,
)
from services.notices.rendering import preview
from services.notices.reports import dead_letters, report, resend
from services.notices.retracting import Change, changed, correct, next_changes, recall
from services.notices.scheduling import coming, fill_in, schedule
from services.notices.sending import batch_for, due, make_batch
from services.notices.states import STATES, STEPS
from services.notices.steps import Asked, approve, pause, resume, send_back, stop, submit
from services.notices.timing import AT_ONCE, Rule, Timing, Unpublished
from services.notices.trying import send_test
from services.notices.values import (
    BUTTONS,
    EXCLUSIONS,
    REASONS,
    Audience,
    Counted,
    DeadLetter,
    Draft,
    Going,
    Happened,
    NoticeDetail,
    NoticeSummary,
    Report,
    Said,
)

__all__ = [
    "AT_ONCE",
    "BUTTONS",
    "EXCLUSIONS",
    "REASONS",
    "STATES",
    "STEPS",
    "Asked",
    "Audience",
    "Change",
    "Counted",
    "DeadLetter",
    "Draft",
    "Entry",
    "Going",
    "Happened",
    "NoticeDetail",
    "NoticeSummary",
    "Report",
    "Rule",
    "Said",
    "Stale",
    "Timing",
    "Unpublished",
    "approve",
    "batch_for",
    "changed",
    "close_signups",
    "coming",
    "compose",
    "correct",
    "count_audience",
    "counts",
    "dead_letters",
    "due",
    "edit",
    "entries",
    "fill_in",
    "history",
    "keep_picture",
    "known_copy",
    "make_batch",
    "mark_came",
    "mark_read",
    "mark_seen",
    "may_mark",
    "next_changes",
    "note_copy",
    "number_of",
    "open_link",
    "page",
    "pause",
    "picture_of",
    "preview",
    "read_by_number",
    "read_rule",
    "recall",
    "replies",
    "reply",
    "report",
    "resend",
    "resume",
    "reveal",
    "schedule",
    "send_back",
    "send_test",
    "set_places",
    "show",
    "stop",
    "submit",
    "subscribe",
    "take_along",
    "topic_in",
    "unsubscribe",
    "wanted_topics",
    "warnings",
]

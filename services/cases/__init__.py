"""Cases: handing one in, standing behind one, following it, and what reviewers see and do."""

from services.cases.additions import add
from services.cases.clocks import STILL
from services.cases.given import GRADES, RATINGS, REWARDS, ROUTES, Given
from services.cases.inbox import (
    KINDS,
    MOST_LISTED,
    Wanted,
    count_open,
    inbox,
    known_labels,
    reached,
)
from services.cases.intake import hand_in
from services.cases.joining import join, supported
from services.cases.last_word import last_word
from services.cases.offering import Countdown, Offer, offer, take_and_learn
from services.cases.originals import mask_more, reveal, reveal_contact
from services.cases.query_words import Refused, is_misread, look_up
from services.cases.query_words import said as code_and_word
from services.cases.reading import (
    card,
    of_code,
    own,
    photos_of,
    play_recording,
    recordings_of,
    show,
    show_photo,
)
from services.cases.rewards import Reward, register
from services.cases.sealing import seal_older
from services.cases.states import (
    ANSWERED,
    HELD,
    IN_REVIEW,
    OPEN,
    PUBLIC,
    RATED,
    RECEIVED,
    STATES,
    STEPS,
    TRANSITIONS,
    WITHDRAWN,
    state_of,
)
from services.cases.steps import Stale, open_to, rate, take
from services.cases.supporting import count as count_supporters
from services.cases.supporting import support
from services.cases.telling import by_when, ratings
from services.cases.templates import Template
from services.cases.templates import of_case as templates_of
from services.cases.transitions import withdraw
from services.cases.values import (
    Addition,
    Answer,
    CaseDetail,
    CasePhoto,
    CaseRecording,
    CaseSummary,
    Contact,
    Draft,
    HandedIn,
    Original,
    Page,
    Progress,
    Step,
)
from services.cases.watching import (
    MOST_COUNTED,
    CalendarWarning,
    Reminder,
    Ticked,
    count_reminders,
    reminders,
    tick,
    warnings,
)

__all__ = [
    "ANSWERED",
    "GRADES",
    "HELD",
    "IN_REVIEW",
    "KINDS",
    "MOST_COUNTED",
    "MOST_LISTED",
    "OPEN",
    "PUBLIC",
    "RATED",
    "RATINGS",
    "RECEIVED",
    "REWARDS",
    "ROUTES",
    "STATES",
    "STEPS",
    "STILL",
    "TRANSITIONS",
    "WITHDRAWN",
    "Addition",
    "Answer",
    "CalendarWarning",
    "CaseDetail",
    "CasePhoto",
    "CaseRecording",
    "CaseSummary",
    "Contact",
    "Countdown",
    "Draft",
    "Given",
    "HandedIn",
    "Offer",
    "Original",
    "Page",
    "Progress",
    "Refused",
    "Reminder",
    "Reward",
    "Stale",
    "Step",
    "Template",
    "Ticked",
    "Wanted",
    "add",
    "by_when",
    "card",
    "code_and_word",
    "count_open",
    "count_reminders",
    "count_supporters",
    "hand_in",
    "inbox",
    "is_misread",
    "join",
    "known_labels",
    "last_word",
    "look_up",
    "mask_more",
    "of_code",
    "offer",
    "open_to",
    "own",
    "photos_of",
    "play_recording",
    "rate",
    "ratings",
    "reached",
    "recordings_of",
    "register",
    "reminders",
    "reveal",
    "reveal_contact",
    "seal_older",
    "show",
    "show_photo",
    "state_of",
    "support",
    "supported",
    "take",
    "take_and_learn",
    "templates_of",
    "tick",
    "warnings",
    "withdraw",
]

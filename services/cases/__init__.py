"""Cases: handing one in, standing behind one, following it, and what reviewers see and do."""

from services.cases.additions import add
from services.cases.intake import hand_in
from services.cases.joining import join, supported
from services.cases.limits import CaseLimits, answer_days, limits
from services.cases.originals import mask_more, reveal, reveal_contact
from services.cases.query_words import Refused, look_up
from services.cases.query_words import said as code_and_word
from services.cases.reading import card, due_of, inbox, own, photos_of, show, show_photo
from services.cases.sealing import seal_older
from services.cases.states import (
    HELD,
    IN_REVIEW,
    OPEN,
    PUBLIC,
    RECEIVED,
    TRANSITIONS,
    WITHDRAWN,
    state_of,
)
from services.cases.supporting import count as count_supporters
from services.cases.supporting import support
from services.cases.transitions import release, start_review, withdraw
from services.cases.values import (
    Addition,
    CaseDetail,
    CasePhoto,
    CaseSummary,
    Contact,
    Draft,
    HandedIn,
    Original,
    Page,
    Progress,
    Step,
)

__all__ = [
    "HELD",
    "IN_REVIEW",
    "OPEN",
    "PUBLIC",
    "RECEIVED",
    "TRANSITIONS",
    "WITHDRAWN",
    "Addition",
    "CaseDetail",
    "CaseLimits",
    "CasePhoto",
    "CaseSummary",
    "Contact",
    "Draft",
    "HandedIn",
    "Original",
    "Page",
    "Progress",
    "Refused",
    "Step",
    "add",
    "answer_days",
    "card",
    "code_and_word",
    "count_supporters",
    "due_of",
    "hand_in",
    "inbox",
    "join",
    "limits",
    "look_up",
    "mask_more",
    "own",
    "photos_of",
    "release",
    "reveal",
    "reveal_contact",
    "seal_older",
    "show",
    "show_photo",
    "start_review",
    "state_of",
    "support",
    "supported",
    "withdraw",
]

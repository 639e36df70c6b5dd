"""Cases as values: what is handed in, and what lists, pages and their authors see of one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from db.models import Case
from services.turns import Position


@dataclass(frozen=True)
class Draft:
    """What a worker wants to hand in.

    `extras` are answers by the id of the category's question; `spot` is where the matter is, of
    any datum, given for this case; `caller` is what he wants to be called.
    """

    kind: str
    subject: str = field(repr=False)
    place: str | None = field(default=None, repr=False)
    remedy: str | None = field(default=None, repr=False)
    photos: tuple[str, ...] = ()
    recordings: tuple[str, ...] = ()
    category: str | None = None
    extras: Mapping[str, str] = field(default_factory=dict, repr=False)
    spot: Position | None = field(default=None, repr=False)
    contact: str | None = field(default=None, repr=False)
    caller: str | None = field(default=None, repr=False)
    wants_answer: bool = True


@dataclass(frozen=True)
class HandedIn:
    """What came of handing in: the case, the word that opens its state to whoever has both.

    `due` is the promised day; None while the calendar it needs is not published, and then only
    `answer_days`, in working days, can be promised.
    """

    case: Case = field(repr=False)
    query_word: str = field(repr=False)
    held: bool
    due: date | None
    answer_days: int


@dataclass(frozen=True)
class CasePhoto:
    """A photo of a case as its page shows it."""

    number: int
    width: int
    height: int
    digest: str


@dataclass(frozen=True)
class CaseRecording:
    """A voice of a case as its page plays it."""

    number: int
    seconds: int
    digest: str


@dataclass(frozen=True)
class CaseSummary:
    """A case as a list shows it; words are masked."""

    code: str
    kind: str
    state: str
    subject: str = field(repr=False)
    place: str | None = field(repr=False)
    created_at: datetime
    due: date | None
    category: str | None = None
    held_reason: str | None = None
    danger: bool = False
    days_late: int = 0
    lead: str | None = None
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Step:
    """One line of a history."""

    state: str
    actor: str
    note: str | None = field(repr=False)
    at: datetime
    step: str = ""
    unit: str | None = None
    data: Mapping[str, object] = field(default_factory=dict, repr=False)
    number: int = 0


@dataclass(frozen=True)
class Answer:
    """An answer: `grade` A done, B planned, C put off, D kept in mind; `at` is when it was decided
    on, or written while it waits.
    """

    number: int
    author_id: str
    unit: str | None
    grade: str
    is_public: bool
    text: str = field(repr=False)
    state: str
    decided_by: str | None
    rating: str | None
    at: datetime


@dataclass(frozen=True)
class Progress:
    """How a case is going, for whoever may ask: never a word of it."""

    code: str
    kind: str
    state: str
    created_at: datetime
    due: date | None
    answer_days: int | None
    steps: tuple[Step, ...]
    own: bool


@dataclass(frozen=True)
class Addition:
    """What was added to a case later, masked; `photos` and `recordings` are numbers of the
    case's own; what its speaker had deleted is not among them.
    """

    number: int
    words: str | None = field(repr=False)
    photos: tuple[int, ...]
    recordings: tuple[int, ...]
    at: datetime


@dataclass(frozen=True)
class CaseDetail:
    """A case as its page shows it; words are masked."""

    summary: CaseSummary
    category: str | None
    subject: str = field(repr=False)
    place: str | None = field(repr=False)
    remedy: str | None = field(repr=False)
    extras: Mapping[str, str] = field(repr=False)
    area: tuple[str, ...]
    photos: tuple[CasePhoto, ...]
    recordings: tuple[CaseRecording, ...]
    additions: tuple[Addition, ...]
    supporters: int
    history: tuple[Step, ...]
    answer_days: int | None
    wants_answer: bool
    has_original: bool
    has_contact: bool
    folded_into: str | None
    may_start_review: bool
    may_release: bool
    # The number of the newest event: given back with a step, it proves that nothing came between.
    seen: int
    lead: str | None
    helpers: tuple[str, ...]
    answers: tuple[Answer, ...]
    merged_into: str | None
    adopted: str | None


@dataclass(frozen=True)
class Original:
    """What was written, word by word: shown once to who gave a reason."""

    subject: str = field(repr=False)
    place: str | None = field(repr=False)
    remedy: str | None = field(repr=False)
    extras: Mapping[str, str] = field(repr=False)
    additions: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True)
class Contact:
    """How to reach the author of a case, and what he wants to be called."""

    contact: str | None = field(repr=False)
    caller: str | None = field(repr=False)


@dataclass(frozen=True)
class Page:
    """One page of a list: what cannot wait first, then the newest; `counts` are by state."""

    items: tuple[CaseSummary, ...]
    page: int
    pages: int
    total: int
    counts: Mapping[str, int]
    overdue: int

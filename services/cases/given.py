"""What is given with a step, and whether it will do."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from content.library import Library
from kit.errors import BadInput
from kit.ids import read_code
from kit.text import tidy
from services.cases.states import Rule

GRADES = ("A", "B", "C", "D")
RATINGS = ("good", "fair", "poor")
# Article 13 of the Shanghai rules.
ROUTES = (
    *("service_measure", "agency_improvement", "law_or_policy", "congress_supervision"),
    *("deputy_motion", "decision_reference", "other"),
)
REWARDS = ("praise", "reward")
MOST_TEXT, MOST_NOTE = 4_000, 500


@dataclass(frozen=True)
class Given:
    """All that a step may ask for; which of it a step needs, its rule says.

    `reason` is an id of `library.refusals`, `target` the code of another case, `days` are working
    days, `note` is for staff, `text` for the worker, labels are told by their ids.
    """

    note: str | None = field(default=None, repr=False)
    text: str | None = field(default=None, repr=False)
    reason: str | None = None
    category: str | None = None
    unit: str | None = None
    helpers: tuple[str, ...] = ()
    target: str | None = None
    system: str | None = None
    days: int = 0
    grade: str | None = None
    is_public: bool = False
    route: str | None = None
    kind: str | None = None
    rating: str | None = None
    labels_on: tuple[str, ...] = ()
    labels_off: tuple[str, ...] = ()


def check(library: Library, rule: Rule, given: Given) -> None:
    """Raise BadInput, with what is missing, unless all is there that the step needs."""
    for need in rule.needs:
        if not _FITS[need](library, given):
            raise BadInput(f"case_steps.needs_{need}")
    if len(given.note or "") > MOST_NOTE or len(given.text or "") > MOST_TEXT:
        raise BadInput("case_steps.too_long", note=MOST_NOTE, text=MOST_TEXT)


def _is_said(text: str | None) -> bool:
    return bool(text and tidy(text))


_FITS: Mapping[str, Callable[[Library, Given], bool]] = {
    "note": lambda _library, given: _is_said(given.note),
    "text": lambda _library, given: _is_said(given.text),
    "reason": lambda library, given: given.reason in library.refusals,
    "category": lambda library, given: given.category in library.categories,
    "unit": lambda _library, given: _is_said(given.unit),
    "target": lambda _library, given: read_code(given.target or "") is not None,
    "system": lambda _library, given: _is_said(given.system),
    "days": lambda _library, given: given.days > 0,
    "grade": lambda _library, given: given.grade in GRADES,
    "route": lambda _library, given: given.route in ROUTES,
    "kind": lambda _library, given: given.kind in REWARDS,
    "labels": lambda _library, given: bool(given.labels_on or given.labels_off),
    "rating": lambda _library, given: given.rating in RATINGS,
}

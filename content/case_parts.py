"""Turning the files of content/cases/ into their models, each fault noted at its line."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from content.case_schema import CATEGORIES, OTHER, Answers, CaseLimits, Category, Redress, Refusal
from content.parts import M, build, each_once, word_lists
from content.schema import Hotline
from content.wording import PLACEHOLDER, faults_of
from content.yaml_reader import Document

FILES = ("answers", "categories", "cues", "limits", "redress", "refusals")
# Lists of cues.yml that services read by name; the folder's README says what each is for.
CUES = (
    *(
        "place_ends",
        "place_tails",
        "no_tails",
        "place_counts",
        "place_names",
        "place_beside",
        "place_joins",
    ),
    *(
        "place_words",
        "place_numerals",
        "place_followers",
        "place_leads",
        "place_breaks",
        "place_fillers",
        "no_places",
    ),
    *("remedy_openers", "no_remedies", "remedy_verbs", "sentence_joints"),
    *(
        "idea_marks",
        "claim_openers",
        "claim_marks",
        "claim_selves",
        "claim_parties",
        "claim_wrongs",
    ),
    *("claim_pleas", "claim_exceptions", "claim_own_wishes", "claim_of_all"),
)

# Where limits.yml is at fault the whole tree is refused; until then something must stand here.
_STAND_IN = CaseLimits(
    first_look_days=1,
    accept_days=1,
    answer_days=1,
    complex_answer_days=1,
    cases_a_day=1,
    seconds_between=0,
    sign_for_days=1,
    rating_days=1,
    paused_days=1,
    question_days=1,
    returns=0,
    extensions=0,
    extension_days=1,
)


@dataclass(frozen=True)
class CasesBook:
    """All of content/cases/."""

    categories: Mapping[str, Category]
    redress: Mapping[str, Redress]
    refusals: Mapping[str, Refusal]
    answers: Mapping[str, Answers]
    limits: CaseLimits
    cues: Mapping[str, tuple[str, ...]]


def cases_book(documents: Mapping[str, Document], hotlines: Mapping[str, Hotline]) -> CasesBook:
    """The book of the documents by the stems of FILES; faults are noted in the documents."""
    limits = build(CaseLimits, documents["limits"].value, documents["limits"])
    sorted_into = categories(documents["categories"])
    return CasesBook(
        categories=MappingProxyType(sorted_into),
        redress=MappingProxyType(redress(documents["redress"], hotlines)),
        refusals=MappingProxyType(_by_id(Refusal, documents["refusals"])),
        answers=MappingProxyType(answers(documents["answers"], sorted_into)),
        limits=limits or _STAND_IN,
        cues=MappingProxyType(cues(documents["cues"])),
    )


def categories(document: Document) -> dict[str, Category]:
    """The categories in their order; a key word and an example stand in one of them only."""
    found = _by_id(Category, document)
    fewest, most = CATEGORIES
    if found and not fewest <= len(found) <= most:
        what = f"holds {len(found)} categories, not {fewest} to {most}"
        document.fault(what, remedy="merge or split some")
    if found and list(found)[-1] != OTHER:
        document.fault(f"does not end with `{OTHER}`", remedy="what fits nowhere must go there")
    for field in ("words", "examples"):
        each_once(document, {i: getattr(one, field) for i, one in found.items()}, below=(field,))
    owners = {word: one.id for one in found.values() for word in one.words}
    for one in found.values():
        for i, word in enumerate(one.hints):
            if word in owners:
                what = f"{one.id}.hints: `{word}` already stands under {owners[word]}"
                document.fault(what, one.id, "hints", i, remedy="delete one of them")
            owners[word] = one.id
    return found


def redress(document: Document, hotlines: Mapping[str, Hotline]) -> dict[str, Redress]:
    """Where claims go, by id; `places` is written as number: purpose."""
    raw = {key: _with_places(entry) for key, entry in document.mapping().items()}
    found = _by_id(Redress, document, raw)
    for key, one in found.items():
        for place in one.places:
            if place.number not in hotlines:
                document.fault(
                    f"{key}: `{place.number}` is not in hotlines.yml",
                    *(key, "places", place.number),
                    remedy="add the number there with its name",
                )
        for what, remedy in faults_of(one.text):
            document.fault(f"{key}.text: {what}", key, "text", remedy=remedy)
    for field in ("words", "alone"):
        each_once(document, {i: getattr(one, field) for i, one in found.items()}, below=(field,))
    return found


def answers(document: Document, sorted_into: Mapping[str, Category]) -> dict[str, Answers]:
    """How answers begin, by category; a category may have none."""
    found: dict[str, Answers] = {}
    for key, entry in document.mapping().items():
        if key not in sorted_into:
            document.fault(f"{key}: is no category", key, remedy="name one of categories.yml")
        elif one := build(Answers, entry, document, key):
            found[key] = one
            for grade, text in one.by_grade().items():
                for what, remedy in _faults_of_answer(text):
                    document.fault(f"{key}.{grade}: {what}", key, grade, remedy=remedy)
    return found


def _faults_of_answer(text: str) -> list[tuple[str, str]]:
    found = faults_of(text)
    if PLACEHOLDER.search(text):
        found.append(("has a placeholder", "the category is known: write its words"))
    return found


def cues(document: Document) -> dict[str, tuple[str, ...]]:
    """The word lists by which sentences are read; all of CUES and no other."""
    lists = word_lists(document)
    for name in CUES:
        if not lists.get(name):
            document.fault(f"{name}: has no words", name, remedy="give it a list of words")
    for name in set(lists) - set(CUES):
        document.fault(
            f"{name}: is no list of this book", name, remedy=f"one of {', '.join(CUES)}"
        )
    return lists


def _with_places(entry: object) -> object:
    """`places: {number: purpose}` as the models take it."""
    places = entry.get("places") if isinstance(entry, dict) else None
    if not isinstance(entry, dict) or not isinstance(places, dict):
        return entry
    listed = [{"number": number, "purpose": purpose} for number, purpose in places.items()]
    return {**entry, "places": listed}


def _by_id(
    model: type[M], document: Document, raw: Mapping[str, object] | None = None
) -> dict[str, M]:
    entries = document.mapping() if raw is None else raw
    found = {}
    for key, entry in entries.items():
        one = build(
            model, {**entry, "id": key} if isinstance(entry, dict) else entry, document, key
        )
        if one is not None:
            found[key] = one
    return found

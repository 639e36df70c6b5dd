"""Short texts that a district may change: how answers begin, where a refused matter goes.

A change is a revision of kind `template`, written by one and approved by another; the shipped text
holds until then, and a newer edition never overwrites a change. Texts are read with the session,
so every process says the new one from the next turn on.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from content.case_schema import ReadyText, Refusal
from content.library import Library
from content.wording import PLACEHOLDER, faults_of
from db.repositories.library import LibraryRepository
from kit.clock import Clock
from kit.errors import BadInput, NotFound
from kit.text import tidy
from services import changes
from services.changes import DECLINED_BY
from services.staff.actors import Actor
from services.staff.permissions import Permission
from services.staff.rules import need

KIND = "template"
MOST = 300
GRADES = ("a", "b", "c", "d")  # the classes of answers
AGAIN = "case_steps.template_again"  # before an answer that is not the first
_REFUSAL, _WAY_ON, _ANSWER = "refusal.", ".way_on", "answer."

_READY: TypeAdapter[str] = TypeAdapter(ReadyText)


@dataclass(frozen=True)
class Text:
    """One text: as it holds, as it was shipped, what waits for a yes, and its history.

    `seen` proves in a form what it showed; `fields` are the placeholders that must stay.
    """

    key: str
    text: str
    shipped: str
    fields: tuple[str, ...]
    waiting: changes.Version | None
    history: tuple[changes.Version, ...]
    seen: str


def shipped(library: Library) -> dict[str, str]:
    """Every text that may be changed, as it was shipped."""
    keys = [*(f"case_steps.template_{grade}" for grade in GRADES), AGAIN]
    templates = {key: library.messages[key] for key in keys}
    for category, answers in library.answers.items():
        for grade, text in answers.by_grade().items():
            templates[answer_of(category, grade)] = text
    ways = {way_on_of(each): refusal.way_on for each, refusal in library.refusals.items()}
    return {**templates, **ways}


def way_on_of(refusal_id: str) -> str:
    """The key of where a matter goes that is refused for this reason."""
    return f"{_REFUSAL}{refusal_id}{_WAY_ON}"


def answer_of(category: str, grade: str) -> str:
    """The key of how an answer of a class begins about a category."""
    return f"{_ANSWER}{category}.{grade}"


async def in_force(session: AsyncSession, library: Library, clock: Clock) -> dict[str, str]:
    """Every such text as it holds now."""
    texts = shipped(library)
    for row in await LibraryRepository(session).all_in_force(KIND, clock()):
        if row.key in texts:
            texts[row.key] = str(row.body["text"])
    return texts


async def ever_in_force(session: AsyncSession, library: Library, clock: Clock) -> list[str]:
    """Every such text as it was shipped and each as it held once."""
    rows = await LibraryRepository(session).all_in_force(KIND, clock())
    return [*shipped(library).values(), *(str(row.body["text"]) for row in rows)]


async def refusals(session: AsyncSession, library: Library, clock: Clock) -> Mapping[str, Refusal]:
    """The reasons for a refusal, each with the way on that holds now."""
    texts = await in_force(session, library, clock)
    return {
        each: refusal.model_copy(update={"way_on": texts[way_on_of(each)]})
        for each, refusal in library.refusals.items()
    }


async def show(
    session: AsyncSession, library: Library, clock: Clock, actor: Actor, key: str
) -> Text:
    """One text with its history; raises NotFound."""
    need(actor, Permission.EDIT_CONTENT)
    original = shipped(library).get(key)
    if original is None:
        raise NotFound("texts.no_such_text")
    found = await changes.of(session, clock, KIND, key)
    return Text(
        key=key,
        text=str(found.holds["text"]) if found.holds else original,
        shipped=original,
        fields=tuple(f"{{{name}}}" for name in sorted(set(PLACEHOLDER.findall(original)))),
        waiting=found.waiting,
        history=found.history,
        seen=found.seen,
    )


async def waiting(session: AsyncSession, actor: Actor) -> dict[str, int]:
    """How many changes of each text wait for a yes."""
    need(actor, Permission.EDIT_CONTENT)
    counts: dict[str, int] = {}
    for row in await LibraryRepository(session).proposals(KIND):
        if DECLINED_BY not in row.body:
            counts[row.key] = counts.get(row.key, 0) + 1
    return counts


async def propose(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    actor: Actor,
    key: str,
    *,
    text: str,
    reason: str,
    seen: str,
) -> None:
    """Write a change down for another's approval; it takes the place of one that waits.

    Raises BadInput for a text that would not do, Stale where another was faster.
    """
    shown = await show(session, library, clock, actor, key)
    new = tidy(text)
    check(library, key, new)
    if new == shown.text:
        raise BadInput("texts.unchanged")
    body = {"text": new, "before": shown.text}
    await changes.propose(session, clock, actor, KIND, key, body=body, reason=reason, seen=seen)


async def approve(session: AsyncSession, clock: Clock, actor: Actor, revision_id: str) -> str:
    """Bring a change into force from now on; gives its key. Nobody approves his own."""
    return await changes.approve(session, clock, actor, KIND, revision_id)


async def decline(session: AsyncSession, actor: Actor, revision_id: str) -> str:
    """Say no to a change, or take one's own back; gives its key."""
    return await changes.decline(session, actor, KIND, revision_id)


def check(library: Library, key: str, text: str) -> None:
    """Raise BadInput, with what to do, where the content's own rules would not take a text."""
    original = shipped(library)[key]
    wanted = sorted(set(PLACEHOLDER.findall(original)))
    if sorted(set(PLACEHOLDER.findall(text))) != wanted:
        if not wanted:
            raise BadInput("texts.no_field")
        raise BadInput("texts.fields", fields="、".join(f"{{{name}}}" for name in wanted))
    if faults_of(text):
        raise BadInput("texts.unreadable")
    try:
        if key.startswith(_REFUSAL):
            refusal = library.refusals[key.removeprefix(_REFUSAL).removesuffix(_WAY_ON)]
            Refusal.model_validate({**refusal.model_dump(), "way_on": text})
        else:
            _READY.validate_python(text)
    except ValidationError as error:
        is_way = key.startswith(_REFUSAL)
        raise BadInput("texts.way_on_shape" if is_way else "texts.template_shape") from error

"""Texts to begin an answer with: by category, by what comes of it, and whether it is the first."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from content.case_schema import gaps
from content.library import Library
from content.wording import Messages
from db.models import Case
from kit.clock import Clock
from services import texts
from services.cases.clocks import is_anew
from services.cases.given import GRADES
from services.cases.limits import category_name


@dataclass(frozen=True)
class Template:
    """A text with gaps in brackets for the unit to fill; `grade` is the answer's class."""

    grade: str
    title: str
    text: str


async def gaps_left(
    session: AsyncSession, library: Library, clock: Clock, text: str
) -> tuple[str, ...]:
    """The gaps of any template that nobody filled in a text; of earlier ones too, for a draft may
    be older than a change. Other brackets are none: the masked ones among them.
    """
    held = await texts.ever_in_force(session, library, clock)
    known = {gap for template in held for gap in gaps(template)}
    return tuple(dict.fromkeys(gap for gap in gaps(text) if gap in known))


async def of_case(
    session: AsyncSession, library: Library, clock: Clock, case: Case
) -> tuple[Template, ...]:
    """One for each class of answer, as it holds now: the category's own, or the general one; with
    words before it where the case is dealt with anew.
    """
    held = await texts.in_force(session, library, clock)
    about = category_name(library, case.category) or library.say("case_steps.template_about")
    again = held[texts.AGAIN] if is_anew(case) else ""
    found = []
    for grade in GRADES:
        general = Messages(held).say(f"case_steps.template_{grade.lower()}", about=about)
        text = held.get(texts.answer_of(case.category or "", grade.lower()), general)
        title = library.say(f"case_steps.grade_{grade.lower()}")
        found.append(Template(grade, title, f"{again}{text}"))
    return tuple(found)

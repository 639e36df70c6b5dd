"""Texts to begin an answer with, by what is answered and about what."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from content.wording import Messages
from db.models import Case
from kit.clock import Clock
from services import texts
from services.cases.given import GRADES
from services.cases.limits import category_name


@dataclass(frozen=True)
class Template:
    """A text with gaps in brackets for the unit to fill; `grade` is the answer's class."""

    grade: str
    title: str
    text: str


async def of_case(
    session: AsyncSession, library: Library, clock: Clock, case: Case
) -> tuple[Template, ...]:
    """One for each class of answer, as it holds now."""
    held = await texts.in_force(session, library, clock)
    about = category_name(library, case.category) or library.say("case_steps.template_about")
    return tuple(
        Template(
            grade,
            library.say(f"case_steps.grade_{grade.lower()}"),
            Messages(held).say(f"case_steps.template_{grade.lower()}", about=about),
        )
        for grade in GRADES
    )

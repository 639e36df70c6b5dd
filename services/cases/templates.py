"""Texts to begin an answer with, by what is answered and about what."""

from dataclasses import dataclass

from content.library import Library
from db.models import Case
from services.cases.given import GRADES
from services.cases.limits import category_name


@dataclass(frozen=True)
class Template:
    """A text with gaps in brackets for the unit to fill; `grade` is the answer's class."""

    grade: str
    title: str
    text: str


def of_case(library: Library, case: Case) -> tuple[Template, ...]:
    """One for each class of answer."""
    about = category_name(library, case.category) or library.say("case_steps.template_about")
    return tuple(
        Template(
            grade,
            library.say(f"case_steps.grade_{grade.lower()}"),
            library.say(f"case_steps.template_{grade.lower()}", about=about),
        )
        for grade in GRADES
    )

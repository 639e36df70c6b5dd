"""What is wrong with a content tree: every problem at once, each with its file and line."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One thing to mend: where it stands, what it is, what to do."""

    path: str
    line: int
    what: str
    remedy: str = ""

    def __str__(self) -> str:
        tail = f" -> {self.remedy}" if self.remedy else ""
        return f"{self.path}:{self.line}: {self.what}{tail}"


class ContentError(Exception):
    """The content tree cannot be used; `problems` names every bad file and line."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        noun = "problem" if len(self.problems) == 1 else "problems"
        lines = "\n".join(str(problem) for problem in self.problems)
        super().__init__(f"content has {len(self.problems)} {noun}:\n{lines}")

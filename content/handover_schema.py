"""The shape of content/handovers.yml: when staff talk with workers, and how long anybody waits."""

from datetime import time
from typing import Annotated, Self

from pydantic import Field, model_validator

from content.schema import Model, Words
from content.yaml_reader import Document

# Quoted in the file: YAML reads 9:30 as a number of base sixty.
ClockTime = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
ANSWER_MOST = 300


class ReadyAnswer(Model):
    """Something that staff say often; `title` stands on its button."""

    title: Words = Field(max_length=12)
    text: Words = Field(max_length=ANSWER_MOST)


class HandoverRules(Model):
    """The hours of a working day, the waits in minutes, and what is told when nobody is there."""

    opens: ClockTime
    closes: ClockTime
    untaken_minutes: int = Field(ge=1, le=60)
    silent_minutes: int = Field(ge=1, le=120)
    idle_minutes: int = Field(ge=2, le=240)
    kept_days: int = Field(ge=1, le=365)
    hotlines: tuple[str, ...] = Field(min_length=1)
    ready_answers: tuple[ReadyAnswer, ...] = Field(min_length=1)

    @property
    def opening(self) -> time:
        """The minute from which staff answer."""
        return time.fromisoformat(self.opens)

    @property
    def closing(self) -> time:
        """The minute from which they no longer do."""
        return time.fromisoformat(self.closes)

    @model_validator(mode="after")
    def _come_in_order(self) -> Self:
        if self.opening >= self.closing:
            raise ValueError("opens must come before closes")
        if self.silent_minutes >= self.idle_minutes:
            raise ValueError("silent_minutes must be less than idle_minutes")
        return self


# Where the file is at fault the whole tree is refused; until then something must stand here.
STAND_IN = HandoverRules(
    opens="09:00",
    closes="17:00",
    untaken_minutes=1,
    silent_minutes=1,
    idle_minutes=2,
    kept_days=1,
    hotlines=("12345",),
    ready_answers=(ReadyAnswer(title="-", text="-"),),
)


def check_numbers(document: Document, rules: HandoverRules, known: frozenset[str]) -> None:
    """Note each number that hotlines.yml does not have."""
    for i, number in enumerate(rules.hotlines):
        if number not in known:
            document.fault(
                f"`{number}` is not in hotlines.yml",
                *("hotlines", i),
                remedy="add the number there with its name",
            )

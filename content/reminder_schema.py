"""The shape of content/reminders.yml: when workers are reminded of what they asked for."""

from typing import Annotated, Self

from pydantic import Field, model_validator

from content.schema import Model

YEAR = 365
Days = Annotated[int, Field(ge=1, lt=YEAR)]


class ReminderRules(Model):
    """Days before a last day, and how much is kept of one worker for how long."""

    days_before: Annotated[tuple[Days, ...], Field(min_length=1, max_length=6)]
    deadlines_most: int = Field(ge=1, le=50)
    stop_days: int = Field(ge=1, le=YEAR)

    @model_validator(mode="after")
    def _come_in_order(self) -> Self:
        if list(self.days_before) != sorted(set(self.days_before), reverse=True):
            raise ValueError("`days_before` must fall, each once")
        return self


# Where the file is at fault the whole tree is refused; until then something must stand here.
STAND_IN = ReminderRules(days_before=(1,), deadlines_most=1, stop_days=1)

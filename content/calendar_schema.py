"""The shape of content/calendar.yml: years that no package of holidays carries yet."""

from datetime import date
from typing import Self

from pydantic import Field, model_validator

from content.schema import Model, Words

SATURDAY = 5


class CalendarYear(Model):
    """One year by the State Council's notice: what its weekdays and weekends do not say."""

    source: Words = Field(description="the notice, with its number")
    days_off: tuple[date, ...] = Field(min_length=1, description="each day of each holiday")
    made_up_days: tuple[date, ...] = Field(description="weekend days that are worked")

    @model_validator(mode="after")
    def _fits_the_week(self) -> Self:
        if any(day.weekday() < SATURDAY for day in self.made_up_days):
            raise ValueError("a made-up day is a Saturday or Sunday")
        if set(self.days_off) & set(self.made_up_days):
            raise ValueError("a day cannot be off and made up for")
        return self

"""What notices are about, how many there may be and when: the shapes of content/notices/."""

from datetime import time
from typing import Annotated

from pydantic import BeforeValidator, Field, StringConstraints

from content.case_schema import KeyWords
from content.schema import Model, Name, Words

TopicName = Annotated[Words, StringConstraints(max_length=8)]


class NoticeTopic(Model):
    """What a notice is about, as a worker would name it."""

    id: Name
    name: Annotated[TopicName, Field(description="a button")]
    words: KeyWords = Field(description="how people name it when they want it or have enough")
    unasked: bool = Field(description="whether it goes to who never asked for it")


class Window(Model):
    """Hours of a day in Shanghai; one that ends before it starts goes over midnight."""

    start: time
    end: time


def _window(raw: object) -> object:
    if not isinstance(raw, str):
        return raw
    start, _, end = raw.partition("-")
    return {"start": start, "end": end}


Hours = Annotated[Window, BeforeValidator(_window)]


class NoticeLimits(Model):
    """When and how many notices one may get, and how long one is."""

    quiet_hours: Hours
    riding_peaks: tuple[Hours, ...]
    a_week: int = Field(ge=1, le=50)
    batch: int = Field(ge=1, le=500)
    title_most: int = Field(ge=1, le=64)
    text_most: int = Field(ge=1, le=900, description="the footer and a caption must fit beside it")

    @property
    def windows(self) -> tuple[Window, ...]:
        """All hours in which an ordinary notice waits."""
        return (self.quiet_hours, *self.riding_peaks)

"""What the turn API takes and gives, as its OpenAPI documents it."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, model_validator

TEXT_MOST = 4_096

Degrees = StrictFloat | StrictInt


class Shape(BaseModel):
    """A request or answer that knows its fields and no others."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


class Location(Shape):
    """A position in degrees and the datum it is in."""

    lat: Annotated[Degrees, Field(ge=-90, le=90, allow_inf_nan=False)]
    lon: Annotated[Degrees, Field(ge=-180, le=180, allow_inf_nan=False)]
    datum: Literal["wgs84", "gcj02", "bd09"] = "wgs84"


class TurnIn(Shape):
    """One message: its own id, and exactly one of text, location, choice, photo, recording."""

    id: Annotated[str, Field(pattern=r"^[!-~]{1,64}$", description="the client's own id")]
    text: Annotated[str | None, Field(strict=True, max_length=TEXT_MOST)] = None
    location: Location | None = None
    choice: Annotated[str | None, Field(max_length=64, description="a token offered")] = None
    photo: Annotated[str | None, Field(max_length=64, description="the id of an upload")] = None
    recording: Annotated[str | None, Field(max_length=64, description="the id of one")] = None

    @model_validator(mode="after")
    def _one_thing(self) -> Self:
        things = (self.text, self.location, self.choice, self.photo, self.recording)
        if len([thing for thing in things if thing is not None]) != 1:
            msg = "give exactly one of text, location, choice, photo, recording"
            raise ValueError(msg)
        return self


class WorkerOut(Shape):
    """A new anonymous worker's proof of being himself."""

    token: str


class PhotoOut(Shape):
    """A photo that was taken: its id goes into a turn."""

    photo: str


class RecordingOut(Shape):
    """A voice message that was taken: its id goes into a turn."""

    recording: str


class ChoiceOut(Shape):
    """A button: the token is sent back when it is pressed."""

    title: str
    token: str


class ReplyOut(Shape):
    """One message to the worker. Cards are described in docs/turn-api.md."""

    text: str
    choices: list[ChoiceOut]
    cards: list[dict[str, Any]]
    ask: Literal["location"] | None
    picture: str | None = None
    first: int = 1


class RepliesOut(Shape):
    """The replies to one turn."""

    replies: list[ReplyOut]


class Fault(Shape):
    """What is wrong, as a key for programs and a sentence for the worker."""

    key: str
    text: str


class FaultOut(Shape):
    """An answer that is an error."""

    error: Fault

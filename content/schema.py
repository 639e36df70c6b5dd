"""What a right, a rest stop, a place and a hotline may say: the shapes of the shipped edition."""

import re
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from content.wording import hidden_characters

MAX_CLAIM = 90  # characters: three lines on a phone
_MOBILE = re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)")
WEB_ADDRESS = re.compile(r"http|www\.", re.IGNORECASE)


def _clean(text: str) -> str:
    if hidden_characters(text):
        raise ValueError("holds characters that show nothing, or a line break; type it anew")
    return text


def _without_mobile(text: str) -> str:
    if _MOBILE.search(text):
        raise ValueError("holds a mobile number; people's own numbers are never published")
    return text


def _without_web_address(text: str) -> str:
    if WEB_ADDRESS.search(text):
        raise ValueError("holds an address of the web, which workers would read; see `source_url`")
    return text


Line = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=200),
    AfterValidator(_clean),
    AfterValidator(_without_mobile),
]
Words = Annotated[Line, AfterValidator(_without_web_address)]
Short = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=80, pattern=r"^[^\n\r]+$"),
]
Source = Annotated[str, StringConstraints(min_length=1, max_length=500), AfterValidator(_clean)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=48)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=60)]
Number = Annotated[str, StringConstraints(pattern=r"^\d{3,5}$")]
Landline = Annotated[str, StringConstraints(pattern=r"^(0\d{2,3}-)?\d{5,8}(-\d{1,5})?$")]
Link = Annotated[str, StringConstraints(pattern=r"^https?://[^\s/]+(/\S*)?$", max_length=500)]

# The part of OSM opening_hours that we write: `24/7`, or days and times such as
# `Mo-Fr 08:30-12:00,13:30-17:00; Sa 09:00-12:00`. A time past 24:00 runs into the next day. Last,
# and only where it is published, what holds on public holidays: `PH off` or `PH 10:00-16:00`.
_DAYS = r"(Mo|Tu|We|Th|Fr|Sa|Su)(-(Mo|Tu|We|Th|Fr|Sa|Su))?"
_SPAN = r"([01]\d|2[0-3]):[0-5]\d-(([0-3]\d|4[0-7]):[0-5]\d|48:00)"
_SPANS = rf"{_SPAN}(,{_SPAN})*"
_RULE = rf"{_DAYS}(,{_DAYS})* {_SPANS}"
OpeningHours = Annotated[
    str,
    StringConstraints(pattern=rf"^(24/7|{_RULE}(; {_RULE})*)(; PH (off|{_SPANS}))?$"),
]

Audience = Literal[
    "courier", "rider", "ride_hailing_driver", "truck_driver", "livestreamer", "all"
]
Confidence = Literal["high", "medium"]  # what is less certain stands in `RightTopic.unverified`
Force = Literal[
    "law",
    "regulation",
    "judicial",
    "rule",
    "local_rule",
    "policy",
    "guideline",
    "mandatory_standard",
    "recommended_standard",
    "case",
    "company",
    "draft",
    "practice",
]
Datum = Literal["wgs84", "gcj02", "bd09"]
Accuracy = Literal["exact", "landmark", "street", "district"]
Entry = Literal[
    "open_door",
    "scan_qr",
    "face",
    "id_card",
    "phone_first",
    "remote_button",
    "app",
    "unknown",
]
StopState = Literal["open_to_public", "under_construction"]
StopConfidence = Literal["high", "medium", "low"]
PlaceKind = Literal["metro", "town", "airport", "district", "landmark"]


class Model(BaseModel):
    """A frozen value that refuses what it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def staff_only_fields(model: type[BaseModel]) -> frozenset[str]:
    """The fields of a model that workers never see."""
    return frozenset(
        name
        for name, field in model.model_fields.items()
        if isinstance(field.json_schema_extra, dict) and field.json_schema_extra.get("staff_only")
    )


class Hotline(Model):
    """A public telephone number and what it is for."""

    number: Number
    name: Short
    confidence: Confidence = Field(
        json_schema_extra={"staff_only": True},
        description="high: the number was read on an official page or in the press",
    )


class Fact(Model):
    """One claim with its proof. What the source lacks is None and is shown as not verified."""

    claim: Annotated[Line, StringConstraints(max_length=MAX_CLAIM)]
    law: Line
    doc_no: Short | None = None
    article: Short | None = None
    effective: date | None = None
    region: Short
    also_for: tuple[Short, ...] = Field(
        default=(), description="other places whose people need it too, under its own region"
    )
    reference_only: bool = Field(
        default=False, description="another place's practice; binds nobody where we are"
    )
    confidence: Confidence
    force: Force
    link: Link | None = None
    note: Line | None = None
    staff_note: Line | None = Field(
        default=None, json_schema_extra={"staff_only": True}, description="how it was verified"
    )
    review_by: date | None = None
    within_years: int | None = Field(
        default=None, ge=1, le=20, description="a time limit from the day one knew: see reminders"
    )

    @model_validator(mode="after")
    def _a_draft_takes_no_effect(self) -> Self:
        if self.within_years and (self.force, self.confidence) != ("law", "high"):
            raise ValueError("`within_years` needs a law of high confidence: days are counted")
        if self.force == "draft" and self.effective is not None:
            raise ValueError("a draft has no effective date; leave `effective` empty")
        return self


class RightTopic(Model):
    """What can be said about one question of rights, as of one day."""

    id: Name
    title: Short
    audiences: Annotated[tuple[Audience, ...], Field(min_length=1)]
    answers: tuple[Name, ...] = Field(description="intents that lead to this topic alone")
    shared_answers: tuple[Name, ...] = Field(
        default=(), description="intents that lead to this topic and to others too"
    )
    as_of: date
    review_by: date
    facts: tuple[Fact, ...]
    unverified: tuple[Short, ...] = Field(
        default=(), description="points that could not be verified: name the hotline instead"
    )
    steps: Annotated[tuple[Line, ...], Field(min_length=1)]
    caveat: Line | None = None
    hotlines: Annotated[tuple[Hotline, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.facts and not self.unverified:
            raise ValueError(
                "has neither `facts` nor `unverified`: nothing true could be answered"
            )
        if not self.answers and not self.shared_answers:
            raise ValueError("no intent leads here: fill `answers` or `shared_answers`")
        if self.review_by <= self.as_of:
            raise ValueError("`review_by` must come after `as_of`")
        return self


class Position(Model):
    """Where a stop is, as published, and how far that may be trusted.

    `exact` and `landmark` may carry a distance (`landmark`: about, and with its name); `street`
    and `district` are points inside an area and never do.
    """

    lat: float = Field(ge=3, le=54)
    lon: float = Field(ge=73, le=136)
    datum: Datum
    accuracy: Accuracy
    landmark: Short | None = None
    est_error_m: int | None = Field(default=None, gt=0, le=5000)
    credit: Short | None = None

    @model_validator(mode="after")
    def _a_landmark_is_named(self) -> Self:
        named = self.landmark is not None and self.est_error_m is not None
        if self.accuracy == "landmark" and not named:
            raise ValueError("accuracy `landmark` needs `landmark` and `est_error_m`")
        return self


class RestStop(Model):
    """One rest stop as published. What is left out is unknown, not absent."""

    id: Slug
    name: Short
    kind: Short
    host: Line | None = Field(default=None, description="whose rooms they are: a bank, a shop")
    province: Short
    city: Short
    district: Short | None = None
    street: Short | None = None
    address: Line | None = None
    position: Position | None = None
    hours_text: Line | None = None
    opening_hours: OpeningHours | None = Field(
        default=None,
        description="OSM opening_hours, only where the published text leaves no doubt",
    )
    entry: Entry = "unknown"
    entry_note: Line | None = None
    facilities: tuple[Short, ...] = Field(
        default=(), description="canonical keys of content/facilities.yml"
    )
    lacks: tuple[Short, ...] = Field(
        default=(), description="such keys too: what it is published not to have"
    )
    other_facilities: tuple[Short, ...] = Field(default=(), description="in the published words")
    fee: Line | None = None
    admits: Line | None = Field(default=None, description="who may enter, as published")
    phone: Landline | None = None
    operator: Line | None = None
    status: StopState = "open_to_public"
    note: Line | None = None
    source: Words | None = Field(default=None, description="who said so, as workers read it")
    published_on: Short
    checked_on: date | None = None
    confidence: StopConfidence = "medium"
    source_url: Source | None = Field(
        default=None,
        repr=False,
        json_schema_extra={"staff_only": True},
        description="a lead for staff; may be a scraper page and is never shown to workers",
    )
    staff_note: Line | None = Field(default=None, json_schema_extra={"staff_only": True})

    @model_validator(mode="after")
    def _has_or_lacks(self) -> Self:
        if both := set(self.facilities) & set(self.lacks):
            raise ValueError(f"`facilities` and `lacks` both hold {sorted(both)}")
        return self

    @model_validator(mode="after")
    def _hours_come_from_words(self) -> Self:
        if self.opening_hours is not None and self.hours_text is None:
            raise ValueError("`opening_hours` without `hours_text`: hours are never assumed")
        return self

    @property
    def accuracy(self) -> Literal["exact", "landmark", "street", "district", "none"]:
        """How well the position is known; `none` without one."""
        return self.position.accuracy if self.position else "none"


class Place(Model):
    """A named place that a worker may mention, in WGS-84."""

    name: Short
    kind: PlaceKind
    city: Short
    district: Short | None
    lat: float = Field(ge=3, le=54)
    lon: float = Field(ge=73, le=136)
    licence: Short
    credit: Short | None
    source: Source

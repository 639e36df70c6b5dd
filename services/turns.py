"""Turn, Heard, Reply, Choice, Card: what passes between the channels and the desk.

All are frozen values. `Reply.as_json` is what the turn API answers and what `turns.replies`
stores; a channel renders nothing but these.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Channel = Literal["web", "telegram"]
# A command is one of a channel's own menu, in `text`; "other" is what nobody can read as words
# (a video, a sticker): `text` says which, and never holds its content.
Kind = Literal["text", "location", "choice", "photo", "recording", "command", "other"]
Datum = Literal["wgs84", "gcj02", "bd09"]
OpenState = Literal["open", "closed", "unknown"]


@dataclass(frozen=True, repr=False)
class Position:
    """Where a worker or stop is, in degrees, with the datum it was given in."""

    lat: float
    lon: float
    datum: Datum = "wgs84"


@dataclass(frozen=True)
class Task:
    """What a choice does: the name of a task of the desk and its arguments (JSON values)."""

    name: str
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Turn:
    """One message of a worker. Words and position never show in a repr, hence never in a log."""

    id: str
    worker_id: str
    kind: Kind
    text: str | None = field(default=None, repr=False)
    position: Position | None = field(default=None, repr=False)
    task: Task | None = None
    photos: tuple[str, ...] = ()
    recordings: tuple[str, ...] = ()
    channel: Channel = "web"


@dataclass(frozen=True)
class Guess:
    """One meaning that Rasa considered."""

    intent: str
    confidence: float


@dataclass(frozen=True)
class Heard:
    """What Rasa understood of a typed text; `intent` is None when nobody understood it."""

    intent: str | None
    confidence: float = 0.0
    entities: Mapping[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    ranking: tuple[Guess, ...] = ()

    def first(self, entity: str) -> str | None:
        """The first value heard for an entity, if any."""
        values = self.entities.get(entity, ())
        return values[0] if values else None


NOTHING_HEARD = Heard(None)


@dataclass(frozen=True)
class Choice:
    """A button: what it says and what it does. The channel sees title and token only."""

    title: str
    task: Task
    token: str | None = None


@dataclass(frozen=True)
class MapLink:
    """One map app and the address that opens it, or its web page where it is not installed."""

    app: Literal["amap", "baidu", "tencent"]
    url: str


@dataclass(frozen=True)
class RestStopCard:
    """A stop as a worker sees it. Absent values are unknown, never "no".

    `distance_m` is from the worker, or from the named place `distance_from`; `distance_text` says
    it in words. `hours_now` says what the hours mean at this moment, `voices` what people at the
    door said, `told` who published it and when, and when it was checked.
    """

    id: str
    name: str
    area: str
    address: str
    distance_m: int | None
    distance_about: bool
    open_state: OpenState
    hours_text: str | None
    entry: str
    facilities: tuple[str, ...]
    other_facilities: tuple[str, ...]
    under_construction: bool
    phone: str | None
    published_on: str | None
    checked_on: str | None
    map_url: str | None
    # In WGS-84, where it is exact or that of a landmark beside it; elsewhere it would lead astray.
    position: tuple[float, float] | None = None
    position_about: bool = False
    lines: tuple[str, ...] = ()
    hours_now: str | None = None
    distance_from: str | None = None
    distance_text: str | None = None
    lacks: tuple[str, ...] = ()
    fee: str | None = None
    admits: str | None = None
    source: str | None = None
    told: str = ""
    voices: tuple[str, ...] = ()
    maps: tuple[MapLink, ...] = ()
    choices: tuple[Choice, ...] = ()
    kind: Literal["rest_stop"] = "rest_stop"


@dataclass(frozen=True)
class Claim:
    """One statement of the law with its proof; a missing part is the word for "not verified".

    `proof` says all parts in one line, what is missing in one phrase.
    """

    text: str
    law: str
    article: str
    number: str
    effective: str
    region: str
    force: str
    proof: str
    remarks: tuple[str, ...] = ()
    link: str | None = None


@dataclass(frozen=True)
class Hotline:
    """A number to call and who answers there."""

    number: str
    name: str


@dataclass(frozen=True)
class RightCard:
    """A dated answer about a right."""

    topic: str
    title: str
    claims: tuple[Claim, ...]
    steps: tuple[str, ...]
    hotline: tuple[Hotline, ...]
    as_of: str
    remarks: tuple[str, ...] = ()
    kind: Literal["right"] = "right"


@dataclass(frozen=True)
class CaseCard:
    """What was handed in: its code, its state in words, and the promised date if there is one."""

    code: str
    state: str
    due: str | None
    summary: str
    kind: Literal["case"] = "case"


# One that is shown again comes as it was stored.
Card = RestStopCard | RightCard | CaseCard | Mapping[str, Any]


@dataclass(frozen=True)
class Reply:
    """One message to a worker. `ask` tells the channel what to offer besides the choices.

    `picture` is the token of a schematic map (services/rest_stops/sketches) to show below it.
    `first` is the number to type for its first choice.
    """

    text: str
    choices: tuple[Choice, ...] = ()
    cards: tuple[Card, ...] = ()
    ask: Literal["location"] | None = None
    picture: str | None = None
    first: int = 1

    def as_json(self) -> dict[str, Any]:
        """The reply as the turn API answers it."""
        return {
            "text": self.text,
            "choices": [{"title": c.title, "token": c.token} for c in self.choices],
            "cards": [_card_as_json(card) for card in self.cards],
            "ask": self.ask,
            "picture": self.picture,
            "first": self.first,
        }


def _card_as_json(card: Card) -> dict[str, Any]:
    if isinstance(card, Mapping):
        return dict(card)
    fields = asdict(card)
    if isinstance(card, RestStopCard):
        fields["choices"] = [{"title": c.title, "token": c.token} for c in card.choices]
    return fields


Replies = tuple[Reply, ...]

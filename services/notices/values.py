"""Notices as values: what is written, for whom, and what lists, pages and reports see."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from db.models import NoticeVersion
from db.repositories import notice_audience
from kit import ids
from services.notices.timing import AT_ONCE, Timing
from services.signups import Counts, Offer

GOT, GO = "got", "go"
BUTTONS = (GOT, GO)

# Why an account gets nothing: the first that holds, in this order.
EXCLUSIONS = notice_audience.REASONS[1:]
# Why one that was made did not arrive.
REASONS = ("gone", "refused", "given_up", "stopped", "recalled")


@dataclass(frozen=True)
class Audience:
    """To whom: each part narrows, an empty one does not.

    `districts` are paths from the top, such as 广东/广州/南沙区; `trades` keys of
    services/workers.TRADES; `platforms` names as workers told them. `subscribers`: only who asked
    for the topic.
    """

    districts: tuple[str, ...] = ()
    trades: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    subscribers: bool = False

    def as_json(self) -> dict[str, Any]:
        """The audience as it is stored, the same for the same audience."""
        return {
            "districts": sorted(set(self.districts)),
            "trades": sorted(set(self.trades)),
            "platforms": sorted(set(self.platforms)),
            "subscribers": self.subscribers,
        }


EVERYBODY = Audience()


def audience_of(stored: Mapping[str, Any]) -> Audience:
    """The audience that was stored."""
    return Audience(
        tuple(stored.get("districts", ())),
        tuple(stored.get("trades", ())),
        tuple(stored.get("platforms", ())),
        bool(stored.get("subscribers", False)),
    )


@dataclass(frozen=True)
class Draft:
    """What an author writes. `topic` is an id of content/notices/topics.yml, `buttons` some of
    `BUTTONS` (`go` needs the link), `picture` what `notices.keep_picture` gave. With an offer
    workers may sign up.
    """

    title: str
    text: str
    topic: str
    link: str | None = None
    buttons: tuple[str, ...] = (GOT,)
    urgent: bool = False
    picture: str | None = None
    audience: Audience = EVERYBODY
    offer: Offer | None = None

    @property
    def digest(self) -> str:
        """What an approval binds to: it changes with any of this."""
        fields = {**asdict(self), "audience": self.audience.as_json()}
        if self.offer is None:
            del fields["offer"]  # the digests of before there were offers stay what they are
        else:
            fields["offer"] = self.offer.as_json()
        return ids.digest(json.dumps(fields, ensure_ascii=False, sort_keys=True))


def draft_of(version: NoticeVersion) -> Draft:
    """What a version says."""
    return Draft(
        title=version.title,
        text=version.text,
        topic=version.topic,
        link=version.link,
        buttons=version.buttons,
        urgent=version.urgent,
        picture=version.picture,
        audience=audience_of(version.audience),
        offer=Offer(version.places, version.closes_at) if version.closes_at else None,
    )


@dataclass(frozen=True)
class Counted:
    """How many accounts, and workers behind them, get it; `excluded` accounts by reason."""

    accounts: int
    workers: int
    excluded: Mapping[str, int]


@dataclass(frozen=True)
class NoticeSummary:
    """A notice in a list; `next_at` is when it goes out next."""

    number: int
    state: str
    title: str
    topic: str
    urgent: bool
    author: str
    changed_at: datetime
    next_at: datetime | None = None
    new_replies: int = 0


@dataclass(frozen=True)
class Happened:
    """One line of a notice's history; without an actor the system did it."""

    step: str
    state: str
    version: int
    actor: str | None
    note: str | None
    at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Going:
    """One moment at which a notice goes out: `planned_at` by its rule, `at` behind quiet hours.

    `state` is waiting, sending, sent or dropped; `planned` accounts, of which `made` have rows.
    """

    id: str
    planned_at: datetime
    at: datetime
    state: str
    planned: int | None
    made: int


@dataclass(frozen=True)
class NoticeDetail:
    """A notice on its page. `seen` and `digest` go back with each step; `open` are the steps that
    this actor may take now.
    """

    number: int
    state: str
    draft: Draft
    digest: str
    author: str
    approved_by: str | None
    version: int
    seen: int
    open: tuple[str, ...]
    history: tuple[Happened, ...]
    goings: tuple[Going, ...]
    timing: Timing = AT_ONCE
    is_set: bool = False
    signups: Counts | None = None


@dataclass(frozen=True)
class Report:
    """What became of a notice, in accounts; what workers did with it, in workers.

    `failed` by reason of `REASONS`; `deleted` are rows that went with their worker.
    `by_hour` says how many left in each hour that began then; `signups` what the list comes to,
    where there is one.
    """

    planned: int
    waiting: int
    sent: int
    unknown: int
    failed: Mapping[str, int]
    deleted: int
    read: int
    clicked: int
    opted_out: int
    replies: int
    changed: Mapping[str, int]
    by_hour: Mapping[datetime, int]
    signups: Counts | None = None


@dataclass(frozen=True)
class DeadLetter:
    """A row that failed, to be sent once more: no word of whom it goes to."""

    row: int
    reason: str
    channel: str
    attempts: int
    at: datetime


@dataclass(frozen=True)
class Said:
    """What a worker replied to a notice, masked."""

    id: str
    notice: int
    masked: str = field(repr=False)
    at: datetime
    seen_by: str | None

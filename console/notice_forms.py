"""The forms of notices: what was typed of one, and when it is to go out."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from console.reading import Filled
from content.library import Library
from kit.clock import SHANGHAI, in_shanghai
from kit.errors import AppError, BadInput
from kit.text import tidy
from services import notices
from services.notices import scheduling
from services.notices.timing import Timing, Unpublished
from services.staff.members import lines, read_district
from services.workers import TRADES

MOST_PLATFORMS = 200  # characters
_BETWEEN = re.compile("[\u3001\uff0c,\uff1b;\n]+")
NOW, AT, RULE = "now", "at", "rule"
WAYS = (NOW, AT, RULE)

# Beside which field a fault is told.
FIELD_OF = {
    "notices.bad_title": "title",
    "notices.bad_text": "text",
    "notices.bad_topic": "topic",
    "notices.bad_link": "link",
    "notices.go_needs_link": "link",
    "staff.no_such_district": "districts",
    "notices.out_of_reach": "districts",
    "photos.unreadable": "picture",
    "photos.too_large": "picture",
}


@dataclass(frozen=True)
class Typed:
    """A notice as it stands in its form: nothing of it need be right."""

    title: str = ""
    text: str = ""
    topic: str = ""
    link: str = ""
    buttons: tuple[str, ...] = ("got",)
    urgent: bool = False
    picture: str = ""
    districts: str = ""
    trades: tuple[str, ...] = ()
    platforms: str = ""
    subscribers: bool = False

    def draft(self, library: Library) -> notices.Draft:
        """The notice that is meant; raises BadInput for a district that there is not."""
        platforms = (name.strip() for name in _BETWEEN.split(self.platforms))
        audience = notices.Audience(
            districts=tuple(read_district(library, line) for line in lines(self.districts)),
            trades=self.trades,
            platforms=tuple(dict.fromkeys(filter(None, platforms))),
            subscribers=self.subscribers,
        )
        return notices.Draft(
            title=tidy(self.title),
            text=tidy(self.text),
            topic=self.topic,
            link=self.link.strip() or None,
            buttons=self.buttons,
            urgent=self.urgent,
            picture=self.picture or None,
            audience=audience,
        )


def typed_of(draft: notices.Draft, comma: str) -> Typed:
    """The form of a notice as it is; `comma` stands between platforms."""
    audience = draft.audience
    return Typed(
        title=draft.title,
        text=draft.text,
        topic=draft.topic,
        link=draft.link or "",
        buttons=draft.buttons,
        urgent=draft.urgent,
        picture=draft.picture or "",
        districts="\n".join(path.replace("/", " ") for path in audience.districts),
        trades=audience.trades,
        platforms=comma.join(audience.platforms),
        subscribers=audience.subscribers,
    )


def read_typed(form: Filled) -> Typed:
    """What a form holds."""
    return Typed(
        title=form["title"],
        text=form["text"],
        topic=form["topic"],
        link=form["link"],
        buttons=tuple(each for each in notices.BUTTONS if form[f"button-{each}"]),
        urgent=form["urgent"] == "yes",
        picture="" if form["no_picture"] else form["kept"],
        districts=form["districts"],
        trades=tuple(each for each in TRADES if form[f"trade-{each}"]),
        platforms=form["platforms"][:MOST_PLATFORMS],
        subscribers=form["subscribers"] == "yes",
    )


@dataclass(frozen=True)
class When:
    """When a notice is to go out, as it was typed."""

    way: str = ""
    at: str = ""
    rule: str = ""

    def timing(self, library: Library) -> Timing:
        """The timing that is meant; raises BadInput."""
        if self.way == NOW:
            return notices.AT_ONCE
        if self.way == AT:
            return Timing(at=_moment(self.at))
        if self.way == RULE:
            return Timing(rule=notices.read_rule(library.notices.times, self.rule))
        raise BadInput("notices.bad_way")


@dataclass(frozen=True)
class Planned:
    """When a notice would go out: its next moments behind quiet hours. `waits` says that it is
    later than was asked, `unknown` why further ones cannot be told.
    """

    when: When
    moments: tuple[datetime, ...] = ()
    waits: bool = False
    unknown: AppError | None = field(default=None)


def read_when(form: Filled) -> When:
    """What a form holds of the time."""
    return When(form["way"], form["at"].strip(), form["rule"].strip())


def planned(library: Library, now: datetime, when: When, *, urgent: bool) -> Planned:
    """When it would go out; raises BadInput."""
    timing = when.timing(library)
    scheduling.check_moment(timing, now)
    if timing.rule is None:
        asked = timing.at or now
        moment = scheduling.behind_quiet(library, asked, urgent=urgent)
        return Planned(when, (moment,), waits=moment > asked)
    try:
        found = notices.coming(library, timing.rule, now, urgent=urgent)
    except Unpublished as error:
        return Planned(when, unknown=error)
    return Planned(when, tuple(found))


def _moment(text: str) -> datetime:
    """A moment as browsers send it, on the clock of Shanghai."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput("notices.bad_moment") from error
    if found.tzinfo is not None:
        raise BadInput("notices.bad_moment")
    return found.replace(tzinfo=SHANGHAI)


def for_field(moment: datetime) -> str:
    """A moment as the field of a browser takes it."""
    return f"{in_shanghai(moment):%Y-%m-%dT%H:%M}"

"""The forms of notices: what was typed of one, and when it is to go out."""

import re
from dataclasses import dataclass, field
from datetime import datetime

from console.reading import Filled, is_number
from content.library import Library
from kit.clock import SHANGHAI, in_shanghai
from kit.errors import AppError, BadInput
from kit.text import tidy
from services import notices
from services.notices import scheduling
from services.notices.timing import Timing, Unpublished
from services.signups import MOST_PLACES, Offer
from services.staff.members import lines, read_district
from services.workers import TRADES

MOST_PLATFORMS = 200  # characters
MAX_PLACES_DIGITS = 5
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
    "notices.bad_places": "places",
    "notices.too_few_places": "places",
    "notices.bad_closing": "closes",
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
    offers: bool = False
    places: str = ""
    closes: str = ""

    def draft(self, library: Library) -> notices.Draft:
        """The notice that is meant; raises BadInput for a district that there is not, and for an
        offer that cannot be read.
        """
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
            offer=self._offer() if self.offers else None,
        )

    def _offer(self) -> Offer:
        try:
            closes = _moment(self.closes)
        except BadInput as error:
            raise BadInput("notices.bad_closing") from error
        return Offer(read_places(self.places), closes)


def read_places(text: str) -> int | None:
    """How many places are meant, None for no limit; raises BadInput."""
    if not text:
        return None
    if not is_number(text, MAX_PLACES_DIGITS):
        raise BadInput("notices.bad_places", most=MOST_PLACES)
    return int(text)


def typed_of(of: notices.NoticeDetail, comma: str) -> Typed:
    """The form of a notice as it is, with what is offered by now; `comma` stands between
    platforms.
    """
    draft = of.draft
    audience, offer = draft.audience, draft.offer and (of.signups or draft.offer)
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
        offers=offer is not None,
        places=str(offer.places or "") if offer else "",
        closes=for_field(offer.closes_at) if offer else "",
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
        offers=form["offers"] == "yes",
        places=form["places"].strip(),
        closes=form["closes"].strip(),
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


def planned(library: Library, now: datetime, when: When, draft: notices.Draft) -> Planned:
    """When it would go out; raises BadInput."""
    timing, urgent = when.timing(library), draft.urgent
    scheduling.check_moment(timing, now)
    scheduling.check_offer(library, draft, timing, now)
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

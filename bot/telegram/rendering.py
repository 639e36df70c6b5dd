"""From a stored reply to the messages that Telegram is to show; the same reply, the same messages.

Nothing here knows the Bot API's client: `delivery` hands these values to it. It must turn off link
previews, and show a reply keyboard small and only once.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, NamedTuple

from bot.telegram import cards
from bot.telegram.cards import Card
from bot.telegram.splitting import LIMIT, PARAGRAPH, Rich, Run, html, joined, plain, split, units
from content.library import Library
from kit.text import shorten, tidy
from services.notices.rendering import PICTURE

BUTTONS_MOST = 100
TITLE_MOST = 64
CHOICES_A_ROW = 2
# As many of the wide characters as half a small phone shows on a button.
SHORT_TITLE = 8

Reply = Mapping[str, Any]


@dataclass(frozen=True, repr=False)
class Button:
    """A button under a message: a choice's token, or an address to open."""

    title: str
    token: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class InlineRows:
    """Buttons under the message."""

    rows: tuple[tuple[Button, ...], ...]


class ReplyButton(NamedTuple):
    """A button in the keyboard's place: pressing it types its title, or sends the location."""

    title: str
    asks_location: bool = False


@dataclass(frozen=True)
class ReplyRows:
    """Buttons in the keyboard's place."""

    rows: tuple[tuple[ReplyButton, ...], ...]


Keyboard = InlineRows | ReplyRows


@dataclass(frozen=True, repr=False)
class TextOut:
    """A text. `plain` is for when Telegram refuses the HTML or the keyboard."""

    html: str
    plain: str
    keyboard: Keyboard | None = None


@dataclass(frozen=True)
class VenueOut:
    """A place on the map, in WGS-84."""

    lat: float
    lon: float
    title: str
    address: str


@dataclass(frozen=True, repr=False)
class PictureOut:
    """A schematic map: the token that fetches it, and what is said below it."""

    token: str
    caption: str


@dataclass(frozen=True)
class NoticePictureOut:
    """The picture of a notice, by its digest."""

    digest: str


Out = TextOut | VenueOut | PictureOut | NoticePictureOut


def render(library: Library, reply: Reply, *, notice: str | None = None) -> tuple[Out, ...]:
    """The messages of one reply, in order; `notice` is said once below it."""
    stops = [card for card in reply.get("cards", ()) if card.get("kind") == "rest_stop"]
    choices = _choices(reply)
    buttons = list(choices.values())
    *earlier, last = split(_body(library, reply, buttons, notice))
    typed = _typed(library, choices, plain(last))
    return (
        # Above its text, so that the buttons stay at the end.
        *_notice_picture(reply),
        *(TextOut(html(part), plain(part)) for part in earlier),
        TextOut(html(last), plain(last) + typed, _keyboard(library, reply, buttons, stops)),
        # Where a map of ours shows the places, a pin would only push the buttons up.
        *(_picture(library, reply) or _venue(library, stops)),
    )


def _body(library: Library, reply: Reply, buttons: Sequence[Button], notice: str | None) -> Rich:
    said = [_run(reply.get("text")), *_drawn(library, reply), _run(notice)]
    if body := joined(said, PARAGRAPH):
        return body
    # An empty message would be refused, and the worker left without any answer.
    offers = buttons or reply.get("ask")
    return _run(library.say("telegram.choose" if offers else "telegram.nothing"))


def _drawn(library: Library, reply: Reply) -> list[Rich]:
    """The cards of known kinds, stops numbered; what holds for all stops is said once."""
    blocks: list[Rich] = []
    number = 0
    for card in reply.get("cards", ()):
        if card.get("kind") == "rest_stop":
            number += 1
            blocks.append(cards.stop(library, card, number))
        elif card.get("kind") in DRAWN:
            blocks.append(DRAWN[card["kind"]](library, card))
    return [*blocks, _run(library.say("telegram.rest_unknown"))] if number else blocks


DRAWN: Mapping[str, Callable[[Library, Card], Rich]] = {"right": cards.right, "case": cards.case}


def _choices(reply: Reply) -> dict[int, Button]:
    """The choices that can be offered, a title and a token each, by the number to type."""
    first = int(reply.get("first", 1))
    offered = reply.get("choices", ())[:BUTTONS_MOST]
    return {
        number: Button(shorten(choice["title"], TITLE_MOST), token=choice["token"])
        for number, choice in enumerate(offered, first)
        if choice.get("token") and choice["title"].strip()
    }


def _typed(library: Library, choices: Mapping[int, Button], text: str) -> str:
    """What can be typed instead of pressed, unless the text lists it; as many as fit."""
    lines = [f"{number} {button.title}" for number, button in choices.items()]
    if all(line in text.splitlines() for line in lines):
        return ""
    typed = PARAGRAPH + library.say("telegram.typed_choices")
    for line in lines:
        if units(text + typed) + units(line) + 1 > LIMIT:
            break
        typed += f"\n{line}"
    return typed if "\n" in typed.strip() else ""


def _keyboard(
    library: Library, reply: Reply, buttons: Sequence[Button], stops: Sequence[Card]
) -> Keyboard | None:
    if reply.get("ask") == "location":
        place = ReplyButton(library.say("telegram.send_location"), asks_location=True)
        titles = [
            tuple(ReplyButton(button.title) for button in row)
            for row in _rows(buttons[: BUTTONS_MOST - 1], CHOICES_A_ROW)
        ]
        return ReplyRows(((place,), *titles))
    left = BUTTONS_MOST - len(buttons)
    maps = _fitting((_maps(library, number, card) for number, card in enumerate(stops, 1)), left)
    left -= sum(map(len, maps))
    # Last, because they are for when he stands there: the ways to go are for now.
    reports = _fitting((_reports(number, card) for number, card in enumerate(stops, 1)), left)
    rows = (*maps, *_rows(buttons, CHOICES_A_ROW), *reports)
    return InlineRows(rows) if rows else None


def _fitting(rows: Iterable[Sequence[Button]], most: int) -> list[tuple[Button, ...]]:
    """The rows with anything in them, as many of the first ones as there is room for."""
    kept: list[tuple[Button, ...]] = []
    for row in rows:
        most -= len(row)
        if most < 0:
            break
        kept += [tuple(row)] if row else []
    return kept


def _maps(library: Library, number: int, card: Card) -> list[Button]:
    """A row of the ways to a stop, one an app."""
    titles = {app: library.say(f"telegram.map_{app}") for app in ("amap", "baidu", "tencent")}
    return [
        Button(f"{number} {titles[link['app']]}", url=address)
        for link in card.get("maps", ())
        if (address := cards.web_address(link["url"]))
    ]


def _reports(number: int, card: Card) -> list[Button]:
    """A row of what can be said of a stop by who stands at its door."""
    return [
        Button(f"{number}{choice['title']}", token=choice["token"])
        for choice in card.get("choices", ())
        if choice.get("token")
    ]


def _rows(buttons: Sequence[Button], a_row: int) -> tuple[tuple[Button, ...], ...]:
    """The buttons in order, short ones beside each other, a long one in a row of its own."""
    rows: list[tuple[Button, ...]] = []
    for is_short, run in groupby(buttons, key=lambda button: len(button.title) <= SHORT_TITLE):
        alike, wide = tuple(run), a_row if is_short else 1
        rows += [alike[start : start + wide] for start in range(0, len(alike), wide)]
    return tuple(rows)


def _picture(library: Library, reply: Reply) -> tuple[Out, ...]:
    token = reply.get("picture")
    return (PictureOut(token, library.say("telegram.sketch")),) if token else ()


def _notice_picture(reply: Reply) -> tuple[Out, ...]:
    digest = reply.get(PICTURE)
    return (NoticePictureOut(digest),) if digest else ()


def _venue(library: Library, stops: Sequence[Card]) -> tuple[Out, ...]:
    """The first stop with a place on the map; what is only near it says so."""
    for card in stops:
        if card.get("position"):
            lat, lon = card["position"]
            address = card.get("address") or library.say("telegram.not_stated")
            is_about = card.get("position_about")
            say = library.say("telegram.venue_about", name=card["name"]) if is_about else None
            return (VenueOut(lat, lon, say or card["name"], address),)
    return ()


def _run(text: str | None) -> Rich:
    """The text, unless it shows nothing."""
    return (Run(text.strip()),) if text and tidy(text) else ()

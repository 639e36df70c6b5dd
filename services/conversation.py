"""The book of turns: accepted once, answered once, whichever road is first."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import ChoiceRow, TurnRow
from db.repositories.turns import ChoiceRepository, TurnRepository
from kit import ids
from kit.clock import Clock
from kit.errors import TooFast
from kit.text import bare, normalise, shorten
from services import desk
from services.dialogues.engine import CANCEL
from services.dialogues.privacy import is_private
from services.handovers import talking
from services.turns import (
    Card,
    Channel,
    Choice,
    Heard,
    Kind,
    Position,
    Replies,
    Reply,
    RestStopCard,
    Task,
    Turn,
)

MINUTE = timedelta(minutes=1)
TITLE_MOST = 64
# The choices of cards are counted from here on: a number that is typed never means one of them.
CARD_CHOICES = 1_000
Stored = list[dict[str, Any]]


@dataclass(frozen=True)
class Incoming:
    """What a channel received, before it is a turn."""

    worker_id: str
    message_id: str
    kind: Kind
    text: str | None = field(default=None, repr=False)
    position: Position | None = field(default=None, repr=False)
    choice: str | None = field(default=None, repr=False)
    photos: tuple[str, ...] = ()
    recordings: tuple[str, ...] = ()
    channel: Channel = "web"


@dataclass(frozen=True)
class Accepted:
    """A stored turn; `replies` are there when this message was answered before.

    `private`: it answers a question for a contact, or staff, and goes to no other process than
    ours. `to_staff`: they answer it, and whatever it is they are to have it.
    """

    turn: Turn
    replies: Stored | None
    private: bool = False
    to_staff: bool = False


async def accept(
    session: AsyncSession, clock: Clock, incoming: Incoming, per_minute: int
) -> Accepted:
    """Store what arrived; the same message of the same worker is the same turn.

    Raises TooFast before anything is stored, so that the channel may send it again.
    """
    turns = TurnRepository(session)
    row = await turns.by_message(incoming.worker_id, incoming.message_id)
    if row is None:
        sent = await turns.count_since(incoming.worker_id, clock() - MINUTE)
        if sent >= per_minute:
            raise TooFast(seconds=int(MINUTE.total_seconds()) // 2)
        row = _row(incoming, clock)
        turns.add(row)
    to_staff = await talking.is_live(session, row.worker_id)
    private = to_staff or await is_private(session, clock, row.worker_id)
    return Accepted(await _turn(session, row), row.replies, private, to_staff)


async def take(
    session: AsyncSession, library: Library, clock: Clock, turn_id: str, *, road: str, heard: Heard
) -> bool:
    """Answer a turn for one road; False when the other road has it already.

    Claim, effect and replies are one transaction of the caller: all of it happens or nothing.
    """
    turns = TurnRepository(session)
    # Claimed before it is read: until then its worker may become another (services/links.py).
    if not await turns.claim(turn_id, road):
        return False
    row = await turns.by_id(turn_id)
    if row is None:
        return False
    turn = await _turn(session, row)
    replies = await desk.serve(session, library, clock, turn, heard)
    await _record(session, clock, turn, replies, heard)
    return True


async def answer_with(session: AsyncSession, clock: Clock, turn: Turn, replies: Replies) -> None:
    """Record the replies of a guard, which answers in the desk's place."""
    if await TurnRepository(session).claim(turn.id, "bot"):
        await _record(session, clock, turn, replies, Heard(None))


async def forget_unanswered(session: AsyncSession, clock: Clock) -> None:
    """Blank what was said in turns that were lost in a crash and never sent again."""
    await TurnRepository(session).forget_unanswered(clock() - timedelta(days=1))


async def replies_of(session: AsyncSession, turn_id: str) -> Stored:
    """The recorded replies of a turn; none while nobody has answered it."""
    row = await TurnRepository(session).by_id(turn_id)
    return (row.replies if row else None) or []


def _row(incoming: Incoming, clock: Clock) -> TurnRow:
    position = incoming.position
    return TurnRow(
        id=ids.new_id(),
        worker_id=incoming.worker_id,
        message_id=incoming.message_id,
        channel=incoming.channel,
        kind=incoming.kind,
        text=incoming.text,
        lat=position.lat if position else None,
        lon=position.lon if position else None,
        datum=position.datum if position else None,
        choice=incoming.choice,
        photos=list(incoming.photos) or None,
        recordings=list(incoming.recordings) or None,
        received_at=clock(),
    )


async def _turn(session: AsyncSession, row: TurnRow) -> Turn:
    """The turn of a row, with the task of the choice that was pressed, typed or numbered."""
    choices = ChoiceRepository(session)
    chosen: ChoiceRow | None = None
    if row.kind == "choice" and row.choice:
        chosen = await choices.by_token(row.worker_id, row.choice)
    elif row.kind == "text" and row.text and len(row.text) <= TITLE_MOST:
        chosen = _typed(row.text, await choices.newest(row.worker_id, row.channel))
    position = None
    if row.lat is not None and row.lon is not None:
        position = Position(row.lat, row.lon, row.datum or "wgs84")
    task = Task(chosen.task, chosen.args) if chosen else None
    return Turn(
        id=row.id,
        worker_id=row.worker_id,
        kind=row.kind,
        text=row.text,
        position=position,
        task=task,
        photos=tuple(row.photos or ()),
        recordings=tuple(row.recordings or ()),
        channel=row.channel,
    )


def _typed(text: str, offered: list[ChoiceRow]) -> ChoiceRow | None:
    """The choice whose number or very title was typed; no title that several cards share."""
    typed = bare(text)
    for row in offered:
        # A slip of the thumb must not throw a draft away: that takes the button or its words.
        counted = row.args.get("do") != CANCEL and row.number < CARD_CHOICES
        if counted and typed == str(row.number):
            return row
    named = [row for row in offered if typed == normalise(row.title)]
    return named[0] if len(named) == 1 or (named and named[0].number < CARD_CHOICES) else None


async def _record(
    session: AsyncSession, clock: Clock, turn: Turn, replies: Replies, heard: Heard
) -> None:
    offered = [
        _offer(turn, reply, CARD_CHOICES * place)
        for place, reply in enumerate(_numbered(replies), 1)
    ]
    rows = [row for _, found in offered for row in found]
    ChoiceRepository(session).add_all(rows)
    await TurnRepository(session).answer(
        turn.id,
        [reply.as_json() for reply, _ in offered],
        clock(),
        (heard.intent, heard.confidence if heard.intent else None),
    )


def _numbered(replies: Replies) -> list[Reply]:
    """Each reply with the number of its first choice: numbers run on through a turn.

    A list of stops counts its stops first, so that "2" is the second stop and no button.
    """
    first, numbered = 1, []
    for reply in replies:
        first += sum(_is_stop(card) for card in reply.cards)
        numbered.append(replace(reply, first=first))
        first += len(reply.choices)
    return numbered


def _is_stop(card: Card) -> bool:
    kind = card["kind"] if isinstance(card, Mapping) else card.kind
    return kind == RestStopCard.kind


def _offer(turn: Turn, reply: Reply, start_of_cards: int) -> tuple[Reply, list[ChoiceRow]]:
    """The reply with a token for each choice, and the rows that make the tokens valid."""
    rows: list[ChoiceRow] = []
    choices = tuple(
        _offered(turn, choice, number, rows)
        for number, choice in enumerate(reply.choices, reply.first)
    )
    return replace(
        reply, choices=choices, cards=_cards_offered(turn, reply, start_of_cards, rows)
    ), rows


def _cards_offered(
    turn: Turn, reply: Reply, number: int, rows: list[ChoiceRow]
) -> tuple[Card, ...]:
    """The cards with a token for each of their own choices, which have no number to type."""
    cards: list[Card] = []
    for card in reply.cards:
        own = card.choices if isinstance(card, RestStopCard) else ()
        offered = tuple(_offered(turn, c, n, rows) for n, c in enumerate(own, number))
        number += len(own)
        cards.append(replace(card, choices=offered) if isinstance(card, RestStopCard) else card)
    return tuple(cards)


def _offered(turn: Turn, choice: Choice, number: int, rows: list[ChoiceRow]) -> Choice:
    token, title = ids.new_token(12), shorten(choice.title, TITLE_MOST)
    rows.append(
        ChoiceRow(
            token=token,
            worker_id=turn.worker_id,
            turn_id=turn.id,
            number=number,
            title=title,
            task=choice.task.name,
            args=dict(choice.task.args),
        )
    )
    return Choice(title, choice.task, token)

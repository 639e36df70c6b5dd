"""What a worker is told of his talk, unasked: through the outbox, one row each."""

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Handover
from db.repositories.outbox import TALK
from db.repositories.turns import DialogueRepository
from kit import ids
from kit.clock import Clock
from services import outbox
from services.handovers import hours
from services.hours.words import moment_words
from services.turns import Choice, Reply, Task

ASK, BACK, JOIN, STAY = "handovers.ask", "handovers.back", "handovers.join", "handovers.stay"
LEAVE_WORD, HAND_IN = "handovers.leave_word", "handovers.hand_in"


def button(library: Library, key: str, task: str, **args: object) -> Choice:
    """A button whose title is a message."""
    return Choice(library.say(key), Task(task, args))


def hotlines(library: Library) -> str:
    """The numbers to call while nobody is there, a line each."""
    numbers = library.handovers.hotlines
    lines = (
        library.say("handovers.hotline", number=number, name=library.hotlines[number].name)
        for number in numbers
    )
    return "\n".join(lines)


def opens_next(library: Library, clock: Clock) -> str:
    """When staff talk again, in words."""
    now = clock()
    return moment_words(library, hours.next_opening(library.handovers, library.calendar, now), now)


async def tell(session: AsyncSession, clock: Clock, talk: Handover, reply: Reply) -> None:
    """Send a notice of the talk to its worker, on each of his channels."""
    await send(session, clock, talk, ids.new_token(6), reply)


async def send(
    session: AsyncSession, clock: Clock, talk: Handover, name: object, reply: Reply
) -> None:
    """The same under a name of its own, under which it is sent once."""
    if talk.worker_id is not None:
        await outbox.tell(session, clock, talk.worker_id, f"{TALK}{talk.id}:{name}", reply)


async def when_over(
    session: AsyncSession, library: Library, clock: Clock, worker_id: str | None
) -> tuple[Choice, ...]:
    """The buttons with which the bot comes back: the draft that was put aside, and the menu."""
    menu = button(library, "menu.title", "menu")
    if worker_id is None:
        return (menu,)
    state = await DialogueRepository(session).of(worker_id, clock())
    return (button(library, "talk.resume", "resume"), menu) if state.drafts else (menu,)

"""Old replies: shown again when they may not have arrived, emptied when a worker takes his words
back, because they repeat what he wrote.
"""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import ChoiceRow, TurnRow
from db.repositories.turns import ChoiceRepository, TurnRepository
from kit import ids
from kit.errors import NotFound
from services.turns import Choice, Replies, Reply, Task

AGAIN = "replies.again"
# The choices of a reply count from one: this one stands outside its turn's own.
NUMBER_OF_AGAIN = 0


async def forget(session: AsyncSession, worker_id: str) -> None:
    """Empty a worker's recorded replies; a repeated message of his then gets an empty answer."""
    await TurnRepository(session).empty_replies(worker_id)


def offer_again(library: Library, turn: TurnRow) -> tuple[dict[str, Any], ChoiceRow]:
    """A message that asks whether the replies of a turn arrived, and the choice it offers."""
    title, token = library.say("commands.again_title"), ids.new_token(12)
    choice = ChoiceRow(
        token=token,
        worker_id=turn.worker_id,
        turn_id=turn.id,
        number=NUMBER_OF_AGAIN,
        title=title,
        task=AGAIN,
        args={"turn": turn.id},
    )
    offer = Choice(title, Task(AGAIN), token)
    return Reply(library.say("commands.maybe_lost"), (offer,)).as_json(), choice


async def again(session: AsyncSession, worker_id: str, turn_id: str) -> Replies:
    """The replies of an earlier turn, with their choices as they were offered."""
    turn = await TurnRepository(session).by_id(turn_id)
    if turn is None or turn.worker_id != worker_id or not turn.replies:
        raise NotFound("talk.choice_past")
    tasks = {
        row.token: Task(row.task, row.args)
        for row in await ChoiceRepository(session).of_turn(turn_id)
    }
    return tuple(_reply(stored, tasks) for stored in turn.replies)


def _reply(stored: dict[str, Any], tasks: dict[str, Task]) -> Reply:
    choices = tuple(
        Choice(choice["title"], tasks[choice["token"]])
        for choice in stored["choices"]
        if choice["token"] in tasks
    )
    return Reply(stored["text"], choices, tuple(stored["cards"]), stored["ask"])

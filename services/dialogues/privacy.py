"""Which turns must not leave our own processes."""

from sqlalchemy.ext.asyncio import AsyncSession

from db.repositories.turns import DialogueRepository
from kit.clock import Clock
from services.dialogues import forms
from services.dialogues.intake import FORMS


async def is_private(session: AsyncSession, clock: Clock, worker_id: str) -> bool:
    """Whether the step that is open asks for what nobody but us may read."""
    state = await DialogueRepository(session).of(worker_id, clock())
    form = FORMS.get(state.name or "")
    return form is not None and forms.is_private(form, state.step)

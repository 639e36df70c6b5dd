"""What is said before the first personal datum, and which turns never leave our processes."""

from sqlalchemy.ext.asyncio import AsyncSession

from db.repositories.turns import DialogueRepository
from kit.clock import Clock
from services import consents
from services.dialogues import forms, signup_contact
from services.dialogues.forms import Form
from services.dialogues.intake import FORMS, HAZARD, SUGGESTION
from services.scene import Scene
from services.turns import Replies

# The forms that become cases.
CASES = frozenset({SUGGESTION.name, HAZARD.name})


async def with_notice(scene: Scene, form: Form, replies: Replies) -> Replies:
    """Before the replies of a form that was just opened who collects what, and what for; once."""
    notice = consents.HAND_IN[scene.turn.channel]
    if form.name not in CASES or scene.state.name != form.name:
        return replies
    if await consents.is_given(scene.session, scene.turn.worker_id, notice):
        return replies
    full = scene.choice("privacy.full_title", "privacy.full")
    return (scene.reply("privacy.short", full), *replies)


async def is_private(session: AsyncSession, clock: Clock, worker_id: str) -> bool:
    """Whether the step that is open asks for what nobody but us may read."""
    state = await DialogueRepository(session).of(worker_id, clock())
    if state.name == signup_contact.NAME:
        return True
    form = FORMS.get(state.name or "")
    return form is not None and forms.is_private(form, state.step)

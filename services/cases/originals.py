"""What only few may see, each look with a reason on record; and hiding more of what all see."""

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Case
from db.repositories.case_parts import CasePartRepository
from kit.clock import Clock
from kit.errors import BadInput, NotFound
from kit.text import tidy
from services import vault
from services.cases import duplicates, states, telling
from services.cases.limits import LEAST_REASON
from services.cases.reading import note_look, of_code
from services.cases.sealing import unsealed
from services.cases.values import Contact, Original

MOST_REASON = 200
LEAST_HIDDEN, MOST_HIDDEN = 2, 200


async def reveal(
    session: AsyncSession, library: Library, clock: Clock, code: str, staff_id: str, *, reason: str
) -> Original:
    """What a worker wrote, word by word. Who looked and why is put on record, and he is told.

    Raises NotFound where it is gone, BadInput without a reason, and vault.BadMasterKey where it
    was sealed under another master key.
    """
    why = _reason(reason)
    case = await of_code(session, code)
    words = await unsealed(session, case)
    if words is None:
        raise NotFound("console.original_gone")
    await _looked(session, library, clock, case, staff_id, kind="original", reason=why)
    rows = await CasePartRepository(session).additions(case.id)
    added = [await vault.unseal(session, case.worker_id, row.original) for row in rows]
    return Original(
        words.subject, words.place, words.remedy, words.extras, tuple(filter(None, added))
    )


async def reveal_contact(
    session: AsyncSession, library: Library, clock: Clock, code: str, staff_id: str, *, reason: str
) -> Contact:
    """How to reach the author. Who looked and why is put on record, and he is told; raises as
    `reveal` does.
    """
    why = _reason(reason)
    case = await of_code(session, code)
    contact = await vault.unseal(session, case.worker_id, case.contact)
    caller = await vault.unseal(session, case.worker_id, case.caller)
    if contact is None and caller is None:
        raise NotFound("console.contact_gone")
    await _looked(session, library, clock, case, staff_id, kind="contact", reason=why)
    return Contact(contact, caller)


async def mask_more(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    code: str,
    staff_id: str,
    *,
    words: str,
) -> int:
    """Hide these words wherever the case shows them; returns how often they stood there.

    The original stays as it was written. That something was hidden goes into the history, what it
    was does not.
    """
    hidden = tidy(words)
    if not LEAST_HIDDEN <= len(hidden) <= MOST_HIDDEN:
        raise BadInput("console.hide_length", least=LEAST_HIDDEN, most=MOST_HIDDEN)
    case = await of_code(session, code, lock=True)
    count = await _hide(session, case, hidden, library.say("cases.hidden"))
    if not count:
        raise BadInput("console.hide_not_found")
    state, note = states.state_of(case), library.say("cases.hidden_more", count=count)
    states.append(case, state, states.STAFF, staff_id, clock(), step="hide", note=note)
    # What others are held against must not know it any more either.
    await duplicates.note(session, library, case)
    return count


async def _looked(
    session: AsyncSession,
    library: Library,
    clock: Clock,
    case: Case,
    staff_id: str,
    *,
    kind: str,
    reason: str,
) -> None:
    look = note_look(session, clock, case, staff_id, kind=kind, reason=reason)
    await telling.looked(session, library, clock, case, look=look, kind=kind, reason=reason)


async def _hide(session: AsyncSession, case: Case, hidden: str, mark: str) -> int:
    additions = await CasePartRepository(session).additions(case.id)
    shown = [case.subject, case.place, case.remedy, *case.extras.values()]
    count = sum((text or "").count(hidden) for text in [*shown, *(a.words for a in additions)])
    case.subject = case.subject.replace(hidden, mark)
    case.place = case.place and case.place.replace(hidden, mark)
    case.remedy = case.remedy and case.remedy.replace(hidden, mark)
    case.extras = {key: str(text).replace(hidden, mark) for key, text in case.extras.items()}
    for addition in additions:
        addition.words = addition.words and addition.words.replace(hidden, mark)
    return count


def _reason(text: str) -> str:
    reason = tidy(text)
    if not LEAST_REASON <= len(reason) <= MOST_REASON:
        raise BadInput("console.reason_missing", least=LEAST_REASON, most=MOST_REASON)
    return reason

"""What a worker wrote, sealed; and what everybody else may see of it, masked."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Case
from db.repositories.cases import CaseRepository
from kit import ids
from kit.text import normalise
from services import vault
from services.masking import masker

AT_ONCE = 200


@dataclass(frozen=True)
class Written:
    """The words of a case."""

    subject: str = field(repr=False)
    place: str | None = field(default=None, repr=False)
    remedy: str | None = field(default=None, repr=False)
    extras: Mapping[str, str] = field(default_factory=dict, repr=False)


def masked_words(library: Library, words: Written) -> Written:
    """The words as everybody but their author sees them."""
    hide = masker(library)
    return Written(
        subject=hide(words.subject),
        place=hide(words.place) if words.place else None,
        remedy=hide(words.remedy) if words.remedy else None,
        extras={question: hide(answer) for question, answer in words.extras.items()},
    )


def digest_of(kind: str, words: Written) -> str:
    """The same for texts that only differ in blanks, marks, width or case."""
    said = (kind, words.subject, words.place or "", words.remedy or "")
    plain = ("".join(ch for ch in normalise(part) if ch.isalnum()) for part in said)
    return ids.digest("\n".join(plain))


async def sealed(session: AsyncSession, worker_id: str, words: Written) -> bytes:
    """The words as they were written, for the worker's case."""
    text = json.dumps({**vars(words), "extras": dict(words.extras)}, ensure_ascii=False)
    return await vault.seal(session, worker_id, text)


async def unsealed(session: AsyncSession, case: Case) -> Written | None:
    """The words as they were written; None where they are gone with their worker."""
    text = await vault.unseal(session, case.worker_id, case.original)
    return None if text is None else Written(**json.loads(text))


async def seal_older(session: AsyncSession, library: Library) -> int:
    """Mask the words of up to `AT_ONCE` cases that were stored as written, and seal them where
    their worker is known; returns how many there were.
    """
    rows = await CaseRepository(session).not_sealed(AT_ONCE)
    for case in rows:
        words = Written(case.subject, case.place, case.remedy, case.extras)
        if case.worker_id is not None:
            case.original = await sealed(session, case.worker_id, words)
        shown = masked_words(library, words)
        case.subject, case.place, case.remedy = shown.subject, shown.place, shown.remedy
        case.text_digest = digest_of(case.kind, shown)
    await session.flush()
    return len(rows)

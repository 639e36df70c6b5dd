"""What became of photos: those stored, those of drafts and those that came with cases."""

from sqlalchemy import func, select

from db.models import Case, CasePhoto, DialogueRow, Photo
from db.session import transaction
from tests.testers.chat import Chat
from tests.testers.worker import WorkerTester


async def count(chat: Chat) -> int:
    """How many photos are stored."""
    async with transaction(chat.sessions) as session:
        return await session.scalar(select(func.count()).select_from(Photo)) or 0


async def in_draft(chat: Chat, worker: WorkerTester) -> list[str]:
    """The photos of the form that a worker has open."""
    async with transaction(chat.sessions) as session:
        row = await session.get(DialogueRow, worker.id)
    return list(row.answers.get("photos", ())) if row else []


async def ids_in_cases(chat: Chat) -> dict[str, list[str]]:
    """The photos that came with the newest case of each kind, in the order of their numbers."""
    async with transaction(chat.sessions) as session:
        rows = await session.execute(
            select(Case.kind, CasePhoto.number, CasePhoto.attached_id)
            .join(Case, Case.id == CasePhoto.case_id)
            .order_by(CasePhoto.number)
        )
        found: dict[str, list[str]] = {}
        for kind, number, photo_id in rows:
            found.setdefault(kind, []).append(photo_id)
            assert number == len(found[kind])
    return found

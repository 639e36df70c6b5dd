"""News of a case: to its author, unless he wants none, and to all who stand behind it."""

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import Case
from db.repositories.case_parts import CasePartRepository
from kit.clock import Clock
from services import outbox
from services.cases.reading import card
from services.turns import Reply


async def author(
    session: AsyncSession, library: Library, clock: Clock, case: Case, step: str
) -> None:
    """Tell the author of a step, in the words of `cases.news_<step>`."""
    if case.worker_id is None or not case.wants_answer:
        return
    news = _news(library, case, f"news_{step}")
    await outbox.put(session, clock, case.worker_id, _cause(case, step), news)


async def supporters(
    session: AsyncSession, library: Library, clock: Clock, case: Case, step: str
) -> None:
    """Tell those who said that it is their matter too, in `cases.news_supported_<step>`."""
    news = _news(library, case, f"news_supported_{step}")
    for worker_id in await CasePartRepository(session).supporters(case.id):
        await outbox.put(session, clock, worker_id, _cause(case, step), news)


def _news(library: Library, case: Case, message: str) -> Reply:
    text = library.say(f"cases.{message}", code=case.code)
    return Reply(text, cards=(card(library, case),))


def _cause(case: Case, step: str) -> str:
    return f"case:{case.code}:{step}"

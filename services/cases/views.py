"""Views of the inbox that a member of staff keeps under names of his own."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from db.models import SavedView
from db.repositories.workbench import WorkbenchRepository
from kit import ids
from kit.clock import Clock
from kit.errors import BadInput, NotFound
from kit.text import tidy

MOST, LONGEST_NAME, LONGEST_QUERY = 12, 20, 600


async def of(session: AsyncSession, staff_id: str) -> Sequence[SavedView]:
    """A member's views, in the order in which he made them."""
    return await WorkbenchRepository(session).views(staff_id)


async def save(
    session: AsyncSession, clock: Clock, staff_id: str, *, name: str, query: str
) -> None:
    """Keep the filters of an address (what stands behind its `?`) under a name.

    Raises BadInput for a name that is missing, long or taken, for no filter, and for too many.
    """
    there = await of(session, staff_id)
    name = _name(there, name)
    if len(there) >= MOST:
        raise BadInput("workbench.view_too_many", most=MOST)
    if not 0 < len(query) <= LONGEST_QUERY:
        raise BadInput("workbench.view_no_filter")
    row = SavedView(id=ids.new_id(), staff_id=staff_id, name=name, query=query, created_at=clock())
    WorkbenchRepository(session).add(row)
    await session.flush()


async def rename(session: AsyncSession, staff_id: str, view_id: str, name: str) -> None:
    """Give one's own view another name; raises NotFound, BadInput."""
    there = await of(session, staff_id)
    row = _own(there, view_id)
    row.name = _name([each for each in there if each is not row], name)
    await session.flush()


async def delete(session: AsyncSession, staff_id: str, view_id: str) -> None:
    """Delete one's own view; raises NotFound."""
    row = _own(await of(session, staff_id), view_id)
    await WorkbenchRepository(session).remove(row)
    await session.flush()


def _own(there: Sequence[SavedView], view_id: str) -> SavedView:
    row = next((each for each in there if each.id == view_id), None)
    if row is None:
        raise NotFound("workbench.no_such_view")
    return row


def _name(others: Sequence[SavedView], typed: str) -> str:
    name = tidy(typed)
    if not 0 < len(name) <= LONGEST_NAME or "\n" in name:
        raise BadInput("workbench.view_name_length", most=LONGEST_NAME)
    if any(each.name == name for each in others):
        raise BadInput("workbench.view_name_taken", name=name)
    return name

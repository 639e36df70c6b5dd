"""Units that deal with cases: roles, cases and imported tables all know one by its name."""

from collections.abc import Iterable, Sequence

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from db.base import KEY_LENGTH
from db.models import Unit
from db.repositories.case_flow import CaseFlowRepository
from kit.clock import Clock
from kit.errors import BadInput, NotFound
from kit.text import tidy


async def add(session: AsyncSession, clock: Clock, name: str) -> Unit:
    """Put a unit on the list, or back on it, where it works as before. Raises BadInput where it is
    there already, as of two who add it at once it is for the second.
    """
    name = _read(name)
    unit = await CaseFlowRepository(session).unit(name)
    is_new = unit is None and await _make(session, clock, name)
    if not is_new and (unit is None or unit.retired_at is None):
        raise BadInput("case_steps.unit_known", unit=name)
    there = await session.get_one(Unit, name)
    there.retired_at = None
    await session.flush()
    return there


async def put(
    session: AsyncSession,
    clock: Clock,
    name: str,
    *,
    province: str | None = None,
    city: str | None = None,
    district: str | None = None,
) -> Unit:
    """Make a unit known, or say anew where it works; one that was retired is back."""
    name = _read(name)
    if await CaseFlowRepository(session).unit(name) is None:
        await _make(session, clock, name)
    unit = await session.get_one(Unit, name)
    unit.province, unit.city, unit.district, unit.retired_at = province, city, district, None
    await session.flush()
    return unit


async def make_known(session: AsyncSession, clock: Clock, names: Iterable[str]) -> None:
    """Let cases be handed to these as well; whoever is known already stays as he is."""
    there = {unit.name for unit in await CaseFlowRepository(session).every_unit()}
    for name in sorted({tidy(each) for each in names} - there):
        await put(session, clock, name)


async def retire(session: AsyncSession, clock: Clock, name: str) -> None:
    """Give a unit no new cases; those that it has stay."""
    unit = await known(session, name)
    unit.retired_at = clock()


async def known(session: AsyncSession, name: str) -> Unit:
    """The unit of a name that is still given cases; raises NotFound."""
    unit = await CaseFlowRepository(session).unit(tidy(name))
    if unit is None or unit.retired_at is not None:
        raise NotFound("case_steps.no_such_unit")
    return unit


async def every(session: AsyncSession) -> Sequence[Unit]:
    """All units by name, those too that are given no more cases."""
    return await CaseFlowRepository(session).every_unit()


async def listed(session: AsyncSession) -> Sequence[Unit]:
    """All units that are given cases, by name."""
    return await CaseFlowRepository(session).units()


def _read(typed: str) -> str:
    name = tidy(typed)
    if not 0 < len(name) <= KEY_LENGTH:
        raise BadInput("case_steps.needs_unit")
    return name


async def _make(session: AsyncSession, clock: Clock, name: str) -> bool:
    """Whether it is we who made it: another may have at this very moment."""
    try:
        async with session.begin_nested():
            session.add(Unit(name=name, created_at=clock()))
    except IntegrityError:
        return False
    return True

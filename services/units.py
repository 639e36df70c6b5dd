"""Units that deal with cases: roles, cases and imported tables all know one by its name."""

from collections.abc import Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from db.base import KEY_LENGTH
from db.models import Unit
from db.repositories.case_flow import CaseFlowRepository
from kit.clock import Clock
from kit.errors import BadInput, NotFound
from kit.text import tidy


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
    name = tidy(name)
    if not 0 < len(name) <= KEY_LENGTH:
        raise BadInput("case_steps.needs_unit")
    unit = await CaseFlowRepository(session).unit(name)
    if unit is None:
        unit = Unit(name=name, created_at=clock())
        session.add(unit)
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

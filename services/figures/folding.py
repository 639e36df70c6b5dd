"""Keeping the facts of cases as their histories say: news before each count, all at night.

The theme of a case is in its facts too, and no event tells of it: whoever groups cases anew takes
it up in the same transaction (`take_up_themes`).
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from db.repositories.figures import FigureRepository
from services.cases.clocks import day_of
from services.figures.facts import OWN, Told, fact_of, line, moment_of, theme_line, words_of

# An event is looked for again so long after its moment: transactions take milliseconds, and a
# clock that was set back by less than this hides nothing until the night.
OVERLAP = timedelta(hours=1)
AT_ONCE = 1_000


async def fold(session: AsyncSession) -> int:
    """Tell the facts of all cases that have news; how many had.

    Where nothing was ever told this tells everything, which takes a minute for 100,000 cases:
    the night does it in pieces (`fold_some`).
    """
    rows = FigureRepository(session)
    until = await rows.until()
    if until is None:
        count = 0
        while some := await fold_some(session):
            count += some
        return count
    newest = await rows.newest_event()
    changed = await rows.changed(until - OVERLAP)
    await tell(session, changed)
    if newest is not None and newest > until:
        await rows.mark(newest)
    return len(changed)


async def fold_some(session: AsyncSession) -> int:
    """Tell the facts of some cases that have none; 0 when all have, which is then noted."""
    rows = FigureRepository(session)
    newest = await rows.newest_event()
    some = await rows.untold(AT_ONCE)
    await tell(session, some)
    if not some and newest is not None and await rows.until() is None:
        await rows.mark(newest)
    return len(some)


async def mend(session: AsyncSession) -> int:
    """Tell anew some cases whose facts disagree with them, if there should be any."""
    some = await FigureRepository(session).disagreeing(AT_ONCE)
    await tell(session, some)
    return len(some)


async def take_up_themes(session: AsyncSession) -> None:
    """Write into the facts which theme each case is of since cases were grouped."""
    rows = FigureRepository(session)
    news, days = {}, set()
    for case_id, day, known, theme, rank in await rows.themed(OWN, theme_line(None)):
        new = theme_line((theme, rank) if theme is not None else None)
        if known != new:
            news[case_id] = new
            days.add(day)
    await rows.put_themes(OWN, news, days)


async def tell(session: AsyncSession, ids: Sequence[str]) -> None:
    """Write the facts of these cases, in order.

    First all words, then all lines, then their days: who wrote some of each in turn could hold a
    day that the night waits for, and wait for a line that the night holds.
    """
    rows, found = FigureRepository(session), []
    for start in range(0, len(ids), AT_ONCE):
        found += await _facts(rows, ids[start : start + AT_ONCE])
    words = {word for _, fact in found for word in words_of(fact)}
    numbers = {"": 0} | await rows.numbers(words)
    await rows.put([{**row, "body": line(fact, numbers)} for row, fact in found], OWN)


async def _facts(
    rows: FigureRepository, ids: Sequence[str]
) -> list[tuple[Mapping[str, Any], Mapping[str, int | str]]]:
    """The row of each of these cases but for its line, and what the line says."""
    events = {
        case_id: [row[1:] for row in own]
        for case_id, own in groupby(await rows.events(ids), key=lambda row: row[0])
    }
    leads, themes = await rows.leads(ids), await rows.themes_of(ids)
    told = [
        Told(case, events[case[0]], leads.get(case[0]), themes.get(case[0]))
        for case in await rows.cases(ids)
        if case[0] in events
    ]
    return [(_row(each), fact_of(each)) for each in told]


def _row(told: Told) -> Mapping[str, Any]:
    case_id, _, _, category, province, city, district, *_ = told.case
    return {
        "case_id": case_id,
        "day": day_of(moment_of(told.case)),
        "province": province,
        "city": city,
        "district": district,
        "category": category,
        "due": told.case[9],
        "seen": told.events[-1][0],
    }

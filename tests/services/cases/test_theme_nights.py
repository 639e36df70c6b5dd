"""Themes are grouped once a night, by whoever comes first, and hold what is still there."""

from datetime import UTC, datetime

from sqlalchemy import delete, select

from bot import nights
from db.models import Case, CaseNight, CaseTheme
from db.session import make_sessions, transaction
from services import figures
from services.cases import theme_nights
from tests.services.cases.test_themes import labels, stored

NIGHT = datetime(2026, 3, 10, 19, 0, tzinfo=UTC)  # three in the morning in China
DAY = datetime(2026, 3, 10, 4, 0, tzinfo=UTC)


def at_night():
    return NIGHT


async def grouped(sessions):
    async with transaction(sessions) as session:
        return list(await session.scalars(select(CaseTheme.case_id)))


async def fill(sessions, library):
    async with transaction(sessions) as session:
        return [await stored(session, library, text, created_at=NIGHT) for text in labels("31")]


async def test_a_night_is_grouped_by_one_of_two_processes(sessions, engine, library):
    cases = await fill(sessions, library)
    night = NIGHT.date()

    async def group(by):
        return await theme_nights.group_once(
            lambda: transaction(by), library, at_night, night, figures.take_up_themes
        )

    assert [await group(sessions), await group(make_sessions(engine))] == [1, None]
    assert set(await grouped(sessions)) == {case.id for case in cases}


async def test_by_day_nothing_is_grouped(sessions, library):
    await fill(sessions, library)

    await nights.look_at_themes(sessions, library, lambda: DAY)
    assert await grouped(sessions) == []

    await nights.look_at_themes(sessions, library, at_night)
    assert await grouped(sessions)


async def test_a_case_that_goes_while_it_is_grouped_is_left_out(sessions, library, monkeypatch):
    gone, *_ = await fill(sessions, library)
    to_group = theme_nights.themes.keep

    async def keep(session, since, found):
        await session.execute(delete(Case).where(Case.id == gone.id))
        await to_group(session, since, found)

    monkeypatch.setattr(theme_nights.themes, "keep", keep)
    await nights.look_at_themes(sessions, library, at_night)

    assert gone.id not in await grouped(sessions)
    async with transaction(sessions) as session:
        assert await session.scalar(select(CaseNight.themes)) == 1

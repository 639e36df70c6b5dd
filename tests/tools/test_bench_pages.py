"""The measuring of the console's pages: none is forgotten, each answers, small as it is here."""

import asyncio
import shutil
from pathlib import Path

import pytest

from content.loader import load
from db.session import make_engine, make_sessions, transaction
from kit.clock import utc_now
from kit.settings import Settings
from services import figures
from services.figures import Asked, Period
from services.staff.actors import Actor, Grant
from services.staff.permissions import Role
from tools.console import bench_pages
from tools.console.asking import Wrong
from tools.console.filling import fill

CASES = 120


@pytest.mark.parametrize("more", [["/new"], []])
def test_a_page_without_an_entry_and_an_entry_without_a_page_are_told(more: list[str]):
    paths = [*bench_pages.ASKED, *bench_pages.LEFT_OUT]
    bench_pages.check_table(paths)
    with pytest.raises(Wrong, match="/new" if more else "/cases"):
        bench_pages.check_table([*paths, *more] if more else paths[2:])


def test_every_page_answers_whoever_may_open_it(migrated_sqlite: Path, tmp_path: Path):
    shutil.copyfile(migrated_sqlite, tmp_path / "yizhan.db")
    url = f"sqlite+aiosqlite:///{tmp_path / 'yizhan.db'}"
    filled = fill(url, load(Settings().content_dir), CASES)
    timed = bench_pages.measured(url, tmp_path, filled, 1)
    assert {each.who for each in timed} == set(filled.tokens)
    assert {each.address.split("?")[0] for each in timed} >= {"/cases", "/figures", "/stops"}
    assert asyncio.run(_counted(url)) == CASES


async def _counted(url: str) -> int:
    """How many cases the figures of the made-up year count."""
    engine = make_engine(url)
    today = utc_now().date()
    actor = Actor("", "", "", (Grant(Role.AUDITOR),))
    asked = Asked(
        Period(
            today.replace(year=today.year - 1, day=1), today.replace(year=today.year + 1, day=1)
        )
    )
    async with transaction(make_sessions(engine)) as session:
        found = await figures.figures(session, load(Settings().content_dir), utc_now, actor, asked)
    await engine.dispose()
    return found.totals["arrived"]

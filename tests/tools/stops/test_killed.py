"""A process that is killed in the middle of an import has written nothing."""

import signal
import subprocess
import sys
from collections.abc import Iterable

from sqlalchemy import func, select

from db.models import RestStopRow, Revision, StopImport
from db.session import Sessions, transaction
from tests.architecture.tree import ROOT
from tests.factories import FixedClock
from tests.services.imported_files import ONE, bring
from tests.testers.chat import shipped_library

TABLES: Iterable[type] = (RestStopRow, Revision, StopImport)


async def count(sessions: Sessions) -> list[int | None]:
    async with transaction(sessions) as session:
        return [await session.scalar(select(func.count()).select_from(table)) for table in TABLES]


def begin_and_kill(database_url: str) -> None:
    command = [sys.executable, "-m", "tests.tools.stops.half_an_import", database_url]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            assert process.stdout.readline() == "half\n"
        finally:
            process.send_signal(signal.SIGKILL)


async def test_kill_9_in_the_middle_leaves_nothing(
    sessions: Sessions, database_url: str, clock: FixedClock
):
    begin_and_kill(database_url)

    assert await count(sessions) == [0, 0, 0]
    await bring(sessions, shipped_library(), clock, ONE)
    assert await count(sessions) == [1, 0, 1]

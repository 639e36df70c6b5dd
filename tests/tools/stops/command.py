"""The command line as somebody types it, and the database behind it."""

import asyncio
from pathlib import Path
from typing import Any

from click.testing import Result
from sqlalchemy import select
from typer.testing import CliRunner

from db.base import Base
from db.session import make_engine
from tools.cli import app

Row = tuple[Any, ...]


class Command:
    """`yizhan` on a database of the test's own, in a folder of the test's own."""

    def __init__(self, database_url: str, folder: Path) -> None:
        self._url = database_url
        self.folder = folder

    def __call__(self, *words: str | Path) -> Result:
        """Run it; nobody sits at a terminal."""
        surroundings = {"YIZHAN_DATABASE_URL": self._url, "YIZHAN_DATA_DIR": str(self.folder)}
        return CliRunner().invoke(app, [str(word) for word in words], env=surroundings)

    def imports(self, path: Path, *options: str | Path) -> Result:
        """Bring a file in and say yes."""
        return self("stops", "import", path, "--yes", "--by", "王敏", *options)

    def stored(self) -> dict[str, set[Row]]:
        """Every row of every table."""
        return asyncio.run(self._stored())

    async def _stored(self) -> dict[str, set[Row]]:
        engine = make_engine(self._url)
        try:
            async with engine.connect() as connection:
                return {
                    table.name: {
                        tuple(map(repr, row)) for row in await connection.execute(select(table))
                    }
                    for table in Base.metadata.sorted_tables
                }
        finally:
            await engine.dispose()

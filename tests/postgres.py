"""The PostgreSQL server that tests may use: finding it, and a database of our own on it."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from kit.ids import new_id

SERVER_SETTING = "YIZHAN_TEST_POSTGRES_URL"
USUAL_SERVER = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
PREFIX = "yizhan_tests_"


def server_url() -> str:
    """The maintenance URL of the server that tests may create databases on."""
    return os.environ.get(SERVER_SETTING) or USUAL_SERVER


def why_unreachable() -> str | None:
    """What keeps us from the server, in one line; None when it answers."""
    try:
        with _maintenance():
            return None
    except psycopg.Error as error:
        return " ".join(str(error).split())


@contextmanager
def fresh_database() -> Iterator[str]:
    """The URL of an empty database, dropped when the block ends."""
    name = f"{PREFIX}{new_id()}"
    # The connection stays open meanwhile: its name tells other runs that the database is in use.
    with _maintenance(name) as server:
        _sweep(server)
        server.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(sql.Identifier(name))
        )
        # A test's rows need not survive a power cut.
        server.execute(
            sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(sql.Identifier(name))
        )
        try:
            yield make_url(server_url()).set(database=name).render_as_string(hide_password=False)
        finally:
            _drop(server, name)


def empty_tables(database_url: str, tables: Iterable[str]) -> None:
    """Take every row out of the tables, in this order, and start their numbers anew.

    Some hold a few rows, most none: to delete these takes a twentieth of the time of TRUNCATE,
    which gives each of fifty tables new files.
    """
    deletes = (sql.SQL("DELETE FROM {}").format(sql.Identifier(table)) for table in tables)
    with psycopg.connect(_plain(database_url), autocommit=True) as connection:
        connection.execute(sql.SQL("; ").join(deletes))
        connection.execute(
            "SELECT setval(format('%I.%I', schemaname, sequencename)::regclass, 1, false)"
            " FROM pg_sequences WHERE last_value IS NOT NULL"
        )


def _sweep(server: psycopg.Connection) -> None:
    """Drop what killed runs left behind: databases of ours that nobody holds."""
    left = server.execute(
        "SELECT datname FROM pg_database WHERE starts_with(datname, %s)"
        " AND pg_get_userbyid(datdba) = current_user"
        " AND datname NOT IN (SELECT application_name FROM pg_stat_activity)",
        [PREFIX],
    ).fetchall()
    for (name,) in left:
        with suppress(psycopg.Error):  # Another run sweeps at the same moment.
            _drop(server, name)


def _drop(server: psycopg.Connection, name: str) -> None:
    server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _maintenance(name: str = "yizhan") -> psycopg.Connection:
    return psycopg.connect(
        _plain(server_url()), autocommit=True, connect_timeout=5, application_name=name
    )


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)

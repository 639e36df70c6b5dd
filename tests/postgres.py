"""The PostgreSQL server that tests may use: finding it, and a database of our own on it."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql
from sqlalchemy import make_url

from kit.ids import new_id

SERVER_SETTING = "YIZHAN_TEST_POSTGRES_URL"
USUAL_SERVER = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"


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
    name = f"yizhan_test_{new_id()}"
    quoted = sql.Identifier(name)
    with _maintenance() as server:
        server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE template0").format(quoted))
        # A test's rows need not survive a power cut.
        server.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(quoted))
    try:
        yield make_url(server_url()).set(database=name).render_as_string(hide_password=False)
    finally:
        with _maintenance() as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(quoted))


def empty_tables(database_url: str, tables: Iterable[str]) -> None:
    """Take every row out of the tables and start their numbers anew."""
    names = sql.SQL(", ").join(sql.Identifier(table) for table in tables)
    with psycopg.connect(_plain(database_url), autocommit=True) as connection:
        connection.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY CASCADE").format(names))


def _maintenance() -> psycopg.Connection:
    return psycopg.connect(_plain(server_url()), autocommit=True, connect_timeout=5)


def _plain(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)

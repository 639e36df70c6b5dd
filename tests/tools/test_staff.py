"""`yizhan staff`: the first link, invitations and the way back, as they are typed."""

import asyncio
import io
import re
import shutil
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner, Result

from content.library import Library
from db.session import make_engine, make_sessions, transaction
from kit.clock import utc_now
from kit.settings import Settings
from services.staff import links, managing
from services.staff.actors import Grant
from services.staff.permissions import Role
from tests.staffing import add_member, first_admin
from tests.testers.chat import shipped_library
from tools.cli import app
from tools.run import announce
from tools.start.programs import Program
from tools.start.progress import Progress, words
from tools.start.stack import Stack

Work = Callable[[AsyncSession, Library], Coroutine[Any, Any, Any]]


@pytest.fixture
def url(migrated_sqlite: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The database that the command line finds."""
    shutil.copyfile(migrated_sqlite, tmp_path / "yizhan.db")
    found = f"sqlite+aiosqlite:///{tmp_path / 'yizhan.db'}"
    monkeypatch.setenv("YIZHAN_DATABASE_URL", found)
    monkeypatch.delenv("YIZHAN_CONSOLE_URL", raising=False)
    return found


def yizhan(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["staff", *arguments])


def token_in(result: Result) -> str:
    (found,) = re.findall(r"/sign-in/([\w-]+)", result.output)
    return str(found)


def work(url: str, what: Work) -> Any:
    async def run() -> Any:
        engine = make_engine(url)
        async with transaction(make_sessions(engine)) as session:
            done = await what(session, shipped_library())
        await engine.dispose()
        return done

    return asyncio.run(run())


def test_the_first_link_is_printed_until_there_is_an_admin(url: str):
    result = yizhan("link")
    assert result.exit_code == 0
    link = work(url, lambda session, _: links.check_link(session, utc_now, token_in(result)))
    assert (link.name, link.purpose) == ("reviewer", "first")
    work(url, lambda session, library: first_admin(session, library, utc_now, "陈静"))
    result = yizhan("link")
    assert result.exit_code == 0
    assert "已经有管理员" in result.output
    assert result.output.splitlines()[-1].endswith("/sign-in")


@pytest.mark.parametrize(
    ("printed", "key"), [("http://h/sign-in/x-_1", "link"), ("http://h/sign-in", "sign_in")]
)
def test_make_run_says_what_the_link_is_for(printed: str, key: str):
    said = io.StringIO()
    program = Program("bot", (), "127.0.0.1", 8000, "/readyz")
    stack = Stack((program,), Path("data"), {})
    announce(Settings(telegram_token=None), stack, printed, Progress(3, said))
    assert words("ready", key, url=printed) in said.getvalue().splitlines()


def test_an_invitation_brings_role_and_limits(url: str):
    result = yizhan(
        *("invite", "--name", "王芳", "--role", "handler", "--unit", "市政"),
        *("--district", "广东/广州/南沙区", "--category", "road"),
    )
    assert result.exit_code == 0, result.output
    assert "两天内有效" in result.output

    async def look(session: AsyncSession, _: Library) -> tuple[Grant, ...]:
        link = await links.check_link(session, utc_now, token_in(result))
        return managing.grants_of(await managing.member(session, link.staff_id))

    assert work(url, look) == (Grant(Role.HANDLER, ("广东/广州/南沙区",), ("road",), "市政"),)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--role", "king"), "没有“king”这个角色"),
        (("--role", "handler"), "哪个承办单位"),
        (("--role", "reviewer", "--district", "火星"), "没有找到“火星”"),
    ],
)
def test_what_makes_no_sense_is_told(url: str, arguments: tuple[str, ...], words: str):
    result = yizhan("invite", "--name", "王芳", *arguments)
    assert result.exit_code == 1
    assert words in result.output
    assert url


def test_the_way_back(url: str):
    work(url, lambda session, _: add_member(session, "陈静"))
    result = yizhan("reset", "--name", "陈静")
    assert result.exit_code == 0
    link = work(url, lambda session, _: links.check_link(session, utc_now, token_in(result)))
    assert link.purpose == "reset"
    assert yizhan("reset", "--name", "没有的人").exit_code == 1

"""`yizhan doctor` on a copy that is down, well, half broken; and on what waits in its database."""

import asyncio
import json
import os
import re
import subprocess
import sys
import time
import tomllib
from contextlib import ExitStack
from multiprocessing.pool import ThreadPool

import pytest
from sqlalchemy import text

from db.migrate import head
from db.session import transaction
from services import outbox, updates
from services.updates import Update
from tests.factories import add_worker
from tests.tools.doctor_bench import SECRET, TOKEN, Copy
from tools.doctor.examination import SECONDS_EACH, SECONDS_IN_ALL, _Question
from tools.doctor.finding import Finding
from tools.start.machine import ROOT
from tools.start.progress import MESSAGES, words

WORDS = "我住在黄阁大道12号"


@pytest.fixture
def copy(settings, monkeypatch):
    with ExitStack() as running:
        yield Copy(settings, monkeypatch, running)


@pytest.fixture
def stored(copy, database_url):
    """A copy with a database that has all tables and no row."""
    copy.sets(database_url=database_url)
    return copy


def log(copy, name):
    return str(copy.data.resolve() / "logs" / f"{name}.log")


async def put_aside(sessions, clock, *numbers, fault="KeyError"):
    body = {"message": {"text": WORDS, "chat": {"id": 4567}}}
    async with transaction(sessions) as session:
        await updates.store(
            session, clock, 1, [Update(number, "4567", body) for number in numbers]
        )
        for number in numbers:
            await updates.set_aside(session, 1, number, fault)


def test_with_everything_down_each_part_is_named_with_what_to_do(copy, clock):
    began = time.monotonic()
    report = copy.examined(clock, SECONDS_EACH, SECONDS_IN_ALL)

    assert time.monotonic() - began < 10
    for name in ("bot", "console", "actions"):
        port = copy.ports[name]
        report.sees("broken", "process_silent", name=name, port=port, log=log(copy, name))
    where = f"YIZHAN_RASA_PORT={copy.ports['rasa']}"
    report.sees("broken", "rasa_silent", where=where, log=log(copy, "rasa"))
    report.sees("broken", "database_missing")
    report.sees("attention", "data_missing", where=str(copy.data))
    report.sees("well", "telegram_unset")


def test_the_command_with_everything_down_ends_with_1_and_makes_nothing(copy):
    copy.sets(telegram_token=TOKEN, telegram_api_base="http://127.0.0.1:9")
    done = subprocess.run(
        [sys.executable, "-m", "tools.cli", "doctor"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 1
    assert done.stderr == ""
    assert words("doctor", "telegram_unreachable") in done.stdout
    assert SECRET not in done.stdout
    assert not copy.data.exists()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_copy_that_is_well_has_nothing_to_do(stored):
    stored.data.mkdir()
    stored.runs_all(telegram="polling")
    stored.telegram()

    code, said = stored.command("doctor")

    assert code == 0
    marks = {line.split("]")[0] for line in said.splitlines()}
    assert marks == {f"[{words('marks', 'well')}"}
    assert words("doctor", "telegram_token", bot="@yizhan_bot") in said
    assert words("doctor", "database", revision=head()) in said


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_same_as_json(stored, clock):
    stored.telegram(me=(401, {"ok": False}))
    code, said = stored.command("doctor", "--json")
    told = json.loads(said)

    assert code == 1
    assert told["well"] is False
    report = stored.examined(clock)
    assert [check["text"] for check in told["checks"]] == [each.text for each in report.findings]
    refused = {check["key"]: check for check in told["checks"]}["doctor.telegram_token_refused"]
    assert refused["mark"] == "broken"
    assert refused["values"] == {"status": 401}


def test_a_wrong_setting_is_the_only_line(copy):
    copy.sets(bot_port="many")
    code, said = copy.command("doctor")

    assert code == 1
    assert len(said.splitlines()) == 1
    assert "YIZHAN_BOT_PORT" in said


def test_a_data_folder_that_cannot_be_written_is_named(copy, clock):
    copy.data.write_text("a file in its place")
    copy.examined(clock).sees("broken", "data_not_writable", where=str(copy.data))


def test_a_photo_folder_that_cannot_be_written_is_named(copy, clock):
    copy.data.mkdir()
    (copy.data / "photos").write_text("a file in its place")
    where = str(copy.data / "photos")
    copy.examined(clock).sees("broken", "photos_not_writable", where=where)


def test_photos_are_counted(copy, clock):
    (copy.data / "photos" / "ab").mkdir(parents=True)
    (copy.data / "photos" / "ab" / "abc.jpg").touch()
    copy.examined(clock).sees("well", "photos", count=1)


def test_broken_content_is_told_with_file_and_line(copy, clock, tmp_path):
    (tmp_path / "content").mkdir()
    copy.sets(content_dir=tmp_path / "content")
    report = copy.examined(clock)

    assert "content_wrong" in report.keys("broken")
    assert "content/hotlines.yml:1: " in report.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_older_tables_are_told(stored, clock, engine):
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    stored.examined(clock).sees("broken", "database_other", found="0001", needed=head())


@pytest.mark.parametrize(
    ("url", "error"),
    [
        ("postgresql://yizhan:hidden@127.0.0.1:9/yizhan", "OperationalError"),
        ("nonsense", "ArgumentError"),
        ("mysql+nowhere://yizhan:hidden@host/x", "NoSuchModuleError"),
    ],
)
def test_a_database_that_cannot_be_reached_is_told_without_its_password(copy, clock, url, error):
    copy.sets(database_url=url)
    report = copy.examined(clock)

    report.sees("broken", "database_down", error=error)
    assert "hidden" not in report.text


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_database_that_somebody_holds_is_not_waited_for(stored, clock, engine):
    async with engine.begin():
        began = time.monotonic()
        report = stored.examined(clock, each=0.2, in_all=0.4)
        took = time.monotonic() - began

    assert {"late", "database_down"} & set(report.keys("broken"))
    assert took < 5  # and not the ten seconds that a process of ours waits for the lock


def test_another_program_on_a_port_is_told_from_one_of_ours(copy, clock):
    copy.runs(
        bot={"/": (200, b"a shop")},
        console={"/readyz": (503, {"waiting_for": ["database"]})},
        rasa={"/readyz": (200, b"a shop")},
    )
    report = copy.examined(clock)

    values = {"name": "bot", "port": copy.ports["bot"], "log": log(copy, "bot")}
    report.sees("broken", "process_wrong", status=404, setting="YIZHAN_BOT_PORT", **values)
    report.sees(
        "broken", "process_not_ready", name="console", status=503, log=log(copy, "console")
    )
    assert "rasa_wrong" in report.keys("broken")


def test_a_bot_that_lives_and_cannot_serve_is_told(copy, clock):
    copy.runs(bot={"/healthz": (200, {}), "/readyz": (500, b"")})
    report = copy.examined(clock)
    report.sees("broken", "process_not_ready", name="bot", status=500, log=log(copy, "bot"))


def test_rasa_without_a_model_is_told(copy, clock):
    copy.runs(rasa={"/": (200, b"Hello from Rasa"), "/webhooks/rest/webhook": (200, [])})
    copy.examined(clock).sees("broken", "rasa_mute", log=log(copy, "rasa"))


async def test_updates_that_were_set_aside_are_listed_without_a_word_of_them(
    stored, clock, sessions
):
    await put_aside(sessions, clock, *range(700, 725))
    report = stored.examined(clock)

    report.sees("attention", "updates_set_aside", count=25, days=7)
    rows = [line.split() for line in report.text.splitlines() if "KeyError" in line]
    assert [int(row[0]) for row in rows] == list(range(724, 704, -1))
    assert rows[0] == ["724", "KeyError", "2026-11-18", "10:30"]
    assert WORDS not in report.text
    assert "4567" not in report.text


async def test_updates_that_wait_are_told_when_it_is_too_long(stored, clock, sessions):
    async with transaction(sessions) as session:
        await updates.store(session, clock, 1, [Update(1, "4567", {}), Update(2, "4567", {})])
    stored.examined(clock).sees("well", "updates", waiting=2)

    clock.advance(minutes=6)

    since = "2026-11-18 10:30"
    stored.examined(clock).sees("attention", "updates_stuck", waiting=2, since=since)


async def test_messages_that_failed_or_may_have_arrived_are_counted(stored, clock, sessions):
    async with transaction(sessions) as session:
        worker = await add_worker(session)
        account = await session.scalar(text("SELECT id FROM accounts"))
        for number in range(4):
            await outbox.put_for(
                session, clock, account, f"case:{number}", {"text": WORDS}, priority=1
            )
        await session.flush()
        await session.execute(text("UPDATE outbox SET state = 'unknown' WHERE cause < 'case:2'"))
        await session.execute(text("UPDATE outbox SET state = 'failed' WHERE cause = 'case:2'"))
    report = stored.examined(clock)

    values = {"waiting": 1, "failed": 1, "unknown": 2, "log": log(stored, "bot")}
    report.sees("attention", "outbox_lost", **values)
    assert WORDS not in report.text
    assert worker.id not in report.text


async def states(sessions):
    async with transaction(sessions) as session:
        found = await session.execute(text("SELECT id, state, fault FROM updates ORDER BY id"))
        return [tuple(row) for row in found]


async def test_all_that_was_set_aside_is_worked_again(stored, clock, sessions):
    await put_aside(sessions, clock, 7, 8)

    code, said = await asyncio.to_thread(stored.command, "updates", "retry")

    assert (code, said) == (0, words("updates", "retried", count=2) + "\n")
    assert await states(sessions) == [(7, "waiting", None), (8, "waiting", None)]
    stored.examined(clock).sees("well", "updates", waiting=2)
    async with transaction(sessions) as session:
        assert [each.body["message"]["text"] for each in await updates.waiting(session, 1)] == [
            WORDS,
            WORDS,
        ]


async def test_only_named_ones_are_worked_again(stored, clock, sessions):
    await put_aside(sessions, clock, 7, 8)
    async with transaction(sessions) as session:
        await updates.store(session, clock, 1, [Update(9, "4567", {})])
        await updates.mark_done(session, clock, 1, [9])

    code, said = await asyncio.to_thread(stored.command, "updates", "retry", "8", "9", "10")

    assert code == 0
    assert words("updates", "not_set_aside", number=9) in said
    assert words("updates", "not_set_aside", number=10) in said
    assert words("updates", "retried", count=1) in said
    left = [(7, "poison", "KeyError"), (8, "waiting", None), (9, "done", None)]
    assert await states(sessions) == left


def test_retrying_what_is_not_there_says_so(stored):
    assert stored.command("updates", "retry") == (0, words("updates", "none") + "\n")
    code, said = stored.command("updates", "retry", "5")
    assert (code, said) == (1, words("updates", "not_set_aside", number=5) + "\n")


def test_a_check_that_breaks_is_one_broken_line():
    with ThreadPool(1) as pool:
        found = _Question(pool, "database", lambda: {}[SECRET]).answer(time.monotonic() + 5)

    assert found == Finding(
        "broken", "crashed", {"name": words("parts", "database"), "error": "KeyError"}
    )


def test_every_line_that_is_written_is_used_and_every_used_one_is_written():
    code = "".join(file.read_text() for file in (ROOT / "tools/doctor").glob("*.py"))
    written = set(tomllib.loads(MESSAGES.read_text(encoding="utf-8"))["doctor"])
    named = set(re.findall(r'(?:well|attention|broken)\(\s*"(\w+)"', code))

    assert named <= written
    assert {key for key in written if f'"{key}"' not in code} == {"bad_setting"}

"""The vault: sealed, unsealed, forgotten; and where the master key comes from."""

import asyncio
import base64
import stat
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from pydantic import SecretStr
from sqlalchemy import func, select

from db.models import WorkerKey
from db.session import Sessions, make_sessions, transaction
from kit.settings import Settings
from services import vault
from services.vault import BadMasterKey
from tests.factories import MASTER_KEY, add_worker

WORDS = "找王师傅 13812345678\n晚上八点后"


async def new_worker(sessions: Sessions) -> str:
    async with transaction(sessions) as session:
        return (await add_worker(session)).id


async def sealed(sessions: Sessions, worker_id: str, text: str = WORDS) -> bytes:
    async with transaction(sessions) as session:
        return await vault.seal(session, worker_id, text)


async def unsealed(sessions: Sessions, worker_id: str | None, what: bytes) -> str | None:
    async with transaction(sessions) as session:
        return await vault.unseal(session, worker_id, what)


@pytest.mark.parametrize("text", ["", "一", WORDS, "🚲" * 4000])
async def test_what_was_sealed_is_read_again(sessions: Sessions, text: str):
    worker = await new_worker(sessions)
    what = await sealed(sessions, worker, text)
    assert await unsealed(sessions, worker, what) == text
    assert not text or text.encode() not in what


async def test_the_same_words_never_look_the_same(sessions: Sessions):
    worker = await new_worker(sessions)
    first, second = await sealed(sessions, worker), await sealed(sessions, worker)
    assert first != second
    async with transaction(sessions) as session:
        assert await session.scalar(select(func.count()).select_from(WorkerKey)) == 1


async def test_nobody_else_reads_it(sessions: Sessions):
    worker, other = await new_worker(sessions), await new_worker(sessions)
    what = await sealed(sessions, worker)
    await sealed(sessions, other)
    assert await unsealed(sessions, other, what) is None
    assert await unsealed(sessions, None, what) is None


async def test_who_is_forgotten_cannot_be_unsealed(sessions: Sessions):
    worker = await new_worker(sessions)
    what = await sealed(sessions, worker)
    async with transaction(sessions) as session:
        await vault.forget_worker(session, worker)
    assert await unsealed(sessions, worker, what) is None
    # He may go on, under a new key.
    assert await unsealed(sessions, worker, await sealed(sessions, worker)) == WORDS
    assert await unsealed(sessions, worker, what) is None


async def test_what_was_changed_is_refused(sessions: Sessions):
    worker = await new_worker(sessions)
    what = await sealed(sessions, worker)
    for spoilt in (what[:-1] + bytes([what[-1] ^ 1]), b"\x02" + what[1:], what[:20], b""):
        with pytest.raises(BadMasterKey):
            await unsealed(sessions, worker, spoilt)


async def test_under_another_master_key_it_says_so_and_nothing_is_lost(sessions: Sessions):
    worker = await new_worker(sessions)
    what = await sealed(sessions, worker)
    engine = sessions.kw["bind"]
    for key in (MASTER_KEY[::-1], None):
        others = make_sessions(engine, master_key=key)
        with pytest.raises(BadMasterKey):
            await unsealed(others, worker, what)
    others = make_sessions(engine, master_key=MASTER_KEY[::-1])
    later = await sealed(others, worker, "换了钥匙以后写的")
    assert await unsealed(others, worker, later) == "换了钥匙以后写的"
    assert await unsealed(sessions, worker, what) == WORDS


def test_the_master_key_is_made_once_and_is_its_owners_alone(settings: Settings):
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: vault.master_key(settings), range(64)))
    [key] = keys
    assert len(key) == 32
    file = settings.data_dir / vault.FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in settings.data_dir.iterdir()] == [vault.FILE]


async def test_processes_that_start_at_once_take_the_same_key(settings: Settings):
    code = (
        "import sys; from pathlib import Path; from kit.settings import Settings;"
        "from services import vault;"
        "print(vault.master_key(Settings(data_dir=Path(sys.argv[1]))).hex())"
    )
    started = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", code, str(settings.data_dir)), stdout=asyncio.subprocess.PIPE
        )
        for _ in range(3)
    ]
    said = {(await process.communicate())[0] for process in started}
    assert len(said) == 1
    assert len(said.pop().strip()) == 64


def test_the_setting_comes_first(settings: Settings):
    given = SecretStr(base64.b64encode(MASTER_KEY).decode())
    assert vault.master_key(settings.model_copy(update={"master_key": given})) == MASTER_KEY
    assert not settings.data_dir.exists()


@pytest.mark.parametrize("text", ["short", "ü", base64.b64encode(b"x" * 31).decode(), "=" * 44])
def test_a_master_key_that_is_none_is_refused(settings: Settings, text: str):
    with pytest.raises(BadMasterKey):
        vault.master_key(settings.model_copy(update={"master_key": SecretStr(text)}))


async def test_digits_are_the_same_for_one_purpose_only(sessions: Sessions):
    async with transaction(sessions) as session:
        drawn = [vault.digits(session, f"case {number}", 6) for number in range(200)]
        assert vault.digits(session, "case 7", 6) == drawn[7]
    assert all(len(word) == 6 and word.isdigit() for word in drawn)
    assert len(set(drawn)) > 190

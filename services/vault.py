"""The vault: a worker's own words, sealed under a key of his own that forgetting him destroys.

AES-256-GCM throughout. Each worker has a random key, stored sealed under the master key of the
installation, which stands in no database. What is sealed begins with the version of this layout
and the id of its key, so that it stays readable when its worker is joined with another.
"""

import base64
import binascii
import contextlib
import hmac
import os
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import WorkerKey
from db.repositories.keys import KeyRepository
from db.session import MASTER_KEY
from kit import ids
from kit.errors import AppError
from kit.settings import Settings

FILE = "master.key"
KEY_SIZE, NONCE_SIZE, ID_SIZE = 32, 12, 16
VERSION = b"\x01"
OWNER_ONLY = 0o600


class BadMasterKey(AppError):
    """The master key is missing, unreadable, or not the one that things were sealed under."""

    key = "console.master_key"
    status = 503


def master_key(settings: Settings) -> bytes:
    """The installation's master key: from the settings, else from a file made at the first call.

    Of several processes that make the file at once one wins, and all take its key.
    """
    if settings.master_key is not None:
        return _decoded(settings.master_key.get_secret_value())
    file = settings.data_dir.resolve() / FILE
    if not file.exists():
        _make(file)
    return _decoded(file.read_text("ascii"))


async def seal(session: AsyncSession, worker_id: str, text: str) -> bytes:
    """The text, sealed under a key of the worker; his first seal makes it."""
    key_id, key = await _key_to_seal_with(session, worker_id)
    head = VERSION + bytes.fromhex(key_id)
    nonce = ids.new_key(NONCE_SIZE)
    return head + nonce + AESGCM(key).encrypt(nonce, text.encode(), head)


async def unseal(session: AsyncSession, worker_id: str | None, sealed: bytes | None) -> str | None:
    """What was sealed; None where there is nothing, or its worker and key are gone.

    Raises BadMasterKey under another master key than it was sealed under.
    """
    if worker_id is None or sealed is None:
        return None
    head, nonce, body = _parts(sealed)
    row = await KeyRepository(session).by_id(head[len(VERSION) :].hex())
    if row is None or row.worker_id != worker_id:
        return None
    try:
        return AESGCM(_unwrapped(session, row)).decrypt(nonce, body, head).decode()
    except InvalidTag as error:
        raise BadMasterKey from error


async def forget_worker(session: AsyncSession, worker_id: str) -> None:
    """Destroy a worker's keys: nothing that was sealed for him can be read again."""
    await KeyRepository(session).forget_worker(worker_id)


def digits(session: AsyncSession, purpose: str, size: int) -> str:
    """So many digits that nobody guesses without the master key; the same for one purpose."""
    drawn = hmac.digest(_master(session), purpose.encode(), sha256)
    return f"{int.from_bytes(drawn) % 10**size:0{size}}"


async def _key_to_seal_with(session: AsyncSession, worker_id: str) -> tuple[str, bytes]:
    keys = KeyRepository(session)
    for row in await keys.of_worker(worker_id):
        # The master key may be another by now: what he hands in must not be lost for that.
        with contextlib.suppress(InvalidTag):
            return row.id, _unwrapped(session, row)
    key, key_id = ids.new_key(KEY_SIZE), ids.new_id()
    nonce = ids.new_key(NONCE_SIZE)
    wrapped = nonce + AESGCM(_master(session)).encrypt(nonce, key, key_id.encode())
    keys.add(WorkerKey(id=key_id, worker_id=worker_id, wrapped=wrapped))
    await session.flush()
    return key_id, key


def _unwrapped(session: AsyncSession, row: WorkerKey) -> bytes:
    nonce, body = row.wrapped[:NONCE_SIZE], row.wrapped[NONCE_SIZE:]
    return AESGCM(_master(session)).decrypt(nonce, body, row.id.encode())


def _parts(sealed: bytes) -> tuple[bytes, bytes, bytes]:
    """Version and key id, nonce, and the rest."""
    behind = len(VERSION) + ID_SIZE
    if not sealed.startswith(VERSION) or len(sealed) < behind + NONCE_SIZE:
        raise BadMasterKey
    return sealed[:behind], sealed[behind : behind + NONCE_SIZE], sealed[behind + NONCE_SIZE :]


def _master(session: AsyncSession) -> bytes:
    key = session.info.get(MASTER_KEY)
    if not isinstance(key, bytes):
        raise BadMasterKey
    return key


def _decoded(text: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadMasterKey from error
    if len(key) != KEY_SIZE:
        raise BadMasterKey
    return key


def _make(file: Path) -> None:
    """Write the file whole under another name, then give it its name unless another has it."""
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f"{FILE}.{ids.new_id()}")
    written = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY)
    try:
        with os.fdopen(written, "wb") as open_file:
            open_file.write(base64.b64encode(ids.new_key(KEY_SIZE)) + b"\n")
            open_file.flush()
            os.fsync(open_file.fileno())
        try:
            os.link(draft, file)
        except FileExistsError:
            return
    finally:
        draft.unlink()

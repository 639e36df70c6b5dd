"""The second factor: codes of an authenticator app, and recovery codes for when it is lost."""

import hmac
from datetime import datetime

from pyotp import TOTP
from sqlalchemy.ext.asyncio import AsyncSession

from db.models import RecoveryCode, Staff
from db.repositories.staff import StaffRepository
from kit import ids
from kit.text import normalise

STEP = 30  # seconds that an app shows one code
DRIFT = 1  # steps that its clock may be off, either way
DIGITS = 6
SECRET_BYTES = 20
RECOVERY_CODES = 10
RECOVERY_GROUPS = 4
ISSUER = "Yizhan"


def new_secret() -> str:
    """A new secret, in base32 as apps take it."""
    return ids.new_base32(SECRET_BYTES)


def address(secret: str, name: str) -> str:
    """What the QR code says: the address by which an app takes the secret."""
    return TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)


def step_of(secret: str, code: str, now: datetime, after: int | None) -> int | None:
    """The half minute whose code this is, later than `after`; None when it is none."""
    typed = read(code)
    here = int(now.timestamp()) // STEP
    found = None
    for step in range(here - DRIFT, here + DRIFT + 1):
        right = hmac.compare_digest(TOTP(secret).generate_otp(step).encode(), typed.encode())
        if right and (after is None or step > after):
            found = step
    return found


async def take(session: AsyncSession, staff: Staff, code: str, now: datetime) -> str | None:
    """Use up a code of the app or a recovery code: says which it was, `totp` or `recovery`.

    None when it is wrong or was used before; of two who send one code at once, one gets None.
    """
    rows = StaffRepository(session)
    if staff.totp_secret is None:
        return None
    step = step_of(staff.totp_secret, code, now, staff.totp_step)
    if step is not None:
        return "totp" if await rows.use_step(staff.id, step) else None
    if len(read(code)) != RECOVERY_GROUPS * 4:
        return None
    used = await rows.use_recovery_code(staff.id, ids.digest(read(code)), now)
    return "recovery" if used else None


async def renew_recovery_codes(session: AsyncSession, staff_id: str) -> tuple[str, ...]:
    """Ten new codes in place of all older ones; they exist in the answer alone."""
    codes = tuple(ids.new_grouped(RECOVERY_GROUPS) for _ in range(RECOVERY_CODES))
    rows = StaffRepository(session)
    await rows.forget_recovery_codes(staff_id)
    for code in codes:
        rows.add(RecoveryCode(staff_id=staff_id, digest=ids.digest(read(code))))
    return codes


def read(code: str) -> str:
    """A code as it is compared: without the gaps and dashes people type."""
    return "".join(ch for ch in normalise(code).upper() if ch.isalnum())

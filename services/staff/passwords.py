"""Passwords: which are too easily guessed, and how they are kept."""

import asyncio

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from content.library import Library
from kit.errors import BadInput

SHORTEST = 10
LONGEST = 128
# So many guesses of an attacker who knows the leaked lists must a password outlast: with the
# doors of `throttle` that is for ever, and with the stolen hash some months on one machine.
GUESSES = 10**9
JUDGED = 64  # characters: the time to judge a password grows with its length

# The second profile of OWASP for argon2id: 19 MB and 30 ms a password. A sign-in waits for it
# inside its transaction, so that five wrong passwords cannot be tried at once as one.
MEMORY_KIB, PASSES, LANES = 19 * 1024, 2, 1
# A hash of the same cost that no password fits: an unknown name takes as long as a known one.
NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ibw$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)


def agree(password: str, again: str) -> None:
    """Raise BadInput unless a password was typed the same way twice."""
    if password != again:
        raise BadInput("staff.passwords_differ")


async def hashed(library: Library, password: str, *own_words: str) -> str:
    """What is stored of a password; raises BadInput where it is short or easily guessed.

    `own_words` are what an attacker knows of its owner, such as the name.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput("staff.password_length", least=SHORTEST, most=LONGEST)
    if await asyncio.to_thread(_is_guessed, password, (*own_words, *_words(library))):
        raise BadInput("staff.password_known")
    return await asyncio.to_thread(_hasher().hash, password)


async def fits(password: str, stored: str | None) -> bool:
    """Whether it is the password; it takes as long where there is none."""
    right = await asyncio.to_thread(_verify, stored or NOBODY, password[:LONGEST])
    return right and len(password) <= LONGEST


def _verify(stored: str, password: str) -> bool:
    try:
        return _hasher().verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False


def _is_guessed(password: str, words: tuple[str, ...]) -> bool:
    judged = zxcvbn(password[:JUDGED], user_inputs=list(words), max_length=JUDGED)
    return bool(judged["guesses"] < GUESSES)


def _words(library: Library) -> tuple[str, ...]:
    return library.words["in_passwords"]


def _hasher() -> PasswordHasher:
    return PasswordHasher(time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES)

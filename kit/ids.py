"""Ids, tokens and codes: the one place that draws random numbers."""

import base64
import hashlib
import secrets
import uuid

from kit.text import normalise

# No I, L, O, U, 0, 1: a code is read aloud over the phone and copied by hand.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 7


def new_id() -> str:
    """A random id of 32 hexadecimal digits."""
    return uuid.uuid4().hex


def new_key(size: int) -> bytes:
    """So many random bytes, to seal with."""
    return secrets.token_bytes(size)


def new_token(size: int = 24) -> str:
    """A secret that fits into a URL or header: `size` random bytes, base64url without padding."""
    return secrets.token_urlsafe(size)


def digest(secret: str) -> str:
    """What is stored of a secret instead of it: SHA-256, hexadecimal.

    A plain hash is enough here because every secret hashed by it is random, never a password.
    """
    return hashlib.sha256(secret.encode()).hexdigest()


def new_code() -> str:
    """A case code such as `7KQ3-M9TX`: seven random characters and a check character."""
    body = "".join(secrets.choice(CODE_ALPHABET) for _ in range(CODE_LENGTH))
    return _grouped(body + _check_character(body))


def new_grouped(groups: int) -> str:
    """So many groups of four characters that are read and copied well, dashes between them."""
    return "-".join(
        "".join(secrets.choice(CODE_ALPHABET) for _ in range(4)) for _ in range(groups)
    )


def new_base32(size: int) -> str:
    """So many random bytes in base32, without padding where `size` is a multiple of five."""
    return base64.b32encode(secrets.token_bytes(size)).decode()


def new_digits(size: int) -> str:
    """So many random digits, as text: a number would lose the zeros in front."""
    return "".join(secrets.choice("0123456789") for _ in range(size))


def read_code(text: str) -> str | None:
    """The code somebody typed or read aloud, in its one written form; None when it is none."""
    code = "".join(ch for ch in normalise(text).upper() if ch.isalnum())
    if len(code) != CODE_LENGTH + 1 or any(ch not in CODE_ALPHABET for ch in code):
        return None
    return _grouped(code) if _check_character(code[:-1]) == code[-1] else None


def _check_character(body: str) -> str:
    # The weights are odd and the alphabet has 30 characters, so a swap of neighbours and most
    # single slips change the sum.
    weights = (7, 11, 13, 17, 19, 23, 29)
    total = sum(w * CODE_ALPHABET.index(ch) for w, ch in zip(weights, body, strict=True))
    return CODE_ALPHABET[total % len(CODE_ALPHABET)]


def _grouped(code: str) -> str:
    return f"{code[:4]}-{code[4:]}"

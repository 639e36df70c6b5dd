"""Photos that workers send: made anew, kept by content hash, handed in with a case."""

from services.photos.encoding import BYTES_MOST, MEGABYTES_MOST, Encoded, encode
from services.photos.files import path_of
from services.photos.keeping import (
    IN_FORM,
    OF_A_CASE,
    UNUSED_A_DAY,
    WAITING,
    add_to_case,
    forget_worker,
    hand_in,
    held,
    keep,
    let_go,
    of_case,
    read,
    sweep,
    usable,
)

__all__ = [
    "BYTES_MOST",
    "IN_FORM",
    "MEGABYTES_MOST",
    "OF_A_CASE",
    "UNUSED_A_DAY",
    "WAITING",
    "Encoded",
    "add_to_case",
    "encode",
    "forget_worker",
    "hand_in",
    "held",
    "keep",
    "let_go",
    "of_case",
    "path_of",
    "read",
    "sweep",
    "usable",
]

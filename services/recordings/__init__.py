"""Voices that workers send: made anew, kept by content hash, handed in with a case.

Nobody writes down what is said in them.
"""

from db.repositories.attachments import RecordingRepository
from services.attachments import Shelf
from services.recordings.encoding import (
    BYTES_MOST,
    MEGABYTES_MOST,
    SECONDS_MOST,
    Encoded,
    encode,
)

__all__ = ["BYTES_MOST", "MEGABYTES_MOST", "SECONDS_MOST", "SHELF", "Encoded", "encode"]

# A voice is its speaker's own words, unmasked: it goes when he has his data deleted, as these do.
SHELF = Shelf("recordings", ".ogg", outlives=False, repository=RecordingRepository)

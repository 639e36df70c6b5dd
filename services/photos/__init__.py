"""Photos that workers send: made anew, kept by content hash, handed in with a case."""

from db.repositories.attachments import PhotoRepository
from services.attachments import Shelf
from services.photos.encoding import BYTES_MOST, MEGABYTES_MOST, Encoded, encode

__all__ = ["BYTES_MOST", "MEGABYTES_MOST", "SHELF", "Encoded", "encode"]

SHELF = Shelf("photos", ".jpg", outlives=True, repository=PhotoRepository)

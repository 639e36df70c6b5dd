"""What workers send beside words: it waits, joins a form, comes along with a case, or is swept.

One way for all kinds; what a kind is made of stands in services/photos and services/recordings.
"""

from services.attachments.keeping import (
    KINDS,
    OF_A_CASE,
    UNUSED_A_DAY,
    WAITING,
    Content,
    Shelf,
    held,
)

__all__ = ["KINDS", "OF_A_CASE", "UNUSED_A_DAY", "WAITING", "Content", "Shelf", "held"]

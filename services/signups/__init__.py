"""Sign-ups: who is in and who waits, on one list a notice. Docs: docs/adr/0037-sign-ups.md."""

from services.signups.contacts import CONTACTS_KEPT, drop, forget_contacts, leave, unsealed
from services.signups.keeping import check, close, end, look, mark, set_places, set_up
from services.signups.leaving import forget_worker, hold, join
from services.signups.moving import IN, WAITING, buttons
from services.signups.taking import (
    cancel,
    count_of_worker,
    is_on_list,
    may_sign_up,
    of_worker,
    open_to,
    sign_up,
    standing,
)
from services.signups.values import MOST_PLACES, Counts, Offer, Offered, Standing, moment

__all__ = [
    "CONTACTS_KEPT",
    "IN",
    "MOST_PLACES",
    "WAITING",
    "Counts",
    "Offer",
    "Offered",
    "Standing",
    "buttons",
    "cancel",
    "check",
    "close",
    "count_of_worker",
    "drop",
    "end",
    "forget_contacts",
    "forget_worker",
    "hold",
    "is_on_list",
    "join",
    "leave",
    "look",
    "mark",
    "may_sign_up",
    "moment",
    "of_worker",
    "open_to",
    "set_places",
    "set_up",
    "sign_up",
    "standing",
    "unsealed",
]

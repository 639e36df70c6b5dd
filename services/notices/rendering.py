"""A notice as a worker sees it: its words, its number, and the way out below."""

from typing import Any

from content.library import Library
from services.notices.values import GO, GOT, Draft
from services.signups import Offer, moment
from services.turns import Choice, Reply, Task

# Where a stored message names its picture; channels read it there.
PICTURE = "image"
READ, OPEN_LINK, SIGN_UP = "notices.got", "notices.go", "signups.sign_up"


def reply_of(library: Library, number: int, draft: Draft, occurrence: str) -> Reply:
    """The message, with its buttons but without tokens."""
    head = "notices.urgent_head" if draft.urgent else "notices.head"
    parts = [library.say(head, title=draft.title), draft.text]
    if draft.link and GO not in draft.buttons:
        parts.append(draft.link)
    if draft.offer is not None:
        parts.append(_offered(library, draft.offer))
    text = "\n".join(parts)
    footer = library.say("notices.footer", number=number)
    of = {"occurrence": occurrence}
    choices = []
    if draft.offer is not None:
        choices.append(Choice(library.say("signups.sign_up_title"), Task(SIGN_UP, of)))
    if GO in draft.buttons:
        choices.append(Choice(library.say("notices.go_title"), Task(OPEN_LINK, of)))
    if GOT in draft.buttons:
        choices.append(Choice(library.say("notices.got_title"), Task(READ, of)))
    return Reply(f"{text}\n\n{footer}", tuple(choices))


def _offered(library: Library, offer: Offer) -> str:
    """How many may sign up, and until when."""
    closes = moment(library, offer.closes_at)
    if offer.places is None:
        return library.say("signups.offer_free", closes=closes)
    return library.say("signups.offer", places=offer.places, closes=closes)


def stored(draft: Draft, reply: Reply) -> dict[str, Any]:
    """The message as a row stores it: with its picture, where it has one."""
    return {**reply.as_json(), **({PICTURE: draft.picture} if draft.picture else {})}


def preview(library: Library, number: int, draft: Draft) -> dict[str, Any]:
    """The message as the turn API would answer it, for a page to show; buttons have no tokens."""
    return stored(draft, reply_of(library, number, draft, ""))

"""The cards of a reply as a few lines of text: the facts that the web page shows, no more."""

import re
from collections.abc import Mapping
from typing import Any, Literal

from bot.telegram.splitting import PARAGRAPH, Rich, Run, folded, joined
from content.library import Library

Card = Mapping[str, Any]

DOT = " · "
COMMA = "、"
CLAIMS_OPEN = 3
STATES = frozenset({"open", "closed", "under_construction"})
_WEB = re.compile(r"https?://\S+", re.IGNORECASE)


def web_address(value: object) -> str | None:
    """The address when it is one of the web, and nothing else that a link could start."""
    return value if isinstance(value, str) and _WEB.fullmatch(value) else None


def stop(library: Library, card: Card, number: int) -> Rich:
    """A rest stop in a few lines, what matters first; what is not known is said to be unknown.

    What those at the door said stands right under its state.
    """
    say, words = library.say, [*card.get("facilities", ()), *card.get("other_facilities", ())]
    facilities = COMMA.join(words) or say("telegram.not_stated")
    phone = say("telegram.stop_phone", number=card["phone"]) if card.get("phone") else ""
    where = card.get("distance_text") or card.get("area")
    voices = [say("telegram.stop_voice", text=voice) for voice in card.get("voices", ())]
    return joined(
        [
            (Run(f"{number}. "), Run(_line(card["name"]), "b")),
            _text(_state(library, card), card.get("hours_now"), where),
            *(_text(voice, style="b") for voice in voices),
            _text(say("telegram.stop_address", text=_stated(library, card, "address"))),
            _text(say("telegram.stop_hours_text", text=_stated(library, card, "hours_text"))),
            _text(say("telegram.stop_entry", text=_stated(library, card, "entry")), phone),
            _text(say("telegram.stop_facilities", text=facilities)),
            _text(*card.get("lines", ())),
            _text(card.get("told")),
        ]
    )


def right(library: Library, card: Card) -> Rich:
    """An answer with the proof of each claim; claims past the third lie in a fold."""
    say = library.say
    claims = [_claim(library, claim) for claim in card.get("claims", ())]
    more = claims[CLAIMS_OPEN:]
    rest = say("telegram.more_claims", count=len(more)) if more else ""
    steps = [_text(f"{n}. {step}") for n, step in enumerate(card.get("steps", ()), 1)]
    hotlines = [
        _text(say("telegram.hotline", number=line["number"], name=line["name"]))
        for line in card.get("hotline", ())
    ]
    remarks = [_text(f"{DOT.lstrip()}{remark}") for remark in card.get("remarks", ())]
    as_of = say("telegram.as_of", date=card["as_of"]) if card.get("as_of") else ""
    return joined(
        [
            (Run(_line(card["title"]), "b"),),
            *claims[:CLAIMS_OPEN],
            joined([_text(rest), folded(joined(more, PARAGRAPH))]),
            joined([(Run(say("telegram.steps"), "b"),), *steps]) if steps else (),
            joined(hotlines),
            joined([*remarks, _text(as_of)]),
        ],
        PARAGRAPH,
    )


def case(library: Library, card: Card) -> Rich:
    """What was handed in; a tap copies its code."""
    say = library.say
    due = card.get("due") or say("telegram.no_due")
    return joined(
        [
            (Run(say("telegram.case_code")), Run(card["code"], "code")),
            _text(card.get("summary")),
            _text(say("telegram.case_state", state=card["state"])),
            _text(say("telegram.case_due", due=due)),
        ]
    )


def _state(library: Library, card: Card) -> str:
    state = "under_construction" if card.get("under_construction") else card.get("open_state")
    return library.say(f"telegram.state_{state if state in STATES else 'unknown'}")


def _stated(library: Library, card: Card, key: str) -> str:
    return card.get(key) or library.say("telegram.not_stated")


def _claim(library: Library, claim: Card) -> Rich:
    remarks = [
        _text(library.say("telegram.claim_remark", text=remark))
        for remark in claim.get("remarks", ())
    ]
    address = web_address(claim.get("link"))
    link = (Run(DOT), Run(library.say("telegram.source"), href=address)) if address else ()
    source = _text(claim.get("proof"))
    return joined([_text(f"• {claim['text']}"), *remarks, (*source, *link)])


def _text(*parts: str | None, style: Literal["b"] | None = None) -> Rich:
    """One line of the parts that say something."""
    said = DOT.join(_line(part) for part in parts if part)
    return (Run(said, style),) if said else ()


def _line(text: str) -> str:
    return " ".join(text.split())

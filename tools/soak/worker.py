"""A worker who plays a script and keeps a book of what was acknowledged to him."""

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from io import BytesIO

import requests
from PIL import Image

from content.library import Library
from tools.chat import Chat, Replies
from tools.soak.scripts import Script, Step

PATIENCE = 180.0
MOST_QUESTIONS = 12
# What must have been asked before an answer can be one.
ASKED = {
    "place": "suggestion.ask_place",
    "remedy": "suggestion.ask_remedy",
    "signature": "signing.ask",
}
# In a book: all that stands there may be gone or moved when the turn under way is over.
ALL = "all"


class Stuck(Exception):
    """The bot did not offer what the script needs."""


@dataclass(frozen=True)
class Page:
    """A book as it was at one moment. `kept` is what was acknowledged, by its field."""

    kept: dict[str, str]
    under_way: str | None
    code: str | None
    joined: str | None
    over: bool


@dataclass
class Book:
    """What one worker was told is kept. Read by the judge while it is written."""

    script: str
    token: str
    _page: Page = field(default_factory=lambda: Page({}, None, None, None, over=False))
    _lock: threading.Lock = field(default_factory=threading.Lock)
    acknowledged: int = 0

    @property
    def page(self) -> Page:
        """As it stands now."""
        with self._lock:
            return self._page

    def begins(self, touched: str | None) -> None:
        """A turn goes out that may change this field."""
        self._turn(self._page.kept, touched)

    def ends(self, kept: dict[str, str]) -> None:
        """It was acknowledged, and from now on this must be found."""
        self.acknowledged += 1
        self._turn(kept, None)

    def closes(self, code: str | None = None, joined: str | None = None) -> None:
        """The script is over: a case was acknowledged, or another's was joined, or neither."""
        with self._lock:
            self._page = Page(self._page.kept, None, code, joined, over=True)

    def _turn(self, kept: dict[str, str], under_way: str | None) -> None:
        with self._lock:
            self._page = Page(kept, under_way, None, None, over=False)


class Stubborn(Chat):
    """A worker whose phone sends a turn again, under the same id, until it is answered."""

    def turn(self, **what: object) -> Replies:
        body = {"id": uuid.uuid4().hex, **what}
        answer = persistently(lambda: self.post(body))
        self.last = answer.json()["replies"]
        return self.last

    def upload(self, picture: bytes) -> requests.Response:
        return persistently(lambda: super(Stubborn, self).upload(picture))


def persistently(ask: Callable[[], requests.Response]) -> requests.Response:
    """The answer, however often it takes; raises TimeoutError after `PATIENCE` seconds."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            answer = ask()
            answer.raise_for_status()
        except requests.RequestException:
            time.sleep(0.3)
            continue
        return answer
    raise TimeoutError


def comes(base: str) -> Stubborn:
    """A new worker, as soon as the bot lets him in."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            return Stubborn(base)
        except requests.RequestException:
            time.sleep(0.3)
    raise TimeoutError


def picture(number: int) -> bytes:
    """A photo like no other."""
    # By its size, since colours that differ little are one JPEG.
    out = BytesIO()
    Image.new("RGB", (40 + number % 200, 40 + number // 200)).save(out, "JPEG")
    return out.getvalue()


class Player:
    """Plays one script to its end."""

    def __init__(self, chat: Stubborn, book: Book, library: Library, number: int) -> None:
        self.chat, self.book = chat, book
        self._library = library
        self._pictures = number * 10

    def plays(self, script: Script) -> None:
        """All steps. Raises Stuck, or TimeoutError where no answer came."""
        for step in script.steps:
            getattr(self, f"_{step.verb}")(step)

    def _says(self, step: Step) -> None:
        self._turn(None, {}, text=step.words)

    def _answers(self, step: Step) -> None:
        name = str(step.field)
        if name in ASKED and self._say(ASKED[name]) not in self.chat.text:
            raise self._stuck(f"does not ask for the {name}")
        self._turn(name, {name: step.words}, text=step.words)

    def _taps(self, step: Step) -> None:
        self._presses(step.words)

    def _photo(self, _step: Step) -> None:
        self._pictures += 1
        photos = str(int(self.book.page.kept.get("photos", "0")) + 1)
        self.book.begins(None)
        self.chat.sends_photo(picture(self._pictures))
        self.book.ends({**self.book.page.kept, "photos": photos})

    def _is_at(self, step: Step) -> None:
        lat, lon = (float(part) for part in step.words.split())
        where = {"lat": lat, "lon": lon}
        self._turn("spot", {"spot": f"{lat:.4f} {lon:.4f}"}, location=where)

    def _leaves(self, step: Step) -> None:
        self.book.begins(ALL)
        self.chat.says(step.words)
        self.book.ends({})
        self.book.closes()

    def _sends(self, _step: Step) -> None:
        self._presses(self._say("form.send"))
        cards = self.chat.cards("case")
        if not cards:
            raise self._stuck("no case")
        self.book.closes(code=str(cards[0]["code"]))

    def _joins(self, step: Step) -> None:
        me_too = self._say("similar.me_too", number=1)
        self._confirms(step, until=me_too)
        if me_too not in self._offered:
            self._sends(step)
            return
        # His words become an addition to the other's case, which has its category already.
        words = {k: v for k, v in self.book.page.kept.items() if k != "category"}
        self.book.begins("category")
        self.chat.presses(me_too)
        self.book.ends(words)
        cards = self.chat.cards("case")
        if not cards:
            raise self._stuck("nothing joined")
        self.book.closes(joined=str(cards[0]["code"]))

    def _confirms(self, _step: Step, until: str | None = None) -> None:
        for _ in range(MOST_QUESTIONS):
            if self._say("form.send") in self._offered or until in self._offered:
                return
            self._answers_question()
        raise self._stuck("no summary")

    def _answers_question(self) -> None:
        offered, names = self._offered, self._names
        say = self._say
        for title in (say("talk.use_as_idea"), say("form.write_it"), say("similar.mine")):
            if title in offered:
                self._presses(title)
                return
        if say("sorting.agree") in offered:
            text = self.chat.text
            named = next(n for n in names if say("sorting.is_it", name=n) in text)
            self._presses(say("sorting.agree"), {"category": names[named]}, "category")
        elif offered and offered[0] in names:
            self._presses(offered[0], {"category": names[offered[0]]}, "category")
        elif say("form.skip") in offered:
            first = offered[0]
            extra = {"extra": first} if first != say("form.skip") else {}
            self._presses(first, extra, "extra")
        else:
            raise self._stuck("an unknown question")

    @property
    def _offered(self) -> list[str]:
        return [choice["title"] for reply in self.chat.last for choice in reply["choices"]]

    @property
    def _names(self) -> dict[str, str]:
        return {each.name: name for name, each in self._library.categories.items()}

    def _presses(
        self, title: str, new: dict[str, str] | None = None, touched: str | None = None
    ) -> None:
        if title not in self._offered:
            raise self._stuck(f"no button {title}")
        self.book.begins(touched)
        self.chat.presses(title)
        self.book.ends({**self.book.page.kept, **(new or {})})

    def _turn(self, touched: str | None, new: dict[str, str], **what: object) -> None:
        self.book.begins(touched)
        self.chat.turn(**what)
        self.book.ends({**self.book.page.kept, **new})

    def _say(self, key: str, **fields: object) -> str:
        return self._library.say(key, **fields)

    def _stuck(self, why: str) -> Stuck:
        return Stuck(f"{self.book.script}: {why}; {self.chat.text!r} {self._offered}")

"""One soak of a running copy: workers at their scripts, kills between, and what came of it."""

import asyncio
import threading
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from content.library import Library
from kit import ids
from kit.settings import Settings
from tools.soak.judging import Judge
from tools.soak.scripts import Script, scripts
from tools.soak.worker import Book, Player, Stuck, comes
from tools.start.stack import Stack

VICTIMS = ("bot", "actions", "bot", "rasa", "bot", "console")
LONGEST_MS = 1_500
LOOK_EVERY = 0.02


@dataclass(frozen=True, order=True)
class Moment:
    """When to kill what: after so many answered turns of all workers, and so long after that."""

    after: int
    seconds: float
    victim: str


@dataclass(frozen=True)
class Plan:
    """How many intakes by how many workers at a time, and how many kills drawn from which seed.

    The same seed draws the same moments.
    """

    intakes: int
    workers: int
    kills: int
    seed: str

    def script(self, number: int) -> Script:
        """What one intake says: all scripts in turn."""
        known = scripts()
        return known[number % len(known)].numbered(number)

    def moments(self) -> list[Moment]:
        """When programs are killed, in order; spread over all turns that there surely are."""
        turns = sum(len(self.script(number).steps) for number in range(self.intakes))
        return sorted(self._moment(number, turns) for number in range(self.kills))

    def _moment(self, number: int, turns: int) -> Moment:
        drawn = (int(ids.digest(f"{self.seed} kill {number} {n}"), 16) for n in range(3))
        after, delay, which = drawn
        return Moment(after % turns, delay % LONGEST_MS / 1000, VICTIMS[which % len(VICTIMS)])


@dataclass(frozen=True)
class Result:
    """What happened, and all that was wrong.

    Of each script: intakes, cases, joined another's, taken back, answered turns.
    """

    scripts: Mapping[str, list[int]]
    kills: Mapping[str, int]
    checked: int
    held: int
    faults: list[str]


class _Soak:
    """The state of one soak."""

    def __init__(self, stack: Stack, settings: Settings, library: Library, plan: Plan) -> None:
        self.books: list[Book] = []
        self.faults: list[str] = []
        self.kills: Counter[str] = Counter()
        self.checked = 0
        self.judge = Judge(settings, library)
        self._stack, self._plan, self._library = stack, plan, library
        self._base = f"http://127.0.0.1:{settings.bot_port}"
        self._over = threading.Event()
        self._judged: set[str] = set()

    def run(self) -> None:
        """Play all intakes while programs are killed."""
        with ThreadPoolExecutor(self._plan.workers + 1) as pool:
            killing = pool.submit(self._kill)
            intakes = [pool.submit(self._intake, n) for n in range(self._plan.intakes)]
            try:
                for intake in intakes:
                    intake.result()
            finally:
                self._over.set()
            killing.result()
        self._check(self.books)

    def _intake(self, number: int) -> None:
        script = self._plan.script(number)
        chat = comes(self._base)
        token = str(chat.http.headers["Authorization"]).removeprefix("Bearer ")
        book = Book(f"{script.name} {number}", token)
        self.books.append(book)
        try:
            Player(chat, book, self._library, number).plays(script)
        except (Stuck, TimeoutError) as error:
            self.faults.append(str(error) or f"{book.script}: no answer")

    def _kill(self) -> None:
        for moment in self._plan.moments():
            while self._answered < moment.after:
                if self._over.wait(LOOK_EVERY):
                    return
            self._over.wait(moment.seconds)
            try:
                self._stack.kill(moment.victim)
            except (OSError, ValueError):
                continue  # It is just being started again.
            self.kills[moment.victim] += 1
            self._check([book for book in self.books if book.token not in self._judged])

    @property
    def _answered(self) -> int:
        return sum(book.acknowledged for book in self.books)

    def _check(self, books: list[Book]) -> None:
        """Judge these; who was done by then is judged again only at the end."""
        done = {book.token for book in books if book.page.over}
        self.faults += asyncio.run(self.judge.faults(books))
        self.checked += len(books)
        self._judged |= done


def soak(stack: Stack, settings: Settings, library: Library, plan: Plan) -> Result:
    """Run the plan on a copy that is ready."""
    it = _Soak(stack, settings, library, plan)
    it.run()
    held = asyncio.run(it.judge.held(it.books))
    counts: dict[str, list[int]] = {}
    for book in it.books:
        page, row = book.page, counts.setdefault(book.script.rpartition(" ")[0], [0] * 5)
        facts = (True, page.code, page.joined, page.over and not page.code and not page.joined)
        for place, fact in enumerate(facts):
            row[place] += bool(fact)
        row[-1] += book.acknowledged
    return Result(counts, it.kills, it.checked, held, sorted(set(it.faults)))

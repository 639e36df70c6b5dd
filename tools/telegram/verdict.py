"""Judges a soak: was every update answered, each of its answers once, and nothing else said?"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

# An answer: the update that it is for, and which of its answers it is.
Answer = tuple[int, int]


@dataclass(frozen=True)
class Said:
    """An update: who sent it, and when."""

    update: int
    chat: int
    at: float


@dataclass(frozen=True)
class Shown:
    """A message of the bot that arrived in a chat, with what its buttons carry."""

    chat: int
    at: float
    text: str
    tokens: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Wanted:
    """An answer that is to arrive, after its update was sent."""

    answer: Answer
    at: float
    text: str

    def fits(self, message: Shown) -> bool:
        """Whether this message can be it; cards stand below the text."""
        return self.at <= message.at and bool(self.text) and message.text.startswith(self.text)


@dataclass(frozen=True)
class Stored:
    """What the database says at the end."""

    states: Mapping[int, str]
    answers: Mapping[int, tuple[str, ...]]
    subjects: tuple[str, ...]
    # Answers whose sending ended without a clear outcome.
    unknown: frozenset[Answer] = frozenset()
    # The button that asks whether an update's answer arrived.
    offers: Mapping[str, int] | None = None
    # Messages that are still to be sent, and those that were given up.
    waiting: int = 0
    failed: int = 0


@dataclass(frozen=True)
class Verdict:
    """What came out. Of the unknown answers some had arrived; the worker was asked about all."""

    faults: tuple[str, ...]
    answers: int
    unknown: int
    lost: int
    asked: int


def judge(
    said: Sequence[Said], shown: Sequence[Shown], stored: Stored, subjects: Sequence[str]
) -> Verdict:
    """Hold what was said, what arrived and what is stored against each other."""
    offers = stored.offers or {}
    asked = Counter(offers[t] for one in shown for t in one.tokens if t in offers)
    lost: list[Answer] = []
    strays: list[Shown] = []
    for chat in sorted({one.chat for one in said} | {one.chat for one in shown}):
        wanted = [
            Wanted((one.update, number), one.at, text)
            for one in sorted(said, key=lambda one: one.update)
            if one.chat == chat
            for number, text in enumerate(stored.answers.get(one.update, ()))
        ]
        here = [one for one in shown if one.chat == chat and not one.tokens & offers.keys()]
        not_come, too_many = Alignment(wanted, here, stored.unknown).left_over()
        lost += not_come
        strays += too_many
    faults = [
        *_not_done(said, stored),
        *_wrong_cases(stored, subjects),
        *(f"a message too many, in chat {one.chat}: {one.text}" for one in strays),
        *(
            f"unanswered: update {update}, answer {number + 1}"
            for update, number in lost
            if (update, number) not in stored.unknown or not asked[update]
        ),
        *_wrongly_asked(stored, asked),
    ]
    answers = sum(len(texts) for texts in stored.answers.values())
    return Verdict(tuple(faults), answers, len(stored.unknown), len(lost), asked.total())


class Alignment:
    """The answers of one chat laid beside its messages, so that as few as can be are left over.

    Both come in order, and a question is put in the same words in each round: only the whole
    tells which message is which answer. That an unknown answer did not arrive costs nothing.
    """

    def __init__(
        self, wanted: Sequence[Wanted], shown: Sequence[Shown], unknown: Collection[Answer]
    ) -> None:
        self._wanted = wanted
        self._shown = shown
        self._unknown = unknown
        # What is left over at least, from this answer and this message on.
        self._costs = [[0] * (len(shown) + 1) for _ in range(len(wanted) + 1)]
        for i in reversed(range(len(wanted) + 1)):
            for j in reversed(range(len(shown) + 1)):
                self._costs[i][j] = min(self._steps(i, j), default=(0, 0, 0))[0]

    def left_over(self) -> tuple[list[Answer], list[Shown]]:
        """The answers that did not arrive, and the messages that are none."""
        lost, strays = [], []
        i = j = 0
        while steps := list(self._steps(i, j)):
            _, down, right = min(steps, key=lambda step: (step[0], -step[1] - step[2]))
            if not right:
                lost.append(self._wanted[i].answer)
            if not down:
                strays.append(self._shown[j])
            i, j = i + down, j + right
        return lost, strays

    def _steps(self, i: int, j: int) -> Iterator[tuple[int, int, int]]:
        """The steps from here: the cost to the end, the answers and the messages gone past."""
        is_answer, is_message = i < len(self._wanted), j < len(self._shown)
        if is_answer:
            yield self._costs[i + 1][j] + (self._wanted[i].answer not in self._unknown), 1, 0
        if is_message:
            yield self._costs[i][j + 1] + 1, 0, 1
        if is_answer and is_message and self._wanted[i].fits(self._shown[j]):
            yield self._costs[i + 1][j + 1], 1, 1


def _not_done(said: Sequence[Said], stored: Stored) -> Iterator[str]:
    for one in said:
        state = stored.states.get(one.update, "never stored")
        if state != "done":
            yield f"update {one.update}: {state}"
        elif not stored.answers.get(one.update):
            yield f"update {one.update}: done without an answer"
    for update in stored.states.keys() - {one.update for one in said}:
        yield f"update {update}: nobody sent it"
    if stored.waiting:
        yield f"{stored.waiting} messages still wait"
    if stored.failed:
        yield f"{stored.failed} messages were given up"


def _wrong_cases(stored: Stored, subjects: Sequence[str]) -> Iterator[str]:
    there, wanted = Counter(stored.subjects), Counter(subjects)
    yield from (f"no case: {subject}" for subject in (wanted - there).elements())
    yield from (f"one case too many: {subject}" for subject in (there - wanted).elements())


def _wrongly_asked(stored: Stored, asked: Counter[int]) -> Iterator[str]:
    doubtful = {update for update, _ in stored.unknown}
    for update, times in asked.items():
        if times > 1:
            yield f"asked {times} times whether this arrived: update {update}"
        if update not in doubtful:
            yield f"asked without reason whether this arrived: update {update}"

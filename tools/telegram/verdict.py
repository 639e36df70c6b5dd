"""Judges a soak: was every update answered, each of its answers once, and nothing else said?"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
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
    answering = [one for one in shown if not one.tokens & offers.keys()]
    arrived, strays = matched(said, answering, stored.answers)
    expected = [(update, n) for update, texts in stored.answers.items() for n in range(len(texts))]
    lost = [answer for answer in expected if not arrived[answer]]
    faults = [
        *_not_done(said, stored),
        *_wrong_cases(stored, subjects),
        *(f"a message that answers nothing, in chat {one.chat}: {one.text}" for one in strays),
        *(f"answered twice: {_name(a)}" for a, times in arrived.items() if times > 1),
        *(
            f"unanswered: {_name(answer)}"
            for answer in lost
            if answer not in stored.unknown or not asked[answer[0]]
        ),
        *_wrongly_asked(stored, asked),
    ]
    unknown = len(stored.unknown)
    return Verdict(tuple(faults), len(expected), unknown, len(lost), asked.total())


def matched(
    said: Sequence[Said], shown: Sequence[Shown], answers: Mapping[int, tuple[str, ...]]
) -> tuple[Counter[Answer], list[Shown]]:
    """How often each answer arrived, and the messages that are none.

    A question is put in the same words in each round, so a message answers the last update before
    it that was to be answered so. What a worker asked to see again answers his pressing.
    """
    arrived: Counter[Answer] = Counter()
    strays = []
    latest_first = sorted(said, key=lambda one: one.at, reverse=True)
    for message in shown:
        fitting = (
            (one.update, number)
            for one in latest_first
            if one.chat == message.chat and one.at <= message.at
            for number, text in enumerate(answers.get(one.update, ()))
            if text and message.text.startswith(text)
        )
        answer = next(fitting, None)
        if answer is None:
            strays.append(message)
        else:
            arrived[answer] += 1
    return arrived, strays


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


def _name(answer: Answer) -> str:
    update, number = answer
    return f"update {update}, answer {number + 1}"

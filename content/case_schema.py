"""What cases are sorted into, refused for and handed over to: the shapes of content/cases/."""

import re
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from content.schema import Model, Name, Number, Words
from content.wording import hidden_characters

OTHER = "other"  # the category that always fits
FEWEST_EXAMPLES = 5
CATEGORIES = (12, 16)  # more than 16 buttons nobody reads at a red light

Kind = Literal["suggestion", "hazard"]
KINDS: tuple[Kind, ...] = get_args(Kind)

# What a filled text may hold between 〔 and 〕: a few characters that say what to write there.
_GAP = re.compile("\u3014[^\u3014\u3015\\s]{1,16}\u3015")


def gaps(text: str) -> tuple[str, ...]:
    """What of a text is left to the person who uses it, brackets included; the year of a document,
    such as \u30142026\u3015, is not.
    """
    return tuple(gap for gap in _GAP.findall(text) if not gap[1:-1].isdigit())


def _has_gaps(text: str) -> str:
    if hidden_characters(text.replace("\n", "")):
        raise ValueError("holds characters that show nothing; type it anew")
    if not gaps(text):
        raise ValueError("has no \u3014\u3015: what only the person knows must be left to him")
    if set(_GAP.sub("", text)) & {"\u3014", "\u3015"}:
        raise ValueError(
            "has a \u3014 or \u3015 without its other half, nested, empty or too long"
        )
    return text


def _once(values: tuple[str, ...]) -> tuple[str, ...]:
    twice = sorted({value for value in values if values.count(value) > 1})
    if twice:
        raise ValueError(f"holds {', '.join(twice)} twice")
    return values


# Lengths are those of a phone: a button of one line, a bubble of at most ten.
Button = Annotated[Words, StringConstraints(max_length=14)]
Title = Annotated[Words, StringConstraints(max_length=20)]
Ask = Annotated[Words, StringConstraints(max_length=40)]
Example = Annotated[Words, StringConstraints(min_length=4, max_length=60)]
Bubble = Annotated[Words, StringConstraints(max_length=90)]
KeyWord = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20)]
KeyWords = Annotated[tuple[KeyWord, ...], AfterValidator(_once)]
ReadyText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=300),
    AfterValidator(_has_gaps),
]


class Question(Model):
    """One thing a category asks beyond subject, place and remedy; no choices: an open answer."""

    id: Name
    ask: Ask
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)]
    choices: Annotated[tuple[Button, ...], Field(max_length=6), AfterValidator(_once)] = ()
    danger: Button | None = Field(default=None, description="the choice that means danger now")

    @model_validator(mode="after")
    def _danger_can_be_chosen(self) -> Self:
        if self.danger is not None and self.danger not in self.choices:
            raise ValueError("`danger` is none of the `choices`")
        return self


class Category(Model):
    """What a case is about, as a worker would name it."""

    id: Name
    name: Annotated[Button, Field(description="a button")]
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)]
    words: KeyWords = Field(description="propose it, the longest weighing most")
    hints: KeyWords = Field(default=(), description="words that weigh little: where, with what")
    examples: Annotated[
        tuple[Example, ...], Field(min_length=FEWEST_EXAMPLES), AfterValidator(_once)
    ]
    questions: Annotated[tuple[Question, ...], Field(max_length=2)] = ()
    unit: Title = Field(description="the usual kind of responsible unit")
    complex: bool = Field(description="whether it takes the longer time to answer")

    @model_validator(mode="after")
    def _asks_each_kind_at_most_once(self) -> Self:
        asked = [kind for question in self.questions for kind in question.kinds]
        if set(asked) - set(self.kinds):
            raise ValueError("a question is for a kind that the category does not take")
        if len(asked) != len(set(asked)):
            raise ValueError("asks one kind two questions of its own, at most one")
        return self

    def question_for(self, kind: str) -> Question | None:
        """The category's own question to a case of this kind, if there is one."""
        return next((q for q in self.questions if kind in q.kinds), None)


class RedressPlace(Model):
    """A number of content/hotlines.yml, and what this person asks for there."""

    number: Number
    purpose: Title


class Redress(Model):
    """Where a matter goes that is no idea and no hazard, and the words to take along."""

    id: Name
    name: Title
    words: KeyWords = Field(description="what it is about; counts beside a claim only")
    alone: KeyWords = Field(description="phrases that are a claim by themselves")
    lead: Bubble
    places: Annotated[tuple[RedressPlace, ...], Field(min_length=1, max_length=5)]
    text: ReadyText = Field(description="to copy; the person fills what stands in brackets")
    idea: Bubble = Field(description="how an idea for the rule can still be handed in")


class Refusal(Model):
    """One reason for not accepting a case: what is said, and where the matter can go."""

    id: Name
    name: Title
    text: Bubble
    way_on: Bubble


class Answers(Model):
    """How the answer to a case of one category may begin, by its class; none of some classes."""

    a: ReadyText | None = Field(default=None, description="done")
    b: ReadyText | None = Field(default=None, description="planned")
    c: ReadyText | None = Field(default=None, description="not possible now")
    d: ReadyText | None = Field(default=None, description="kept as a reference")

    def by_grade(self) -> dict[str, str]:
        """The texts that there are."""
        return {grade: str(text) for grade, text in self if text is not None}


class CaseLimits(Model):
    """Promises in working days, and what one worker may hand in before a person looks."""

    first_look_days: int = Field(ge=1, le=10)
    accept_days: int = Field(ge=1, le=30)
    answer_days: int = Field(ge=1, le=60)
    complex_answer_days: int = Field(ge=1, le=60)
    cases_a_day: int = Field(ge=1, le=100)
    seconds_between: int = Field(ge=0, le=86_400)
    sign_for_days: int = Field(ge=1, le=10)
    rating_days: int = Field(ge=1, le=10)
    paused_days: int = Field(ge=1, le=60)
    question_days: int = Field(ge=1, le=30)
    returns: int = Field(ge=0, le=5)
    extensions: int = Field(ge=0, le=5)
    extension_days: int = Field(ge=1, le=60)

    @model_validator(mode="after")
    def _come_in_order(self) -> Self:
        steps = (self.first_look_days, self.accept_days, self.answer_days)
        if list(steps) != sorted(steps) or self.answer_days > self.complex_answer_days:
            raise ValueError("days must not shrink: first look, accept, answer, complex answer")
        return self

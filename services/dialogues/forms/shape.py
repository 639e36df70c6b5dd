"""What a form is made of: text fields, questions with answers to tap, and what sending does."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from services.scene import Scene
from services.turns import Replies, Reply

SUMMARY = "summary"
# A sentence that came where it may not belong, until the worker says where it goes.
PENDING = "pending"
# Of a draft: which of its answers were said before they were asked for, and whether he has seen
# it whole.
UNASKED, SHOWN = "unasked", "shown"
# That he wants it handed in although it belongs elsewhere.
ANYWAY = "anyway"
QUOTED = 80


def _nothing(_scene: Scene) -> None:
    return None


def _for_us(_scene: Scene, _said: str) -> None:
    return None


@dataclass(frozen=True)
class Field:
    """One field of text. `most` is in characters; `location` fields take a shared position."""

    name: str
    least: int
    most: int
    optional: bool = False
    location: bool = False


@dataclass(frozen=True)
class Question:
    """A step of a form with rules of its own, asked when all fields are filled.

    `wanted` says whether it is still to be asked; `line` gives its name and value for the summary
    and `edit` the title of the button there, each None to show nothing. What is not `counted` may
    be asked beyond the form's `most_asked`.
    """

    name: str
    ask: Callable[["Form", Scene], Awaitable[Reply]]
    take: Callable[["Form", Scene], Awaitable[Replies | None]]
    choose: Callable[["Form", Scene, str, str], Awaitable[Replies]]
    wanted: Callable[[Scene], Awaitable[bool]]
    line: Callable[[Scene], tuple[str, str] | None] = _nothing
    edit: Callable[[Scene], str | None] = _nothing
    counted: bool = True
    # What is typed here goes to nobody but us: Rasa never sees it.
    private: bool = False


@dataclass(frozen=True)
class Form:
    """A form: its steps in the order they are asked, and what happens when it is sent.

    Its wording is `<words>.ask_<field>`, `<words>.name_<field>`, `<words>.summary` and so on. Of
    its optional steps only so many are asked that no more than `most_asked` are in all. `read`
    takes a first sentence apart into the answers it holds; `elsewhere` says where one goes that
    is for somebody else, and is not asked when the worker wants it handed in all the same.
    """

    name: str
    words: str
    fields: tuple[Field, ...]
    send: Callable[[Scene], Awaitable[Replies]]
    own_intents: frozenset[str]
    questions: tuple[Question, ...] = ()
    most_asked: int = 10
    read: Callable[[Scene], None] = _nothing
    elsewhere: Callable[[Scene, str], Replies | None] = _for_us


def home(scene: Scene) -> str | None:
    """The summary, once it was shown: from then on each step is but a correction."""
    return SUMMARY if scene.state.answers.get(SHOWN) else None


def steps(form: Form) -> tuple[str, ...]:
    """The names of all steps of a form but its summary."""
    return (*(field.name for field in form.fields), *(each.name for each in form.questions))

"""What a task or dialogue sees of the present moment."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from content.library import Library
from db.models import DialogueRow
from kit import ids
from kit.clock import Clock
from kit.text import bare, normalise, tidy
from services.turns import Choice, Heard, Replies, Reply, Task, Turn

# Where a sentence waits that nobody understood, until the worker says what to do with it.
SAID = "said"
# Which form was opened and left before anything stood in it: "go on" means that one.
LEFT = "left"
SEAL = 16
# The dialogues whose answers are worth keeping when the worker asks something else meanwhile.
FORMS = ("suggestion", "hazard", "proposal", "addition")
# The words between the marks of a text.
_PARTS = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Scene:
    """One turn being answered: the worker's words, what was heard, and where he is.

    `state` is the worker's row and is written to; everything else only read.
    """

    session: AsyncSession
    library: Library
    clock: Clock
    turn: Turn
    heard: Heard
    state: DialogueRow

    def say(self, key: str, **fields: object) -> str:
        """A message of the library."""
        return self.library.say(key, **fields)

    def reply(self, key: str, *choices: Choice, **fields: object) -> Reply:
        """A reply of one message."""
        return Reply(self.say(key, **fields), choices)

    def choice(self, key: str, task: str, **args: object) -> Choice:
        """A button whose title is a message."""
        return Choice(self.say(key), Task(task, args))

    @property
    def text(self) -> str:
        """What the worker typed, tidied; nothing where he typed a button's number or title."""
        return tidy(self.turn.text) if self.turn.text and self.turn.task is None else ""

    def is_word(self, group: str) -> bool:
        """Whether the whole text is one of a group of control words, or several of them."""
        said, words = bare(self.turn.text or ""), self.library.words[group]
        parts = _PARTS.findall(said)
        return said in words or (len(parts) > 1 and all(part in words for part in parts))

    def holds(self, group: str) -> bool:
        """Whether one of a group of words stands anywhere in the text."""
        words = normalise(self.turn.text or "")
        return any(word in words for word in self.library.words[group])

    def keep(self, **answers: object) -> None:
        """Write into the draft."""
        # A new dict, since the database layer notices assignments, not changes inside.
        self.state.answers = {**self.state.answers, **answers}

    def drop(self, *names: str) -> None:
        """Take out of the draft."""
        self.state.answers = {k: v for k, v in self.state.answers.items() if k not in names}

    def open(self, dialogue: str, step: str) -> None:
        """Open a dialogue at a step; another one that was open is put aside first."""
        if self.state.name not in {None, dialogue}:
            self.put_aside()
        self.drop(LEFT)
        self.state.name, self.state.step = dialogue, step

    def put_aside(self) -> None:
        """Leave the open dialogue; what was written into a form stays as a draft."""
        name, answers = self.state.name, self.state.answers
        left = name if name in FORMS else answers.get(LEFT)
        if name in FORMS and answers:
            draft, left = {"step": self.state.step, "answers": answers}, None
            self.state.drafts = {**self.state.drafts, name: draft}
        self.finish()
        if left:
            self.keep(**{LEFT: left})

    @property
    def newest_draft(self) -> str:
        """The draft put aside last; there must be one."""
        return list(self.state.drafts)[-1]

    def take_up(self, name: str) -> None:
        """Go on with a draft that was put aside."""
        draft = self.state.drafts[name]
        self.put_aside()
        self.forget_draft(name)
        self.state.name, self.state.step = name, draft["step"]
        self.state.answers = draft["answers"]

    def has_draft(self, name: str, sealed: str) -> bool:
        """Whether the draft put aside is the one that a button spoke of."""
        draft = self.state.drafts.get(name)
        return draft is not None and seal(draft["answers"]) == sealed

    def forget_draft(self, name: str) -> None:
        """Delete a draft that was put aside."""
        self.state.drafts = {k: v for k, v in self.state.drafts.items() if k != name}

    def finish(self) -> None:
        """Close the open dialogue and drop what was written in it."""
        self.state.name = self.state.step = None
        self.state.answers = {}


def seal(answers: Mapping[str, Any]) -> str:
    """A mark of what a button was shown with: it must not act on words nobody has seen."""
    return ids.digest(json.dumps(answers, ensure_ascii=False, sort_keys=True))[:SEAL]


Args = Mapping[str, Any]
TaskFunction = Callable[[Scene, Args], Awaitable[Replies]]

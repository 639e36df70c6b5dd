"""The engine of all dialogues: asks the open step, hands it the answer, keeps control words."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from kit.errors import NotFound
from services.scene import Args, Scene
from services.turns import Choice, Replies, Reply, Task

CHOSEN = "dialogue.chosen"
CANCEL = "cancel"


@dataclass(frozen=True)
class Step:
    """One question of a dialogue.

    `take` returns the replies, or None when what came is no answer to this step, so that the desk
    may serve it otherwise. `choose` does the same for a button of this step.
    """

    ask: Callable[[Scene], Awaitable[Reply]]
    take: Callable[[Scene], Awaitable[Replies | None]]
    choose: Callable[[Scene, str, str], Awaitable[Replies]]


@dataclass(frozen=True)
class Dialogue:
    """A table of steps by name; `back` says which step comes before which.

    `home` is the step to return to from anywhere, once there is one; `forget` clears what the
    dialogue left behind when it is cancelled.
    """

    name: str
    steps: Mapping[str, Step]
    back: Mapping[str, str]
    cancelled: str
    home: Callable[[Scene], str | None]
    forget: Callable[[Scene], Awaitable[None]]


async def forget_nothing(_scene: Scene) -> None:
    """Of a dialogue that leaves nothing behind."""


def of_one_step(name: str, step_name: str, step: Step, *, cancelled: str) -> Dialogue:
    """A dialogue of one question: nothing comes before it, nothing is left behind."""
    return Dialogue(
        name=name,
        steps={step_name: step},
        back={},
        cancelled=cancelled,
        home=lambda _scene: None,
        forget=forget_nothing,
    )


class Engine:
    """Runs whichever dialogue a worker's row says is open."""

    def __init__(self, *dialogues: Dialogue) -> None:
        self._dialogues = {dialogue.name: dialogue for dialogue in dialogues}

    def is_open(self, scene: Scene) -> bool:
        """Whether a dialogue is open that this version of the code still knows."""
        dialogue = self._dialogues.get(scene.state.name or "")
        return dialogue is not None and scene.state.step in dialogue.steps

    async def take(self, scene: Scene) -> Replies | None:
        """Let the open step take the turn; None when it is no answer to it."""
        dialogue, step = self._open(scene)
        if scene.is_word("cancel") or scene.is_word("back"):
            return await self._leave_step(scene, dialogue)
        return await step.take(scene)

    async def ask_again(self, scene: Scene) -> Reply:
        """The open step's question once more."""
        _, step = self._open(scene)
        return await step.ask(scene)

    async def chosen(self, scene: Scene, args: Args) -> Replies:
        """A button of a step was pressed; one of a step that is past does nothing."""
        if not self.is_open(scene):
            raise NotFound("talk.choice_past")
        dialogue, step = self._open(scene)
        if (args.get("dialogue"), args.get("step")) != (dialogue.name, scene.state.step):
            return (scene.reply("talk.choice_past"), await step.ask(scene))
        if args["do"] == CANCEL:
            return await self._cancel(scene, dialogue)
        return await step.choose(scene, str(args["do"]), str(args.get("value", "")))

    def is_of_open_step(self, scene: Scene, reply: Reply) -> bool:
        """Whether a reply offers a button of the open step."""
        here = (scene.state.name, scene.state.step)
        tasks = [choice.task for choice in reply.choices if choice.task.name == CHOSEN]
        return any((task.args.get("dialogue"), task.args.get("step")) == here for task in tasks)

    def _open(self, scene: Scene) -> tuple[Dialogue, Step]:
        dialogue = self._dialogues[str(scene.state.name)]
        return dialogue, dialogue.steps[str(scene.state.step)]

    async def _cancel(self, scene: Scene, dialogue: Dialogue) -> Replies:
        scene.finish()
        await dialogue.forget(scene)
        return (scene.reply(dialogue.cancelled, scene.choice("menu.title", "menu")),)

    async def _leave_step(self, scene: Scene, dialogue: Dialogue) -> Replies:
        """Back one step; "never mind" while one field is mended means that field only."""
        here, home = str(scene.state.step), dialogue.home(scene)
        before = home if home != here else None
        if before is None and scene.is_word("back"):
            before = dialogue.back.get(here)
        if before is None and scene.is_word("back"):
            scene.put_aside()
            return (scene.reply("talk.stepped_out", scene.choice("menu.title", "menu")),)
        if before is None:
            return await self._cancel(scene, dialogue)
        scene.open(dialogue.name, before)
        return (await dialogue.steps[before].ask(scene),)


def button(scene: Scene, title: str, do: str, value: str = "") -> Choice:
    """A button of the open step; it works only while that step is open."""
    args = {"dialogue": scene.state.name, "step": scene.state.step, "do": do, "value": value}
    return Choice(scene.say(title), Task(CHOSEN, args))

"""Photos in a form, and photos that wait until the worker says what they are for.

Waiting photos live for one turn: the next one gives them to a form, or they are let go. They
stand in the worker's row beside `SAID`, which then holds what he wrote under them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from services import photos
from services.dialogues.engine import button
from services.photos import IN_FORM, OF_A_CASE, WAITING
from services.scene import SAID, Scene, seal
from services.turns import Choice, Replies, Reply

# The tasks by which a worker himself has his photos deleted.
DROP = "photos.drop"
DELETING = frozenset({DROP, "workers.delete"})
# The forms that become cases or join one: only a case keeps photos.
TAKES_PHOTOS = frozenset({"suggestion", "hazard", "addition"})


@dataclass(frozen=True)
class Waiting:
    """Photos without a purpose yet, and what was written under them."""

    photos: tuple[str, ...] = ()
    said: str = ""


def waiting(scene: Scene) -> Waiting:
    """What waits; nothing when no photos do."""
    found = scene.state.answers.get(WAITING)
    if not found:
        return Waiting()
    return Waiting(tuple(found["photos"]), str(scene.state.answers.get(SAID, "")))


def let_wait(scene: Scene, what: Waiting) -> None:
    """Keep these until the next turn is over."""
    if what.photos:
        marked = {"photos": list(what.photos), "turn": scene.turn.id}
        scene.keep(**{WAITING: marked, SAID: what.said})


def offer(scene: Scene, sent: Sequence[str], said: str) -> Replies:
    """Ask what photos are for; those that wait already and what was said of them stay."""
    earlier = waiting(scene)
    together = tuple(dict.fromkeys((*earlier.photos, *sent)))
    words = "\n".join(filter(None, (earlier.said, said)))
    scene.put_aside()
    let_wait(scene, Waiting(together[:OF_A_CASE], words))
    mark = _mark(scene)
    choices = (
        scene.choice("menu.hazard_title", "photos.use", kind="hazard", seal=mark),
        scene.choice("menu.suggest_title", "photos.use", kind="suggestion", seal=mark),
        scene.choice("photos.drop_title", DROP, seal=mark),
    )
    lines = [scene.say("photos.what_for", count=len(together[:OF_A_CASE]))]
    if len(together) > OF_A_CASE:
        lines.insert(0, scene.say("photos.only_first", most=OF_A_CASE))
    return (Reply("\n".join(lines), choices),)


def are_shown(scene: Scene, mark: str) -> bool:
    """Whether the photos that wait are those that a button was shown with."""
    return bool(waiting(scene).photos) and _mark(scene) == mark


def put_in(scene: Scene, form: str | None, sent: Sequence[str]) -> Replies:
    """Put photos into a form, as many as it takes, and say how many there are now."""
    if not sent:
        return ()
    if form not in TAKES_PHOTOS:
        return (scene.reply("photos.not_here"),)
    together = list(dict.fromkeys((*scene.state.answers.get(IN_FORM, ()), *sent)))
    scene.keep(**{IN_FORM: together[:OF_A_CASE]})
    if len(together) > OF_A_CASE:
        return (scene.reply("photos.only_first", most=OF_A_CASE),)
    return (scene.reply("photos.added", count=len(together)),)


def take_out(scene: Scene) -> None:
    """Take all photos out of the open form."""
    scene.drop(IN_FORM)


def line(scene: Scene, answers: Mapping[str, Any]) -> list[str]:
    """The line that says how many photos are among these answers, if any."""
    count = len(answers.get(IN_FORM, ()))
    return [scene.say("photos.line", count=count)] if count else []


def choice(scene: Scene, do: str) -> list[Choice]:
    """The button of a summary that takes the photos out, where there are any."""
    return [button(scene, "photos.take_out_title", do)] if in_form(scene) else []


def in_form(scene: Scene) -> tuple[str, ...]:
    """The photos of the open form, in their order."""
    return tuple(scene.state.answers.get(IN_FORM, ()))


def _mark(scene: Scene) -> str:
    return seal({IN_FORM: waiting(scene).photos})


@dataclass(frozen=True)
class Before:
    """Which photos there were when a turn began: needed ones, and among them those waiting."""

    held: frozenset[str]
    waited: frozenset[str]


def before(scene: Scene) -> Before:
    """The photos as they are before a turn is served, those that it brings among them."""
    held = photos.held(scene.state.answers, scene.state.drafts)
    return Before(frozenset(held | {*scene.turn.photos}), frozenset(waiting(scene).photos))


async def settle(scene: Scene, was: Before) -> Replies:
    """When a turn is served: nobody waits for longer, and what nothing needs is deleted at once.

    The worker is told where photos went that he may still be thinking of.
    """
    found = scene.state.answers.get(WAITING)
    if found and found["turn"] != scene.turn.id:
        scene.drop(WAITING)
    held = photos.held(scene.state.answers, scene.state.drafts)
    if was.held - held:
        await photos.let_go(scene.session, scene.turn.worker_id, was.held - held)
    wanted = scene.turn.task is not None and scene.turn.task.name in DELETING
    is_lost = bool(was.waited) and not was.waited & held
    return (scene.reply("photos.not_used"),) if is_lost and not wanted else ()

"""Photos and voices in a form, and those that wait until the worker says what they are for.

What waits lives for one turn: the next one gives it to a form, or it is let go. It stands in the
worker's row beside `SAID`, which then holds what he wrote under it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from services import photos, recordings
from services.attachments import KINDS, OF_A_CASE, WAITING, held
from services.dialogues.engine import button
from services.scene import SAID, Scene, seal
from services.turns import Choice, Replies, Reply, Turn

# The kinds by their word, which is also how they stand among answers and in a turn.
SHELVES = {shelf.kind: shelf for shelf in (photos.SHELF, recordings.SHELF)}
PHOTOS, RECORDINGS = KINDS
# Attachments by kind; a kind without any may be missing.
Sent = Mapping[str, tuple[str, ...]]
# The tasks by which a worker himself has his attachments deleted.
DROP = "attachments.drop"
DELETING = frozenset({DROP, "workers.delete"})
# The forms that become cases or join one: only a case keeps attachments.
TAKES = frozenset({"suggestion", "hazard", "addition"})
# A case is of words: of the forms that make one, what is asked first.
WORDS = "subject"
NEEDS_WORDS = frozenset({"suggestion", "hazard"})


@dataclass(frozen=True)
class Waiting:
    """What has no purpose yet, and what was written under it."""

    sent: Sent = field(default_factory=dict)
    said: str = ""


def sent_in(turn: Turn) -> Sent:
    """What a turn brings."""
    return {PHOTOS: turn.photos, RECORDINGS: turn.recordings}


async def usable(scene: Scene) -> Sent:
    """What a turn brings that is this worker's own and in no case yet."""
    turn = scene.turn
    return {
        kind: found
        for kind, ids in sent_in(turn).items()
        if (found := await SHELVES[kind].usable(scene.session, turn.worker_id, ids))
    }


def waiting(scene: Scene) -> Waiting:
    """What waits; nothing when nothing does."""
    found = scene.state.answers.get(WAITING)
    if not found:
        return Waiting()
    sent = {kind: tuple(found[kind]) for kind in KINDS if found.get(kind)}
    return Waiting(sent, str(scene.state.answers.get(SAID, "")))


def let_wait(scene: Scene, what: Waiting) -> None:
    """Keep these until the next turn is over."""
    if what.sent:
        marked = {**{kind: list(ids) for kind, ids in what.sent.items()}, "turn": scene.turn.id}
        scene.keep(**{WAITING: marked, SAID: what.said})


def offer(scene: Scene, sent: Sent, said: str) -> Replies:
    """Ask what it is for; what waits already and what was said of it stays."""
    earlier = waiting(scene)
    together = {
        kind: all_of_kind
        for kind in KINDS
        if (all_of_kind := _together(earlier.sent.get(kind, ()), sent.get(kind, ())))
    }
    kept = {kind: ids[:OF_A_CASE] for kind, ids in together.items()}
    scene.put_aside()
    let_wait(scene, Waiting(kept, "\n".join(filter(None, (earlier.said, said)))))
    mark = _mark(scene)
    choices = (
        scene.choice("menu.hazard_title", "attachments.use", kind="hazard", seal=mark),
        scene.choice("menu.suggest_title", "attachments.use", kind="suggestion", seal=mark),
        scene.choice("attachments.drop_title", DROP, seal=mark),
    )
    counted = [scene.say(f"{kind}.counted", count=len(ids)) for kind, ids in kept.items()]
    lines = [
        *(
            scene.say(f"{kind}.only_first", most=OF_A_CASE)
            for kind, ids in together.items()
            if len(ids) > OF_A_CASE
        ),
        scene.say("attachments.what_for", things=scene.say("attachments.comma").join(counted)),
    ]
    return (Reply("\n".join(lines), choices),)


def are_shown(scene: Scene, mark: str) -> bool:
    """Whether what waits is what a button was shown with."""
    return bool(waiting(scene).sent) and _mark(scene) == mark


def put_in(scene: Scene, form: str | None, sent: Sent, said: str = "") -> Replies:
    """Put these into a form, as many as it takes, and say how many there are now.

    With a voice alone he is asked for a line of text, unless he `said` one along with it.
    """
    if not any(sent.values()):
        return ()
    if form not in TAKES:
        return (scene.reply("attachments.not_here", things=named(scene, sent)),)
    return tuple(
        _put_in(scene, kind, ids, wanted=not said and lacks_words(scene, form))
        for kind, ids in sent.items()
        if ids
    )


def _put_in(scene: Scene, kind: str, sent: tuple[str, ...], *, wanted: bool) -> Reply:
    together = _together(in_form(scene, kind), sent)
    scene.keep(**{kind: list(together[:OF_A_CASE])})
    if len(together) > OF_A_CASE:
        return scene.reply(f"{kind}.only_first", most=OF_A_CASE)
    if kind == RECORDINGS and wanted:
        return scene.reply("recordings.added_write")
    return scene.reply(f"{kind}.added", count=len(together))


def take_out(scene: Scene, kind: str) -> None:
    """Take all of a kind out of the open form."""
    if kind in KINDS:
        scene.drop(kind)


def lines(scene: Scene, answers: Mapping[str, Any]) -> list[str]:
    """The lines that say how many there are among these answers, a line a kind."""
    return [
        scene.say(f"{kind}.line", count=len(answers[kind])) for kind in KINDS if answers.get(kind)
    ]


def choices(scene: Scene) -> list[Choice]:
    """The buttons of a summary that take out what there is."""
    return [
        button(scene, f"{kind}.take_out_title", "take_out", kind)
        for kind in KINDS
        if in_form(scene, kind)
    ]


def in_form(scene: Scene, kind: str) -> tuple[str, ...]:
    """What the open form has of a kind, in its order."""
    return tuple(scene.state.answers.get(kind, ()))


def lacks_words(scene: Scene, form: str | None) -> bool:
    """Whether nothing is written yet of what a case is about."""
    return form in NEEDS_WORDS and WORDS not in scene.state.answers


def is_voice_alone(scene: Scene) -> bool:
    """Whether the open form has a voice, and nothing is written yet of what it is about."""
    return bool(in_form(scene, RECORDINGS)) and lacks_words(scene, scene.state.name)


def named(scene: Scene, sent: Sent) -> str:
    """What kinds these are, in words."""
    names = [scene.say(f"{kind}.name") for kind in KINDS if sent.get(kind)]
    return scene.say("attachments.comma").join(names)


def gone(scene: Scene, *more: Choice) -> Reply:
    """Say that what this turn brings cannot be used."""
    kind = RECORDINGS if scene.turn.recordings else PHOTOS
    return scene.reply(f"{kind}.gone", *more)


def _together(earlier: tuple[str, ...], sent: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys((*earlier, *sent)))


def _mark(scene: Scene) -> str:
    return seal(waiting(scene).sent)


@dataclass(frozen=True)
class Before:
    """What there was of each kind when a turn began: needed, and what waited."""

    held: frozenset[str]
    waited: Sent


def before(scene: Scene) -> Before:
    """What there is before a turn is served, with what it brings."""
    brought = {each for ids in sent_in(scene.turn).values() for each in ids}
    needed = held(scene.state.answers, scene.state.drafts)
    return Before(frozenset(needed | brought), waiting(scene).sent)


async def settle(scene: Scene, was: Before) -> Replies:
    """When a turn is served: nobody waits for longer, and what nothing needs is deleted at once.

    The worker is told where that went which he may still be thinking of.
    """
    found = scene.state.answers.get(WAITING)
    if found and found["turn"] != scene.turn.id:
        scene.drop(WAITING)
    needed = held(scene.state.answers, scene.state.drafts)
    if unneeded := was.held - needed:
        for shelf in SHELVES.values():
            await shelf.let_go(scene.session, scene.turn.worker_id, unneeded)
    wanted = scene.turn.task is not None and scene.turn.task.name in DELETING
    is_lost = bool(was.waited) and not any(needed & {*ids} for ids in was.waited.values())
    if not is_lost or wanted:
        return ()
    return (scene.reply("attachments.not_used", things=named(scene, was.waited)),)

"""What a worker does about a case that is dealt with: says what he thinks of the answer."""

import re
from collections.abc import Iterable

from db.models import Case
from kit.text import bare
from services import cases
from services.scene import Args, Scene
from services.turns import Replies, Reply

RATING_WORDS = {"rate_good": "good", "rate_fair": "fair", "rate_poor": "poor"}


async def rate(scene: Scene, args: Args) -> Replies:
    """Note what he thinks; what did not content him is dealt with once more."""
    code, rating = str(args["code"]), str(args["rating"])
    case = await cases.rate(
        scene.session, scene.library, scene.clock, scene.turn.worker_id, code, rating=rating
    )
    return (_thanks(scene, case),)


async def said(scene: Scene) -> Replies | None:
    """A word of content or discontent with an answer speaks of the newest that waits for one."""
    rating = _rating(scene)
    if rating is None or scene.state.name is not None:
        return None
    newest = waiting(await cases.own(scene.session, scene.turn.worker_id))
    if newest is None:
        return None
    return await rate(scene, {"code": newest.code, "rating": rating})


def waiting(own: Iterable[Case]) -> Case | None:
    """Of these cases the one with the newest answer that its author has not rated."""
    answered = [case for case in own if cases.state_of(case) == cases.ANSWERED]
    return max(answered, key=lambda case: case.events[-1].at, default=None)


def _rating(scene: Scene) -> str | None:
    """What is said of an answer, by itself or with no more around it than whose answer it is."""
    words, said = scene.library.words, bare(scene.text)
    about = sorted(words["rate_about"], key=len, reverse=True)
    core = re.sub("|".join(map(re.escape, about)), "", said)
    found = (r for group, r in RATING_WORDS.items() if core in words[group])
    return next(found, None)


def _thanks(scene: Scene, case: Case) -> Reply:
    menu = scene.choice("menu.title", "menu")
    card = cases.card(scene.library, case)
    if cases.state_of(case) == cases.RATED:
        return Reply(scene.say("case_steps.rated"), (menu,), (card,))
    by = cases.by_when(scene.library, case)
    return Reply(scene.say("case_steps.objected", by=by), (menu,), (card,))


TASKS = {"case_steps.rate": rate}

"""What a worker does about a case that is dealt with: says what he thinks of the answer."""

from db.models import Case
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
    """A bare word of content or discontent speaks of the newest answer that waits for one."""
    rating = next((r for group, r in RATING_WORDS.items() if scene.is_word(group)), None)
    if rating is None or scene.state.name is not None:
        return None
    own = await cases.own(scene.session, scene.turn.worker_id)
    waiting = [case for case in own if cases.state_of(case) == cases.ANSWERED]
    if not waiting:
        return None
    newest = max(waiting, key=lambda case: case.events[-1].at)
    return await rate(scene, {"code": newest.code, "rating": rating})


def _thanks(scene: Scene, case: Case) -> Reply:
    menu = scene.choice("menu.title", "menu")
    card = cases.card(scene.library, case)
    if cases.state_of(case) == cases.RATED:
        return Reply(scene.say("case_steps.rated"), (menu,), (card,))
    by = cases.by_when(scene.library, case)
    return Reply(scene.say("case_steps.objected", by=by), (menu,), (card,))


TASKS = {"case_steps.rate": rate}

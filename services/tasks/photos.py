"""Photos that were sent outside a form: what they are for, or that they are not needed."""

from services.dialogues import forms, photos
from services.dialogues.intake import FORMS
from services.scene import Args, Scene
from services.tasks.talk import menu_choices
from services.turns import Replies


async def use(scene: Scene, args: Args) -> Replies:
    """Begin a form with the photos that were shown, and with what was said under them."""
    if not photos.are_shown(scene, str(args.get("seal"))):
        return _past(scene)
    return await forms.begin(FORMS[str(args["kind"])], scene, None)


async def drop(scene: Scene, args: Args) -> Replies:
    """Let the photos go that were shown."""
    if not photos.are_shown(scene, str(args.get("seal"))):
        return _past(scene)
    scene.put_aside()
    return (scene.reply("photos.dropped", *menu_choices(scene.library)),)


def described(scene: Scene) -> Replies:
    """A sentence after a photo that nobody understood most likely speaks of it."""
    return photos.offer(scene, (), scene.text)


def _past(scene: Scene) -> Replies:
    """An old button: nothing is done, and what waits is offered as it is now."""
    if photos.waiting(scene).photos:
        return (scene.reply("talk.choice_past"), *photos.offer(scene, (), ""))
    return (scene.reply("talk.choice_past", *menu_choices(scene.library)),)


TASKS = {"photos.use": use, "photos.drop": drop}

"""Photos and voices that were sent outside a form: what they are for, or that nothing is."""

from services.dialogues import attachments, forms
from services.dialogues.intake import FORMS
from services.dialogues.privacy import with_notice
from services.scene import Args, Scene
from services.tasks.talk import menu_choices
from services.turns import Replies


async def use(scene: Scene, args: Args) -> Replies:
    """Begin a form with what was shown, and with what was said under it."""
    if not attachments.are_shown(scene, str(args.get("seal"))):
        return _past(scene)
    form = FORMS[str(args["kind"])]
    return await with_notice(scene, form, await forms.begin(form, scene, None))


async def drop(scene: Scene, args: Args) -> Replies:
    """Let go what was shown."""
    if not attachments.are_shown(scene, str(args.get("seal"))):
        return _past(scene)
    things = attachments.named(scene, attachments.waiting(scene).sent)
    scene.put_aside()
    return (scene.reply("attachments.dropped", *menu_choices(scene.library), things=things),)


def described(scene: Scene) -> Replies:
    """A sentence after a photo that nobody understood most likely speaks of it."""
    return attachments.offer(scene, {}, scene.text)


def _past(scene: Scene) -> Replies:
    """An old button: nothing is done, and what waits is offered as it is now."""
    if attachments.waiting(scene).sent:
        return (scene.reply("talk.choice_past"), *attachments.offer(scene, {}, ""))
    return (scene.reply("talk.choice_past", *menu_choices(scene.library)),)


TASKS = {
    "attachments.use": use,
    "attachments.drop": drop,
    # Buttons of before there were voices.
    "photos.use": use,
    "photos.drop": drop,
}

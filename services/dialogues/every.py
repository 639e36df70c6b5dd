"""Every dialogue that there is, and the engine that runs whichever is open."""

from services.dialogues import deadline, find_stop, intake, link, profile, signup_contact
from services.dialogues.engine import Engine

ENGINE = Engine(
    *(find_stop.DIALOGUE, link.DIALOGUE, profile.DIALOGUE, deadline.DIALOGUE),
    signup_contact.DIALOGUE,
    *intake.DIALOGUES,
)

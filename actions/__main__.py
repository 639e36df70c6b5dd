"""Starts the action server: builds what the actions need and hands it down."""

import uvicorn
from rasa_sdk.endpoint import create_app
from rasa_sdk.executor import ActionExecutor

from actions import cases
from actions.base import ServeTurn
from content.loader import load
from db.session import make_engine, make_sessions
from kit.clock import utc_now
from kit.logging import set_up_logging
from kit.settings import Settings
from services import vault

# One name a noun, as nlu/data/rules/ calls them. `action_restart` replaces Rasa's own, which would
# answer with a template of its own (docs/adr/0003-one-desk.md).
NAMES = (
    *("action_rest_stops", "action_rights", "action_rights_checks", "action_cases"),
    *("action_notices", "action_workers", "action_talk", "action_restart"),
)


def main() -> None:
    """Serve until told to stop."""
    settings = Settings()
    set_up_logging("actions", settings.log_level)
    sessions = make_sessions(make_engine(settings.database), master_key=vault.master_key(settings))
    library = load(settings.content_dir)
    executor = ActionExecutor()
    for name in NAMES:
        executor.register_action(ServeTurn(name, sessions, library, utc_now))
    app = create_app(executor)
    app.add_task(cases.know(sessions))
    uvicorn.run(
        app,
        host=settings.actions_host,
        port=settings.actions_port,
        log_config=None,
        access_log=False,
    )


if __name__ == "__main__":
    main()

"""Starting the console: `python -m console`; with `--pages` it lists its pages instead."""

import asyncio
import contextlib
import sys

import structlog
import uvicorn

from console import listing
from console.app import create_app
from content.loader import load
from db.session import AWAY, Sessions, make_engine, make_sessions
from kit.clock import utc_now
from kit.logging import set_up_logging
from kit.memory import keep_what_is_read
from kit.settings import Settings
from services import figures, vault
from services.cases import shelving

log = structlog.get_logger()


async def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    library = load(settings.content_dir)
    engine = make_engine(settings.database)
    try:
        sessions = make_sessions(engine, master_key=vault.master_key(settings))
        warming = asyncio.create_task(_warm(sessions))
        app = create_app(settings, sessions, library, utc_now)
        keep_what_is_read()
        # No access log: the paths of sign-in links are secrets.
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.console_port,
            log_config=None,
            access_log=False,
            server_header=False,
        )
        await uvicorn.Server(config).serve()
        warming.cancel()
        await asyncio.gather(warming, return_exceptions=True)
    finally:
        await engine.dispose()


async def _warm(sessions: Sessions) -> None:
    """Read what figures are counted from and twins of a case found by before somebody waits."""
    try:
        await figures.warm(sessions.beside, utc_now)
        await shelving.warm(sessions.beside)
    except AWAY as error:
        log.warning("cases_not_read", error=type(error).__name__)


def main() -> None:
    """Read the settings, then serve; or only list the pages."""
    settings = Settings()
    if listing.ASKED in sys.argv[1:]:
        listing.show(settings)
        return
    set_up_logging("console", settings.log_level)
    # After Ctrl-C the server has already stopped in order when it raises this.
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(serve(settings))


if __name__ == "__main__":
    main()

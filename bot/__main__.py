"""Starts the bot: builds its parts and hands them down."""

import httpx
import uvicorn

from bot.pipeline import Pipeline
from bot.rasa_client import RasaClient
from bot.sketches import Sketches, Tiles
from bot.telegram.channel import TelegramChannel
from bot.web.app import create_app
from bot.web.parts import Parts
from content.loader import load
from db.session import make_engine, make_sessions
from kit.clock import utc_now
from kit.logging import set_up_logging
from kit.memory import keep_what_is_read
from kit.settings import Settings
from services import districts, vault
from services.masking import masker
from services.turns import Position

BEIJING = Position(39.9, 116.4)


def main() -> None:
    """Serve until told to stop."""
    settings = Settings()
    set_up_logging("bot", settings.log_level)
    engine = make_engine(settings.database)
    sessions = make_sessions(engine, master_key=vault.master_key(settings))
    library = load(settings.content_dir)
    districts.of_china().at(BEIJING)  # the borders are read now, and not by the first worker
    # Rasa is a process of ours: a proxy from the environment must never see a worker's words.
    http = httpx.AsyncClient(trust_env=False)
    rasa = RasaClient(http, settings.rasa, settings.rasa_timeout, masker(library))
    pipeline = Pipeline(sessions, library, utc_now, rasa, per_minute=settings.turns_per_minute)

    address, credit = settings.map_tile_url, settings.map_tile_credit
    sketches = Sketches(sessions, utc_now, Tiles(http, address) if address else None, credit)

    telegram = None
    if settings.telegram_token is not None:
        telegram = TelegramChannel(
            settings, sessions, library, utc_now, pipeline, sketches=sketches
        )

    async def close() -> None:
        await http.aclose()
        await engine.dispose()

    parts = Parts(
        *(sessions, library, utc_now, pipeline, sketches, close, telegram),
        photos=settings.photos,
        recordings=settings.recordings,
    )
    app = create_app(parts)
    keep_what_is_read()
    uvicorn.run(
        app,
        host=settings.host,
        port=settings.bot_port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=5,
    )


if __name__ == "__main__":
    main()

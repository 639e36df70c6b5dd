"""Rasa with its own Telegram channel and a stub for its actions: what ours is held beside."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tools.start.environments import NLU
from tools.start.programs import Program
from tools.start.stack import Stack
from tools.start.trial import SECONDS_TO_READY, free_ports
from tools.telegram.bench import TelegramApi, telegram_api
from tools.telegram.bot_api import USERNAME

HOST = "127.0.0.1"
SURROUNDINGS = {
    "YIZHAN_ACTIONS_HOST": HOST,
    "PYTHONWARNINGS": "ignore",
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
}


@contextmanager
def rasa_alone(data: Path, model: Path) -> Iterator[TelegramApi]:
    """The same model and tracker store as ours, behind the channel that Rasa ships."""
    rasa, actions = free_ports(2)
    with telegram_api() as api:
        credentials = data / "credentials.yml"
        credentials.write_text(_credentials(api, rasa), encoding="utf-8")  # JSON is YAML
        command = f"-m tools.telegram.rasa_channel {api.base} run -i {HOST} -p {rasa}"
        command += " --endpoints nlu/endpoints.yml --credentials"
        stub = (sys.executable, "-m", "tools.telegram.stub_actions", str(actions))
        ours = (str(NLU.python), *command.split(), str(credentials), "--model", str(model))
        programs = (
            Program("actions", stub, HOST, actions, "/health"),
            Program("rasa", ours, HOST, rasa, "/", stop_signal="KILL"),
        )
        extra = {**SURROUNDINGS, "YIZHAN_ACTIONS_PORT": str(actions)}
        with Stack(programs, data, extra) as stack:
            stack.wait_ready(SECONDS_TO_READY)
            yield api


def _credentials(api: TelegramApi, port: int) -> str:
    webhook = f"http://{HOST}:{port}/webhooks/telegram/webhook"
    about = {"access_token": api.token, "verify": USERNAME, "webhook_url": webhook}
    return json.dumps({"telegram": about})

"""The real Rasa, trained if needed, on a free port, and an action server that listens in.

with FakeActions() as actions, rasa_server(actions.port, folder) as rasa: ...
"""

import json
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Self

import httpx

from tests.stack import MODELS, free_ports
from tools.train_nlu import ROOT, rasa_command, train

# Outside the data folders, so that all tests share one training, and the next session too.
PYTHON = ROOT / ".venv-nlu" / "bin" / "python"
SECONDS_TO_READY = 180


class FakeActions:
    """An action server that answers every action with the turn id, and remembers what it was told.

    `answer` may be replaced: status, and body as text.
    """

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.answer: tuple[int, str] | None = None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.port: int = self._server.server_address[1]

    def __enter__(self) -> Self:
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def heard(self) -> dict[str, Any]:
        """The latest call."""
        return self.calls[-1]

    def _respond(self, call: dict[str, Any]) -> tuple[int, str]:
        self.calls.append(call)
        turn = (call["tracker"]["latest_message"]["metadata"] or {}).get("turn")
        replies = [{"custom": {"turn": turn}}]
        return self.answer or (200, json.dumps({"events": [], "responses": replies}))

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        respond = self._respond

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                call = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, text = respond(call)
                body = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Say nothing on the test's screen."""

        return Handler


@dataclass
class Rasa:
    """A running Rasa server."""

    url: str
    log: Path

    def says(self, text: str, *, turn: str = "t-1", sender: str = "s-1") -> list[dict[str, Any]]:
        """Post one turn as the bot does, and give what came back."""
        body = {"sender": sender, "message": text, "metadata": {"turn": turn}}
        answer = httpx.post(f"{self.url}/webhooks/rest/webhook", json=body, timeout=60)
        answer.raise_for_status()
        replies: list[dict[str, Any]] = answer.json()
        return replies


@contextmanager
def rasa_server(actions_port: int, folder: Path) -> Iterator[Rasa]:
    """Rasa as the supervisor starts it; its log goes to `folder`."""
    model, _ = train(PYTHON, MODELS)
    [port], log = free_ports(1), folder / "rasa.log"
    command = rasa_command(
        PYTHON, *f"-m nlu.run_rasa run -i 127.0.0.1 -p {port}".split(),
        *["--endpoints", "nlu/endpoints.yml"],
        *f"--credentials nlu/credentials.yml --model {model}".split(),
        YIZHAN_ACTIONS_HOST="127.0.0.1", YIZHAN_ACTIONS_PORT=str(actions_port),
    )  # fmt: skip
    with log.open("w") as out:
        process = subprocess.Popen(command, cwd=ROOT, stdout=out, stderr=subprocess.STDOUT)
        try:
            rasa = Rasa(f"http://127.0.0.1:{port}", log)
            _wait_until_ready(rasa, process)
            yield rasa
        finally:
            # It keeps nothing, and takes seconds to end when asked.
            process.kill()
            process.wait()


def _wait_until_ready(rasa: Rasa, process: subprocess.Popen[bytes]) -> None:
    last = time.monotonic() + SECONDS_TO_READY
    while time.monotonic() < last and process.poll() is None:
        try:
            # Rasa answers before its model is loaded; only then its status page exists.
            if httpx.get(rasa.url, timeout=5).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.3)
    raise RuntimeError(f"Rasa did not start:\n{rasa.log.read_text()[-3000:]}")

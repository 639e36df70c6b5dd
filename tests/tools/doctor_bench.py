"""A copy of Yizhan for the doctor to look at: servers that answer what a test says, settings in
the environment, and the report as an operator gets it.
"""

import json
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from typer.testing import CliRunner

from kit.settings import Settings
from tests.stack import free_ports
from tests.tools.stand_ins import HOST
from tools.cli import app
from tools.doctor import examination
from tools.doctor.finding import Finding, as_lines
from tools.start.progress import words

# As Telegram makes them: a number, a colon, 35 letters.
SECRET = "AAE-doctor_must_never_print_this_000"  # noqa: S105 - of no bot
TOKEN = f"110201543:{SECRET}"
PATIENT = 30.0  # where an answer surely comes, on a machine that is busy with other tests

ME = {"ok": True, "result": {"id": 110201543, "is_bot": True, "username": "yizhan_bot"}}
NO_WEBHOOK = {"ok": True, "result": {"url": "", "pending_update_count": 0}}
REFUSED = {"ok": False, "error_code": 401, "description": "Unauthorized"}
CONFLICT = {"ok": False, "error_code": 409, "description": "Conflict: terminated by other"}

Route = tuple[int, object] | str


class FakeServer(ThreadingHTTPServer):
    """Answers by path: (status, JSON or bytes), `hang`, `drip`, or `bad headers`."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, routes: dict[str, Route], port: int = 0) -> None:
        self.routes = routes
        self.asked: list[str] = []
        self.over = threading.Event()
        super().__init__((HOST, port), _Handler)

    @property
    def base(self) -> str:
        return f"http://{HOST}:{self.server_address[1]}"

    def handle_error(self, *_: object) -> None:
        """Whoever gave up waiting closed his side."""


class _Handler(BaseHTTPRequestHandler):
    server: FakeServer

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        route = self.server.routes.get(self.path.removeprefix(f"/bot{TOKEN}"), (404, b"not here"))
        if route == "hang":
            self.server.over.wait()
        elif route == "drip":
            self._drip()
        elif route == "bad headers":
            self.wfile.write(b"HTTP/1.1 200 OK\r\nno header at all\r\n\r\nhello")
        elif isinstance(route, tuple):
            self._answer(*route)

    do_POST = do_GET  # noqa: N815 - the name that http.server looks for

    def _answer(self, status: int, body: object) -> None:
        written = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(written)))
        if status == 302:
            self.send_header("Location", f"/bot{TOKEN}/elsewhere")
        self.end_headers()
        self.wfile.write(written)

    def _drip(self) -> None:
        self.send_response(200)
        self.end_headers()
        while not self.server.over.wait(0.02):
            self.wfile.write(b" ")
            self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(routes: dict[str, Route], port: int = 0) -> Iterator[FakeServer]:
    """A fake server that answers until the block ends."""
    with FakeServer(routes, port) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join()


class Copy:
    """A copy with everything down, until a test says otherwise."""

    def __init__(self, settings: Settings, patch: pytest.MonkeyPatch, running: ExitStack) -> None:
        self._patch = patch
        self._running = running
        self.data = settings.data_dir
        names = ("bot", "console", "actions", "rasa")
        self.ports = dict(zip(names, free_ports(4), strict=True))
        self.sets(data_dir=self.data)
        self.sets(**{f"{name}_port": port for name, port in self.ports.items()})

    def sets(self, **settings: object) -> None:
        """Set these in the environment."""
        for name, value in settings.items():
            self._patch.setenv(f"YIZHAN_{name.upper()}", str(value))

    def runs(self, **routes: dict[str, Route]) -> None:
        """Let these processes answer."""
        for name, answers in routes.items():
            self._running.enter_context(serving(answers, self.ports[name]))

    def runs_all(self, telegram: str = "off") -> None:
        """Let all four processes be well."""
        ready = (200, {"status": "ok", "telegram": telegram})
        self.runs(
            bot={"/healthz": (200, {"status": "ok"}), "/readyz": ready},
            console={"/readyz": (200, {"status": "ok"})},
            actions={"/health": (200, {"status": "ok"})},
            rasa={
                "/": (200, b"Hello from Rasa"),
                "/webhooks/rest/webhook": (200, [{"custom": 1}]),
            },
        )

    def telegram(self, me: Route = (200, ME), info: Route = (200, NO_WEBHOOK)) -> FakeServer:
        """A Bot API that answers so, with our token set."""
        server = serving({"/getMe": me, "/getWebhookInfo": info})
        api = self._running.enter_context(server)
        self.sets(telegram_token=TOKEN, telegram_api_base=api.base)
        return api

    def examined(self, clock: Any, each: float = PATIENT, in_all: float = PATIENT) -> "Report":
        """What the doctor finds."""
        return Report(examination.examine(clock, each, in_all))

    def command(self, *words_typed: str) -> tuple[int, str]:
        """Type a command; its exit code and what it printed."""
        done = CliRunner().invoke(app, words_typed)
        assert SECRET not in done.output
        assert done.exception is None or isinstance(done.exception, SystemExit)
        return done.exit_code, done.output


class Report:
    """The findings, looked up by key."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = findings
        self.text = "\n".join(as_lines(findings))
        assert SECRET not in self.text

    def sees(self, mark: str, key: str, **values: object) -> str:
        """One line has this mark and these words; the whole line."""
        section, _, name = key.rpartition(".")
        line = f"[{words('marks', mark)}] {words(section or 'doctor', name, **values)}"
        assert line in self.text.splitlines(), f"{line}\nis not in\n{self.text}"
        return line

    def keys(self, mark: str) -> list[str]:
        """What has this mark."""
        return [finding.key for finding in self.findings if finding.mark == mark]

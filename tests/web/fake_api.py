"""A turn API with scripted answers and faults on demand, to test the chat page alone.

It keeps the promises the page relies on: an unknown token is 401, the same turn id gets the
stored replies again. The page is served under the strict policy of the real server, and with
Trusted Types enforced, so that any use of innerHTML throws.
"""

import hashlib
import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

STATIC = Path(__file__).resolve().parents[2] / "bot" / "web" / "static"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:;"
    " connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'; require-trusted-types-for 'script'"
)
TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}
Replies = list[dict[str, Any]]


@dataclass(frozen=True)
class Fault:
    """What goes wrong with one request: not heard, or its answer lost, or this said."""

    drop: bool = False
    lose_answer: bool = False
    status: int = 0
    body: bytes = b""
    delay: float = 0.0


def refusal(status: int, text: str) -> Fault:
    body = json.dumps({"error": {"key": "web.refused", "text": text}}).encode()
    return Fault(status=status, body=body)


@dataclass
class FakeApi:
    """What the page sent, what it shall be answered, and what shall go wrong next."""

    answers: dict[str, Replies] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    turns: list[dict[str, Any]] = field(default_factory=list)
    stored: dict[str, Replies] = field(default_factory=dict)
    tokens: list[str] = field(default_factory=list)
    poison: set[str] = field(default_factory=set)  # Words at which the server always errs.
    photos: list[bytes] = field(default_factory=list)  # What was uploaded, each time.
    photo_faults: list[Fault] = field(default_factory=list)
    owners: dict[str, str] = field(default_factory=dict)  # Whose a photo is.
    news: list[tuple[int, str]] = field(default_factory=list)  # A number and its data.
    inbox_faults: list[Fault] = field(default_factory=list)
    sketches: dict[str, bytes] = field(default_factory=dict)  # Pictures by their token.
    listeners: list[tuple[str, str]] = field(default_factory=list)  # Token, Last-Event-ID.
    lines: int = 0  # How many inboxes are open now.
    hung_up: int = 0
    is_silent: bool = False  # Open inboxes say nothing more, as on a dead network.

    def new_token(self) -> str:
        self.tokens.append(f"worker-{len(self.tokens) + 1}")
        return self.tokens[-1]

    def forget_workers(self) -> None:
        self.tokens[:] = [f"gone-{token}" for token in self.tokens]

    def tell(self, number: int, reply: object) -> None:
        self.news.append((number, json.dumps(reply, ensure_ascii=False)))

    def hang_up(self) -> None:
        self.hung_up += 1

    def knows(self, header: str) -> bool:
        return header.removeprefix("Bearer ") in self.tokens

    def serve(self, turn: dict[str, Any]) -> Replies:
        heard = self.words_of(turn)
        replies = self.answers.get(heard, [{"text": f"收到：{heard}", "choices": [], "cards": []}])
        return self.stored.setdefault(turn["id"], replies)

    def heard(self) -> list[str]:
        """The turns that took effect, in order, each id once."""
        effective = {turn["id"]: turn for turn in self.turns if turn["id"] in self.stored}
        return [self.words_of(turn) for turn in effective.values()]

    @staticmethod
    def words_of(turn: dict[str, Any]) -> str:
        return str(turn.get("text") or turn.get("choice") or turn.get("photo") or "位置")

    def keep(self, picture: bytes, owner: str) -> str:
        """The id of a photo: the same picture of the same worker is the same photo."""
        photo = f"photo-{hashlib.sha256(picture + owner.encode()).hexdigest()[:6]}"
        self.owners[photo] = owner
        return photo


class Handler(BaseHTTPRequestHandler):
    """HTTP around a FakeApi."""

    # HTTP/1.0 closes each connection: a reused one that drops, Chromium repeats by itself.
    api: FakeApi

    def do_GET(self) -> None:
        self.api.requests.append(("GET", self.path))
        if self.path == "/api/inbox":
            self.inbox()
            return
        if self.path.startswith("/api/sketches/"):
            self.sketch(self.path.removeprefix("/api/sketches/"))
            return
        name = "index.html" if self.path == "/" else self.path.removeprefix("/static/")
        file = STATIC / name
        if file.parent != STATIC or not file.is_file():
            self.answer(404, b"{}")
            return
        self.answer(200, file.read_bytes(), TYPES[file.suffix])

    def sketch(self, token: str) -> None:
        """A schematic map, for who may see it."""
        is_known = self.api.knows(self.headers.get("Authorization", ""))
        picture = self.api.sketches.get(token) if is_known else None
        if picture is None:
            self.answer(404, b"{}")
        else:
            self.answer(200, picture, "image/png")

    def inbox(self) -> None:
        """Server-sent events as `bot/web/inbox.py` makes them, with quicker signs of life."""
        seen = self.headers.get("Last-Event-ID", "")
        self.api.listeners.append((self.headers["Authorization"].removeprefix("Bearer "), seen))
        if self.api.inbox_faults:
            fault = self.api.inbox_faults.pop(0)
            self.answer(fault.status, fault.body, "text/html")
            return
        if not self.api.knows(self.headers["Authorization"]):
            self.answer(401, refusal(401, "身份不认识").body)
            return
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream; charset=utf-8")
        self.end_headers()
        self.api.lines += 1
        try:
            self.stream(int(seen))
        except OSError:
            self.close_connection = True  # The page has left.
        finally:
            self.api.lines -= 1

    def stream(self, seen: int) -> None:
        calls = self.api.hung_up
        while self.api.hung_up == calls:
            for number, data in list(self.api.news):
                if number > seen:
                    seen = number
                    event = f"id: {number}\ndata: {data}\n\n".encode()
                    # In two pieces, cut inside a character: the network knows neither.
                    middle = len(event) - 10
                    self.wfile.write(event[:middle])
                    time.sleep(0.02)
                    self.wfile.write(event[middle:])
            if not self.api.is_silent:
                self.wfile.write(b": ok\n\n")
            time.sleep(0.1)

    def do_POST(self) -> None:
        self.api.requests.append(("POST", self.path))
        body = self.rfile.read(int(self.headers["Content-Length"]))
        if self.path == "/api/workers":
            self.answer(201, json.dumps({"token": self.api.new_token()}).encode())
        elif self.path == "/api/photos":
            self.photo(body)
        else:
            self.turn(json.loads(body))

    def photo(self, form: bytes) -> None:
        """An upload as `bot/web/uploads.py` takes it."""
        assert self.headers["Content-Type"].startswith("multipart/form-data; boundary=")
        head, picture = form.split(b"\r\n\r\n", 1)
        assert b'name="photo"' in head
        picture = picture.rsplit(b"\r\n--", 1)[0]
        self.api.photos.append(picture)
        owner = self.headers.get("Authorization", "")
        photo = self.api.keep(picture, owner)
        fault = self.api.photo_faults.pop(0) if self.api.photo_faults else Fault()
        self.give(fault, json.dumps({"photo": photo}).encode())

    def turn(self, body: dict[str, Any]) -> None:
        self.api.turns.append(body)
        fault = self.api.faults.pop(0) if self.api.faults else Fault()
        if body.get("text") in self.api.poison:
            fault = Fault(status=500)
        if self.gives_way(fault):
            return
        owner = self.headers.get("Authorization", "")
        assert self.api.owners.get(body.get("photo", ""), owner) == owner
        replies = json.dumps({"replies": self.api.serve(body)}).encode()
        self.give(Fault(lose_answer=fault.lose_answer), replies)

    def give(self, fault: Fault, answer: bytes) -> None:
        """The answer, unless something goes wrong first."""
        if self.gives_way(fault):
            return
        if fault.lose_answer:
            self.close_connection = True
        else:
            self.answer(200, answer)

    def gives_way(self, fault: Fault) -> bool:
        """Whether something else than the answer was said, or nothing at all."""
        time.sleep(fault.delay)
        if fault.drop:
            self.close_connection = True
        elif fault.status:
            self.answer(fault.status, fault.body)
        elif not self.api.knows(self.headers.get("Authorization", "")):
            self.answer(401, refusal(401, "身份不认识").body)
        else:
            return False
        return True

    def answer(self, status: int, body: bytes, kind: str = "application/json") -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """The test's own output is enough."""


def start(api: FakeApi) -> ThreadingHTTPServer:
    handler = type("BoundHandler", (Handler,), {"api": api})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    # How often it looks whether it shall end, which every test waits for.
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    return server

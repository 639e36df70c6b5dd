"""A worker at the turn API over real HTTP, and what he was told."""

import uuid
from typing import Any

import requests

Replies = list[dict[str, Any]]


class Client:
    """Talks to a running bot; keeps the last replies."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.http = requests.Session()
        self.http.trust_env = False
        made = self.http.post(f"{base}/api/workers", timeout=10)
        made.raise_for_status()
        self.http.headers["Authorization"] = f"Bearer {made.json()['token']}"
        self.last: Replies = []

    def post(self, body: dict[str, Any]) -> requests.Response:
        return self.http.post(f"{self.base}/api/turns", json=body, timeout=30)

    def turn(self, **what: Any) -> Replies:
        answer = self.post({"id": uuid.uuid4().hex, **what})
        assert answer.status_code == 200, answer.text
        self.last = answer.json()["replies"]
        return self.last

    def says(self, text: str) -> Replies:
        return self.turn(text=text)

    def presses(self, title: str) -> Replies:
        offered = {c["title"]: c["token"] for reply in self.last for c in reply["choices"]}
        assert title in offered, f"{title!r} was not offered, but {list(offered)}"
        return self.turn(choice=offered[title])

    def is_at(self, lat: float, lon: float) -> Replies:
        return self.turn(location={"lat": lat, "lon": lon})

    @property
    def text(self) -> str:
        return "\n".join(reply["text"] for reply in self.last)

    def cards(self, kind: str) -> list[dict[str, Any]]:
        return [card for reply in self.last for card in reply["cards"] if card["kind"] == kind]

    def suggests(self, subject: str) -> str:
        """Hand in a suggestion by text alone; returns its code."""
        self.says("我要提个建议")
        self.says(subject)
        self.says("蕉门公园北门")
        self.says("跟运营商谈一谈")
        self.says("发送")
        return str(self.cards("case")[0]["code"])

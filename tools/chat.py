"""A worker at the turn API over real HTTP: what bench, soak and the end-to-end tests drive."""

import uuid
from typing import Any

import requests

Replies = list[dict[str, Any]]


class Chat:
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
        """A turn as it is, whatever comes back."""
        return self.http.post(f"{self.base}/api/turns", json=body, timeout=30)

    def turn(self, **what: object) -> Replies:
        """Send one turn; raises requests.HTTPError when it is refused."""
        answer = self.post({"id": uuid.uuid4().hex, **what})
        answer.raise_for_status()
        self.last = answer.json()["replies"]
        return self.last

    def says(self, text: str) -> Replies:
        """Type a text."""
        return self.turn(text=text)

    def presses(self, title: str) -> Replies:
        """Press a button of the last replies; raises KeyError when it was not offered."""
        offered = {c["title"]: c["token"] for reply in self.last for c in reply["choices"]}
        return self.turn(choice=offered[title])

    def is_at(self, lat: float, lon: float) -> Replies:
        """Share a position in WGS-84."""
        return self.turn(location={"lat": lat, "lon": lon})

    def sends_photo(self, picture: bytes) -> Replies:
        """Upload a picture, and send it."""
        return self.turn(photo=self.upload(picture).json()["photo"])

    def upload(self, picture: bytes) -> requests.Response:
        """Hand a picture over; raises requests.HTTPError when it is refused."""
        files = {"photo": ("1.jpg", picture, "image/jpeg")}
        answer = self.http.post(f"{self.base}/api/photos", files=files, timeout=30)
        answer.raise_for_status()
        return answer

    @property
    def text(self) -> str:
        """The last replies' texts."""
        return "\n".join(reply["text"] for reply in self.last)

    def cards(self, kind: str) -> list[dict[str, Any]]:
        """The last replies' cards of a kind."""
        return [card for reply in self.last for card in reply["cards"] if card["kind"] == kind]

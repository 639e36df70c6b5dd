"""One HTTP question. What went wrong comes back as a word: errors of `requests` quote the URL,
and Telegram's URLs hold the token.
"""

from dataclasses import dataclass
from typing import Any, Literal

import requests

Trouble = Literal["silent", "certificate", "proxy", "address"]


@dataclass(frozen=True)
class Answer:
    """What was answered; `body` is the JSON, None where it is none."""

    status: int
    body: Any

    def get(self, name: str) -> Any:  # noqa: ANN401 - JSON may hold anything
        """A field of the answer, None where there is none."""
        return self.body.get(name) if isinstance(self.body, dict) else None


def ask(
    url: str, seconds: float, *, proxy: str | None = None, post: object = None
) -> Answer | Trouble:
    """Ask once, through the proxy given here or none, as the bot does."""
    method = "GET" if post is None else "POST"
    proxies = {"http": proxy, "https": proxy} if proxy else None
    with requests.Session() as http:
        http.trust_env = False
        try:
            answer = http.request(
                method, url, json=post, timeout=seconds, proxies=proxies, allow_redirects=False
            )
        except (requests.RequestException, ValueError) as error:
            return _trouble(error, proxied=proxy is not None)
        return Answer(answer.status_code, _json(answer))


def _json(answer: requests.Response) -> object:
    try:
        return answer.json()
    except (ValueError, RecursionError):
        return None


def _trouble(error: Exception, *, proxied: bool) -> Trouble:
    match error:
        case requests.exceptions.SSLError():
            return "certificate"
        case requests.exceptions.ProxyError() | requests.exceptions.InvalidProxyURL():
            return "proxy"
        case requests.exceptions.InvalidSchema() if proxied:
            return "proxy"  # such as socks5 without the package for it
        case requests.ConnectionError() | requests.Timeout():
            return "silent"
        case requests.exceptions.InvalidURL() | ValueError():
            return "address"
        case _:
            return "silent"

"""Whence a request comes: no header is believed but a known proxy's."""

import pytest
from fastapi import Request

from console.visitors import address_of, visitor_of
from kit.ids import digest
from kit.settings import Settings

PROXIES = "10.0.0.0/8, 192.0.2.7"


def asked(peer: str | None, forwarded: str | None = None, agent: str = "") -> Request:
    headers = [(b"user-agent", agent.encode())]
    if forwarded is not None:
        headers.append((b"x-forwarded-for", forwarded.encode()))
    client = (peer, 1) if peer is not None else None
    return Request({"type": "http", "headers": headers, "client": client})


@pytest.mark.parametrize(
    ("proxies", "peer", "forwarded", "address"),
    [
        ("", "203.0.113.5", None, "203.0.113.5"),
        ("", "203.0.113.5", "198.51.100.1", "203.0.113.5"),
        (PROXIES, "203.0.113.5", "198.51.100.1", "203.0.113.5"),
        (PROXIES, "10.1.2.3", "198.51.100.1", "198.51.100.1"),
        (PROXIES, "192.0.2.7", "1.2.3.4, 198.51.100.1", "198.51.100.1"),
        (PROXIES, "10.1.2.3", "198.51.100.1, 10.9.9.9", "198.51.100.1"),
        (PROXIES, "10.1.2.3", None, None),
        (PROXIES, "10.1.2.3", "nonsense", None),
        ("", "2001:db8:1:2:3:4:5:6", None, "2001:db8:1:2::/64"),
        ("", None, None, None),
    ],
)
def test_the_address_that_counts(
    proxies: str, peer: str | None, forwarded: str | None, address: str | None
):
    settings = Settings(console_proxies=proxies)
    found = address_of(asked(peer, forwarded), settings)
    assert found == (digest(address) if address else None)


@pytest.mark.parametrize("proxies", ["everyone", "10.0.0.0/99", "10.0.0.1/8"])
def test_a_proxy_that_is_none_is_refused(proxies: str):
    with pytest.raises(ValueError, match="console_proxies"):
        Settings(console_proxies=proxies)


@pytest.mark.parametrize(
    ("agent", "browser"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36", "Chrome / Windows"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edg / Windows"),
        (
            "Mozilla/5.0 (Linux; Android 14) Chrome/130 MicroMessenger/8",
            "MicroMessenger / Android",
        ),
        ("<script>", ""),
    ],
)
def test_a_browser_in_two_words(agent: str, browser: str):
    assert visitor_of(asked("203.0.113.5", agent=agent), Settings()).browser == browser

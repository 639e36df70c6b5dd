"""Whence a request comes: the digest of its address, and its browser in two words."""

from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Request

from kit.ids import digest
from kit.settings import Settings
from services.staff.sessions import Visitor

# The first that a browser's own description names; several name their ancestors too.
BROWSERS = ("MicroMessenger", "Edg", "OPR", "Firefox", "Chrome", "Safari")
SYSTEMS = ("HarmonyOS", "Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")
HOUSE = 64  # bits of an IPv6 address that one household shares


def visitor_of(request: Request, settings: Settings) -> Visitor:
    """Who asks, as the log and the list of sessions know him."""
    described = request.headers.get("user-agent", "")
    named = [
        next((each for each in words if each in described), "") for words in (BROWSERS, SYSTEMS)
    ]
    return Visitor(address_of(request, settings), " / ".join(filter(None, named)))


def address_of(request: Request, settings: Settings) -> str | None:
    """The digest of the address that asks; None where the server does not know it.

    What a header says counts only when a proxy of the settings hands it on, and of its list only
    the last that is no such proxy: the ones before it anybody can write.
    """
    found = request.client.host if request.client else ""
    handed_on = request.headers.get("x-forwarded-for", "").split(",")
    while handed_on and _is_proxy(found, settings):
        found = handed_on.pop().strip()
    try:
        address = ip_address(found)
    except ValueError:
        return None
    if isinstance(address, IPv6Address):
        return digest(str(ip_network((int(address), HOUSE), strict=False)))
    return digest(str(address))


def _is_proxy(found: str, settings: Settings) -> bool:
    try:
        address = ip_address(found)
    except ValueError:
        return False
    return any(address in network for network in settings.proxies)

"""Links that open a stop in the map apps workers have: 高德, 百度 and 腾讯.

No link says where the worker is: each app starts from where the phone is. Each wants its own order
and datum, and a point in the wrong one is half a kilometre off.
"""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from kit.text import shorten, tidy
from services.geo import from_wgs84
from services.turns import Datum, MapLink, Position

NAME_MOST = 30  # characters; a map shows less
WORDS_MOST = 80
SOURCE = "yizhan"


# The web address of 腾讯 knows bus, drive and walk only; `bike` belongs to its app's own scheme,
# which needs a developer's key and opens from no chat. Walking keeps a rider off the motorway.
_TENCENT_TYPE = "walk"


def links(name: str, position: Position) -> tuple[MapLink, ...]:
    """The way to a WGS-84 point, in the order in which the apps are offered."""
    return (
        MapLink("amap", _amap(name, position)),
        MapLink("baidu", _baidu(name, position)),
        MapLink("tencent", _tencent(name, position)),
    )


def search_links(words: str, city: str) -> tuple[MapLink, ...]:
    """A search for an address in a city, for stops whose point is not known.

    https://lbs.amap.com/api/uri-api/guide/search/search,
    https://lbsyun.baidu.com/index.php?title=uri/api/web (`place/search`) and
    https://lbs.qq.com/webApi/uriV1/uriGuide/uriWebPoisearch.
    """
    words, city = _clean(words, WORDS_MOST), _clean(city, NAME_MOST)
    amap = {"keyword": words, "city": city, "src": SOURCE, "callnative": "1"}
    baidu = {"query": words, "region": city, "output": "html", "src": f"webapp.{SOURCE}.{SOURCE}"}
    tencent = {"keyword": words, "region": city, "referer": SOURCE}
    return (
        MapLink("amap", _url("https://uri.amap.com/search", amap)),
        MapLink("baidu", _url("https://api.map.baidu.com/place/search", baidu)),
        MapLink("tencent", _url("https://apis.map.qq.com/uri/v1/search", tencent)),
    )


def _amap(name: str, position: Position) -> str:
    """Navigation: `to=lon,lat,name` in GCJ-02; without `from` a phone takes its own position.

    https://lbs.amap.com/api/uri-api/guide/travel/route. Riding works on phones only.
    """
    lat, lon = _degrees(position, "gcj02")
    # A comma would end the name.
    title = _clean(name, NAME_MOST).replace(",", "，")
    query = {"to": f"{lon},{lat},{title}", "mode": "ride", "coordinate": "gaode"}
    return _url("https://uri.amap.com/navigation", {**query, "src": SOURCE, "callnative": "1"})


def _baidu(name: str, position: Position) -> str:
    """A marker at `lat,lon` in BD-09, from which one tap leads to the way there.

    https://lbsyun.baidu.com/index.php?title=uri/api/web. Its `direction` demands an origin, which
    we do not give away, and knows no riding.
    """
    lat, lon = _degrees(position, "bd09")
    title = _clean(name, NAME_MOST)
    query = {"location": f"{lat},{lon}", "title": title, "content": title}
    rest = {"coord_type": "bd09ll", "output": "html", "src": f"webapp.{SOURCE}.{SOURCE}"}
    return _url("https://api.map.baidu.com/marker", {**query, **rest})


def _tencent(name: str, position: Position) -> str:
    """A route: `tocoord=lat,lon` in GCJ-02 (`coord_type=2`); a phone starts from where it is.

    https://lbs.qq.com/webApi/uriV1/uriGuide/uriWebRoute.
    """
    lat, lon = _degrees(position, "gcj02")
    query = {"type": _TENCENT_TYPE, "to": _clean(name, NAME_MOST)}
    rest = {"tocoord": f"{lat},{lon}", "coord_type": "2", "referer": SOURCE}
    return _url("https://apis.map.qq.com/uri/v1/routeplan", {**query, **rest})


def _degrees(position: Position, datum: Datum) -> tuple[str, str]:
    """Latitude and longitude in a datum, to a tenth of a metre."""
    point = from_wgs84(position, datum)
    return f"{point.lat:.6f}", f"{point.lon:.6f}"


def _clean(text: str, most: int) -> str:
    return shorten(tidy(text).replace("\n", " "), most)


def _url(address: str, query: Mapping[str, str]) -> str:
    # %20 and not +, which some apps show as it is.
    return f"{address}?{urlencode(query, safe=',', quote_via=quote)}"

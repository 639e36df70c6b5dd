"""Each map app gets the point in its own order and datum, and nothing about the worker."""

from math import cos, radians
from urllib.parse import parse_qs, quote, urlsplit

import prcoords
from hypothesis import given, settings
from hypothesis import strategies as st

from kit.text import tidy
from services.map_links import NAME_MOST, WORDS_MOST, links, search_links
from services.turns import Position

HOSTS = {
    "amap": "uri.amap.com",
    "baidu": "api.map.baidu.com",
    "tencent": "apis.map.qq.com",
}
NAME = "南沙万达 骑手驿站(A,B)"
HERE = Position(22.797200, 113.527400)
points = st.builds(Position, st.floats(18.2, 53.5), st.floats(73.6, 134.9))
# All of Unicode but the halves of surrogate pairs; then these too.
texts = st.one_of(st.text(max_size=200), st.text(st.characters(categories=["Cs", "Lo", "Cc"])))


def by_app(name: str, position: Position) -> dict[str, str]:
    return {link.app: link.url for link in links(name, position)}


def query(url: str) -> dict[str, str]:
    return {
        key: value
        for key, (value,) in parse_qs(urlsplit(url).query, keep_blank_values=True).items()
    }


def six(degrees: float) -> str:
    return f"{degrees:.6f}"


def test_exact_addresses():
    gcj = prcoords.wgs_gcj(prcoords.Coords(HERE.lat, HERE.lon))
    bd = prcoords.gcj_bd(gcj)
    name, in_amap = quote(NAME, safe=","), quote(NAME.replace(",", "，"))
    assert by_app(NAME, HERE) == {
        "amap": f"https://uri.amap.com/navigation?to={six(gcj.lon)},{six(gcj.lat)},{in_amap}"
        "&mode=ride&coordinate=gaode&src=yizhan&callnative=1",
        "baidu": f"https://api.map.baidu.com/marker?location={six(bd.lat)},{six(bd.lon)}"
        f"&title={name}&content={name}&coord_type=bd09ll&output=html&src=webapp.yizhan.yizhan",
        "tencent": f"https://apis.map.qq.com/uri/v1/routeplan?type=walk&to={name}"
        f"&tocoord={six(gcj.lat)},{six(gcj.lon)}&coord_type=2&referer=yizhan",
    }


@settings(max_examples=300, deadline=None)
@given(points)
def test_order_and_datum_of_each_app(here: Position):
    urls = by_app("驿站", here)
    gcj = prcoords.wgs_gcj(prcoords.Coords(here.lat, here.lon))
    bd = prcoords.gcj_bd(gcj)
    lon, lat, _name = query(urls["amap"])["to"].split(",")
    assert metres(lat, lon, gcj) < 0.2
    assert metres(*query(urls["baidu"])["location"].split(","), bd) < 0.2
    assert metres(*query(urls["tencent"])["tocoord"].split(","), gcj) < 0.2


def metres(lat: str, lon: str, there: prcoords.Coords) -> float:
    east = (float(lon) - there.lon) * 111_195 * cos(radians(there.lat))
    return float(((float(lat) - there.lat) ** 2 * 111_195**2 + east**2) ** 0.5)


@settings(max_examples=300, deadline=None)
@given(texts)
def test_any_name_makes_one_valid_address(name: str):
    shown = tidy(name).replace("\n", " ")
    for link in links(name, HERE):
        parts = urlsplit(link.url)
        assert (parts.scheme, parts.netloc) == ("https", HOSTS[link.app])
        assert link.url.isascii()
        assert not set(link.url) & set(" \"'<>\\^`{|}#")
        found = query(link.url)
        said = {
            "amap": found.get("to", "").split(",")[-1],
            "baidu": found.get("title", ""),
            "tencent": found.get("to", ""),
        }[link.app]
        kept = shown.replace(",", "，") if link.app == "amap" else shown
        assert len(said) <= NAME_MOST
        if len(kept) <= NAME_MOST:
            assert said == kept
        else:
            assert kept.startswith(said.removesuffix("…"))


def test_nothing_but_the_stop_is_in_an_address():
    known = {
        "amap": {"to", "mode", "coordinate", "src", "callnative"},
        "baidu": {"location", "title", "content", "coord_type", "output", "src"},
        "tencent": {"type", "to", "tocoord", "coord_type", "referer"},
    }
    for app, url in by_app(NAME, HERE).items():
        assert set(query(url)) == known[app]  # no `from`, no `origin`, no `fromcoord`


def test_search_addresses():
    words, city = quote("盐城亭湖区 建军路1号"), quote("盐城")
    assert {link.app: link.url for link in search_links("盐城亭湖区 建军路1号", "盐城")} == {
        "amap": f"https://uri.amap.com/search?keyword={words}&city={city}&src=yizhan&callnative=1",
        "baidu": f"https://api.map.baidu.com/place/search?query={words}&region={city}"
        "&output=html&src=webapp.yizhan.yizhan",
        "tencent": f"https://apis.map.qq.com/uri/v1/search?keyword={words}&region={city}"
        "&referer=yizhan",
    }


@settings(max_examples=200, deadline=None)
@given(texts, texts)
def test_any_words_can_be_searched_for(words: str, city: str):
    names = {"amap": ("keyword", "city"), "baidu": ("query", "region")}
    for link in search_links(words, city):
        assert link.url.isascii()
        assert urlsplit(link.url).netloc == HOSTS[link.app]
        asked, where = names.get(link.app, ("keyword", "region"))
        found = query(link.url)
        assert len(found[asked]) <= WORDS_MOST
        assert len(found[where]) <= NAME_MOST
        if len(shown := tidy(words).replace("\n", " ")) <= WORDS_MOST:
            assert found[asked] == shown

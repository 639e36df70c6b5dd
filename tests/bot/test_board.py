"""The public board and Open311 as the public gets them: what was released, and nothing else."""

import json
from datetime import datetime
from xml.etree import ElementTree as ET

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.web import open311 as endpoint
from services import cases
from services.board import open311, releasing
from services.staff.actors import Actor
from services.staff.permissions import Role
from tests.bot.api import Api
from tests.services.boarding import TEXT, accepted, release, withdraw
from tests.services.casing import Office
from tests.testers.chat import on_sqlite

LIST, FEED = "/board", "/board/feed.atom"
V2 = "/open311/v2"
# The tables of GeoReport v2, in their order; bare ones "may not be returned" or may be empty.
REQUEST = (
    *("service_request_id", "status", "status_notes", "service_name", "service_code"),
    *("description", "agency_responsible", "service_notice", "requested_datetime"),
    *("updated_datetime", "expected_datetime", "address", "address_id", "zipcode"),
    *("lat", "long", "media_url"),
)
SERVICE = (
    *("service_code", "service_name", "description", "metadata", "type", "keywords", "group"),
)
SECRETS = ("13812345678", "粤B12345", "张伟民", "13900001111", "进港大道17号", "来件人原话不公开")


@pytest.fixture
def office(api: Api) -> Office:
    return Office(api.chat.sessions, api.chat.library, api.chat.clock)


async def got(api: Api, path: str, status: int = 200) -> httpx.Response:
    answer = await api.client.get(path)
    assert answer.status_code == status, answer.text
    assert "script-src" not in answer.headers["content-security-policy"] or path.startswith(V2)
    return answer


def parsed(text: str) -> ET.Element:
    return ET.fromstring(text)  # noqa: S314 - written by ourselves


async def records(api: Api, query: str = "") -> list[dict[str, str | None]]:
    """What JSON says, having seen that XML says the same."""
    told = (await got(api, f"{V2}/requests.json{query}")).json()
    root = parsed((await got(api, f"{V2}/requests.xml{query}")).text)
    assert root.tag == "service_requests"
    assert [{field.tag: field.text for field in each} for each in root] == told
    return list(told)


async def reviewer(office: Office) -> Actor:
    return await office.actor()


@on_sqlite
async def test_nothing_of_the_worker_gets_out(api: Api, office: Office):
    actor, worker = await reviewer(office), await office.worker()
    handed = await office.hand_in(
        worker,
        "来件人原话不公开，老板张伟民13812345678，粤B12345",
        place="进港大道17号",
        remedy="来件人原话不公开",
        contact="13900001111",
        caller="张伟民",
        category="rest_stops",
    )
    code = handed.case.code
    await office.takes(actor, code, "take_up")
    hidden = await accepted(office, actor, "没有公示的一件")
    await release(office, actor, code)
    pages = (LIST, "/board/1", FEED, f"{V2}/requests.json", f"{V2}/requests.xml",
             f"{V2}/requests/1.json", f"{V2}/requests/1.xml")  # fmt: skip
    for path in pages:
        answer = await got(api, path)
        assert "路口加灯" in answer.text
        for secret in (
            *SECRETS,
            code,
            hidden,
            handed.query_word,
            worker,
            handed.case.id,
            actor.id,
        ):
            assert secret not in answer.text, f"{secret} stands in {path}"
        assert "没有公示的一件" not in answer.text


@on_sqlite
async def test_a_page_needs_no_script_is_small_and_is_kept_a_minute(api: Api, office: Office):
    actor = await reviewer(office)
    assert "还没有公示的内容" in (await got(api, LIST)).text
    for number in range(21):
        code = await accepted(office, actor, f"第{number}件路灯")
        await release(office, actor, code, title=f"第{number}条<b>加灯", text=TEXT * 20)
    answer = await got(api, LIST)
    assert "<script" not in answer.text
    assert "<b>加灯" not in answer.text
    assert len(answer.content) < 40_000
    assert answer.headers["cache-control"] == "public, max-age=60"
    tag = {"If-None-Match": answer.headers["etag"]}
    assert (await api.client.get(LIST, headers=tag)).status_code == 304
    assert "第0条" not in answer.text
    assert "第0条" in (await got(api, "/board?page=2")).text
    assert "第20条" in (await got(api, "/board/21")).text
    await withdraw(office, actor, code)
    office.clock.advance(seconds=20)
    await got(api, "/board/21", 404)
    assert "第20条" not in (await got(api, LIST)).text


@on_sqlite
@pytest.mark.parametrize(
    "path",
    ["/board/99", "/board/x", "/board?page=9", "/board?page=-1", "/board?kind=x", "/board/%00",
     "/board/7KQ3-M9TX", "/board/" + "9" * 400],
)  # fmt: skip
async def test_what_is_not_there_is_said_in_plain_words(api: Api, path: str):
    answer = await got(api, path, 404)
    assert "没有找到" in answer.text
    assert answer.headers["cache-control"] == "no-store"


@on_sqlite
async def test_the_feed_is_atom(api: Api, office: Office):
    actor = await reviewer(office)
    await got(api, FEED)
    await release(office, actor, await accepted(office, actor))
    office.clock.advance(seconds=20)
    atom = "{http://www.w3.org/2005/Atom}"
    feed = parsed((await got(api, FEED)).text)
    entry = feed.find(f"{atom}entry")
    assert entry is not None
    for parent in (feed, entry):
        for name in ("id", "title", "updated"):
            assert parent.findtext(atom + name)
        assert datetime.fromisoformat(str(parent.findtext(f"{atom}updated"))).tzinfo


@on_sqlite
async def test_requests_are_those_of_the_specification(api: Api, office: Office):
    await office.unit("区城管")
    actor, handler = await reviewer(office), await office.actor(Role.HANDLER, unit="区城管")
    open_one = await accepted(office, actor, category="rest_stops")
    closed_one = await office.answered(actor, handler)
    await release(office, actor, open_one)
    await release(office, actor, closed_one, answer="下周装好", unit="区城管")
    closed, opened = await records(api)
    for each in (closed, opened):
        assert tuple(each) == REQUEST
        for name in ("requested_datetime", "updated_datetime"):
            assert datetime.fromisoformat(str(each[name])).tzinfo
        assert (each["lat"], each["long"], each["media_url"]) == (None, None, None)
        assert len(str(each["description"])) <= 4_000
    assert (opened["status"], closed["status"]) == ("open", "closed")
    assert opened["service_code"] == "rest_stops"
    assert opened["requested_datetime"] == "2026-11-18T00:00:00+08:00"
    assert opened["expected_datetime"]
    assert (closed["status_notes"], closed["agency_responsible"]) == ("下周装好", "区城管")
    assert closed["service_code"] == "other"
    assert await records(api, "?status=open") == [opened]
    assert await records(api, "?status=open,closed") == [closed, opened]
    assert await records(api, "?service_code=rest_stops") == [opened]
    assert await records(api, "?service_code=other,rest_stops") == [closed, opened]
    assert await records(api, "?page_size=1&page=2") == [opened]
    assert await records(api, "?service_request_id=1&status=closed") == [opened]
    assert await records(api, "?start_date=2026-11-18T00:00:00%2B08:00") == [closed, opened]
    assert await records(api, "?start_date=2026-11-17T16:00:01Z") == []
    assert await records(api, "?end_date=2026-11-17T15:59:59Z") == []
    one = (await got(api, f"{V2}/requests/1.json")).json()
    assert one == [opened]


@on_sqlite
async def test_services_and_discovery(api: Api):
    found = (await got(api, f"{V2}/services.json")).json()
    assert {tuple(each) for each in found} == {SERVICE}
    assert [each["service_code"] for each in found] == list(api.chat.library.categories)
    root = parsed((await got(api, f"{V2}/services.xml")).text)
    assert (root.tag, {each.tag for each in root}) == ("services", {"service"})
    assert [{field.tag: field.text for field in each} for each in root] == found
    told = (await got(api, f"{V2}/discovery.json")).json()
    (end,) = told["endpoints"]
    assert end["url"] == f"http://bot{V2}"
    assert set(told) == {"changeset", "contact", "key_service", "endpoints"}
    assert set(end) == {"specification", "url", "changeset", "type", "formats"}
    root = parsed((await got(api, f"{V2}/discovery.xml")).text)
    formats = root.findall("endpoints/endpoint/formats/format")
    assert [each.text for each in formats] == ["text/xml", "application/json"]


@on_sqlite
@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/requests.{}?start_date=gestern", 400),
        ("/requests.{}?start_date=2026-11-01T00:00:00", 400),
        ("/requests.{}?start_date=0001-01-01T00:00:00Z", 400),
        ("/requests.{}?start_date=2026-01-01T00:00:00Z&end_date=2026-11-01T00:00:00Z", 400),
        ("/requests.{}?start_date=2026-11-02T00:00:00Z&end_date=2026-11-01T00:00:00Z", 400),
        ("/requests.{}?status=done", 400),
        ("/requests.{}?service_code=nothing", 400),
        ("/requests.{}?page_size=1001", 400),
        ("/requests.{}?page=0", 400),
        ("/requests.{}?service_request_id=7KQ3-M9TX", 400),
        ("/requests/9.{}", 404),
        ("/requests/x.{}", 404),
        ("/services/rest_stops.{}", 404),
    ],
)
async def test_errors_are_those_of_the_specification(api: Api, path: str, status: int):
    (told,) = (await got(api, V2 + path.format("json"), status)).json()
    assert set(told) == {"code", "description"}
    assert told["code"] == str(status)
    root = parsed((await got(api, V2 + path.format("xml"), status)).text)
    assert root.tag == "errors"
    assert [{field.tag: field.text for field in each} for each in root] == [told]


# What XML escapes, folds, or cannot carry at all, beside what people write.
MARKS = "<>&\"'] \n\r\t\x0b\u2028\ud800\ufffe\uffff驿a\U0001f600"
WORDS = st.none() | st.text(st.sampled_from(MARKS), min_size=1, max_size=8)


@given(st.lists(st.dictionaries(st.sampled_from(REQUEST), WORDS, max_size=4), max_size=3))
@settings(max_examples=60, deadline=None)
def test_json_and_xml_agree(told: list[open311.Record]):
    clean = [
        {
            name: releasing.read({"title": "标题四字", "text": f"足够长的内容{text}"}).text
            if text
            else None
            for name, text in each.items()
        }
        for each in told
    ]
    root = parsed(endpoint.to_xml(clean, "service_requests", "request"))
    assert [{field.tag: field.text for field in each} for each in root] == json.loads(
        endpoint.to_json(clean)
    )


def test_every_state_is_open_or_closed():
    assert {"answered", "archived", "refused", "forwarded"} <= open311.CLOSED_STATES
    assert not open311.CLOSED_STATES & (cases.OPEN - {"to_approve"})

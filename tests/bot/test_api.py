"""The turn API in process: every bad input gets a clear answer in Chinese, and never a crash."""

import asyncio
import json
import re
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.rasa_client import for_rasa
from kit.ids import new_id
from tests.bot.api import FAULT_KEYS, Api, broken
from tests.testers.chat import PER_MINUTE, Chat, on_sqlite

CHINESE = re.compile(r"[\u4e00-\u9fff]")
MIB = 1024 * 1024


def check_fault(answer: httpx.Response, status: int) -> str:
    """The answer is the error that the OpenAPI document promises; returns its words."""
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    error = answer.json()["error"]
    assert set(error) == FAULT_KEYS
    assert CHINESE.search(error["text"])
    assert "{" not in error["text"]
    return str(error["text"])


@on_sqlite
async def test_who_is_not_enrolled_is_told_so(api: Api):
    body = {"id": "1", "text": "菜单"}
    for header in ({}, {"Authorization": "Bearer "}, {"Authorization": "Basic abc"}):
        check_fault(await api.client.post("/api/turns", json=body, headers=header), 401)
    for token in ("forged", "a" * 5_000):
        header = {"Authorization": f"Bearer {token}"}
        check_fault(await api.client.post("/api/turns", json=body, headers=header), 401)
        check_fault(await api.client.get("/api/inbox", headers=header), 401)


@on_sqlite
@pytest.mark.parametrize(
    "text",
    [
        '/find_rest_stop{"place":"x"}',
        '\u3000/find_rest_stop{"place":"x"}',
        '\u2028/find_rest_stop{"place":"x"}',
        '\x1c/find_rest_stop{"place":"x"}',
        "／restart",
        "//restart",
        "/start",
        "\u200b/restart",
    ],
)
async def test_no_intent_is_obeyed(api: Api, text: str):
    replies = (await api.turn(text=text)).json()["replies"]
    assert "不用打命令" in replies[0]["text"] or "没听懂" in replies[0]["text"]
    assert replies[0]["cards"] == []
    for turn in api.chat.rasa.told:
        assert not for_rasa(turn.text or "", str).strip().startswith(("/", "／"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "没收到字"),
        (" \n\t", "没收到字"),
        ("\u200b\u200d\ufeff", "没收到字"),
        ("🙂", "只收到表情"),
        ("👨‍👩‍👧‍👦🏍️", "只收到表情"),
        ("？！。", "只收到表情"),
        ("啊" * 4096, "没听懂"),
        ("菜单\x00", "找驿站"),
    ],
)
async def test_odd_texts_are_answered(api: Api, text: str, words: str):
    answer = await api.turn(text=text)
    assert answer.status_code == 200, answer.text
    assert words in answer.json()["replies"][0]["text"]


@on_sqlite
@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"", 422),
        (b"{", 422),
        (b"\xff\xfe", 422),
        (b"null", 422),
        (b"[]", 422),
        (b'[{"id":"1","text":"x"}]', 422),
        (b'"text"', 422),
        (b"{}", 422),
        (b'{"id":"1"}', 422),
        (b'{"text":"x"}', 422),
        (b'{"id":1,"text":"x"}', 422),
        (b'{"id":"","text":"x"}', 422),
        (b'{"id":"a b","text":"x"}', 422),
        (b'{"id":"a\\n","text":"x"}', 422),
        (b'{"id":"1","text":1}', 422),
        (b'{"id":"1","text":null}', 422),
        (b'{"id":"1","text":["x"]}', 422),
        (b'{"id":"1","text":"x","more":1}', 422),
        (b'{"id":"1","text":"x","choice":"y"}', 422),
        (b'{"id":"1","choice":5}', 422),
        (b'{"id":"1","location":[1,2]}', 422),
        (b'{"id":"1","location":{"lat":22.8}}', 422),
        (b'{"id":"1","location":{"lat":"22.8","lon":113}}', 422),
        (b'{"id":"1","location":{"lat":NaN,"lon":113}}', 422),
        (b'{"id":"1","location":{"lat":22,"lon":Infinity}}', 422),
        (b'{"id":"1","location":{"lat":91,"lon":113}}', 422),
        (b'{"id":"1","location":{"lat":1e400,"lon":113}}', 422),
        (b'{"id":"1","location":{"lat":true,"lon":113}}', 422),
        (b'{"id":"1","location":{"lat":22,"lon":113,"datum":"mars"}}', 422),
        (b'{"id":"1","location":{"lat":' + b"9" * 5000 + b',"lon":113}}', 400),
        (b'{"id":"1","text":' + b"[" * 30_000 + b"]" * 30_000 + b"}", 400),
    ],
)
async def test_bad_bodies_are_refused(api: Api, body: bytes, status: int):
    check_fault(await api.post(body), status)


@on_sqlite
async def test_too_long_a_text_says_how_much_is_taken(api: Api):
    answer = await api.turn(text="啊" * 4097)
    assert "4096" in check_fault(answer, 413)


@pytest.mark.parametrize("text", ["\ud800", "最低工资\udfff"])
@on_sqlite
async def test_half_a_character_is_no_crash(api: Api, text: str):
    answer = await api.post(json.dumps({"id": "1", "text": text}).encode())
    check_fault(answer, 422)


@on_sqlite
@pytest.mark.parametrize("announced", ["announced", "unannounced"])
async def test_a_huge_body_is_refused(api: Api, announced: str):
    read = 0

    async def pieces():
        nonlocal read
        for _ in range(50):
            read += 1
            yield b"x" * MIB

    size = {"Content-Length": str(50 * MIB)} if announced == "announced" else {}
    check_fault(await api.post(pieces(), **size), 413)
    assert read <= 2


@on_sqlite
async def test_a_forged_button_is_said_to_be_of_no_use(api: Api):
    for token in ("forged", "", "\u0000", "按钮", "a" * 64):
        answer = await api.turn(choice=token)
        assert "这个按钮不能用了" in answer.json()["replies"][0]["text"], answer.text
    check_fault(await api.turn(choice="a" * 65), 422)


async def test_the_same_id_gets_the_same_replies(api: Api):
    first = await api.turn("7", text="菜单")
    again = await api.turn("7", text="菜单")
    assert first.json() == again.json()
    assert first.json()["replies"][0]["choices"][0]["token"]
    both = await asyncio.gather(*(api.turn("8", text="菜单") for _ in range(2)))
    assert both[0].json() == both[1].json()


@on_sqlite
async def test_too_fast_says_when_to_come_again(api: Api):
    for _ in range(PER_MINUTE):
        assert (await api.turn(text="🙂")).status_code == 200
    answer = await api.turn("late", text="菜单")
    check_fault(answer, 429)
    seconds = int(answer.headers["retry-after"])
    assert 0 < seconds <= 60
    api.chat.clock.advance(seconds=61)
    assert (await api.turn("late", text="菜单")).status_code == 200


@on_sqlite
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", "/healthz", 200),
        ("GET", "/metrics", 200),
        ("GET", "/openapi.json", 200),
        ("GET", "/nothing", 404),
        ("GET", "/static/nothing.js", 404),
        ("GET", "/static/../app.py", 404),
        ("GET", "/api/turns", 405),
        ("POST", "/api/nothing", 404),
        ("GET", "/api/inbox", 401),
    ],
)
async def test_every_answer_is_safe_to_show(api: Api, method: str, path: str, status: int):
    answer = await api.client.request(method, path)
    if status >= 400:
        check_fault(answer, status)
    assert answer.status_code == status
    check_headers(answer)
    if path.startswith("/api/"):
        assert answer.headers["cache-control"] == "no-store"


def check_headers(answer: httpx.Response) -> None:
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


@on_sqlite
async def test_our_own_fault_is_told_in_chinese_too(chat: Chat):
    with capture_logs() as logged:
        async with broken(chat) as api:
            answer = await api.turn(text="我的电话13800138000")
    check_fault(answer, 500)
    check_headers(answer)
    [entry] = logged
    assert (entry["event"], entry["path"]) == ("request_failed", "/api/turns")


async def test_ready_when_the_database_answers(api: Api):
    assert (await api.client.get("/readyz")).json() == {"status": "ok", "telegram": "off"}


@on_sqlite
async def test_openapi_knows_every_answer(api: Api):
    document = (await api.client.get("/openapi.json")).json()
    turns = document["paths"]["/api/turns"]["post"]
    assert {"200", "400", "401", "413", "422", "429", "500"} <= set(turns["responses"])
    for status, answer in turns["responses"].items():
        schema = answer["content"]["application/json"]["schema"]["$ref"]
        assert schema.endswith("RepliesOut" if status == "200" else "FaultOut")
    properties = document["components"]["schemas"]["TurnIn"]["properties"]
    assert {"id", "text", "location", "choice"} <= set(properties)
    inbox = document["paths"]["/api/inbox"]["get"]["responses"]["200"]["content"]
    assert set(inbox) == {"text/event-stream"}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
bodies = st.one_of(
    json_values,
    st.fixed_dictionaries(
        {"id": st.text("abc123-", min_size=1, max_size=64)},
        optional={
            "text": st.text(st.characters(exclude_categories=[]), max_size=60) | json_values,
            "choice": st.text(st.characters(exclude_categories=[]), max_size=70) | json_values,
            "photo": st.text(st.characters(exclude_categories=[]), max_size=70) | json_values,
            "location": st.fixed_dictionaries(
                {"lat": st.floats() | json_values, "lon": st.floats() | json_values},
                optional={"datum": st.sampled_from(["wgs84", "gcj02", "bd09"]) | json_values},
            ),
        },
    ),
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(body=bodies)
@on_sqlite
async def test_no_body_is_too_odd(api: Api, body: Any):
    api.chat.clock.advance(seconds=5)
    if isinstance(body, dict) and "id" in body:
        body = {**body, "id": new_id()}
    answer = await api.post(json.dumps(body).encode())
    assert answer.status_code in {200, 413, 422}, answer.text
    if answer.status_code != 200:
        check_fault(answer, answer.status_code)

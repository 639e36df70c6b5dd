"""The checker says nothing about right requests and finds each wrong one."""

import json

import pytest

from tools.telegram.checker import problems
from tools.telegram.markup import BadMarkup, parse

COMMANDS = [{"command": "start", "description": "Begin"}]
JPEG = b"\xff\xd8\xff"


def inline(*rows):
    return json.dumps({"inline_keyboard": rows})


def button(data="x", **more):
    return {"text": "Open", "callback_data": data, **more}


def text(words="Hello", **more):
    return "sendMessage", {"chat_id": "5", "text": words, **more}


GOOD = [
    text(),
    text("x" * 4096),
    text("12345"),
    text("5 < 6 & 7"),
    text(
        '<b>A</b> &lt; <a href="https://example.org/?a=1&amp;b=2">B</a>',
        parse_mode="HTML",
        link_preview_options='{"is_disabled": true}',
        protect_content="true",
        disable_notification=False,
        message_thread_id=3,
    ),
    text("<b>x</b>" * 4096, parse_mode="HTML"),
    text("\U0001f600" * 2048),
    text(reply_markup=inline([button("x" * 64)] * 8, [{"text": "Map", "url": "https://x.org"}])),
    text(reply_markup=inline(*[[button()] * 4] * 25)),
    text(reply_markup=inline()),
    text(reply_markup={"keyboard": [[{"text": "Here", "request_location": True}, "Menu"]]}),
    text(reply_markup={"remove_keyboard": True}),
    text(reply_markup={"force_reply": True, "input_field_placeholder": "Where?"}),
    text(reply_parameters={"message_id": 7}),
    ("getUpdates", {"offset": "5", "timeout": 10, "allowed_updates": '["message"]'}),
    ("setWebhook", {"url": "https://x.org/hook", "secret_token": "s", "max_connections": 40}),
    (
        "sendVenue",
        {"chat_id": 5, "latitude": "23.1", "longitude": 113, "title": "A", "address": "B"},
    ),
    ("answerCallbackQuery", {"callback_query_id": "7", "text": "x" * 200, "show_alert": True}),
    ("setMyCommands", {"commands": COMMANDS, "scope": '{"type": "all_private_chats"}'}),
    ("editMessageReplyMarkup", {"chat_id": 5, "message_id": 7, "reply_markup": inline()}),
    ("deleteWebhook", {}),
]

BAD = [
    (text(""), "text: 0 characters"),
    (text("  \n"), "text: 0 characters"),
    (text("x" * 4097), "text: 4097 characters"),
    (text("\U0001f600" * 2049), "text: 4098 characters"),
    (text("<b> </b>", parse_mode="HTML"), "text: 0 characters"),
    (text("<b>x", parse_mode="HTML"), "can't find end tag"),
    (text("a < b", parse_mode="HTML"), "unsupported start tag"),
    (text("<div>x</div>", parse_mode="HTML"), 'unsupported start tag "div"'),
    (text("<b><i>x</b></i>", parse_mode="HTML"), "unmatched end tag"),
    (text("*x*", parse_mode="MarkdownV2"), "parse_mode: MarkdownV2"),
    (text(tex="x"), "tex: unknown"),
    (text(protect_content="perhaps"), "protect_content: "),
    (text(link_preview_options='{"is_disable": true}'), "is_disable: unknown"),
    (text(link_preview_options="{"), "no JSON"),
    (text(5), "text: "),
    (("sendMessage", {"text": "x"}), "chat_id: Field required"),
    (("sendMessage", {"chat_id": 5}), "text: Field required"),
    (text(reply_markup=inline([button("")])), "callback_data has 0 bytes"),
    (text(reply_markup=inline([button("字" * 22)])), "callback_data has 66 bytes"),
    (text(reply_markup=inline([button(7)])), "reply_markup.inline_keyboard: "),
    (text(reply_markup=inline([button(url="https://x.org")])), "exactly one thing"),
    (text(reply_markup=inline([{"text": "Open"}])), "exactly one thing"),
    (text(reply_markup=inline([button(tip="x")])), "reply_markup.tip: unknown"),
    (text(reply_markup=inline([{"callback_data": "x"}])), "reply_markup.inline_keyboard: "),
    (text(reply_markup=inline([button() | {"text": " "}])), "without a title"),
    (text(reply_markup=inline([button()] * 9)), "1 to 8 buttons"),
    (text(reply_markup=inline([])), "1 to 8 buttons"),
    (text(reply_markup=inline(*[[button()] * 4] * 26)), "at most 100"),
    (text(reply_markup={"keyboard": []}), "without a button"),
    (text(reply_markup={"keyboard": [["a"]], "input_field_placeholder": "x" * 65}), "placeholder"),
    (text(reply_markup={"buttons": []}), "none of the four kinds"),
    (text(reply_markup='"x"'), "none of the four kinds"),
    (("sendVenue", {"chat_id": 5, "latitude": 91, "longitude": 0, "title": "A", "address": "B"}),
     "latitude: not within 90"),
    (("sendLocation", {"chat_id": 5, "latitude": 0, "longitude": -181}), "longitude: not within"),
    (("sendVenue", {"chat_id": 5, "latitude": 1, "longitude": 0, "title": " ", "address": "B"}),
     "title: empty"),
    (("sendPhoto", {"chat_id": 5}), "photo: "),
    (("sendPhoto", {"chat_id": 5, "photo": "id", "caption": "x" * 1025}), "caption: 1025"),
    (("answerCallbackQuery", {"callback_query_id": "7", "text": "x" * 201}), "text: 201"),
    (("setMyCommands", {"commands": [{"command": "Start", "description": "x"}]}), "'Start'"),
    (("setMyCommands", {"commands": [{"command": "start", "description": ""}]}), "description: 0"),
    (("setMyCommands", {"commands": COMMANDS * 101}), "commands: 101"),
    (("sendMediaGroup", {"chat_id": 5, "media": [{"type": "photo", "media": "id"}]}),
     "media: 1 items"),
    (("sendMesage", {}), "is no method"),
]  # fmt: skip


@pytest.mark.parametrize(("method", "params"), GOOD)
def test_a_right_request_has_no_problem(method, params):
    assert problems(method, params, {}) == []


@pytest.mark.parametrize(("request_", "words"), BAD)
def test_a_wrong_request_has_one_that_says_what(request_, words):
    found = problems(*request_, {})
    assert len(found) == 1, found
    assert words in found[0]


@pytest.mark.parametrize(
    ("params", "files", "words"),
    [
        ({}, {"photo": JPEG}, ""),
        ({"photo": "attach://p"}, {"p": JPEG}, ""),
        ({"photo": "attach://p"}, {"p": JPEG, "q": JPEG}, "q: unknown"),
        ({}, {"photo": b""}, "photo: 0 bytes"),
        ({}, {"photo": b"x" * (10 * 2**20 + 1)}, "photo: 10485761 bytes"),
        ({"photo": "id"}, {"photo": JPEG}, "photo: given twice"),
    ],
)
def test_files_count_as_the_fields_they_fill(params, files, words):
    found = problems("sendPhoto", {"chat_id": 5, **params}, files)
    assert [words in fault for fault in found] == ([True] if words else [])


@pytest.mark.parametrize(
    ("html", "text_", "entities"),
    [
        ("a &lt;b&gt; &amp;&quot; &nbsp; &#39;", "a <b> &\" &nbsp; '", []),
        ("\U0001f600<b>x<i>y</i></b>", "\U0001f600xy", [("bold", 2, 2), ("italic", 3, 1)]),
        ("<tg-spoiler>s</tg-spoiler>", "s", [("spoiler", 0, 1)]),
        ("<b></b>x", "x", []),
        ("1 > 0", "1 > 0", []),
    ],
)
def test_html_is_read_as_a_phone_shows_it(html, text_, entities):
    parsed = parse(html)
    assert parsed.text == text_
    assert [(e["type"], e["offset"], e["length"]) for e in parsed.entities] == entities


def test_a_link_keeps_its_address():
    (link,) = parse('<a href="https://x.org/?a=1&amp;b=2">x</a>').entities
    assert link["url"] == "https://x.org/?a=1&b=2"


@pytest.mark.parametrize("html", ["<a>x</a>", "<b onclick=1>x</b>", "</b>", "<", "<b", "x<y"])
def test_broken_html_is_refused(html):
    with pytest.raises(BadMarkup):
        parse(html)

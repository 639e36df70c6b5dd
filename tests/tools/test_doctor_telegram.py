"""What `yizhan doctor` and the last line of `make run` say of Telegram, and never of the token."""

import io
import os
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import pytest

from kit.settings import Settings
from tests.tools.doctor_bench import (
    CONFLICT,
    NO_WEBHOOK,
    PATIENT,
    REFUSED,
    SECRET,
    TOKEN,
    Copy,
    serving,
)
from tests.tools.stand_ins import HOST
from tools.doctor.processes import STATUSES
from tools.run import announce, telegram_line
from tools.start.machine import ROOT
from tools.start.programs import Program
from tools.start.progress import Progress, words
from tools.start.stack import Stack

OURS = "https://bot.example.org/telegram"


@pytest.fixture
def copy(settings, monkeypatch):
    with ExitStack() as running:
        yield Copy(settings, monkeypatch, running)


def webhook(url=OURS, pending=0, **more):
    return {"ok": True, "result": {"url": url, "pending_update_count": pending, **more}}


@pytest.mark.parametrize(
    ("answer", "key", "values"),
    [
        ((401, REFUSED), "telegram_token_refused", {"status": 401}),
        ((404, {"ok": False, "error_code": 404}), "telegram_token_refused", {"status": 404}),
        ((404, b"<h1>not here</h1>"), "telegram_not_api", {"status": 404}),
        ((401, b"who are you"), "telegram_not_api", {"status": 401}),
        ((200, b"\xff\xfe garbage"), "telegram_not_api", {"status": 200}),
        ((200, [1, 2]), "telegram_not_api", {"status": 200}),
        ((200, b"[" * 100_000), "telegram_not_api", {"status": 200}),
        ((200, {"ok": True, "result": "yes"}), "telegram_not_api", {"status": 200}),
        ((302, b""), "telegram_not_api", {"status": 302}),
        ((429, {"ok": False}), "telegram_trouble", {"status": 429}),
        ((502, b"Bad Gateway"), "telegram_trouble", {"status": 502}),
    ],
)  # fmt: skip
def test_what_telegram_says_to_our_token(copy, clock, answer, key, values):
    api = copy.telegram(me=answer)
    copy.examined(clock).sees("broken", key, **values)
    assert api.asked == [f"/bot{TOKEN}/getMe"]  # no redirect followed, nothing asked in vain


def test_a_bad_header_is_no_reason_to_show_the_url(copy):
    copy.telegram(me="bad headers")
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-m", "tools.cli", "doctor"],
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert words("doctor", "telegram_not_api", status=200) in done.stdout
    assert SECRET not in done.stdout + done.stderr


def test_a_silent_telegram_is_not_waited_for(copy, clock):
    copy.telegram(me="hang")
    began = time.monotonic()
    copy.examined(clock, each=0.3).sees("broken", "telegram_unreachable")
    assert time.monotonic() - began < PATIENT / 2


def test_an_answer_that_never_ends_is_not_read_to_its_end(copy, clock):
    copy.telegram(me="drip")
    began = time.monotonic()
    copy.examined(clock, in_all=0.5).sees("broken", "late", name="Telegram")
    assert time.monotonic() - began < PATIENT / 2


@pytest.mark.parametrize(
    ("settings_made", "key"),
    [
        ({"telegram_api_base": "http://127.0.0.1:9"}, "telegram_unreachable"),
        ({"telegram_proxy": "http://127.0.0.1:9"}, "telegram_proxy"),
        ({"telegram_proxy": "socks5://127.0.0.1:9"}, "telegram_proxy"),
        ({"telegram_proxy": "http://"}, "telegram_proxy"),
        ({"telegram_api_base": "api.telegram.org"}, "telegram_address"),
        ({"telegram_api_base": "http://[::1"}, "telegram_address"),
    ],
)
def test_what_keeps_us_from_telegram_is_named_with_its_setting(copy, clock, settings_made, key):
    copy.telegram()
    copy.sets(**settings_made)
    line = copy.examined(clock).sees("broken", key)
    assert all(f"YIZHAN_{name.upper()}" in line for name in settings_made)


def test_a_server_without_a_certificate_is_told(copy, clock):
    api = copy.telegram()
    copy.sets(telegram_api_base=api.base.replace("http:", "https:"))
    report = copy.examined(clock)
    assert {"telegram_certificate", "telegram_unreachable"} & set(report.keys("broken"))


def test_a_bot_name_that_is_none_is_not_repeated(copy, clock):
    copy.telegram(me=(200, {"ok": True, "result": {"username": f"x\n{TOKEN}"}}))
    copy.examined(clock).sees("well", "telegram_token", bot="?")


@pytest.mark.parametrize(
    ("wanted", "info", "seen"),
    [
        ("", (200, NO_WEBHOOK), ("well", "webhook_none", {"pending": 0})),
        ("", (200, webhook()), ("attention", "webhook_unwanted", {})),
        ("", (200, webhook("", 100)), ("attention", "webhook_pile", {"pending": 100})),
        ("", (409, CONFLICT), ("attention", "webhook_unknown", {"status": 409})),
        ("", (200, b"garbage"), ("attention", "webhook_unknown", {"status": 200})),
        (OURS, (200, webhook(pending=3)), ("well", "webhook_ours", {"pending": 3})),
        (OURS, (200, webhook("https://other.example.org/x")), ("broken", "webhook_other", {})),
    ],
)
def test_how_telegram_delivers_against_how_we_want_it(copy, clock, wanted, info, seen):
    copy.telegram(info=info)
    copy.sets(telegram_webhook_url=wanted)
    report = copy.examined(clock)
    mark, key, values = seen
    report.sees(mark, key, **values)
    assert "example.org" not in report.text


def test_a_webhook_that_is_not_registered_is_told(copy, clock):
    copy.telegram()
    copy.sets(telegram_webhook_url=OURS)
    log = str(copy.data.resolve() / "logs" / "bot.log")
    copy.examined(clock).sees("attention", "webhook_absent", log=log)


@pytest.mark.parametrize(
    ("said", "key", "values"),
    [
        ("Wrong response from the webhook: 403 Forbidden", "delivery_status", {"status": "403"}),
        ("Wrong response from the webhook: 502 Bad Gateway", "delivery_status", {"status": "502"}),
        ("SSL error {error:0A000086:SSL routines::certificate verify failed}",
         "delivery_certificate", {}),
        ("Failed to resolve host: Name or service not known", "delivery_name", {}),
        ("Read timeout expired", "delivery_timeout", {}),
        ("Connection refused", "delivery_connect", {}),
        ("Connection timed out", "delivery_connect", {}),
        (f"it did not like {OURS}?{TOKEN}", "delivery_other", {}),
    ],
)  # fmt: skip
def test_why_telegram_could_not_deliver_is_sorted_and_not_quoted(copy, clock, said, key, values):
    at = int(clock().timestamp()) - 60
    copy.telegram(info=(200, webhook(last_error_date=at, last_error_message=said)))
    copy.sets(telegram_webhook_url=OURS)
    report = copy.examined(clock)

    report.sees("attention", key, at="2026-11-18 10:29", **values)
    assert said not in report.text

    clock.advance(hours=2)
    assert key not in copy.examined(clock).keys("attention")


@pytest.mark.parametrize(
    ("name", "value", "key"),
    [
        ("telegram_webhook_url", "http://bot.example.org/telegram", "webhook_url"),
        ("telegram_webhook_secret", "密文", "webhook_secret"),
    ],
)
def test_webhook_settings_that_telegram_refuses_are_told(copy, clock, name, value, key):
    copy.telegram()
    copy.sets(**{name: value})
    copy.examined(clock).sees("broken", key)


@pytest.mark.parametrize("status", list(STATUSES))
def test_how_the_bot_fares_is_told_in_its_own_line(copy, clock, status):
    copy.telegram()
    copy.sets(telegram_webhook_url=OURS if status == "webhook" else "")
    copy.runs_all(telegram=status)
    copy.examined(clock).sees(STATUSES[status], f"telegram.{status}")


def test_a_bot_that_was_started_with_another_setting_is_to_be_restarted(copy, clock):
    copy.telegram()
    copy.runs_all(telegram="webhook")
    name = "YIZHAN_TELEGRAM_WEBHOOK_URL"
    copy.examined(clock).sees("attention", "telegram_other_door", name=name)


def test_a_token_that_only_the_bot_has_is_not_said_to_be_missing(copy, clock):
    copy.runs_all(telegram="polling")
    report = copy.examined(clock)
    report.sees("well", "telegram.polling")
    report.sees("well", "telegram_unset_here")
    assert words("doctor", "telegram_unset") not in report.text


def ready_line(routes, seconds, **settings):
    """What `make run` says last, with a bot that answers so."""
    said = io.StringIO()
    with serving(routes) as bot:
        port = bot.server_address[1]
        program = Program("bot", (), HOST, port, "/readyz")
        stack = Stack((program,), Path("data"), {})
        announce(Settings(**settings), stack, None, Progress(3, said), seconds)
    assert SECRET not in said.getvalue()
    lines = said.getvalue().splitlines()
    assert lines[0] == "ready"
    return lines[-1]


@pytest.mark.parametrize("status", [status for status in STATUSES if status != "starting"])
@pytest.mark.usefixtures("settings")
def test_make_run_says_last_how_telegram_fares(status):
    routes = {"/readyz": (200, {"status": "ok", "telegram": status})}
    assert ready_line(routes, 30, telegram_token=TOKEN) == words("telegram", status)


@pytest.mark.usefixtures("settings")
def test_make_run_says_nothing_of_telegram_without_a_token():
    routes = {"/readyz": (200, {"status": "ok", "telegram": "off"})}
    assert "Telegram" not in ready_line(routes, 30)


@pytest.mark.parametrize("answer", ["hang", (200, {"telegram": "starting"}), (500, b"")])
@pytest.mark.usefixtures("settings")
def test_make_run_does_not_wait_for_telegram(answer):
    began = time.monotonic()
    line = ready_line({"/readyz": answer}, 0.3, telegram_token=TOKEN)

    assert line == words("telegram", "starting")
    assert time.monotonic() - began < 2.5


def test_make_run_waits_a_moment_for_a_connection_under_way():
    said = iter(["starting", None, "polling"])
    assert telegram_line(lambda _: next(said), 30) == words("telegram", "polling")


def test_where_the_web_chat_goes_on_it_is_said():
    for status in ("starting", "conflict", "token_refused", "unreachable"):
        assert "网页聊天" in words("telegram", status)

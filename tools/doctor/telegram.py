"""Telegram itself, asked with the bot's token: whether it knows us and how it delivers."""

import re
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from kit.clock import Clock
from kit.settings import Settings
from tools.doctor.asking import Answer, Trouble, ask
from tools.doctor.finding import Finding, attention, broken, well
from tools.doctor.processes import log
from tools.doctor.storage import shown

TROUBLES: dict[Trouble, str] = {
    "silent": "telegram_unreachable",
    "certificate": "telegram_certificate",
    "proxy": "telegram_proxy",
    "address": "telegram_address",
}
# Telegram answers 404 to what does not even look like a token.
REFUSED = (HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND)
BOT_NAME = re.compile(r"[A-Za-z0-9_]{1,32}")
SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")

PILE = 100
# Telegram keeps its last failure long after it was mended.
FAILED_LATELY = timedelta(hours=1)
# Its words for a failed delivery may quote an address: they are sorted, never shown.
FAILURES = (
    ("delivery_certificate", re.compile(r"ssl|certificate|tls", re.IGNORECASE)),
    ("delivery_name", re.compile(r"resolve|name or service", re.IGNORECASE)),
    ("delivery_timeout", re.compile(r"read time|timeout expired", re.IGNORECASE)),
    ("delivery_connect", re.compile(r"connect|refused|reset|unreachable", re.IGNORECASE)),
)
WRONG_ANSWER = re.compile(r"wrong response.*?\b([1-5]\d\d)\b", re.IGNORECASE)


def telegram(settings: Settings, clock: Clock, seconds: float) -> list[Finding]:
    """What Telegram says to our token; nothing without one."""
    if settings.telegram_token is None:
        return []
    known = _token(_call(settings, "getMe", seconds))
    findings = [known, *_own_webhook_settings(settings)]
    if known.mark == "well":
        info = _call(settings, "getWebhookInfo", seconds)
        findings += delivery(info, settings, clock)
    return findings


def _call(settings: Settings, method: str, seconds: float) -> Answer | Trouble:
    token = settings.telegram_token.get_secret_value() if settings.telegram_token else ""
    address = f"{settings.telegram_api_base.rstrip('/')}/bot{token}/{method}"
    answer = ask(address, seconds, proxy=settings.telegram_proxy)
    # A dead SOCKS proxy looks to requests like a dead server behind it: the nearer comes first.
    return "proxy" if answer == "silent" and settings.telegram_proxy else answer


def _token(answer: Answer | Trouble) -> Finding:
    if not isinstance(answer, Answer):
        return broken(TROUBLES[answer])
    is_api = isinstance(answer.get("ok"), bool)
    if is_api and answer.status in REFUSED:
        return broken("telegram_token_refused", status=answer.status)
    me = answer.get("result")
    if answer.status == HTTPStatus.OK and is_api and isinstance(me, dict):
        name = str(me.get("username"))
        return well("telegram_token", bot=f"@{name}" if BOT_NAME.fullmatch(name) else "?")
    if (
        answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR
        or answer.status == HTTPStatus.TOO_MANY_REQUESTS
    ):
        return broken("telegram_trouble", status=answer.status)
    return broken("telegram_not_api", status=answer.status)


def _own_webhook_settings(settings: Settings) -> list[Finding]:
    findings = []
    if settings.telegram_webhook_url and not settings.telegram_webhook_url.startswith("https://"):
        findings.append(broken("webhook_url"))
    secret = settings.telegram_webhook_secret
    if secret and not SECRET.fullmatch(secret.get_secret_value()):
        findings.append(broken("webhook_secret"))
    return findings


def delivery(info: Answer | Trouble, settings: Settings, clock: Clock) -> list[Finding]:
    """How Telegram delivers, against how we want it."""
    result = info.get("result") if isinstance(info, Answer) else None
    if not isinstance(result, dict):
        status = info.status if isinstance(info, Answer) else "?"
        return [attention("webhook_unknown", status=status)]
    wanted = settings.telegram_webhook_url or ""
    found = result.get("url") or ""
    if found != wanted:
        return [_mismatch(settings, wanted=bool(wanted), found=bool(found))]
    pending = result.get("pending_update_count")
    pending = pending if isinstance(pending, int) else 0
    if pending >= PILE:
        findings = [attention("webhook_pile", pending=pending)]
    else:
        findings = [well("webhook_ours" if wanted else "webhook_none", pending=pending)]
    return findings + (_last_failure(result, clock) if wanted else [])


def _mismatch(settings: Settings, *, wanted: bool, found: bool) -> Finding:
    if not wanted:
        return attention("webhook_unwanted")
    if not found:
        return attention("webhook_absent", log=log(settings, "bot"))
    return broken("webhook_other")


def _last_failure(result: dict[str, object], clock: Clock) -> list[Finding]:
    at, said = result.get("last_error_date"), str(result.get("last_error_message"))
    if not isinstance(at, int) or not 0 <= at < 2**32:
        return []
    moment = datetime.fromtimestamp(at, UTC)
    if clock() - moment > FAILED_LATELY:
        return []
    if answered := WRONG_ANSWER.search(said):
        return [attention("delivery_status", at=shown(moment), status=answered[1])]
    key = next((key for key, sign in FAILURES if sign.search(said)), "delivery_other")
    return [attention(key, at=shown(moment))]

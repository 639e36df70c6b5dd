"""The four processes: whether each answers, and what the bot says of Telegram."""

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from kit import ids
from kit.settings import Settings
from tools.doctor.asking import Answer, Trouble, ask
from tools.doctor.finding import Finding, Mark, attention, broken, well
from tools.start.programs import Program, programs
from tools.start.progress import words

# How the bot fares with Telegram, in the words of its /readyz.
STATUSES: dict[str, Mark] = {
    "polling": "well",
    "webhook": "well",
    "starting": "attention",
    "conflict": "broken",
    "token_refused": "broken",
    "unreachable": "broken",
    "failing": "broken",
    "stopped": "broken",
    "off": "broken",
}
DOORS = ("polling", "webhook")


@dataclass(frozen=True)
class Bot:
    """What was found of the bot; `telegram` is None when it did not say."""

    findings: list[Finding]
    telegram: str | None = None


def bot(settings: Settings, seconds: float) -> Bot:
    """Whether the bot lives and can serve, and how it fares with Telegram."""
    program = _program(settings, "bot")
    alive = _process(settings, program, "/healthz", seconds)
    if alive.mark != "well":
        return Bot([alive])
    ready = ask(f"{base(program)}/readyz", seconds)
    if not isinstance(ready, Answer) or ready.status != HTTPStatus.OK:
        status = ready.status if isinstance(ready, Answer) else "?"
        values = {"name": "bot", "status": status, "log": log(settings, "bot")}
        return Bot([broken("process_not_ready", **values)])
    return Bot([alive], _said_of_telegram(ready))


def telegram_status(program: Program, seconds: float) -> str | None:
    """How the bot says that it fares with Telegram; None when it does not say."""
    return _said_of_telegram(ask(f"{base(program)}/readyz", seconds))


def _said_of_telegram(ready: Answer | Trouble) -> str | None:
    said = ready.get("telegram") if isinstance(ready, Answer) else None
    return said if isinstance(said, str) and said in STATUSES else None


def telegram_by_bot(said: str | None, settings: Settings) -> list[Finding]:
    """What the bot says of Telegram, where it is to serve there."""
    has_token = settings.telegram_token is not None
    if said is None or (said == "off" and not has_token):
        return [] if has_token else [well("telegram_unset")]
    finding = Finding(STATUSES[said], said, section="telegram")
    if not has_token:
        return [finding, well("telegram_unset_here")]
    wanted = "webhook" if settings.telegram_webhook_url else "polling"
    if said in DOORS and said != wanted:
        return [attention("telegram_other_door", name="YIZHAN_TELEGRAM_WEBHOOK_URL")]
    return [finding]


def console(settings: Settings, seconds: float) -> list[Finding]:
    """Whether the console can serve."""
    return [_process(settings, _program(settings, "console"), None, seconds)]


def actions(settings: Settings, seconds: float) -> list[Finding]:
    """Whether the action server answers."""
    return [_process(settings, _program(settings, "actions"), None, seconds)]


def rasa(settings: Settings, seconds: float) -> list[Finding]:
    """Whether Rasa answers, and whether a sentence finds its way through model and actions."""
    where = "YIZHAN_RASA_URL" if settings.rasa_url else f"YIZHAN_RASA_PORT={settings.rasa_port}"
    values = {"where": where, "log": log(settings, "rasa")}
    answer = ask(f"{settings.rasa}/", seconds)
    if not isinstance(answer, Answer):
        return [broken("rasa_silent", **values)]
    if answer.status != HTTPStatus.OK:
        return [broken("rasa_wrong", status=answer.status, **values)]
    # Nobody's turn: the action finds none to answer and says its id all the same. Without a model
    # Rasa is well, by its own account, and answers nothing.
    turn = {
        "sender": ids.new_id(),
        "message": words("doctor", "trial"),
        "metadata": {"turn": ids.new_id()},
    }
    heard = ask(f"{settings.rasa}/webhooks/rest/webhook", seconds, post=turn)
    if isinstance(heard, Answer) and heard.status == HTTPStatus.OK and heard.body:
        return [well("rasa", **values)]
    return [broken("rasa_mute", **values)]


def base(program: Program) -> str:
    """Where this machine reaches a process."""
    host = f"[{program.asked_at}]" if ":" in program.asked_at else program.asked_at
    return f"http://{host}:{program.port}"


def log(settings: Settings, name: str) -> str:
    """Where `make run` keeps the log of a process."""
    return str(settings.data_dir.resolve() / "logs" / f"{name}.log")


def _program(settings: Settings, name: str) -> Program:
    return next(each for each in programs(settings, Path()) if each.name == name)


def _process(settings: Settings, program: Program, health: str | None, seconds: float) -> Finding:
    values = {"name": program.name, "port": program.port, "log": log(settings, program.name)}
    answer = ask(f"{base(program)}{health or program.health}", seconds)
    if not isinstance(answer, Answer):
        return broken("process_silent", **values)
    if answer.status == HTTPStatus.OK:
        return well("process", **values)
    if answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
        return broken("process_not_ready", status=answer.status, **values)
    return broken("process_wrong", status=answer.status, setting=program.port_setting, **values)

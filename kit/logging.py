"""Structured logs without personal data: ids and outcomes only."""

import logging
import sys
from collections.abc import Mapping, MutableMapping
from datetime import date
from pathlib import PurePath
from typing import Any

import structlog

# Fields that could carry words, position or contact of a worker: dropped, whoever logs them.
PERSONAL = frozenset(
    {"text", "message", "body", "subject", "place", "remedy", "lat", "lon", "location", "contact"}
    | {"phone", "name", "token", "answers", "replies", "url", "secret"}
)


WITHHELD = "(withheld)"
PLAIN = str | int | float | date | PurePath | None


def drop_personal(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace every personal field of an event, however deep, by a mark that says so."""
    for field, value in event.items():
        event[field] = WITHHELD if field in PERSONAL else _without_personal(value)
    return event


def set_up_logging(process: str, level: str = "INFO") -> None:
    """Send this process's logs to standard error as one JSON object a line.

    Libraries log their warnings and errors through the same pipe, but only their place and the
    unfilled form of their words: a URL, a payload or a row may be what they fill it with.
    Exceptions are reduced to their type and place for the same reason.
    """
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        outline_exception,
        drop_personal,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer(ensure_ascii=False)],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    structlog.contextvars.bind_contextvars(process=process)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[outline_foreign, *shared],
            use_get_message=False,
            pass_foreign_args=True,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)


def outline_foreign(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Keep of a library's record who wrote it and where; its words only when they are a form."""
    record: logging.LogRecord = event["_record"]
    # Without arguments nobody can tell a fixed sentence from one that was filled beforehand.
    if not event.pop("positional_args", None):
        event["event"] = WITHHELD
    event.pop("stack_info", None)
    event["logger"] = record.name
    event["line"] = f"{record.filename}:{record.lineno} {record.funcName}"
    return event


def outline_exception(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Keep of an exception its type and the lines it passed, never its words."""
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    error = info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["error"] = type(error).__name__
        event["at"] = _places(error)
    return event


def _without_personal(value: object) -> object:
    if isinstance(value, Mapping):
        return {
            key: WITHHELD if key in PERSONAL else _without_personal(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [_without_personal(inner) for inner in value]
    # The repr of an exception, row or reply may quote anything.
    return value if isinstance(value, PLAIN) else type(value).__name__


def _places(error: BaseException) -> list[str]:
    places = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        places.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return places[-8:]

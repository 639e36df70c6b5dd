"""Keeps what workers write out of Rasa's logs, at every level.

Rasa quotes a message in several warnings, and in the local variables of each logged exception.
`tests/nlu/test_patches.py` fails when Rasa no longer does.
"""

import logging
import sys
import traceback
import warnings
from typing import Any, Dict, MutableMapping, Text, Type

import structlog

# What an event of Rasa's may carry into the log; all else could quote a worker.
_HARMLESS = frozenset({"event", "event_key", "action_name", "len_extraction_events"})
_WITHHELD = "(withheld)"
# Logs what a refusing action server said; the line that follows it has the kind of the error.
_QUOTES_ACTIONS = "rasa.core.actions.action"


def keep_words_out_of_logs() -> None:
    """Fit out this process. May be called more than once."""
    # The list itself is changed, since loggers that have spoken before hold on to it.
    processors = structlog.get_config()["processors"]
    if withhold not in processors:
        processors.insert(0, withhold)
    for handler in logging.getLogger().handlers:
        if not any(isinstance(one, _QuoteNobody) for one in handler.filters):
            handler.addFilter(_QuoteNobody())
    warnings.showwarning = _place_of_warning


def withhold(_logger: object, method: Text, event: MutableMapping[Text, Any]) -> Dict[Text, Any]:
    """A structlog processor: of an event its name, of an exception its kind and place."""
    info = event.pop("exc_info", None)
    if method == "exception" or info:
        event["event"] = f"{event.get('event')}: {_outline(sys.exc_info()[1])}"
    kept = {key: value if key in _HARMLESS else _WITHHELD for key, value in event.items()}
    # Rasa's processors add the exception again unless it is said that there is none.
    return {**kept, "exc_info": None}


class _QuoteNobody(logging.Filter):
    def filter(self, record: logging.LogRecord) -> bool:
        if record.name == _QUOTES_ACTIONS and record.levelno >= logging.ERROR:
            record.msg, record.args = "An action failed.", ()
        if record.exc_info:
            record.msg = f"{record.getMessage()} {_outline(record.exc_info[1])}"
            record.args = ()
            record.exc_info = None
            record.exc_text = None
        return True


def _outline(error: object) -> Text:
    """An exception without its words: its kinds, from the cause up, and where it came from."""
    if not isinstance(error, BaseException):
        return "no exception"
    steps = [f"{step.filename.rsplit('/', 1)[-1]}:{step.lineno}" for step in _last_steps(error)]
    cause = error.__cause__ or error.__context__
    because = f" because of {type(cause).__name__}" if cause else ""
    return f"{type(error).__name__}{because} at {' < '.join(steps)}"


def _last_steps(error: BaseException) -> traceback.StackSummary:
    return traceback.StackSummary.from_list(
        list(traceback.extract_tb(error.__traceback__))[:-5:-1]
    )


def _place_of_warning(
    _message: object, category: Type[Warning], filename: Text, lineno: int, *_rest: object
) -> None:
    logging.getLogger(__name__).warning("%s at %s:%s", category.__name__, filename, lineno)

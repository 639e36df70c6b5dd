"""Says what is wrong with a request to the Bot API, by aiogram's models of its methods.

The models, made from Telegram's own page, know required and unknown fields and types; limits
are in `limits`. Rules that depend on the past (is there such a message?) are the proxy's.
"""

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, get_args

from aiogram import methods, types
from aiogram.methods import TelegramMethod
from pydantic import BaseModel, ValidationError

from tools.telegram import limits

MARKUPS: dict[str, type[BaseModel]] = {
    "inline_keyboard": types.InlineKeyboardMarkup,
    "keyboard": types.ReplyKeyboardMarkup,
    "remove_keyboard": types.ReplyKeyboardRemove,
    "force_reply": types.ForceReply,
}
# What a form carries as it is; everything else is written as JSON.
SCALARS = (str, int, float, bool)


@cache
def models() -> dict[str, type[TelegramMethod[Any]]]:
    """Every method of the Bot API by its name."""
    found = (getattr(methods, name) for name in methods.__all__)
    return {model.__api_method__: model for model in found if hasattr(model, "__returning__")}


def fields_of(method: str) -> frozenset[str]:
    """The parameters that the Bot API knows for a method."""
    model = models().get(method)
    return frozenset(model.model_fields) if model else frozenset()


def decode(method: str, params: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters, with those read that travel as JSON in a form; raises ValueError."""
    model = models().get(method)
    read = dict(params)
    for name, field in model.model_fields.items() if model else ():
        if isinstance(read.get(name), str) and _is_structured(field.annotation):
            read[name] = json.loads(read[name])
    return read


def problems(method: str, params: Mapping[str, Any], files: Mapping[str, bytes]) -> list[str]:
    """What Telegram's own description forbids in this request; empty when it is right."""
    model = models().get(method)
    if model is None:
        return [f"{method} is no method of the Bot API"]
    try:
        read = decode(method, params)
    except ValueError as error:
        return [f"a parameter is no JSON: {error}"]
    faults = [*_names(model, read, files), *_types(model, read, files)]
    # A value of the wrong type has no length worth a complaint.
    return faults or [*limits.exceeded(method, read), *limits.files(method, files)]


def _is_structured(annotation: object) -> bool:
    return not any(branch in SCALARS for branch in get_args(annotation) or (annotation,))


def _names(
    model: type[BaseModel], read: Mapping[str, Any], files: Mapping[str, bytes]
) -> Iterator[str]:
    written = json.dumps(read)
    attached = {name for name in files if f'"attach://{name}"' in written}
    for name in sorted((set(read) | set(files)) - set(model.model_fields) - attached):
        yield f"{name}: unknown"
    for name in sorted(set(read) & set(files)):
        yield f"{name}: given twice"


def _types(
    model: type[BaseModel], read: Mapping[str, Any], files: Mapping[str, bytes]
) -> Iterator[str]:
    known = {name: value for name, value in read.items() if name in model.model_fields}
    known |= {name: f"attach://{name}" for name in files if name in model.model_fields}
    markup = known.pop("reply_markup", None)
    yield from _faults(model, known)
    if markup is None:
        return
    # Chosen here: aiogram would read a faulty keyboard as a ReplyKeyboardRemove.
    kinds = [kind for kind in MARKUPS if isinstance(markup, dict) and kind in markup]
    if len(kinds) == 1:
        yield from _faults(MARKUPS[kinds[0]], _with_keys(markup), "reply_markup.")
    else:
        yield "reply_markup: none of the four kinds"


def _with_keys(markup: dict[str, Any]) -> dict[str, Any]:
    """A key that is only its title written out; Telegram takes both, aiogram one."""
    rows = markup.get("keyboard")
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        return markup
    keys = [[{"text": key} if isinstance(key, str) else key for key in row] for row in rows]
    return {**markup, "keyboard": keys}


def _faults(model: type[BaseModel], value: Mapping[str, Any], where: str = "") -> Iterator[str]:
    try:
        read = model.model_validate(value)
    except ValidationError as error:
        first: dict[str, str] = {}
        for fault in error.errors():
            # A union complains once for each of its branches.
            first.setdefault(str(fault["loc"][0]), fault["msg"])
        yield from (f"{where}{place}: {says}" for place, says in first.items())
    else:
        yield from (f"{where}{name}: unknown" for name in _extras(read))


def _extras(value: object) -> Iterator[str]:
    if isinstance(value, list):
        yield from (name for each in value for name in _extras(each))
    elif isinstance(value, BaseModel):
        yield from value.model_extra or ()
        yield from (name for each in value.__dict__.values() for name in _extras(each))

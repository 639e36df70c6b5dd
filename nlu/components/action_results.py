"""Checks what an action returned with a validator built once.

Rasa 3.6 calls `jsonschema.validate` for each action, which first checks the schema itself: two
thirds of the CPU of a turn. `tests/nlu/test_patches.py` fails when Rasa has mended this.
"""

from functools import lru_cache
from typing import Any, Dict, Text

from jsonschema import ValidationError
from jsonschema.exceptions import best_match
from jsonschema.protocols import Validator
from jsonschema.validators import validator_for
from rasa.core.actions.action import RemoteAction


def prepare_validator() -> None:
    """Let every remote action use the prepared validator. May be called more than once."""
    # The name is private, but Rasa offers no other way in.
    RemoteAction._validate_action_result = _validate_action_result  # noqa: SLF001


@lru_cache(maxsize=1)
def _validator() -> Validator:
    schema = RemoteAction.action_response_format_spec()
    kind = validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def _validate_action_result(_action: RemoteAction, result: Dict[Text, Any]) -> bool:
    error = best_match(_validator().iter_errors(result))
    if error is None:
        return True
    # The error as jsonschema raises it quotes the whole answer; that belongs in no log.
    raise ValidationError(
        f"The action server's answer does not fit Rasa's format: {error.validator} fails at "
        f"/{'/'.join(str(step) for step in error.absolute_path)}."
    )

"""The canaries are heard in any spelling, or no silence would mean anything."""

import json

from tests.canary import NAME, NUMBERS, SPOKEN, traces


def test_the_canaries_are_heard():
    for words in SPOKEN:
        assert traces([words]) == [*NUMBERS, NAME]
        assert traces([json.dumps(words)]) == [*NUMBERS, NAME]
    assert traces(["路灯坏了，打12345"]) == []

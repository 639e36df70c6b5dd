"""What the soak of the Telegram channel calls a fault, and the moments that it draws."""

from dataclasses import replace

import pytest

from tools.telegram.killer import draw
from tools.telegram.verdict import Said, Shown, Stored, judge

CHAT = 1001
SUBJECTS = ("lights", "lamps")
# Two rounds of two updates; the questions are put in the same words.
SAID = [Said(11, CHAT, 1.0), Said(12, CHAT, 2.0), Said(13, CHAT, 3.0), Said(14, CHAT, 4.0)]
SHOWN = [
    Shown(CHAT, 1.5, "What?"),
    Shown(CHAT, 2.5, "Got it: A\nReceived"),
    Shown(CHAT, 3.5, "What?"),
    Shown(CHAT, 4.5, "Got it: B"),
]
STORED = Stored(
    states=dict.fromkeys((11, 12, 13, 14), "done"),
    answers={11: ("What?",), 12: ("Got it: A",), 13: ("What?",), 14: ("Got it: B",)},
    subjects=SUBJECTS,
)
# The third answer may be lost: the bot asks, with a button of its own.
UNKNOWN = replace(STORED, unknown=frozenset({(13, 0)}), offers={"token": 13})
ASKED = Shown(CHAT, 3.7, "Did it arrive?", frozenset({"token"}))


def verdict(said=SAID, shown=SHOWN, stored=STORED, subjects=SUBJECTS):
    return judge(said, shown, stored, subjects)


def test_all_is_well():
    assert verdict().faults == ()
    assert verdict().answers == 4


def test_an_answer_that_never_came_is_a_fault():
    assert verdict(shown=[*SHOWN[:2], SHOWN[3]]).faults == ("unanswered: update 13, answer 1",)


def test_an_answer_that_came_twice_is_a_fault():
    [fault] = verdict(shown=[*SHOWN[:3], replace(SHOWN[2], at=3.6), SHOWN[3]]).faults
    assert fault.startswith("a message too many, in chat 1001: What?")


def test_an_answer_before_its_question_is_a_fault():
    assert verdict(shown=[replace(SHOWN[0], at=0.5), *SHOWN[1:]]).faults


def test_an_unknown_answer_may_be_lost_when_the_worker_was_asked():
    found = verdict(shown=[*SHOWN[:2], ASKED, SHOWN[3]], stored=UNKNOWN)
    assert (found.faults, found.unknown, found.lost, found.asked) == ((), 1, 1, 1)


def test_an_unknown_answer_may_have_arrived():
    found = verdict(shown=[*SHOWN[:3], ASKED, SHOWN[3]], stored=UNKNOWN)
    assert (found.faults, found.unknown, found.lost, found.asked) == ((), 1, 0, 1)


def test_an_unknown_answer_that_nobody_asked_about_is_a_fault():
    found = verdict(shown=[*SHOWN[:2], SHOWN[3]], stored=UNKNOWN)
    assert found.faults == ("unanswered: update 13, answer 1",)


def test_what_was_asked_for_again_is_an_answer_of_its_own():
    """He presses and sees the lost answer: it is the pressing's, whoever's it looks like."""
    said = [SAID[2], Said(15, CHAT, 5.0)]
    stored = replace(
        UNKNOWN,
        states={13: "done", 15: "done"},
        answers={13: ("What?",), 15: ("What?",)},
        subjects=(),
    )
    again = Shown(CHAT, 5.1, "What?")
    assert verdict(said, [ASKED, again], stored, ()).faults == ()
    assert verdict(said, [SHOWN[2], ASKED, again], stored, ()).faults == ()
    [fault] = verdict(said, [ASKED], stored, ()).faults
    assert fault == "unanswered: update 15, answer 1"


@pytest.mark.parametrize(
    ("stored", "fault"),
    [
        (replace(STORED, states={**STORED.states, 12: "poison"}), "update 12: poison"),
        (replace(STORED, states={11: "done", 12: "done", 13: "done"}), "update 14: never stored"),
        (replace(STORED, states={**STORED.states, 9: "done"}), "update 9: nobody sent it"),
        (replace(STORED, subjects=("lights",)), "no case: lamps"),
        (replace(STORED, subjects=(*SUBJECTS, "lamps")), "one case too many: lamps"),
        (replace(STORED, waiting=2), "2 messages still wait"),
        (replace(STORED, failed=1), "1 messages were given up"),
    ],
)
def test_what_the_database_says_is_held_against_it(stored, fault):
    assert verdict(stored=stored).faults == (fault,)


def test_to_be_asked_without_reason_or_twice_is_a_fault():
    stored = replace(STORED, offers={"token": 13})
    [fault] = verdict(shown=[*SHOWN[:3], ASKED, SHOWN[3]], stored=stored).faults
    assert fault == "asked without reason whether this arrived: update 13"
    [fault] = verdict(shown=[*SHOWN[:3], ASKED, ASKED, SHOWN[3]], stored=UNKNOWN).faults
    assert fault == "asked 2 times whether this arrived: update 13"


def test_the_same_seed_draws_the_same_moments_all_over_the_chat():
    moments = draw("seed", 50, 290)
    assert moments == draw("seed", 50, 290) == sorted(moments)
    assert moments != draw("another", 50, 290)
    assert moments[0].after < 29
    assert moments[-1].after > 261
    assert {moment.kind for moment in moments} == {"start", "well", "message"}

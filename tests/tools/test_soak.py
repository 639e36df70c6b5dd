"""What the soak calls a fault, its scripts, and the moments that it draws."""

from dataclasses import replace
from pathlib import Path

import pytest

from tools.soak.judging import Stored, judge
from tools.soak.running import Plan
from tools.soak.scripts import scripts
from tools.soak.worker import ALL, Page

SAID = {"subject": "no light", "place": "gate 3"}
PAGE = Page(SAID, None, None, None, over=False)
NOTHING = Stored((), (), (), (), (), ())
DRAFT = replace(NOTHING, drafts=(SAID,))
CODE = "R7K-3MF-2"
CASE = replace(NOTHING, cases=(SAID,), codes=(CODE,))
SENT = replace(PAGE, code=CODE, over=True)


@pytest.mark.parametrize(("page", "there"), [(PAGE, DRAFT), (PAGE, CASE), (SENT, CASE)])
def test_what_is_in_the_draft_or_the_case_is_well(page: Page, there: Stored):
    assert judge(page, there, page) == []


def test_an_answer_that_is_nowhere_is_a_fault():
    [fault] = judge(PAGE, replace(DRAFT, drafts=({"subject": "no light"},)), PAGE)
    assert fault.startswith("place 'gate 3'")
    assert len(judge(PAGE, NOTHING, PAGE)) == 2


def test_an_answer_in_another_field_is_a_fault():
    there = replace(DRAFT, drafts=({"subject": "no light", "remedy": "gate 3"},))
    assert len(judge(PAGE, there, PAGE)) == 1


def test_a_first_sentence_may_wait_until_it_is_said_what_it_is():
    page = replace(PAGE, kept={"subject": "no light"})
    assert judge(page, replace(NOTHING, drafts=({"said": "no light"},)), page) == []


def test_what_the_turn_under_way_changes_is_not_asked_for():
    changing = replace(PAGE, under_way="place")
    there = replace(DRAFT, drafts=({"subject": "no light", "place": "gate 4"},))
    assert judge(changing, there, changing) == []
    changed = replace(PAGE, kept=SAID | {"place": "gate 4"})
    assert judge(PAGE, there, changed) == []
    assert len(judge(changed, DRAFT, changed)) == 1


def test_a_draft_that_is_being_deleted_is_not_asked_for():
    leaving = replace(PAGE, under_way=ALL)
    gone = replace(PAGE, kept={}, over=True)
    assert judge(leaving, NOTHING, gone) == []
    assert judge(gone, NOTHING, gone) == []


@pytest.mark.parametrize(
    "there",
    [
        replace(CASE, codes=(CODE, "R7K-3MF-3")),
        replace(CASE, codes=("R7K-3MF-3",)),
        replace(CASE, codes=()),
        replace(CASE, drafts=(SAID,)),
        replace(CASE, unmasked=(CODE,)),
        replace(CASE, cases=(SAID | {"place": ""},)),
    ],
    ids=["twice", "another code", "none", "a draft left", "not masked", "half a case"],
)
def test_at_the_end_there_is_one_whole_case_and_nothing_else(there: Stored):
    assert judge(SENT, there, SENT) != []


def test_who_joined_stands_behind_that_case():
    page = replace(PAGE, kept={"subject": "no light"}, joined=CODE, over=True)
    there = replace(NOTHING, additions=("no light\nat gate 3",), stands_behind=(CODE,))
    assert judge(page, there, page) == []
    assert judge(page, replace(there, stands_behind=()), page) != []
    assert judge(page, replace(there, additions=()), page) != []


def test_photos_are_counted():
    page = replace(PAGE, kept={"photos": "2"})
    assert judge(page, replace(NOTHING, drafts=({"photos": "3"},)), page) == []
    assert judge(page, replace(NOTHING, drafts=({"photos": "1"},)), page) != []


def test_a_seed_draws_the_same_moments_and_no_two_intakes_say_the_same():
    plan = Plan(intakes=40, workers=4, kills=30, seed="1")
    assert plan.moments() == plan.moments() != replace(plan, seed="2").moments()
    assert len(plan.moments()) == 30
    whole = [plan.script(number) for number in range(plan.intakes)]
    said = [s.words for script in whole for s in script.steps if s.field == "subject"]
    assert len(set(said)) == plan.intakes
    assert not any("{" in words for words in said)


def test_a_line_that_is_none_is_named(tmp_path: Path):
    file = tmp_path / "words.txt"
    for text in ("[one]\nshouts hello\n", "says before any script\n"):
        file.write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=r"shouts|before"):
            scripts(file)

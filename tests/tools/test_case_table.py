"""The table of steps that the ADR prints is the one that the code goes by."""

from tools import case_table


def test_the_adr_prints_the_table_of_today():
    page = case_table.ADR.read_text(encoding="utf-8")
    assert case_table.printed(page) == page, "run python -m tools.case_table"


def test_a_changed_table_is_noticed():
    page = case_table.ADR.read_text(encoding="utf-8")
    spoiled = page.replace("| `accept` |", "| `take` |")
    assert case_table.printed(spoiled) == page != spoiled

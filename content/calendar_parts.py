"""Turning content/calendar.yml into its years, each fault noted at its line."""

from content.calendar_schema import CalendarYear
from content.parts import build
from content.yaml_reader import Document


def calendar_years(document: Document) -> dict[int, CalendarYear]:
    """The years that stand there, usually none."""
    years = {}
    for key, raw in document.mapping().items():
        year = build(CalendarYear, raw, document, key)
        if year is None:
            continue
        if any(str(day.year) != str(key) for day in (*year.days_off, *year.made_up_days)):
            document.fault(f"{key}: holds days of another year", key, remedy="move them there")
            continue
        years[int(key)] = year
    return years

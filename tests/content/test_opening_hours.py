"""The part of OSM opening_hours that a stop may carry."""

import pytest
from pydantic import TypeAdapter, ValidationError

from content.schema import OpeningHours


@pytest.mark.parametrize(
    "rule",
    [
        "24/7",
        "Mo-Su 08:00-18:00",
        "Mo-Fr 08:30-12:00,13:30-17:00; Sa 09:00-12:00",
        "Mo,We,Fr-Su 18:00-26:00",
        "Sa 12:00-48:00",
        "Mo-Fr 08:00-18:00; PH off",
        "24/7; PH off",
        "Mo-Su 08:00-18:00; PH 10:00-12:00,13:00-16:00",
    ],
)
def test_accepted(rule: str) -> None:
    assert TypeAdapter(OpeningHours).validate_python(rule) == rule


@pytest.mark.parametrize(
    "rule",
    [
        "",
        "PH off",
        "PH off; Mo-Su 08:00-18:00",
        "Mo-Su 08:00-18:00; PH off; PH 10:00-12:00",
        "Mo-Su 08:00-18:00; PH",
        "Mo-Su 08:00-18:00; SH off",
        "Mo-Su 08:00-18:00; Sa off",
        "Mo-Su 08:00-48:30",
        "Mo-Su 24:00-26:00",
        "Mo-Su 8:00-18:00",
        "Mo-Su 08:00-18:00;PH off",
        "Jul-Aug Mo-Su 08:00-18:00",
        "Mo-Su 08:00-18:00\n",
    ],
)
def test_refused(rule: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(OpeningHours).validate_python(rule)

"""What an examination finds: a mark, a line that says what to do, and how both are shown."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from tools.start.progress import words

Mark = Literal["well", "attention", "broken"]


@dataclass(frozen=True)
class Finding:
    """One line of the report; `key` names its words in messages.toml, under [section]."""

    mark: Mark
    key: str
    values: Mapping[str, object] = field(default_factory=dict)
    more: tuple[str, ...] = ()
    section: str = "doctor"

    @property
    def text(self) -> str:
        """The line in words."""
        return words(self.section, self.key, **self.values)


def well(key: str, **values: object) -> Finding:
    """Nothing to do."""
    return Finding("well", key, values)


def attention(key: str, **values: object) -> Finding:
    """Works, but somebody should look."""
    return Finding("attention", key, values)


def broken(key: str, **values: object) -> Finding:
    """Does not work."""
    return Finding("broken", key, values)


def is_broken(findings: Sequence[Finding]) -> bool:
    """Whether anything does not work."""
    return any(finding.mark == "broken" for finding in findings)


def as_lines(findings: Sequence[Finding]) -> list[str]:
    """The report as a person reads it."""
    lines = []
    for finding in findings:
        lines.append(f"[{words('marks', finding.mark)}] {finding.text}")
        lines += [f"       {line}" for line in finding.more]
    return lines


def as_json(findings: Sequence[Finding]) -> str:
    """The same for a program."""
    checks = [
        {
            "mark": finding.mark,
            "key": f"{finding.section}.{finding.key}",
            "text": finding.text,
            "values": dict(finding.values),
            "more": list(finding.more),
        }
        for finding in findings
    ]
    whole = {"well": not is_broken(findings), "checks": checks}
    return json.dumps(whole, ensure_ascii=False, indent=2, default=str)

"""What is wrong with one row of an imported table, by message key."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from content.library import Library


@dataclass(frozen=True, slots=True)
class Fault:
    """A reason to refuse a row; `key` names a message, `row` is the number the file shows."""

    row: int
    key: str
    fields: Mapping[str, object] = field(default_factory=dict)

    def told(self, library: Library) -> str:
        """The line that a district office reads: which row, what is wrong, what to do."""
        what = library.say(self.key, **self.fields)
        return library.say("stops_import.at_row", row=self.row, what=what)

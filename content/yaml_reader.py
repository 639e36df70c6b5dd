"""Reading YAML with the line of every value, so that a fault can be shown where it stands."""

from collections.abc import Hashable
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

import yaml

from content.problems import Problem

MAX_BYTES = 1_000_000
_NULL = "tag:yaml.org,2002:null"


@dataclass(slots=True)
class Document:
    """A parsed file. Scalars are text or None: the schema decides what a number or date is."""

    path: str
    value: object
    lines: dict[tuple[Hashable, ...], int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def line(self, *where: Hashable) -> int:
        """The line of a value, or of the nearest thing around it."""
        while where and where not in self.lines:
            where = where[:-1]
        return self.lines.get(where, 1)

    def fault(self, what: str, *where: Hashable, remedy: str = "") -> None:
        """Note a problem at a value."""
        self.problems.append(Problem(self.path, self.line(*where), what, remedy))

    def mapping(self) -> dict[str, object]:
        """The file as a mapping; anything else is noted and read as empty."""
        if isinstance(self.value, dict):
            return cast("dict[str, object]", self.value)
        if not self.problems:
            self.fault("is not a mapping", remedy="write `key: value` lines")
        return {}

    def sequence(self) -> list[object]:
        """The file as a list; anything else is noted and read as empty."""
        if isinstance(self.value, list):
            return self.value
        if not self.problems:
            self.fault("is not a list", remedy="start each entry with `- `")
        return []


def read_text(path: Path, shown: str, problems: list[Problem]) -> str | None:
    """A file's text, or None and a problem when it cannot be read as UTF-8 of a sane size."""
    try:
        raw = path.read_bytes()
        if len(raw) > MAX_BYTES:
            problems.append(Problem(shown, 1, f"is over {MAX_BYTES} bytes", "split the file"))
            return None
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problems.append(Problem(shown, line, "is not UTF-8", "save the file as UTF-8"))
    except OSError as error:
        problems.append(Problem(shown, 1, f"cannot be read ({type(error).__name__})"))
    return None


def read_yaml(path: Path, shown: str) -> Document:
    """Parse one file; whatever is wrong with it is in the document's `problems`."""
    document = Document(shown, None)
    text = read_text(path, shown, document.problems)
    if text is None:
        return document
    try:
        node = yaml.compose(text, Loader=yaml.CSafeLoader)
        if node is None:
            document.fault("is empty", remedy="fill it or delete it")
        else:
            document.value = _Builder(document).build(node, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        what = f"is not YAML: {error.problem or error.context}"
        line = mark.line + 1 if mark else 1
        remedy = "check indentation, quotes and colons"
        document.problems.append(Problem(shown, line, what, remedy))
    except (yaml.YAMLError, RecursionError) as error:
        document.fault(f"is not YAML: {' '.join(str(error).split())[:120]}")
    return document


class _Builder:
    """Turns YAML nodes into plain values and remembers their lines."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._seen: set[int] = set()

    def build(self, node: yaml.Node, where: tuple[Hashable, ...]) -> object:
        self._document.lines.setdefault(where, node.start_mark.line + 1)
        if id(node) in self._seen:
            self._document.fault("uses an alias (*)", *where, remedy="write the value out")
            return None
        self._seen.add(id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, where)
        if isinstance(node, yaml.SequenceNode):
            return [self.build(item, (*where, i)) for i, item in enumerate(node.value)]
        return None if node.tag == _NULL else str(node.value)

    def _mapping(self, node: yaml.MappingNode, where: tuple[Hashable, ...]) -> dict[str, object]:
        built: dict[str, object] = {}
        for key, value in node.value:
            line = key.start_mark.line + 1
            path = self._document.path
            if not isinstance(key, yaml.ScalarNode):
                self._document.problems.append(Problem(path, line, "has a key that is no text"))
            elif key.value in built:
                what = f"has the key `{key.value}` twice"
                self._document.problems.append(Problem(path, line, what, "delete one of them"))
            else:
                self._document.lines[(*where, key.value)] = line
                built[key.value] = self.build(value, (*where, key.value))
        return built

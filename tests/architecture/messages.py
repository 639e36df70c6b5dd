"""Which message keys the code names, and how that compares with content/messages/."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

KEY = re.compile(r"[a-z][a-z_]*\.[a-z0-9_]+")
# A key that is put together, f"workers.trade_{trade}": some letters must be fixed, or it says
# nothing.
PART = re.compile(r"[a-z_.\x00]*[a-z_]{2}[a-z0-9_.\x00]*")
HOLE = "\x00"
# What looks like a key and is the name of a file or of a site.
ENDINGS = frozenset(
    {"py", "yml", "html", "js", "css", "json", "csv", "md", "db", "toml"}
    | {"lock", "log", "png", "svg", "txt", "cn"}
)


@dataclass
class Named:
    """The keys that a set of files names, each with the places where it stands."""

    keys: dict[str, list[str]] = field(default_factory=dict)
    patterns: dict[str, list[str]] = field(default_factory=dict)
    tasks: set[str] = field(default_factory=set)

    def add(self, name: str, text: str) -> None:
        """Look through one file."""
        if name.endswith(".py"):
            self._add_python(name, text)
        else:
            for quoted in re.finditer(r"""["']([a-z][a-z_]*\.[a-z0-9_]+)["']""", text):
                self._key(quoted[1], name)

    def _add_python(self, name: str, text: str) -> None:
        tree = ast.parse(text)
        # {"cases.begin": begin} names a task, not a message.
        tasks = [
            key
            for node in ast.walk(tree)
            if isinstance(node, ast.Dict)
            for key, value in zip(node.keys, node.values, strict=True)
            if not isinstance(value, ast.Constant)
        ]
        self.tasks |= {
            key.value for key in tasks if isinstance(key, ast.Constant) and _is_key(key.value)
        }
        aside = {id(key) for key in tasks}
        for node in ast.walk(tree):
            where = f"{name}:{getattr(node, 'lineno', 0)}"
            if isinstance(node, ast.JoinedStr):
                aside |= {id(part) for part in node.values}
                self._pattern(node, where)
            elif isinstance(node, ast.Constant) and id(node) not in aside and _is_key(node.value):
                self._key(str(node.value), where)

    def _key(self, key: str, where: str) -> None:
        if key.rsplit(".", 1)[1] not in ENDINGS:
            self.keys.setdefault(key, []).append(where)

    def _pattern(self, node: ast.JoinedStr, where: str) -> None:
        parts = [
            str(part.value) if isinstance(part, ast.Constant) else HOLE for part in node.values
        ]
        if "." in (whole := "".join(parts)) and PART.fullmatch(whole):
            pattern = re.escape(whole).replace(re.escape(HOLE), "[a-z0-9_]+")
            self.patterns.setdefault(pattern, []).append(where)


def read(files: Mapping[str, str]) -> Named:
    """What these files name."""
    named = Named()
    for name, text in files.items():
        named.add(name, text)
    return named


def unknown(named: Named, known: Iterable[str]) -> Iterator[str]:
    """Keys that the code names and nobody wrote."""
    keys = set(known)
    nouns = {key.split(".")[0] for key in keys}
    for key, places in sorted(named.keys.items()):
        if key.split(".")[0] in nouns and key not in keys | named.tasks:
            yield f"{places[0]}: no message {key!r} in content/messages/"
    for pattern, places in sorted(named.patterns.items()):
        noun = pattern.split(r"\.")[0]
        if noun in nouns and not any(re.fullmatch(pattern, key) for key in keys):
            yield f"{places[0]}: no message fits {pattern!r} in content/messages/"


def unused(named: Named, known: Iterable[str]) -> Iterator[str]:
    """Messages that nobody says."""
    for key in sorted(set(known) - set(named.keys)):
        if not any(re.fullmatch(pattern, key) for pattern in named.patterns):
            yield f"{key} is said nowhere: delete it from content/messages/{key.split('.')[0]}.yml"


def _is_key(value: object) -> bool:
    return isinstance(value, str) and KEY.fullmatch(value) is not None

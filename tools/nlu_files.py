"""Reads all that Rasa is trained from into one object, for `tools.check_nlu` to compare."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from kit.text import normalise

_SHORTEST_TEMPLATE = 3
_ENTITY = re.compile(r"\[([^\]]*)\](?:\((\w+)\)|(\{[^}]*\}))")
_NOT_SAID = re.compile(r"[\W_]+")


@dataclass
class Example:
    """One training sentence and where it stands."""

    file: str
    intent: str
    written: str

    @property
    def said(self) -> str:
        """The sentence without entity marks."""
        return _ENTITY.sub(r"\1", self.written)

    @property
    def key(self) -> str:
        """What two sentences share that the model cannot tell apart: no marks, no punctuation."""
        return _NOT_SAID.sub("", normalise(self.said))

    @property
    def marks(self) -> Iterator[tuple[str, str]]:
        """The entities marked in it: kind and value."""
        for found in _ENTITY.finditer(self.written):
            value = _marked(found[3]).get("value") if found[3] else None
            yield _kind(found), str(found[1] if value is None else value)

    @property
    def template(self) -> str:
        """The sentence with each entity replaced by its kind: copies of one differ in names only.

        Empty where hardly more than names is said: 骑手 and 快递员 are two answers.
        """
        rest = _NOT_SAID.sub("", _ENTITY.sub("", self.written))
        if rest == self.key or len(rest) < _SHORTEST_TEMPLATE:
            return ""
        return _NOT_SAID.sub("", normalise(_ENTITY.sub(_kind, self.written)))


@dataclass
class Project:
    """All that is compared, as read from the files."""

    root: Path
    catalogue: dict[str, Any] = field(default_factory=dict)
    examples: list[Example] = field(default_factory=list)
    # Each name with the file that has it, in file order; a name may wrongly stand twice.
    domain_intents: list[tuple[str, str]] = field(default_factory=list)
    domain_actions: list[tuple[str, str]] = field(default_factory=list)
    entities: list[str] = field(default_factory=list)
    rules: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    lookups: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    synonyms: list[tuple[str, str, str]] = field(default_factory=list)
    cards: set[str] = field(default_factory=set)
    unreadable: list[str] = field(default_factory=list)


def read(root: Path) -> Project:
    """Everything in place, with what could not be read noted instead of raised."""
    project = Project(root)
    project.catalogue = _yaml(project, root / "nlu/intents.yml")
    for path in sorted((root / "nlu/domain").glob("*.yml")):
        _read_domain(project, path)
    for path in sorted((root / "nlu/data").rglob("*.yml")):
        _read_data(project, path)
    project.cards = {path.stem for path in (root / "content/rights").glob("*.yml")}
    return project


def _yaml(project: Project, path: Path) -> dict[str, Any]:
    name = path.relative_to(project.root).as_posix()
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        project.unreadable.append(f"{name}: cannot be read: {error}")
        return {}
    if not isinstance(content, dict):
        project.unreadable.append(f"{name}: is not a mapping")
        return {}
    return content


def _read_domain(project: Project, path: Path) -> None:
    content = _yaml(project, path)
    project.domain_intents += [(path.name, str(name)) for name in content.get("intents") or []]
    project.domain_actions += [(path.name, str(name)) for name in content.get("actions") or []]
    project.entities += [str(name) for name in content.get("entities") or []]


def _read_data(project: Project, path: Path) -> None:
    content = _yaml(project, path)
    name = path.relative_to(project.root).as_posix()
    project.rules += [(name, rule) for rule in content.get("rules") or []]
    for entry in content.get("nlu") or []:
        lines = [line.strip() for line in str(entry.get("examples", "")).splitlines()]
        for line in filter(None, lines):
            if not line.startswith("- "):
                project.unreadable.append(f"{name}: this line does not begin with '- ': {line}")
        said = [line[2:].strip() for line in lines if line.startswith("- ")]
        if "intent" in entry:
            project.examples += [Example(name, entry["intent"], one) for one in said]
        elif "lookup" in entry:
            project.lookups[entry["lookup"]].update(said)
        elif "synonym" in entry:
            project.synonyms += [(name, one, entry["synonym"]) for one in said]


def _kind(found: re.Match[str]) -> str:
    if found[2]:
        return found[2]
    return str(_marked(found[3]).get("entity", ""))


def _marked(written: str) -> dict[str, Any]:
    try:
        marked = yaml.safe_load(written)
    except yaml.YAMLError:
        return {}
    return marked if isinstance(marked, dict) else {}

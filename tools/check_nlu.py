"""Holds what Rasa is trained from against the catalogue `nlu/intents.yml`, both ways.

python -m tools.check_nlu
"""

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from kit.text import normalise
from tools.nlu_files import Example, Project, read

ROOT = Path(__file__).resolve().parent.parent

FEWEST_EXAMPLES = 10
_FALLBACK = "nlu_fallback"
_NEEDED = {"noun", "means", "example", "leads_to"}
_ALLOWED = _NEEDED | {"topic"}


def problems(project: Project) -> list[str]:
    """What is wrong, one line a fault, each beginning with the file to open."""
    found = list(project.unreadable)
    for check in (
        _catalogue,
        _domain,
        _actions,
        _rules,
        _examples,
        _copies,
        _marks,
        _words,
        _cards,
    ):
        found += check(project)
    return found


def _catalogue(project: Project) -> Iterator[str]:
    for intent, entry in project.catalogue.items():
        fields = set(entry) if isinstance(entry, dict) else set()
        for name in sorted(_NEEDED - fields):
            yield f"nlu/intents.yml: {intent} has no `{name}`"
        for name in sorted(fields - _ALLOWED):
            yield f"nlu/intents.yml: {intent} has a field that nobody reads: `{name}`"


def _field(project: Project, intent: str, name: str) -> str:
    entry = project.catalogue.get(intent)
    return str(entry.get(name, "")) if isinstance(entry, dict) else ""


def _domain(project: Project) -> Iterator[str]:
    for file, intent in project.domain_intents:
        if intent != _FALLBACK and intent not in project.catalogue:
            yield f"nlu/domain/{file}: intent {intent} is not in nlu/intents.yml"
        elif intent != _FALLBACK and file != f"{_field(project, intent, 'noun')}.yml":
            noun = _field(project, intent, "noun")
            yield f"nlu/domain/{file}: intent {intent} belongs to {noun}.yml"
    known = Counter(name for _, name in project.domain_intents)
    for intent in (*project.catalogue, _FALLBACK):
        if known[intent] != 1:
            yield f"nlu/domain: intent {intent} stands there {known[intent]} times, not once"


def _actions(project: Project) -> Iterator[str]:
    actions = {name for _, name in project.domain_actions}
    wanted = {_field(project, intent, "leads_to") for intent in project.catalogue}
    for action in sorted(wanted - actions):
        yield f"nlu/domain: action {action} is missing, though nlu/intents.yml leads to it"
    for file, action in project.domain_actions:
        if action not in wanted:
            yield f"nlu/domain/{file}: no intent leads to action {action}"


def _rules(project: Project) -> Iterator[str]:
    led = Counter[str]()
    for file, rule in project.rules:
        steps = [(kind, value) for step in rule.get("steps") or [] for kind, value in step.items()]
        if [kind for kind, _ in steps] != ["intent", "action"]:
            yield f"{file}: rule {rule.get('rule')!r} is not one intent and then one action"
            continue
        (_, intent), (_, action) = steps
        led[intent] += 1
        if intent != _FALLBACK and intent not in project.catalogue:
            yield f"{file}: a rule is for {intent}, which is not in nlu/intents.yml"
        elif intent != _FALLBACK and action != _field(project, intent, "leads_to"):
            yield (
                f"{file}: {intent} leads to {action}, "
                f"but in nlu/intents.yml to {_field(project, intent, 'leads_to')}"
            )
        elif intent == _FALLBACK and action not in {name for _, name in project.domain_actions}:
            yield f"{file}: {intent} leads to {action}, which the domain does not have"
    for intent in (*project.catalogue, _FALLBACK):
        if led[intent] != 1:
            yield f"nlu/data/rules: {intent} has {led[intent]} rules, not one"


def _examples(project: Project) -> Iterator[str]:
    count = Counter(example.intent for example in project.examples)
    nouns = {_field(project, intent, "noun") for intent in project.catalogue}
    for example in project.examples:
        noun = _field(project, example.intent, "noun")
        where = f"{example.file}: intent {example.intent}"
        stem = Path(example.file).stem
        if example.intent not in project.catalogue:
            yield f"{where} is not in nlu/intents.yml: {example.said}"
        elif stem != noun and (not stem.startswith(f"{noun}_") or stem in nouns):
            yield f"{where} belongs to {noun}.yml or {noun}_*.yml: {example.said}"
        if not example.key:
            yield f"{where} has an example that says nothing: {example.written!r}"
    for intent in project.catalogue:
        if count[intent] < FEWEST_EXAMPLES:
            yield (
                f"nlu/data/nlu/{_field(project, intent, 'noun')}*.yml: {intent} has "
                f"{count[intent]} examples, fewer than {FEWEST_EXAMPLES}"
            )


def _copies(project: Project) -> Iterator[str]:
    seen: dict[str, Example] = {}
    for example in project.examples:
        first = seen.setdefault(example.key, example)
        if first is not example and example.key:
            yield (
                f"{example.file}: {example.intent} repeats an example of {first.intent} "
                f"({first.file}): {example.said}"
            )
    templates: dict[str, Example] = {}
    for example in project.examples:
        if not example.template:
            continue
        first = templates.setdefault(example.template, example)
        if first is not example and first.key != example.key:
            yield (
                f"{example.file}: {example.intent}: only a name differs from another example "
                f"({first.file}: {first.said}): {example.said}"
            )


def _marks(project: Project) -> Iterator[str]:
    """Entity marks in the examples: a kind that exists, and a value that its table has."""
    for example in project.examples:
        for kind, value in example.marks:
            if kind not in project.entities:
                yield f"{example.file}: entity {kind!r} is not in nlu/domain: {example.written}"
            elif kind in {"need", "trade"} and value not in project.lookups[kind]:
                yield f"{example.file}: {value!r} is no known {kind}: {example.written}"


def _words(project: Project) -> Iterator[str]:
    """Lookup tables and synonyms: every way to say something stands for one value of one kind."""
    for kind in sorted(project.lookups.keys() ^ set(project.entities)):
        yield f"nlu/data/lookups: lookup tables and the domain's entities differ in {kind!r}"
    values = {value: kind for kind, known in sorted(project.lookups.items()) for value in known}
    stands_for: dict[str, str] = {}
    for file, said, value in project.synonyms:
        if value not in values:
            yield f"{file}: {said} stands for {value!r}, which is in no table of nlu/data/lookups"
        first = stands_for.setdefault(normalise(said), value)
        if first != value:
            yield f"{file}: {said} stands for both {first} and {value}"
        if said in values and values[said] != values.get(value):
            yield f"{file}: {said} is a {values[said]} itself, not another word for {value}"


def _cards(project: Project) -> Iterator[str]:
    topics: set[str] = set()
    for intent, entry in project.catalogue.items():
        if not isinstance(entry, dict):
            continue
        topic = entry.get("topic", [])
        listed = [topic] if isinstance(topic, str) else topic
        if (entry.get("noun") == "rights") != bool(listed):
            yield f"nlu/intents.yml: {intent}: a right, and only a right, has a `topic`"
        topics.update(listed)
        for one in listed:
            if one not in project.cards:
                yield f"content/rights/{one}.yml: missing, though {intent} leads to it"
    for card in sorted(project.cards - topics):
        yield f"content/rights/{card}.yml: no intent in nlu/intents.yml leads to this card"


def main(root: Path = ROOT) -> int:
    project = read(root)
    found = problems(project)
    for line in found:
        print(line)
    intents, examples = len(project.catalogue), len(project.examples)
    print(f"{intents} intents, {examples} examples, {len(found)} problems")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

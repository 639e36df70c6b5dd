"""Loading the content tree: all of it, or one error that names every bad file and line."""

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType

from content import case_parts, notice_parts, parts, reminder_schema
from content.calendar_parts import calendar_years
from content.handover_schema import STAND_IN, HandoverRules, check_numbers
from content.library import Library
from content.problems import ContentError, Problem
from content.reminder_schema import ReminderRules
from content.schema import Hotline, Place, RestStop, RightTopic
from content.wording import Messages
from content.yaml_reader import Document, read_text, read_yaml

BOOKS = (
    *("calendar.yml", "facilities.yml", "handovers.yml", "hotlines.yml", "link_hosts.yml"),
    *("names.yml", "regions.yml", "reminders.yml", "stop_columns.yml", "words.yml"),
    *(f"cases/{stem}.yml" for stem in case_parts.FILES),
    *(f"notices/{stem}.yml" for stem in notice_parts.FILES),
)
FOLDERS = {"rights": ".yml", "rest_stops": ".yml", "places": ".csv", "messages": ".yml"}
_CODE = {".py", ".pyc", ".md"}


def load(root: Path) -> Library:
    """The library of a content folder; raises ContentError when anything in it is wrong."""
    return _Loading(root).run()


class _Loading:
    """One reading of a tree: collects problems as it goes and raises them together."""

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()
        self._problems: list[Problem] = []
        self._documents: list[Document] = []

    def run(self) -> Library:
        self._check_tree()
        hotlines = parts.hotlines(self._read(self._root / "hotlines.yml"))
        words = parts.word_lists(self._read(self._root / "words.yml"))
        names = parts.word_lists(self._read(self._root / "names.yml"))
        columns = parts.stop_columns(self._read(self._root / "stop_columns.yml"))
        around = parts.Surroundings(
            facilities=self._unique("facilities.yml"),
            regions=self._unique("regions.yml"),
            places=self._places(),
        )
        topics = self._topics(hotlines)
        stops = self._stops(around)
        cases = self._cases(hotlines)
        notices = notice_parts.notice_book(
            {stem: self._read(self._root / f"notices/{stem}.yml") for stem in notice_parts.FILES}
        )
        calendar = calendar_years(self._read(self._root / "calendar.yml"))
        handovers = self._handovers(hotlines)
        reminders = self._reminders()
        texts = self._messages()
        problems = [*self._problems, *(p for d in self._documents for p in d.problems)]
        if problems:
            raise ContentError(problems)
        return Library(
            topics=MappingProxyType(topics),
            stops=MappingProxyType(stops),
            places=around.places,
            hotlines=MappingProxyType(hotlines),
            facilities=around.facilities,
            regions=around.regions,
            words=MappingProxyType(words),
            names=MappingProxyType(names),
            stop_columns=columns,
            categories=cases.categories,
            redress=cases.redress,
            refusals=cases.refusals,
            answers=cases.answers,
            case_limits=cases.limits,
            case_cues=cases.cues,
            notices=notices,
            calendar=MappingProxyType(calendar),
            handovers=handovers,
            reminders=reminders,
            messages=Messages(texts),
            version=self._version(),
        )

    def _unique(self, book: str) -> Mapping[str, tuple[str, ...]]:
        document = self._read(self._root / book)
        lists = parts.word_lists(document)
        parts.each_once(document, lists)
        return MappingProxyType(lists)

    def _check_tree(self) -> None:
        missing = [name for name in BOOKS if not (self._root / name).is_file()]
        missing += [name for name in FOLDERS if not next(self._in(name), None)]
        if missing:
            raise ContentError(
                [
                    Problem(f"{self._root.name}/{name}", 1, "is missing or empty")
                    for name in missing
                ]
            )
        for path in self._files():
            name = path.relative_to(self._root)
            folder = name.parent.as_posix()
            if name.as_posix() not in BOOKS and FOLDERS.get(folder) != path.suffix:
                what = "is not a file that content/ knows"
                self._note(path, what, "see content/README.md for what goes where")

    def _topics(self, hotlines: dict[str, Hotline]) -> dict[str, RightTopic]:
        hosts = parts.link_hosts(self._read(self._root / "link_hosts.yml"))
        topics: dict[str, RightTopic] = {}
        led: dict[str, list[tuple[Document, str]]] = {}
        for path in self._in("rights"):
            document = self._read(path)
            right = parts.topic(document, path.stem, hotlines, hosts)
            if right is None:
                continue
            topics[right.id] = right
            for intents, field in (
                (right.answers, "answers"),
                (right.shared_answers, "shared_answers"),
            ):
                for intent in intents:
                    led.setdefault(intent, []).append((document, field))
        for intent, leads in led.items():
            _check_leads(intent, leads)
        return topics

    def _stops(self, around: parts.Surroundings) -> dict[str, RestStop]:
        stops: dict[str, RestStop] = {}
        seen: dict[tuple[str, ...], str] = {}
        for path in self._in("rest_stops"):
            document = self._read(path)
            for i, stop in parts.rest_stops(document, around).items():
                if stop.id in stops:
                    document.fault(f"id `{stop.id}` is taken", i, "id", remedy="choose another")
                where = (stop.name, stop.city, stop.district or "")
                if where in seen:
                    what = f"{stop.id}: same name and district as {seen[where]}"
                    document.fault(what, i, "name", remedy="delete one, or tell them apart")
                stops[stop.id] = stop
                seen[where] = stop.id
        return stops

    def _cases(self, hotlines: dict[str, Hotline]) -> case_parts.CasesBook:
        folder = self._root / "cases"
        documents = {stem: self._read(folder / f"{stem}.yml") for stem in case_parts.FILES}
        return case_parts.cases_book(documents, hotlines)

    def _handovers(self, hotlines: dict[str, Hotline]) -> HandoverRules:
        document = self._read(self._root / "handovers.yml")
        rules = parts.build(HandoverRules, document.value, document)
        if rules is not None:
            check_numbers(document, rules, frozenset(hotlines))
        return rules or STAND_IN

    def _reminders(self) -> ReminderRules:
        document = self._read(self._root / "reminders.yml")
        rules = parts.build(ReminderRules, document.value, document)
        return rules or reminder_schema.STAND_IN

    def _places(self) -> tuple[Place, ...]:
        found: dict[tuple[str, str, str], Place] = {}
        for path in self._in("places"):
            text = read_text(path, self._shown(path), self._problems)
            for line, place in parts.places(text or "", self._shown(path), self._problems).items():
                key = (place.name, place.city, place.kind)
                if key in found:
                    what = f"{place.name} ({place.city}, {place.kind}) stands here twice"
                    self._problems.append(Problem(self._shown(path), line, what, "delete one"))
                found[key] = place
        return tuple(found.values())

    def _messages(self) -> dict[str, str]:
        texts: dict[str, str] = {}
        for path in self._in("messages"):
            texts |= parts.messages(self._read(path), path.stem)
        return texts

    def _read(self, path: Path) -> Document:
        document = read_yaml(path, self._shown(path))
        self._documents.append(document)
        return document

    def _shown(self, path: Path) -> str:
        return f"{self._root.name}/{path.relative_to(self._root).as_posix()}"

    def _note(self, path: Path, what: str, remedy: str) -> None:
        self._problems.append(Problem(self._shown(path), 1, what, remedy))

    def _in(self, folder: str) -> Iterator[Path]:
        return (path for path in sorted((self._root / folder).glob(f"*{FOLDERS[folder]}")))

    def _files(self) -> Iterator[Path]:
        for path in sorted(self._root.rglob("*")):
            hidden = any(part.startswith(".") for part in path.relative_to(self._root).parts)
            if path.is_file() and path.suffix not in _CODE and not hidden:
                yield path

    def _version(self) -> str:
        total = hashlib.sha256()
        for path in self._files():
            raw = path.read_bytes()
            total.update(f"{path.relative_to(self._root).as_posix()}\0{len(raw)}\0".encode() + raw)
        return total.hexdigest()[:16]


def _check_leads(intent: str, leads: list[tuple[Document, str]]) -> None:
    """An intent leads to one topic, or to several that all say so."""
    fields = {field for _, field in leads}
    if fields == {"shared_answers"}:
        if len(leads) == 1:
            document, field = leads[0]
            document.fault(f"{intent}: no other topic shares it", field, remedy="use `answers`")
        return
    for document, field in leads[1:]:
        document.fault(
            f"{intent}: already answered by {leads[0][0].path}",
            field,
            remedy="one topic for an intent, or `shared_answers` in all of them",
        )

"""A strict reader of the console: every page it opens is held to the rules of all pages."""

from collections import Counter
from html.parser import HTMLParser
from urllib.parse import urlencode

import httpx

from console.headers import SECURITY_HEADERS

VOID = {"meta", "link", "input", "img", "br", "hr"}
TITLE_END = " · 驿站工作台"
CHOSEN = {"radio", "checkbox"}  # sent only when they are
NOT_CHOSEN, FROM_WORDS = "\0none", "\0words"
REFERENCES = ("aria-describedby", "aria-labelledby", "for", "list")


class Form:
    """A form with its fields and the words on its button; of several each with what it sends."""

    def __init__(self, attrs: dict[str, str]) -> None:
        self.method = attrs.get("method", "get")
        self.action = attrs.get("action", "")
        self.fields: dict[str, str] = {}
        self.button = ""
        self.others: dict[str, str] = {}  # further buttons, by their words, and where they lead
        self.buttons: list[tuple[str, dict[str, str]]] = []

    def sent_by(self, button: str) -> dict[str, str] | None:
        """What that button sends beside the fields; None where it is none of this form's."""
        found = [sent for words, sent in self.buttons if words == button]
        return found[0] if len(found) == 1 else None


class Page(HTMLParser):
    """A page as read; reading it fails where its HTML is broken."""

    def __init__(self, answer: httpx.Response) -> None:
        super().__init__(convert_charrefs=True)
        self.answer = answer
        self.path = answer.url.raw_path.decode()
        self.status = answer.status_code
        self.headings: dict[str, list[str]] = {"h1": [], "title": []}
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.links: dict[str, str] = {}
        self.forms: list[Form] = []
        self.words: list[str] = []
        self._open: list[str] = []
        self._href = ""
        self._field = ""
        self._leads_to = ""
        self._sends = True
        self.feed(answer.text)
        self.close()
        assert self._open == [], f"never closed: {self._open}"

    @property
    def text(self) -> str:
        """What can be read on the page, blanks between the pieces."""
        return " ".join(" ".join(self.words).split())

    def fault_beside(self, field: str) -> None:
        """Fail unless the field is marked as wrong and points to words that say why."""
        (found,) = [found for _, found in self.elements if found.get("id") == field]
        assert found["aria-invalid"] == "true"
        assert f"{field}-fault" in found["aria-describedby"].split()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.elements.append((tag, found))
        if tag not in VOID:
            self._open.append(tag)
        if tag in self.headings:
            self.headings[tag].append("")
        elif tag == "form":
            self.forms.append(Form(found))
        elif tag == "a":
            self._href = found["href"]
        elif tag == "button" and "form" in self._open:
            self._sends = found.get("type") != "button"  # one for scripts sends nothing
            if not self._sends:
                return
            self._leads_to = found.get("formaction", "")
            sent = {found["name"]: found.get("value", "")} if "name" in found else {}
            self.forms[-1].buttons.append(("", sent))
        elif "form" in self._open:
            self._see_field(tag, found)

    def _see_field(self, tag: str, found: dict[str, str]) -> None:
        """Note what a browser would send of a field."""
        fields = self.forms[-1].fields
        if tag == "input" and (found.get("type") not in CHOSEN or "checked" in found):
            fields[found["name"]] = found.get("value", "")
        elif tag in {"select", "textarea"}:
            self._field = found["name"]
            fields[self._field] = "" if tag == "textarea" else NOT_CHOSEN
        elif tag == "option" and "select" in self._open:
            # One without a value sends its words.
            value = found.get("value", FROM_WORDS)
            if "selected" in found or fields[self._field] == NOT_CHOSEN:
                fields[self._field] = value

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        if not self._open:
            return
        for tag in self.headings.keys() & set(self._open):
            self.headings[tag][-1] += data
        if "form" in self._open and self._open[-1] in {"textarea", "option"}:
            self._see_words(self._open[-1], data)
        if "button" in self._open and "form" in self._open and self._sends:
            words, sent = self.forms[-1].buttons[-1]
            self.forms[-1].buttons[-1] = (words + data.strip(), sent)
            if self._leads_to:
                self.forms[-1].others[data.strip()] = self._leads_to
            else:
                self.forms[-1].button += data.strip()
        if "a" in self._open and data.strip():
            self.links[data.strip()] = self._href
        if "body" in self._open and data.strip():
            self.words.append(data)

    def _see_words(self, tag: str, data: str) -> None:
        fields = self.forms[-1].fields
        if tag == "textarea":
            fields[self._field] += data
        elif fields[self._field] == FROM_WORDS:
            fields[self._field] = data


class Reader:
    """A browser without JavaScript that checks each page it is shown."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client
        self.page: Page | None = None

    async def opens(self, path: str, status: int = 200) -> Page:
        return self._see(await self.client.get(path, follow_redirects=True), status)

    async def presses(self, button: str, status: int = 200, /, **typed: str) -> Page:
        """Send the form with that button and what was typed into it, and check that a change
        answers by a redirect."""
        assert self.page is not None
        (form,) = [form for form in self.page.forms if form.sent_by(button) is not None]
        action = form.others.get(button, form.action)
        filled = {**form.fields, **(form.sent_by(button) or {}), **typed}
        if form.method == "get":
            return await self.opens(f"{form.action}?{urlencode(filled)}", status)
        answer = await self.client.request(form.method, action, data=filled)
        if answer.is_redirect:
            assert answer.status_code == 303
            check_headers(answer)
            answer = await self.client.get(answer.headers["location"], follow_redirects=True)
        return self._see(answer, status)

    def _see(self, answer: httpx.Response, status: int) -> Page:
        assert answer.status_code == status, answer.text
        self.page = Page(answer)
        check(self.page)
        return self.page


def check(page: Page) -> None:
    """Fail unless the page keeps every rule of the house."""
    check_headers(page.answer)
    assert page.answer.headers["content-type"] == "text/html; charset=utf-8"
    (heading,) = page.headings["h1"]
    assert page.headings["title"] == [heading + TITLE_END]
    assert heading.strip() == heading != ""
    counts = Counter(found["id"] for _, found in page.elements if "id" in found)
    assert [name for name, count in counts.items() if count > 1] == []
    for tag, found in page.elements:
        _check_element(tag, found, set(counts))
    labelled = {found.get("for") for tag, found in page.elements if tag == "label"}
    for tag, found in page.elements:
        if tag in {"input", "select", "textarea"} and found.get("type") != "hidden":
            assert found.get("id") in labelled, f"{found} has no label"
    for form in page.forms:
        # A token in a GET would stand in the address.
        assert (form.method, bool(form.fields.get("csrf"))) in {("post", True), ("get", False)}
        assert form.button


def check_headers(answer: httpx.Response) -> None:
    assert {name: answer.headers.get(name) for name in SECURITY_HEADERS} == SECURITY_HEADERS


def _check_element(tag: str, found: dict[str, str], ids: set[str]) -> None:
    assert tag not in {"style", "iframe"}
    if tag == "script":  # a file of ours, never words in the page
        assert found["src"].startswith("/static/")
    assert not [name for name in found if name == "style" or name.startswith("on")]
    for name in ("href", "src", "action"):
        assert found.get(name, "/").startswith(("/", "#")), f"{found} leaves the console"
    for name in REFERENCES:
        assert set(found.get(name, "").split()) <= ids
    if tag == "html":
        assert found["lang"] == "zh-CN"
    if tag == "img":
        assert "alt" in found

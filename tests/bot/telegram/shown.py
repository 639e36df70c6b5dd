"""What a phone shows of the HTML that Telegram takes; whatever Telegram refuses fails here."""

from html.parser import HTMLParser

TAGS = frozenset({"b", "code", "a", "blockquote"})


class Shown(HTMLParser):
    """Reads one message; `text`, and what of it is bold, in a fold, copied by a tap or a link."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self._open: list[str] = []
        self.text = ""
        self.links: list[tuple[str, str]] = []
        self.within: dict[str, list[str]] = {tag: [] for tag in TAGS}
        self.feed(html)
        self.close()
        assert self._open == [], f"left open: {self._open} in {html!r}"

    @property
    def folded(self) -> str:
        return "\n".join(self.within["blockquote"])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        assert tag not in self._open, f"{tag} within {tag}"
        known = {"a": ["href"], "blockquote": ["expandable"]}
        assert [name for name, _ in attrs] == known.get(tag, []), attrs
        self._open.append(tag)
        self.within[tag].append("")
        if tag == "a":
            self.links.append(("", str(attrs[0][1])))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data
        for tag in self._open:
            self.within[tag][-1] += data
        if "a" in self._open:
            title, address = self.links[-1]
            self.links[-1] = (title + data, address)

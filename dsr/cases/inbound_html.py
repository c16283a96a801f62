"""HTML mail as plain text: words and line breaks, nothing else. It is never rendered anywhere."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

MAX_HTML: Final = 500_000
"""Characters; more is layout, not words."""
_SILENT: Final = frozenset({"script", "style", "head", "title", "template", "noscript", "object", "svg", "iframe"})
_LINES: Final = frozenset(
    {"br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "table", "ul", "ol", "hr", "pre"}
)
_VOID: Final = frozenset({"br", "hr", "img", "input", "meta", "link"})


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.words: list[str] = []
        self._silent: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
        elif tag in _LINES:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and tag in self._silent:
            # Up to the one that is closed: what stood open in between was never closed.
            while self._silent.pop() != tag:
                pass
        elif tag in _LINES and tag not in _VOID:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(" ".join(data.split()) if data.strip() else " ")
            if data[-1:].isspace():
                self.words.append(" ")


def as_text(html: str) -> str:
    """The words of an HTML page, in order; what a browser would hide is words as well."""
    parser = _Words()
    parser.feed(html[:MAX_HTML])
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.words).split("\n"))
    return "\n".join(lines).strip()

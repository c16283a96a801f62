"""HTML mail as plain text: words and line breaks, nothing else. It is never rendered anywhere."""

from __future__ import annotations

from collections import Counter
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Final

from dsr.markup import tamed

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_HTML: Final = 500_000
"""Characters; more is layout, not words."""
MAX_ALL: Final = 1_000_000
"""Characters of all HTML parts of a mail together; more is an attack on whoever reads it."""
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
        # How many of each stand open: a search of the list for every tag that closes nothing would take forever.
        self._open: Counter[str] = Counter()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        if tag in _SILENT:
            self._silent.append(tag)
            self._open[tag] += 1
        elif tag in _LINES:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._open[tag]:
            # Up to the one that is closed: what stood open in between was never closed.
            while True:
                last = self._silent.pop()
                self._open[last] -= 1
                if last == tag:
                    break
        elif tag in _LINES and tag not in _VOID:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(" ".join(data.split()) if data.strip() else " ")
            if data[-1:].isspace():
                self.words.append(" ")


def all_as_text(parts: Iterable[str]) -> str:
    """The words of the HTML parts of a mail, one after another, until MAX_ALL is read."""
    left, told = MAX_ALL, []
    for part in parts:
        page = part[: min(left, MAX_HTML)]
        left -= len(page)
        told.append(as_text(page))
    return "\n\n".join(told)


def as_text(html: str) -> str:
    """The words of an HTML page, in order; what a browser would hide is words as well."""
    parser = _Words()
    parser.feed(tamed(html[:MAX_HTML]))
    parser.close()
    lines = (" ".join(line.split()) for line in "".join(parser.words).split("\n"))
    return "\n".join(lines).strip()

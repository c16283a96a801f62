"""A letter as plain text, read off its HTML: one source, so that the text and the printed letter cannot differ.

It knows the few tags our own templates use (docs/decisions/062) and refuses any other, so that nothing is lost unseen.
"""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Final

from dsr.output.inputs import OutputError

_SILENT: Final = frozenset({"head", "img"})
_INLINE: Final = frozenset({"b", "span", "a"})
_PARTS: Final = frozenset({"html", "body", "header", "main", "footer", "div", "table", "thead", "tbody"})
_BLOCKS: Final = frozenset({"p", "h1", "h2", "h3", "li", "caption", "tr", "ul", "ol"})
_CELLS: Final = frozenset({"th", "td"})
_VOID: Final = frozenset({"br", "img", "meta"})
_UNDER: Final = {"h1": "=", "h2": "-"}
_MARK: Final = "\x00"  # a break that the white space of the source must not swallow


def plain_text(html: str) -> str:
    """The words of a letter in reading order: headings underlined, lists with dashes or numbers, table cells parted by "; ".

    OutputError `tag_unknown` names a tag this serialiser does not know.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return re.sub(r"\n{3,}", "\n\n", "\n".join(reader.lines)).strip() + "\n"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._words = ""
        self._silent = 0
        self._counters: list[int | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "head":
            self._silent += 1
        elif tag == "br":
            self._words += _MARK
        elif tag in _BLOCKS | _PARTS:
            self._flush("")
            if tag in {"ul", "ol"}:
                self._counters.append(0 if tag == "ol" else None)
            elif tag == "table":
                self.lines.append("")
        elif tag not in _INLINE | _CELLS | _VOID | {"title", "meta"}:
            raise OutputError("tag_unknown", tag)

    def handle_endtag(self, tag: str) -> None:
        if tag == "head":
            self._silent -= 1
        elif tag in _CELLS:
            self._words = self._words.rstrip() + "; "
        elif tag in _BLOCKS | _PARTS:
            self._flush(tag)
            if tag in {"ul", "ol"}:
                self._counters.pop()
                self.lines.append("")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self._words += re.sub(r"\s+", " ", data.replace(_MARK, ""))

    def _flush(self, tag: str) -> None:
        """Write what has been read as a block of this kind."""
        text = "\n".join(" ".join(line.split()) for line in self._words.split(_MARK)).strip().removesuffix(";")
        self._words = ""
        if not text:
            return
        if tag == "li":
            self.lines.append(_indented(self._bullet(), text))
        elif tag in {"tr", "caption"}:
            self.lines.append(text)
        elif tag in _UNDER:
            self.lines += ["", text, _UNDER[tag] * len(text), ""]
        else:
            self.lines += ["", text, ""]

    def _bullet(self) -> str:
        number = self._counters[-1] if self._counters else None
        if number is None:
            return "- "
        self._counters[-1] = number + 1
        return f"{number + 1}. "


def _indented(bullet: str, text: str) -> str:
    return bullet + text.replace("\n", "\n" + " " * len(bullet))

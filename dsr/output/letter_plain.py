"""A letter as plain text, read off its HTML: one source, so that the text and the printed letter cannot differ.

It knows the few tags our own templates use (docs/decisions/062) and refuses any other, so that nothing is lost unseen.
"""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Final

from dsr.output.inputs import OutputError

_INLINE: Final = frozenset({"b", "span", "a", "img", "meta", "title"})
_PARTS: Final = frozenset({"html", "body", "header", "main", "footer", "div", "table", "thead", "tbody", "ul", "ol"})
_BLOCKS: Final = frozenset({"p", "h1", "h2", "h3", "li", "caption", "tr"})
_CELLS: Final = frozenset({"th", "td"})
_HEADINGS: Final = frozenset({"h1", "h2", "h3"})
_BREAK: Final = "\x00"  # a line break that the white space of the source must not swallow


def plain_text(html: str) -> str:
    """The words of a letter in reading order: headings after two empty lines, lists with dashes or numbers.

    No line of signs under a heading: whoever has the text read aloud would hear it.

    Each row of a table is an entry whose cells stand beside the names of their columns, as one reads it aloud.
    OutputError `tag_unknown` names a tag this serialiser does not know.
    """
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "\n".join(reader.lines) + "\n"


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self._words = ""
        self._in_head = False
        self._numbers: list[int | None] = []  # of the open lists: the last number given, None for dashes
        self._columns: list[str] = []
        self._row: list[str] = []
        self._naming = False
        self._item_before = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "head":
            self._in_head = True
        elif tag == "br":
            self._words += _BREAK
        elif tag in _PARTS | _BLOCKS:
            self._write("")
            self._open(tag)
        elif tag not in _INLINE | _CELLS:
            raise OutputError("tag_unknown", tag)

    def _open(self, tag: str) -> None:
        if tag in {"ul", "ol"}:
            self._numbers.append(0 if tag == "ol" else None)
        elif tag == "table":
            self._columns = []
        elif tag == "thead":
            self._naming = True
        elif tag == "tr":
            self._row = []

    def handle_endtag(self, tag: str) -> None:
        if tag == "head":
            self._in_head = False
        elif tag in _CELLS:
            self._row.append(", ".join(part for part in self._taken() if part))
        elif tag == "tr":
            self._write_row()
        elif tag in _PARTS | _BLOCKS:
            self._write(tag)
            if tag in {"ul", "ol"}:
                self._numbers.pop()
                self._item_before = False
            elif tag == "thead":
                self._naming = False

    def handle_data(self, data: str) -> None:
        if not self._in_head:
            self._words += data.replace(_BREAK, "")

    def _taken(self) -> list[str]:
        """The lines read since the last block, blanks folded."""
        lines = [" ".join(line.split()) for line in self._words.split(_BREAK)]
        self._words = ""
        return lines

    def _write(self, tag: str) -> None:
        """Write what was read as a block of this kind; nothing when only blanks were."""
        text = "\n".join(self._taken()).strip()
        if not text:
            return
        if tag == "li":
            self._write_item(text.split("\n"))
        else:
            self._add(text, gap=2 if tag in _HEADINGS else 1)
            self._item_before = False

    def _write_row(self) -> None:
        if self._naming:
            self._columns = self._row
        elif self._columns:
            self._write_item([f"{name}: {cell}" for name, cell in zip(self._columns, self._row, strict=True)])
        else:
            self._write_item([": ".join(self._row)])

    def _write_item(self, lines: list[str]) -> None:
        number = self._numbers[-1] if self._numbers else None
        bullet = "- "
        if number is not None:
            self._numbers[-1] = number + 1
            bullet = f"{number + 1}. "
        self._add(bullet + ("\n" + " " * len(bullet)).join(lines), gap=0 if self._item_before else 1)
        self._item_before = True

    def _add(self, text: str, *, gap: int) -> None:
        """Add a block after so many empty lines."""
        self.lines += [*([""] * gap if self.lines else []), text]

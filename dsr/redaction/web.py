"""The text of a web page: what one reads, without tags, scripts, comments and attributes."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Final

from dsr.markup import tamed

_SILENT: Final = frozenset({"script", "style", "template", "noscript", "head"})
_BLOCKS: Final = frozenset(
    re.findall(
        r"\w+",
        "address article aside blockquote br dd div dl dt figcaption footer form h1 h2 h3 h4 h5 h6 header hr li main nav ol "
        "p pre section table td th tr ul title",
    )
)


# Attributes that say how something looks, and none of which holds words.
_LOOKS: Final = frozenset(
    re.findall(
        r"\S+",
        "align bgcolor border cellpadding cellspacing charset class clear color cols colspan dir face height http-equiv id lang "
        "media nowrap rel rows rowspan size span style target type valign width xml:lang xmlns",
    )
)
_TAG: Final = re.compile(r"[a-z][a-z0-9]*(?:[:-][a-z0-9]+)?")


@dataclass(frozen=True, slots=True)
class Page:
    """The words of a page, one line a block; `hidden`: it also holds words that are not among them."""

    text: str = field(repr=False)
    hidden: bool


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.hidden = False
        self._silent: list[str] = []
        self._within: Counter[str] = Counter()  # the same by name: a search in the list would take its length each time

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if not _TAG.fullmatch(tag) or any(name not in _LOOKS for name, _value in attrs):
            self.hidden = True
        if tag == "body" or (tag in _BLOCKS and tag != "title" and self._silent == ["head"]):
            self._leave("head")  # a head nobody closed ends where the page begins
        if tag in _SILENT:
            self._silent.append(tag)
            self._within[tag] += 1
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if self._within[tag]:
            self._leave(tag)
        elif tag in _BLOCKS:
            self.parts.append("\n")

    def _leave(self, tag: str) -> None:
        while self._within[tag]:
            last = self._silent.pop()
            self._within[last] -= 1
            if last == tag:
                return

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.parts.append(re.sub(r"\s+", " ", data))
        elif data.strip():
            self.hidden = True

    def handle_comment(self, data: str) -> None:
        self.hidden = self.hidden or bool(data.strip())

    def handle_decl(self, decl: str) -> None:
        self.hidden = self.hidden or decl.strip().casefold() != "doctype html"

    def handle_pi(self, data: str) -> None:
        self.hidden = True

    def unknown_decl(self, data: str) -> None:
        self.hidden = True


def read(page: str) -> Page:
    """What one reads of a page, and whether it holds more than that. The time grows with its length, whatever it holds."""
    reader = _Reader()
    reader.feed(tamed(page))
    reader.close()
    hidden = reader.hidden or bool(reader.rawdata.strip())  # what the parser left: a script or style that never ends
    text = "\n".join(line.strip(" ") for line in "".join(reader.parts).split("\n"))
    return Page(re.sub(r"\n{3,}", "\n\n", text).strip(), hidden)

"""Which sections of the report stand upright and which lie on their side.

Turning the paper ends the page, so every turn wastes what is left of it: a table lies down only where upright it would
break words or fill more pages, and what is short between two that lie down lies down with them.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from dsr.output.sections import Section

# Characters of print.css's 8 point rows across the page, the space between columns not yet taken off.
UPRIGHT, LYING = 112, 178
GAP = 2
# A page that lies down holds so many lines for each one of a page that stands.
LINES_LYING = 0.63
# About as many lines as a page that lies down holds: so much costs less lying down than two turns of the paper.
SHORT = 34
# A record of more lines may be broken over two pages; kept together, it would leave the page before it half empty.
LONG_RECORD = 22


def needs_width(lines: Sequence[Sequence[str]], widths: Sequence[int]) -> bool:
    """Whether a table of `lines`, its head first, is better off on a page that lies down.

    `widths`: percent of each column but the last, as `sections.widths` gives them.
    """
    percent = [*widths, 100 - sum(widths)]
    upright = [max(1, int(UPRIGHT * share / 100) - GAP) for share in percent]
    lying = [max(1, int(LYING * share / 100) - GAP) for share in percent]
    if any(upright[at] < _longest_word(text) <= lying[at] for line in lines for at, text in enumerate(line)):
        return True
    return _height(lines, upright) > _height(lines, lying) / LINES_LYING


def _longest_word(text: str) -> int:
    return max(map(len, text.split()), default=0)


def _height(lines: Sequence[Sequence[str]], room: Sequence[int]) -> float:
    # A cell of words wraps before its column is full: a tenth more.
    return sum(
        max(1 if len(text) <= room[at] else math.ceil(1.1 * len(text) / room[at]) for at, text in enumerate(line))
        for line in lines
    )


def settled(sections: Sequence[Section]) -> list[Section]:
    """The sections in the same order, short runs that would stand between two that lie down turned with them."""
    runs = [(wide, list(run)) for wide, run in groupby(sections, key=lambda one: one.wide)]
    done: list[Section] = []
    for at, (wide, run) in enumerate(runs):
        between = 0 < at < len(runs) - 1
        turn = not wide and between and sum(map(_lines, run)) <= SHORT
        done += [replace(one, wide=True) for one in run] if turn else run
    return done


def _lines(section: Section) -> int:
    """About how many lines of text a section takes, its heading, its list's name and its drawing included."""
    pairs = [pair for record in (*section.records, section.same) for pair in record]
    texts = sum(max(1, math.ceil(len(line) / 60)) for _label, text in pairs for line in text.split("\n"))
    return 6 + texts + len(section.records) + len(section.rows) + (8 if section.chart else 0)


def runs_on(record: Sequence[tuple[str, str]]) -> bool:
    """Whether a record shown field by field is too long to be kept on one page (LONG_RECORD)."""
    lines = sum(max(1, math.ceil(len(line) / 60)) for _label, text in record for line in text.split("\n"))
    return lines > LONG_RECORD

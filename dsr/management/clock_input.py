"""Typed words and CSV rows to the clock's input, and its answer back to JSON; every mistake is one sentence."""

from __future__ import annotations

import csv
import io
import json
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dsr import wording
from dsr.law.calendars import Scope
from dsr.law.clock import Clock, ClockError, ClockInput, Suspension
from dsr.law.regimes import regime_of
from dsr.law.rights import Right

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

T = TypeVar("T", Right, Scope)

BATCH_COLUMNS: Final = ("id", "jurisdiction", "received_local", "timezone", "suspensions", "extended")
_TRUE: Final = frozenset({"1", "true", "yes"})
_FALSE: Final = frozenset({"", "0", "false", "no"})


def clock_input(
    *,
    jurisdiction: str,
    received: str,
    timezone: str,
    suspensions: Iterable[Suspension] = (),
    extended: bool = False,
    extended_to: str = "",
    right: str = "",
    regime: str = "",
    scope: str = "",
    buffer_days: str = "",
    holidays: Iterable[str] = (),
) -> ClockInput:
    """The clock's input from words; an empty word means its default, the regime follows from the place. Raises ValueError."""
    return ClockInput(
        received_at=_instant(_given(received, "the time of receipt"), _given(timezone, "the time zone")),
        timezone=timezone,
        jurisdiction=_given(jurisdiction, "the jurisdiction"),
        regime=regime or regime_of(jurisdiction),
        right=_member(Right, right or Right.ACCESS, "right"),
        suspensions=tuple(suspensions),
        extended=extended,
        extended_to=_day(extended_to) if extended_to else None,
        buffer_days=_whole(buffer_days or "0"),
        scope=_member(Scope, scope or Scope.SUBDIVISION, "scope"),
        extra_holidays=tuple(_day(word) for word in holidays),
    )


def suspension(word: str) -> Suspension:
    """START:END:KIND, with an empty END while the question is open. Raises ValueError."""
    parts = word.split(":")
    if len(parts) != 3:  # noqa: PLR2004 -- the three parts of the format
        raise ClockError(f"{word!r} is no question; write START:END:KIND such as 2026-05-08:2026-05-15:identity")
    start, end, kind = parts
    return Suspension(_day(start), _day(end) if end else None, kind)  # type: ignore[arg-type]  # checked by Suspension


def read(name: str) -> io.StringIO:
    """The text of a file, or of standard input for "-". Raises ClockError when it cannot be read."""
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        return io.StringIO(raw.decode("utf-8-sig"), newline="")
    except OSError as wrong:
        raise ClockError(f"{name} cannot be read: {wrong.strerror}") from wrong
    except UnicodeDecodeError as wrong:
        raise ClockError(f"{name} is not text in UTF-8") from wrong


def batch(lines: Iterable[str]) -> Iterator[tuple[str, ClockInput]]:
    """Id and input of every row of a CSV file. Raises ValueError with the row's number in front."""
    rows = csv.DictReader(lines, strict=True)
    try:
        absent = [name for name in BATCH_COLUMNS if name not in (rows.fieldnames or ())]
        if absent:
            raise ClockError(f"the file has no column {', '.join(absent)}")
        yield from _numbered(rows)
    except csv.Error as wrong:
        raise ClockError(f"line {rows.line_num} is not CSV: {wrong}") from wrong


def _numbered(rows: csv.DictReader[str]) -> Iterator[tuple[str, ClockInput]]:
    for row in rows:
        try:
            yield str(row["id"]), _from_row(row)
        except ValueError as wrong:
            raise ClockError(f"line {rows.line_num}: {wrong}") from wrong


def _from_row(row: Mapping[str, str | None]) -> ClockInput:
    words = {name: (value or "").strip() for name, value in row.items() if name}
    if words["extended"].lower() not in _TRUE | _FALSE:
        raise ClockError(f"extended is {words['extended']!r}; write 0 or 1")
    return clock_input(
        jurisdiction=words["jurisdiction"],
        received=words["received_local"],
        timezone=words["timezone"],
        suspensions=tuple(_listed(words["suspensions"] or "[]")),
        extended=words["extended"].lower() in _TRUE,
        **{name: words.get(name, "") for name in ("right", "regime", "scope", "buffer_days", "extended_to")},
    )


def _listed(text: str) -> Iterator[Suspension]:
    try:
        for entry in json.loads(text):
            yield Suspension(_day(entry["start"]), _day(entry["end"]) if entry["end"] else None, entry["kind"])
    except (json.JSONDecodeError, KeyError, TypeError) as wrong:
        raise ClockError('suspensions is no list of {"start": …, "end": …, "kind": …}') from wrong


def as_json(clock: Clock) -> dict[str, Any]:
    """The clock's answer: dates as ISO dates, the explanation in sentences and as codes."""
    names = (
        "received_on",
        "due_on",
        "first_month_due_on",
        "act_by_on",
        "notice_by_on",
        "query_by_on",
        "post_by_on",
        "ack_by_on",
    )
    found = {name: getattr(clock, name) for name in names}
    return {
        **{name: value.isoformat() if value else None for name, value in found.items()},
        "paused": clock.paused,
        "suspended_days": clock.suspended_days,
        "explanation": list(wording.explanation(clock.explanation)),
        "warnings": list(wording.explanation(clock.warnings)),
        "lines": [line.as_json() for line in clock.explanation],
        "regime_version": clock.regime_version,
        "calendar_version": clock.calendar_version,
    }


def as_text(clock: Clock) -> dict[str, str]:
    """The same for a terminal: the three dates, and the arithmetic as one sentence."""
    found = as_json(clock)
    shown = {name: found[name] or "paused" for name in ("due_on", "first_month_due_on", "act_by_on")}
    shown["explanation"] = "; ".join(found["explanation"])
    return shown | ({"warnings": " ".join(found["warnings"])} if found["warnings"] else {})


def _given(word: str, name: str) -> str:
    if not word.strip():
        raise ClockError(f"{name} is missing")
    return word


def _instant(word: str, timezone: str) -> datetime:
    try:
        at = datetime.fromisoformat(word)
    except ValueError as wrong:
        raise ClockError(f"{word!r} is no time; write it like 2026-05-04T18:30") from wrong
    try:
        return at if at.tzinfo else at.replace(tzinfo=ZoneInfo(timezone))
    except (ZoneInfoNotFoundError, ValueError, OSError) as wrong:
        raise ClockError(f"{timezone!r} is not a known time zone; write one such as Europe/Berlin") from wrong


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except (ValueError, TypeError) as wrong:
        raise ClockError(f"{word!r} is no date; write it like 2026-05-04") from wrong


def _whole(word: str) -> int:
    if not word.isdecimal():
        raise ClockError(f"{word!r} is no number of days")
    return int(word)


def _member(kind: type[T], word: str, name: str) -> T:
    try:
        return kind(word)
    except ValueError as wrong:
        raise ClockError(f"{word!r} is no {name}; known are {', '.join(kind)}") from wrong

"""A calendar as RFC 5545 text: all-day events, reminders, folded lines. No name ever, only reference and right (ux.md 2.5)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date, datetime

TYPE: Final = "text/calendar; charset=utf-8"
LINE_OCTETS: Final = 75
_ESCAPED: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n", "\r": None})


@dataclass(frozen=True, slots=True)
class Entry:
    """One all-day event. `uid` stays the same for the same case and kind; `sequence` grows with its changes."""

    uid: str
    day: date
    summary: str
    sequence: int = 0
    url: str = ""
    alarms: tuple[int, ...] = ()  # days before


def calendar(name: str, entries: Iterable[Entry], *, now: datetime) -> bytes:
    """The whole file. `now` (aware) stands in every event as the moment it was written."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//DSR Desk//Calendar//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escape(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT4H",
        "X-PUBLISHED-TTL:PT4H",
        *(line for entry in entries for line in _event(entry, now)),
        "END:VCALENDAR",
    ]
    return "".join(fold(line) for line in lines).encode()


def _event(entry: Entry, now: datetime) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{escape(entry.uid)}"
    yield f"SEQUENCE:{entry.sequence}"
    yield f"DTSTAMP:{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}"
    yield f"DTEND;VALUE=DATE:{entry.day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{escape(entry.summary)}"
    yield "TRANSP:TRANSPARENT"
    if entry.url:
        yield f"URL:{entry.url}"
    for days in entry.alarms:
        yield "BEGIN:VALARM"
        yield "ACTION:DISPLAY"
        yield f"DESCRIPTION:{escape(entry.summary)}"
        yield f"TRIGGER:-P{days}D"
        yield "END:VALARM"
    yield "END:VEVENT"


def escape(text: str) -> str:
    """Text as a value: backslash, semicolon, comma and line break escaped (RFC 5545, 3.3.11)."""
    return text.translate(_ESCAPED)


def fold(line: str) -> str:
    """A content line with its CRLF, folded so that no physical line has more than 75 octets; letters are never cut (3.1)."""
    parts, size = [""], 0
    for letter in line:
        octets = len(letter.encode())
        # The blank that begins a folded line counts as well.
        if size + octets > LINE_OCTETS:
            parts.append("")
            size = 1
        parts[-1] += letter
        size += octets
    return "\r\n ".join(parts) + "\r\n"

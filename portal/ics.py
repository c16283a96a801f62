"""The deadline of a request as a calendar file: reference and right, never a name (RFC 5545, by hand)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_FOLD = 75  # octets a line may have before it is folded


def _escaped(text: str) -> str:
    for sign in ("\\", ";", ","):
        text = text.replace(sign, f"\\{sign}")
    return text.replace("\r\n", "\n").replace("\n", "\\n")


def _folded(line: str) -> str:
    """Cut after at most 75 octets, never inside a character; the next line starts with a blank."""
    lines, rest = [], line
    while len(rest.encode()) > _FOLD:
        cut = _FOLD
        while len(rest[:cut].encode()) > _FOLD:
            cut -= 1
        lines.append(rest[:cut])
        rest = f" {rest[cut:]}"
    return "\r\n".join([*lines, rest])


def calendar(*, uid: str, sequence: int, on: date, title: str, text: str, url: str, written_at: datetime) -> bytes:
    """One all-day event on `on` with a reminder two days before; `sequence` grows when the date moves."""
    rows: Iterable[str] = (
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//DSR Desk//Portal//EN",
        "METHOD:PUBLISH",
        "BEGIN:VEVENT",
        f"UID:{_escaped(uid)}",
        f"DTSTAMP:{written_at.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"SEQUENCE:{sequence}",
        f"DTSTART;VALUE=DATE:{on:%Y%m%d}",
        f"DTEND;VALUE=DATE:{on + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{_escaped(title)}",
        f"DESCRIPTION:{_escaped(text)}",
        f"URL:{url}",
        "TRANSP:TRANSPARENT",
        "BEGIN:VALARM",
        "ACTION:DISPLAY",
        f"DESCRIPTION:{_escaped(title)}",
        "TRIGGER:-P2D",
        "END:VALARM",
        "END:VEVENT",
        "END:VCALENDAR",
    )
    return ("\r\n".join(_folded(row) for row in rows) + "\r\n").encode()

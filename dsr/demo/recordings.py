"""A folder of recordings, scans and chats with an index: the demo's store that hands out files. All of it is invented."""

from __future__ import annotations

import csv
import hashlib
import io
import math
import os
import shutil
import wave
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw

from dsr.demo.people import by_position

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from dsr.demo.people import Person

FOLDER = "recordings"
RECORDED = (1, 2, 5, 12, 16)
"""Positions of the subscribers with files; nobody else has any."""
_RATE = 8000


@dataclass(frozen=True, slots=True)
class _File:
    path: str
    kind: str
    media_type: str
    content: bytes
    day: date


def build_recordings(directory: Path, *, today: date) -> Path | None:
    """Write the folder when it is missing and return it. It appears under its name only when it is complete."""
    target = directory / FOLDER
    if target.exists():
        return None
    part = directory / f".{FOLDER}.{os.getpid()}"
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(mode=0o700)
    with (part / "index.csv").open("w", encoding="utf-8", newline="") as file:
        index = csv.writer(file)
        index.writerow(["path", "login", "kind", "date", "media_type", "sha256"])
        for number, position in enumerate(RECORDED, start=1):
            person = by_position(position)
            for one in _files_of(person, number, today):
                path = part / one.path
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(one.content)
                digest = hashlib.sha256(one.content).hexdigest()
                index.writerow([one.path, person.username, one.kind, one.day.isoformat(), one.media_type, digest])
    part.replace(target)
    return target


def _files_of(person: Person, number: int, today: date) -> Iterator[_File]:
    """Names say nothing about whose file it is, as such systems should."""
    day = today - timedelta(days=20 + number)
    yield _File(f"calls/2026-{number:04}-a.wav", "call", "audio/wav", _tone(number), day)
    yield _File(f"calls/2026-{number:04}-b.wav", "call", "audio/wav", _tone(number + 4), day + timedelta(days=2))
    yield _File(f"scans/{number:04} contract.png", "scan", "image/png", _scan(person.customer_no), day)
    yield _File(f"chats/{number:04}.txt", "chat", "text/plain", _CHAT.encode(), day + timedelta(days=3))
    if number % 2 == 0:
        # Two things every such folder has: a file whose name is wrong, and one that was never meant for the customer.
        page = b"<!doctype html><title>Speed test</title><p>Your line reaches 48 Mbit/s.</p>"
        yield _File(f"scans/{number:04} speed test.png", "scan", "image/png", page, day + timedelta(days=4))
        yield _File(f"calls/2026-{number:04}-c.wav", "internal", "audio/wav", _tone(number + 8), day)


def _tone(number: int) -> bytes:
    """A second of sound that is nobody's voice."""
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(1)
        file.setframerate(_RATE)
        step = 2 * math.pi * (220 + 40 * number) / _RATE
        file.writeframes(bytes(128 + int(60 * math.sin(step * at)) for at in range(_RATE)))
    return out.getvalue()


def _scan(customer_no: str) -> bytes:
    """A sheet of paper with a line of print."""
    sheet = Image.new("L", (420, 594), 250)
    draw = ImageDraw.Draw(sheet)
    draw.text((40, 40), "Northwave Networks GmbH", fill=30)
    draw.text((40, 70), f"Contract, customer number {customer_no}", fill=30)
    draw.line((40, 520, 220, 520), fill=90)
    out = io.BytesIO()
    sheet.save(out, "PNG")
    return out.getvalue()


_CHAT = """\
10:02 Customer: My router blinks red since this morning.
10:03 Northwave: I restart the line, please wait two minutes.
10:06 Customer: It works again. Thank you!
"""

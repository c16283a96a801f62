"""Texts with an identifier planted in one spelling or another, and the slow search every fast one is compared with."""

from __future__ import annotations

import base64
import html
import json
import quopri
import unicodedata
from typing import TYPE_CHECKING
from urllib.parse import quote

from exporters.identifiers import Identifier, radius_escape
from exporters.identifiers import IdentifierKind as Kind
from exporters.needle_forms import fold
from exporters.needles import needles, readings

if TYPE_CHECKING:
    import random
    from collections.abc import Callable

HERS = (
    Identifier(Kind.EMAIL, "claire.smith+isp@example.com"),
    Identifier(Kind.EMAIL, "zoë@example.net"),
    Identifier(Kind.USERNAME, "smith77"),
    Identifier(Kind.PHONE, "+447700900112"),
    Identifier(Kind.MAC, "00-00-5E-00-53-0C"),
    Identifier(Kind.IBAN, "DE02120300000000202051"),
    Identifier(Kind.SERIAL, "SN-77KSS12"),
    Identifier(Kind.IP, "203.0.113.7"),
    Identifier(Kind.IP, "2001:db8:7::7"),
    Identifier(Kind.NAME, "Claire Müller"),
    Identifier(Kind.NAME, "Großstadt"),
    Identifier(Kind.NAME, "ليلى"),
    Identifier(Kind.NAME, "Öz Γιώργος"),
    Identifier(Kind.NAME, "Nguyễn"),
    Identifier(Kind.NAME, "𠮷田花"),
    Identifier(Kind.BIRTH_DATE, "1987-03-04"),
    Identifier(Kind.CUSTOMER_NUMBER, "NW-100107"),
)
_PLAIN = (
    *(one.value for one in HERS),
    "07700 900 112",
    "+44 (0)7700-900-112",
    "0000.5e00.530c",
    "00:00:5e:00:53:0c",
    "DE02 1203 0000 0000 2020 51",
    "3405803783",
    "2001:0db8:0007:0000:0000:0000:0000:0007",
    "04.03.1987",
    "Öz",
    "Γιώργος",
    "Claire\tMüller",
    "SN\u202f77\u212a\u017f\u017f12",
)
_NEAR = (
    "smith7",
    "smith777",
    "joclaire.smith+isp@example.com",
    "Claire",
    "Muller",
    "+447700900113",
    "nw-1001078",
    "203.0.113.77",
)
_AROUND = (
    "",
    " ",
    "x",
    "\n",
    "\t",
    "\\",
    "\\\\",
    "=",
    "=20",
    ",",
    "<b>",
    "&",
    "%",
    "é",
    "<",
    ">",
    '"',
    "é",
    "Straße ",
    "0",
)


def _quoted(text: str) -> str:
    return quopri.encodestring(("=" * 24 + text).encode()).decode()


def _marked(text: str) -> str:
    return "".join(f"&#{ord(char)};" if not char.isalnum() or char > "\x7f" else char for char in text)


def _named(text: str) -> str:
    return (
        html.escape(text).replace("ü", "&uuml;").replace("ö", "&ouml;").replace("ß", "&szlig;").replace("@", "&commat;")
    )


WRITERS: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    str.title,
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: unicodedata.normalize("NFD", text).upper(),
    lambda text: json.dumps({"a": text}),
    lambda text: json.dumps(text.upper()).replace("/", "\\/"),
    quote,
    lambda text: quote(text, safe=""),
    lambda text: quote(text, safe="@").lower(),
    lambda text: text.replace(" ", "+"),
    lambda text: "".join(f"\\u{ord(char):04x}" if char < "\U00010000" else char for char in text),
    lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    radius_escape,
    lambda text: radius_escape(text, all_bytes=True),
    _quoted,
    _marked,
    _named,
    lambda text: text.replace(" ", "&nbsp;"),
    lambda text: text.replace(" ", "</b> <i>"),
    lambda text: text.replace("s", "\u017f").replace("k", "\u212a"),
)


def made(chance: random.Random) -> str:
    """One text: mostly with an identifier in it, sometimes with what only looks like one."""
    parts = []
    for _ in range(chance.randint(1, 2)):
        inside = chance.choice(_PLAIN if chance.random() < 0.8 else _NEAR)
        parts += [chance.choice(_AROUND), chance.choice(WRITERS)(inside), chance.choice(_AROUND)]
    return "".join(parts)


def dull(chance: random.Random) -> str:
    """A text nobody looks for."""
    return base64.b32encode(chance.randbytes(chance.randint(0, 20))).decode() + chance.choice(_AROUND)


def slowly(text: str) -> set[Kind]:
    """The kinds found by the rules alone, without anything that narrows: every pattern on every reading."""
    read = [fold(form) for form in readings(text)]
    found = {needle.kind for needle in needles(HERS) for form in read if needle.pattern.search(form)}
    whole = len(text) < 40 and text.isascii() and text.isdigit()
    return found | {Kind.IP for needle in needles(HERS) if whole and needle.number == int(text)}

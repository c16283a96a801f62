"""What a residue scan looks for: each identifier in every way a system may have written it.

Texts are searched as they stand and as they read when JSON, URL, HTML, RADIUS and quoted-printable escapes are undone.
Bounds keep `ann@example.net` apart from `joann@example.net`.
"""

from __future__ import annotations

import html
import ipaddress
import json
import quopri
import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote

from exporters.identifiers import IdentifierKind, normalise, radius_unescape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from exporters.identifiers import Identifier

_LEAST = 3
"""Shorter values stand in every second row."""
_LEAST_NUMBER = 6
"""Numbers shorter than this are prices, dates and row numbers."""
_LEAST_PHONE = 7
_SQUEEZE = {ord(char): None for char in " -:./()+\t\u00a0"}
_JSON_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")
_LONGEST_QUOTED = 200_000


@dataclass(frozen=True, slots=True)
class Needle:
    """One identifier: `cores` narrow cheaply (any of them must be in the row's text), `pattern` decides."""

    kind: IdentifierKind
    cores: tuple[str, ...]
    pattern: re.Pattern[str]
    squeezed: bool = False
    number: int | None = None


def needles(identifiers: Iterable[Identifier]) -> tuple[Needle, ...]:
    """What to look for, longest first; identifiers too short to prove anything are left out."""
    found: dict[tuple[IdentifierKind, str], Needle] = {}
    for identifier in identifiers:
        needle = _needle(identifier.kind, identifier.value.strip())
        if needle:
            found.setdefault((identifier.kind, needle.pattern.pattern), needle)
    return tuple(found.values())


def _needle(kind: IdentifierKind, value: str) -> Needle | None:
    if kind is IdentifierKind.RECORD or len(value) < _LEAST:
        return None
    build = _BUILDERS.get(kind, _token)
    return build(kind, value)


def _pattern(body: str, before: str = r"\w", after: str = r"\w") -> re.Pattern[str]:
    return re.compile(f"(?<![{before}])(?:{body})(?![{after}])", re.IGNORECASE)


def _cores(value: str) -> tuple[str, ...]:
    """A piece of the value that survives every way of escaping it, or the value in each of them."""
    runs = re.findall(r"[a-z0-9]+", _fold(value))
    longest = max(runs, key=len, default="")
    if len(longest) >= _LEAST:
        return (longest,)
    entities = "".join(f"&#{ord(char)};" if ord(char) > 127 else char for char in value)  # noqa: PLR2004
    named = value.encode("ascii", "xmlcharrefreplace").decode()
    return tuple({_fold(form) for form in (value, json.dumps(value)[1:-1], quote(value), entities, named)})


def _fold(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def _token(kind: IdentifierKind, value: str) -> Needle | None:
    if value.isdigit() and len(value) < _LEAST_NUMBER:
        return None
    body = re.escape(_fold(value))
    if kind is IdentifierKind.EMAIL:
        return Needle(kind, _cores(value), re.compile(rf"(?<![\w.+%-]){body}(?![\w-])(?!\.\w)", re.IGNORECASE))
    return Needle(kind, _cores(value), _pattern(body, before=r"\w-", after=r"\w-"))


def _words(kind: IdentifierKind, value: str) -> Needle | None:
    body = r"[\s,]+".join(re.escape(word) for word in _fold(value).split())
    return Needle(kind, _cores(max(value.split(), key=len)), _pattern(body))


def _compact(kind: IdentifierKind, value: str) -> Needle | None:
    plain = normalise(kind, value).casefold()
    if len(re.sub(r"\W", "", plain)) < _LEAST_NUMBER:
        return _token(kind, value)
    body = r"[\s:.-]{0,2}".join(map(re.escape, plain))
    return Needle(kind, (plain.translate(_SQUEEZE),), _pattern(body, before="a-z0-9", after="a-z0-9"), squeezed=True)


def _phone(kind: IdentifierKind, value: str) -> Needle | None:
    """With and without country code, in any punctuation. `+44 7700 900101` is also written `07700 900101`."""
    digits = normalise(kind, value)
    national = digits.lstrip("+0")
    if len(national) < _LEAST_PHONE:
        return None
    gap = r"[\s()./-]{0,3}"
    if not digits.startswith("+"):
        return Needle(
            kind, (national,), _pattern(rf"\+?0{{0,2}}{gap}{gap.join(national)}", r"\d", r"\d"), squeezed=True
        )
    # The length of a country code is not known without a table of the world: one to three digits, then the rest.
    forms = [gap.join(national)]
    forms += [rf"0?{gap}{gap.join(national[cut:])}" for cut in (1, 2, 3) if len(national) - cut >= _LEAST_PHONE + 1]
    body = rf"(?:\+|00)?{gap}(?:{'|'.join(forms)})"
    return Needle(kind, (national[3:],), _pattern(body, r"\d", r"\d"), squeezed=True)


def _ip(kind: IdentifierKind, value: str) -> Needle | None:
    try:
        address = ipaddress.ip_address(value.partition("/")[0])
    except ValueError:
        return _token(kind, value)
    forms = {address.compressed, address.exploded}
    body = "|".join(re.escape(form) for form in sorted(forms))
    # A port may follow an IPv4 address; another digit or group would make it another address.
    pattern = rf"(?<![\w.])(?:{body})(?!\w|\.\d)" if address.version == 4 else rf"(?<![\w:.])(?:{body})(?![\w:])"  # noqa: PLR2004
    return Needle(kind, tuple(forms), re.compile(pattern, re.IGNORECASE), number=int(address))


def _birth(kind: IdentifierKind, value: str) -> Needle | None:
    try:
        day = date.fromisoformat(value[:10])
    except ValueError:
        return None
    forms = (day.isoformat(), f"{day:%d.%m.%Y}", f"{day:%d/%m/%Y}", f"{day:%Y%m%d}")
    return Needle(kind, forms, _pattern("|".join(map(re.escape, forms)), r"\d", r"\d"))


_BUILDERS: dict[IdentifierKind, Callable[[IdentifierKind, str], Needle | None]] = {
    IdentifierKind.NAME: _words,
    IdentifierKind.COMPANY: _words,
    IdentifierKind.ADDRESS: _words,
    IdentifierKind.PHONE: _phone,
    IdentifierKind.MAC: _compact,
    IdentifierKind.IBAN: _compact,
    IdentifierKind.SERIAL: _compact,
    IdentifierKind.IP: _ip,
    IdentifierKind.BIRTH_DATE: _birth,
}


class Haystack:
    """Searches the cells of one row after another for all needles."""

    def __init__(self, wanted: tuple[Needle, ...]) -> None:
        """`wanted`: from `needles`."""
        self.wanted = wanted
        self._numbers = {needle.number: needle for needle in wanted if needle.number is not None}

    def hits(self, cells: Iterable[tuple[str, object]]) -> Iterator[tuple[str, Needle]]:
        """(column, needle) for each cell of a row that holds an identifier; `cells` are texts or whole numbers."""
        texts = []
        for column, value in cells:
            if isinstance(value, int):
                if value in self._numbers:
                    yield column, self._numbers[value]
            elif isinstance(value, str) and len(value) >= _LEAST:
                texts.append((column, value))
                if value.isdigit() and int(value) in self._numbers:
                    yield column, self._numbers[int(value)]
        # Once over the whole row: most rows hold nothing, and this finds out without a regular expression.
        row = _fold("\n".join(text for _, text in texts))
        squeezed = row.translate(_SQUEEZE)
        likely = [
            needle
            for needle in self.wanted
            if any(core in (squeezed if needle.squeezed else row) for core in needle.cores)
        ]
        if likely:
            for column, text in texts:
                read = [_fold(form) for form in readings(text)]
                yield from ((column, needle) for needle in likely if any(map(needle.pattern.search, read)))


def readings(text: str) -> set[str]:
    """The text as it stands, and as it reads with each sort of escape undone."""
    found = {text}
    if "\\" in text:
        found.add(_JSON_ESCAPE.sub(lambda one: chr(int(one[1], 16)) if one[1] else f" {one[2]}", text))
        found.add(text.replace("\\/", "/"))
    if "%" in text or "+" in text:
        found |= {unquote(text), unquote(text.replace("+", " "))}
    if "&" in text:
        found.add(html.unescape(text))
    if "=" in text:
        found.add(radius_unescape(text))
        if len(text) <= _LONGEST_QUOTED:
            found.add(quopri.decodestring(text.encode()).decode(errors="replace"))
    if "<" in text:
        found.add(re.sub(r"<[^>]*>", " ", html.unescape(text)))
    return found

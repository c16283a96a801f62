"""What a residue scan looks for: each identifier in every way a system may have written it.

Texts are searched as they stand and as they read when JSON, URL, HTML, RADIUS and quoted-printable escapes are undone.
Bounds keep `ann@example.net` apart from `joann@example.net`.
"""

from __future__ import annotations

import html
import ipaddress
import quopri
import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from urllib.parse import unquote

from exporters.identifiers import IdentifierKind, normalise, radius_unescape
from exporters.needle_forms import fold

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from exporters.identifiers import Identifier

_LEAST = 3
"""Shorter values stand in every second row."""
_LEAST_NUMBER = 6
"""Numbers shorter than this are prices, dates and row numbers."""
_LEAST_PHONE = 7
_LEAST_INTEGER = 100_000_000
_LONGEST_NUMBER = 39
"""Digits of the largest IPv6 address."""
_SQUEEZE = {
    **{ord(char): None for char in "-:./()+"},
    **{code: None for code in range(0x3001) if chr(code).isspace()},
}
_HALF = re.compile("[\ud800-\udfff]")
_JSON_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|(.))")


@dataclass(frozen=True, slots=True)
class Needle:
    """One identifier: `cores` narrow cheaply (any of them must be in the folded text), `pattern` decides.

    `squeezed`: the core must be in the text without blanks and punctuation. `number`: an address as integer columns
    hold it. `unbroken`: what the pattern accepts without anything between its letters and digits.
    """

    kind: IdentifierKind
    cores: tuple[str, ...]
    pattern: re.Pattern[str]
    squeezed: bool = False
    number: int | None = None
    unbroken: tuple[str, ...] = ()

    @property
    def whole(self) -> frozenset[int]:
        """Every whole number that `pattern` finds something in.

        Whatever the kind, no pattern begins or ends beside another digit, so it accepts all digits of a number or none,
        and a number is written without zeros in front and with nothing in between: one of `unbroken`.
        """
        digits = (text for text in self.unbroken if text.isascii() and text.isdigit() and not text.startswith("0"))
        return frozenset(map(int, digits))


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


def _token(kind: IdentifierKind, value: str) -> Needle | None:
    if value.isdigit() and len(value) < _LEAST_NUMBER:
        return None
    body = re.escape(fold(value))
    if kind is IdentifierKind.EMAIL:
        pattern = re.compile(rf"(?<![\w.+%-]){body}(?![\w-])(?!\.\w)", re.IGNORECASE)
        return Needle(kind, (fold(value),), pattern, unbroken=(fold(value),))
    return Needle(kind, (fold(value),), _pattern(body, before=r"\w-", after=r"\w-"), unbroken=(fold(value),))


def _words(kind: IdentifierKind, value: str) -> Needle | None:
    body = r"[\s,]+".join(re.escape(word) for word in fold(value).split())
    return Needle(kind, (max(fold(value).split(), key=len),), _pattern(body), unbroken=(fold(value),))


def _compact(kind: IdentifierKind, value: str) -> Needle | None:
    plain = normalise(kind, value).casefold()
    if len(re.sub("[^a-z0-9]", "", plain)) < _LEAST_NUMBER:
        return _token(kind, value)
    body = r"[\s:.-]{0,2}".join(map(re.escape, plain))
    pattern = _pattern(body, before="a-z0-9", after="a-z0-9")
    return Needle(kind, (squeeze(plain),), pattern, squeezed=True, unbroken=(plain,))


def _phone(kind: IdentifierKind, value: str) -> Needle | None:
    """With and without country code, in any punctuation. `+44 7700 900101` is also written `07700 900101`."""
    digits = normalise(kind, value)
    national = digits.lstrip("+0")
    if len(national) < _LEAST_PHONE:
        return None
    gap = r"[\s()./-]{0,3}"
    if not digits.startswith("+"):
        pattern = _pattern(rf"\+?0{{0,2}}{gap}{gap.join(national)}", r"\d", r"\d")
        return Needle(kind, (national,), pattern, squeezed=True, unbroken=(national,))
    # The length of a country code is not known without a table of the world: one to three digits, then the rest.
    local = [national[cut:] for cut in (1, 2, 3) if len(national) - cut >= _LEAST_PHONE + 1]
    forms = [gap.join(national), *(rf"0?{gap}{gap.join(digits)}" for digits in local)]
    pattern = _pattern(rf"(?:\+|00)?{gap}(?:{'|'.join(forms)})", r"\d", r"\d")
    return Needle(kind, (national[3:],), pattern, squeezed=True, unbroken=(national, *local))


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
    return Needle(kind, forms, _pattern("|".join(map(re.escape, forms)), r"\d", r"\d"), unbroken=forms)


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
        self.numbers = {needle.number: needle for needle in wanted if needle.number is not None}
        self.whole = frozenset(self.numbers) | {
            number for needle in wanted for number in needle.whole if number >= _LEAST_INTEGER
        }
        """Every whole number that is a hit in a column of whole numbers."""

    def hits(self, cells: Iterable[tuple[str, object]]) -> Iterator[tuple[str, Needle]]:
        """(column, needle) for each cell of a row that holds an identifier; `cells` are texts or whole numbers."""
        texts = []
        for column, value in cells:
            number = _whole(value)
            if number in self.numbers:
                yield column, self.numbers[number]
            if isinstance(value, int):
                # A shorter number is the number of a row in one table or another; coincidence would name everybody.
                texts += [(column, str(value))] if value >= _LEAST_INTEGER else []
            elif isinstance(value, str) and len(value) >= _LEAST:
                texts.append((column, value))
        # Once over the whole row: most rows hold nothing, and this finds out without a regular expression.
        likely = self._likely([fold(form) for form in readings("\n".join(text for _, text in texts))])
        if likely:
            for column, text in texts:
                read = [fold(form) for form in readings(text)]
                yield from ((column, needle) for needle in likely if any(map(needle.pattern.search, read)))

    def may_hold(self, row: str) -> bool:
        """Whether a row, all its cells as one text, may hold an identifier: False is certain, True is to be looked at."""
        if any(str(number) in row for number in self.numbers):
            return True
        read = [fold(form) for form in readings(row)]
        return any(needle.pattern.search(text) for needle in self._likely(read) for text in read)

    def _likely(self, read: list[str]) -> list[Needle]:
        """The needles of which a core stands in one of the readings."""
        squeezed = [squeeze(text) for text in read]
        return [
            needle
            for needle in self.wanted
            if any(core in text for core in needle.cores for text in (squeezed if needle.squeezed else read))
        ]


def _whole(value: object) -> int | None:
    """A whole number, be it in a number's column or in a text's."""
    if isinstance(value, int):
        return value
    if isinstance(value, str) and len(value) <= _LONGEST_NUMBER and value.isascii() and value.isdigit():
        return int(value)
    return None


def squeeze(text: str) -> str:
    """A folded text without what may stand between the digits of a telephone number or of a hardware address."""
    return text.translate(_SQUEEZE)


def readings(text: str) -> set[str]:
    """The text as it stands, and as it reads with each sort of escape undone."""
    found = {text}
    if "\\" in text:
        found.add(
            _whole_characters(_JSON_ESCAPE.sub(lambda one: chr(int(one[1], 16)) if one[1] else f" {one[2]}", text))
        )
        found.add(text.replace("\\/", "/"))
    if "%" in text or "+" in text:
        found |= {unquote(text), unquote(text.replace("+", " "))}
    if "&" in text:
        found.add(html.unescape(text))
    if "=" in text:
        found.add(radius_unescape(text))
        found.add(quopri.decodestring(text.encode(errors="replace")).decode(errors="replace"))
    if "<" in text:
        found.add(re.sub(r"<[^>]*>", " ", html.unescape(text)))
    return found


def _whole_characters(text: str) -> str:
    """JSON writes a rare character as two halves."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if _HALF.search(text) else text

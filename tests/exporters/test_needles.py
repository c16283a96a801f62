"""A residue scan finds every spelling of an identifier and nobody else's (rules 6.5.1)."""

from __future__ import annotations

import random
import re

import pytest

from exporters.identifiers import Identifier
from exporters.identifiers import IdentifierKind as Kind
from exporters.needles import Haystack, needles

MAIL = "claire.smith+isp@example.com"


def found(kind: Kind, value: str, text: object) -> bool:
    return bool(list(Haystack(needles([Identifier(kind, value)])).hits([("column", text)])))


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (Kind.EMAIL, MAIL, f"wrote to <{MAIL}>."),
        (Kind.EMAIL, MAIL, MAIL.upper()),
        (Kind.EMAIL, MAIL, "claire.smith=2Bisp@example.com"),
        (Kind.EMAIL, MAIL, "?to=claire.smith%2Bisp%40example.com&x=1"),
        (Kind.EMAIL, MAIL, '{"a": "claire.smith\\u002bisp\\u0040example.com"}'),
        (Kind.EMAIL, MAIL, "<td>claire.smith&#43;isp&#64;example.com</td>"),
        (Kind.EMAIL, MAIL, "claire.smith+isp=40example.com"),
        (Kind.PHONE, "+447700900112", "tel 07700 900112"),
        (Kind.PHONE, "+447700900112", "+44 (0)7700-900-112"),
        (Kind.PHONE, "+447700900112", "00447700900112"),
        (Kind.PHONE, "+447700900112", "7700900112"),
        (Kind.MAC, "00-00-5E-00-53-0C", "0000.5e00.530c"),
        (Kind.MAC, "00-00-5E-00-53-0C", "mac=00005E00530C"),
        (Kind.IBAN, "DE02120300000000202051", "IBAN DE02 1203 0000 0000 2020 51"),
        (Kind.IP, "203.0.113.7", "from 203.0.113.7:443"),
        (Kind.IP, "203.0.113.7", 3405803783),
        (Kind.IP, "203.0.113.7", "3405803783"),
        (Kind.IP, "2001:db8:7::/48", "2001:db8:7::/48"),
        (Kind.NAME, "Müller", '{"name": "M\\u00fcller"}'),
        (Kind.NAME, "Müller", "MÜLLER, Jo"),
        (Kind.NAME, "Müller", "M&uuml;ller"),
        (Kind.NAME, "ليلى", "\\u0644\\u064a\\u0644\\u0649"),
        (Kind.NAME, "Jean Doherty", "Jean  Doherty"),
        (Kind.BIRTH_DATE, "1987-03-04", "born 04.03.1987"),
        (Kind.CUSTOMER_NUMBER, "NW-100107", "customer nw-100107 called"),
        (Kind.USERNAME, "a+b.net", "a=2Bb.net"),
    ],
)
def test_found_however_it_is_written(kind: Kind, value: str, text: object) -> None:
    assert found(kind, value, text)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (Kind.EMAIL, "ann@example.net", "joann@example.net"),
        (Kind.EMAIL, "ann@example.net", "ann@example.net.au"),
        (Kind.EMAIL, "smith+isp@example.com", "a.smith@example.com"),
        (Kind.PHONE, "+447700900112", "+447700900113"),
        (Kind.PHONE, "+447700900112", "9447700900112"),
        (Kind.MAC, "00-00-5E-00-53-0C", "00-00-5E-00-53-0D"),
        (Kind.IP, "203.0.113.7", "203.0.113.77"),
        (Kind.IP, "203.0.113.7", "1203.0.113.7"),
        (Kind.NAME, "No", "Notes: no"),
        (Kind.NAME, "Berg", "Bergen"),
        (Kind.CUSTOMER_NUMBER, "12", "12"),
        (Kind.CUSTOMER_NUMBER, "NW-100107", "NW-1001071"),
        (Kind.RECORD, "customer/12", "customer/12"),
    ],
)
def test_not_found_in_what_is_anothers_or_proves_nothing(kind: Kind, value: str, text: object) -> None:
    assert not found(kind, value, text)


@pytest.mark.parametrize("text", ["\u00b2\u00b2\u00b2", "9" * 5000, '="\\ud83d"', "=\ud83d"])
def test_odd_texts_do_not_stop_a_scan(text: str) -> None:
    assert not found(Kind.IP, "203.0.113.7", text)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        (Kind.EMAIL, MAIL, "x " * 30 + "claire.smi=\nth+isp@example.com"),
        (Kind.NAME, "\U00020bb7\u7530\u82b1", '"\\ud842\\udfb7\\u7530\\u82b1"'),
        (Kind.PHONE, "+447700900112", 447700900112),
        (Kind.PHONE, "+447700900112", "07700\u202f900\u202f112"),
        (Kind.EMAIL, MAIL, "\\u0063laire.smith+isp@example.com"),
    ],
)
def test_found_without_a_narrowing_that_could_miss(kind: Kind, value: str, text: object) -> None:
    """Rule 6.5.1: the exact search undoes the escapes before it narrows."""
    assert found(kind, value, text)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Kind.PHONE, "+447700900112"),
        (Kind.PHONE, "07700900112"),
        (Kind.PHONE, "+100000900112"),
        (Kind.IBAN, "020112030000000020205"),
        (Kind.SERIAL, "77120012001200"),
        (Kind.SERIAL, "771-2001-2001"),
        (Kind.MAC, "00-00-5E-00-53-0C"),
        (Kind.CUSTOMER_NUMBER, "7120012001"),
        (Kind.CUSTOMER_NUMBER, "0120012001"),
        (Kind.USERNAME, "4477009001"),
        (Kind.EMAIL, "447700900112"),
        (Kind.EMAIL, "447700900112@example.com"),
        (Kind.NAME, "2001200120"),
        (Kind.NAME, "20012001 20012001"),
        (Kind.IP, "203.0.113.7"),
        (Kind.IP, "2001:db8:7::7"),
        (Kind.IP, "1234567890"),
        (Kind.BIRTH_DATE, "1987-03-04"),
    ],
)
def test_the_whole_numbers_of_an_identifier_are_all_there_are(kind: Kind, value: str) -> None:
    """Decision 041: MariaDB sends no other whole numbers, so none that the rules would find may be missing."""
    haystack = Haystack(needles([Identifier(kind, value)]))
    digits = re.sub(r"\D", "", value)
    cuts = {digits[first:last] for first in range(len(digits)) for last in range(first + 1, len(digits) + 1)}
    tried = {
        int(before + cut + after) for cut in cuts for before in ("", "1", "44", "49", "10") for after in ("", "0", "7")
    }
    tried |= {random.Random(1).randrange(10**12), 3405803783, 42540766411362381960, 19870304, 4031987} | haystack.whole

    hit = {number for number in tried if list(haystack.hits([("column", number)]))}

    assert hit == haystack.whole

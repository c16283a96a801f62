"""Fakes of the same shape from reserved ranges, scrubbed texts, coarser values (rules 6.2)."""

from __future__ import annotations

import ipaddress
import re
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.anonymise.fakes import FAKED, LONGEST, fake, is_fake
from exporters.anonymise.scrub import Scrubber
from exporters.anonymise.strategies import generalise
from exporters.datamap.model import Coarse
from exporters.identifiers import IdentifierKind

EMAIL, PHONE, IP, MAC, NAME = (
    IdentifierKind.EMAIL,
    IdentifierKind.PHONE,
    IdentifierKind.IP,
    IdentifierKind.MAC,
    IdentifierKind.NAME,
)
RESERVED = [ipaddress.ip_network(one) for one in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]


@pytest.mark.parametrize(
    ("kind", "value", "shape"),
    [
        (EMAIL, "anna.lind@isp.example", r"[a-z]{9}@example\.com"),
        (EMAIL, "a@b.de", r"[a-z]@example\.com"),
        (PHONE, "+44 7911 123456", r"\+44 7700 900\d{3}"),
        (PHONE, "07911 123456", r"07700 900\d{3}"),
        (PHONE, "+49 30 901820", r"\+447700900\d{3}"),
        (PHONE, "0049 30 901820", r"07700900\d{3}"),
        (MAC, "AA-BB-CC-11-22-33", r"00-00-5E-00-53-[0-9A-F]{2}"),
        (MAC, "aabb.cc11.2233", r"0000\.5e00\.53[0-9a-f]{2}"),
        (IP, "2001:db9::1", r"2001:db8::[0-9a-f]{1,4}"),
        (IP, "no address", r"\d+\.\d+\.\d+\.\d+"),
    ],
)
def test_a_fake_keeps_the_shape(kind: IdentifierKind, value: str, shape: str) -> None:
    found = fake(kind, value)

    assert found is not None
    assert re.fullmatch(shape, found)
    assert is_fake(kind, found)


@given(st.ip_addresses(v=4).map(str))
def test_a_faked_address_is_documentation_and_as_long_where_it_can_be(value: str) -> None:
    found = fake(IP, value)

    assert found is not None
    assert any(ipaddress.ip_address(found) in network for network in RESERVED)
    if 9 <= len(value) <= 14:
        assert len(found) == len(value) or len(value) > 13


@given(st.sampled_from(sorted(FAKED)), st.text(max_size=40))
def test_whatever_stood_there_a_fake_is_a_fake_and_fits(kind: IdentifierKind, value: str) -> None:
    found = fake(kind, value)

    assert found is not None
    assert found == value or len(found) <= max(LONGEST[kind], len(value.strip()))
    if value.strip():
        assert is_fake(kind, found)


def test_there_is_no_fake_of_a_name() -> None:
    assert fake(NAME, "Anna Lind") is None
    assert fake(None, "x") is None


def test_a_scrubbed_text_loses_every_spelling_and_nothing_else() -> None:
    scrub = Scrubber(
        [(NAME, "Anna Lind"), (EMAIL, "anna@example.org"), (PHONE, "+447700900123"), (MAC, "00005e005301")]
    )

    text = "Lind, ANNA; 0044 7700-900 123; 07700 900123; 00:00:5E:00:53:01; joanna@example.org; 17700900123"
    assert scrub(text) == "[erased], [erased]; [erased]; [erased]; [erased]; joanna@example.org; 17700900123"
    assert scrub("Annabel met Lindau") == "Annabel met Lindau"
    assert scrub("Anna  Lind") == "[erased]"
    assert scrub("call +44 (7700) 900-123!") == "call [erased]!"
    assert "Anna" not in repr(scrub)
    assert Scrubber(())("Anna") == "Anna"
    assert scrub.fits("Anna " * 3, 4) == "[era"


@pytest.mark.parametrize(
    ("coarse", "value", "found"),
    [
        (Coarse.DECADE, date(1987, 3, 4), "1980-01-01"),
        (Coarse.YEAR, date(1987, 3, 4), "1987-01-01"),
        (Coarse.MONTH, date(1987, 3, 4), "1987-03-01"),
        (Coarse.YEAR, datetime(2024, 5, 6, 7, 8), "2024-01-01 00:00:00"),  # noqa: DTZ001
        (Coarse.MONTH, "2024-05-06T07:08:09", "2024-05-01 00:00:00"),
        (Coarse.YEAR, "6 May 2024", None),
        (Coarse.YEAR, "0000-00-00", None),
        (Coarse.REGION, "SW1A 1AA", "SW"),
        (Coarse.REGION, "2024-05-06", None),
    ],
)
def test_how_coarse_is_the_maps_word(coarse: Coarse, value: object, found: str | None) -> None:
    assert generalise(None, value, coarse) == found
    assert generalise(None, found, coarse) == found

"""The values that replace a person's (rules 6.2)."""

from __future__ import annotations

import re
from datetime import date, datetime

import pytest

from exporters.anonymise.strategies import RunKey, generalise, is_token, random_digits, token
from exporters.identifiers import Identifier, IdentifierKind

KINDS = (None, IdentifierKind.EMAIL, IdentifierKind.PHONE, IdentifierKind.MAC)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("length", [None, 8, 15, 20, 40, 255])
def test_tokens_fit_their_column_and_are_known_again(kind: IdentifierKind | None, length: int | None) -> None:
    found = token(kind, length)

    assert found
    assert length is None or len(found) <= length
    if length is None or length >= 15:
        assert is_token(found)


def test_tokens_are_random_and_not_derived() -> None:
    assert len({token(IdentifierKind.EMAIL, 80) for _ in range(200)}) == 200


def test_shaped_tokens_stay_in_reserved_ranges() -> None:
    assert re.fullmatch(r"erased-[0-9a-f]{16}@example\.invalid", token(IdentifierKind.EMAIL, 80))
    assert re.fullmatch(r"\+447700900\d{3}", token(IdentifierKind.PHONE, 20))
    assert token(IdentifierKind.MAC, 17).startswith("00:00:5e:00:53:")


def test_a_reserved_range_is_too_small_to_be_unique() -> None:
    assert random_digits(IdentifierKind.PHONE, 20) < 12
    assert random_digits(IdentifierKind.EMAIL, 80) >= 12
    assert random_digits(None, 8) < 12


def test_keyed_tokens_agree_within_a_run_and_never_across_6_5_5() -> None:
    one, two = RunKey(), RunKey()
    value = "Mia@example.com"

    same = {one.digits(IdentifierKind.EMAIL, value), one.digits(IdentifierKind.EMAIL, "mia@example.com ")}

    assert len(same) == 1
    assert one.digits(IdentifierKind.EMAIL, value) != two.digits(IdentifierKind.EMAIL, value)
    assert "secret" not in repr(one)


@pytest.mark.parametrize(
    ("kind", "value", "coarse"),
    [
        (None, date(1987, 3, 4), "1980-01-01"),
        (None, "1987-03-04", "1980-01-01"),
        (None, datetime(2024, 5, 6, 7, 8, 9), "2024-05-01 00:00:00"),  # noqa: DTZ001
        (IdentifierKind.IP, "203.0.113.77", "203.0.113.0"),
        (IdentifierKind.IP, "2001:db8:1:2::3", "2001:db8:1::"),
        (IdentifierKind.IP, "no address", None),
        (None, "80331", "80"),
        (None, "", None),
        (None, None, None),
    ],
)
def test_generalised(kind: IdentifierKind | None, value: object, coarse: str | None) -> None:
    assert generalise(kind, value) == coarse
    assert generalise(kind, coarse) == coarse


def test_no_token_resembles_an_identifier() -> None:
    identifier = Identifier(IdentifierKind.EMAIL, "mia@example.com")

    assert not any(identifier.matches(token(kind, 80)) for kind in KINDS)

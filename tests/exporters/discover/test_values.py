"""Detectors: what a value's form says, and what it must not be taken for."""

from __future__ import annotations

from datetime import date

import pytest

from exporters.discover.known import Known
from exporters.discover.values import born, detail_of, json_paths, profile, tokens
from exporters.identifiers import IdentifierKind as Kind

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("anna@example.com", {Kind.EMAIL}),
        ("anna=2Bdsl@example.com", {Kind.EMAIL}),
        ("DE05727630873821424105", {Kind.IBAN}),
        ("DE05 7276 3087 3821 4241 05", {Kind.IBAN}),
        ("DE06727630873821424105", set()),  # a wrong check digit
        ("02-00-5E-00-00-01", {Kind.MAC}),
        ("0200.5e00.0001", {Kind.MAC}),
        ("198.51.100.7", {Kind.IP}),
        ("2001:db8::1", {Kind.IP}),
        ("127.0.0.1", set()),  # every machine's own
        ("1.2.3.4.5", set()),
        ("+447700900111", {Kind.PHONE}),
        ("2026-11-22 10:00:00", set()),
        ("12:34:56", set()),
        ("call +44 7700 900111 or anna@example.com", {Kind.PHONE, Kind.EMAIL}),
        ("20261122", set()),
    ],
)
def test_what_a_form_says(text: str, kinds: set[Kind]) -> None:
    assert {token.kind for token in tokens(text) if token.sure} == kinds


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("4111 1111 1111 1111", "payment card"),
        ("4111 1111 1111 1112", ""),
        ("DE136695976", "VAT number"),
        ("DE136695977", ""),
        ("52.00002,13.00002", "coordinates"),
    ],
)
def test_check_digits_decide(text: str, detail: str) -> None:
    assert detail_of(text) == detail


def test_dates_of_birth_are_those_of_grown_ups() -> None:
    assert born("1980-02-03", TODAY)
    assert not born("2026-01-01", TODAY)
    assert not born("1880-01-01", TODAY)
    assert not born("no date", TODAY)


def test_a_profile_counts_rows_and_keeps_no_value() -> None:
    found = profile(["a@example.com", "a@example.com", "b@example.net", None, "", "x"], today=TODAY)

    assert (found.rows, found.filled, found.distinct) == (6, 4, 3)
    assert found.mostly() is Kind.EMAIL
    assert "example" not in repr(found)


def test_paths_of_json() -> None:
    assert dict(json_paths('{"a": {"b": "x"}, "n": 7, "list": ["y"], "yes": true}')) == {"a.b": "x", "n": "7"}
    assert list(json_paths("{broken")) == []


def test_known_values_are_recognised_in_other_spellings() -> None:
    known = Known()
    known.add_person(
        1,
        iter(
            [
                (Kind.NAME, "Anna"),
                (Kind.NAME, "van der Beispiel"),
                (Kind.PHONE, "+447700900111"),
                (Kind.USERNAME, "sub0001"),
                (Kind.ADDRESS, "Lindenweg 4, 12345 Musterstadt"),
                (Kind.IP, "198.51.100.7"),
            ]
        ),
    )

    def seen(text: str) -> set[Kind]:
        return {hit.kind for hit in known.hits(text)}

    assert seen("no sync at LINDENWEG 4 since noon") == {Kind.ADDRESS}
    assert seen("Dear Anna van der Beispiel,") == {Kind.NAME}
    assert seen("07700 900111") == {Kind.PHONE}
    assert seen("login of sub0001 failed") == {Kind.USERNAME}
    assert seen("3325256711") == {Kind.IP}
    assert seen("Lindenweg 40") == set()
    assert seen("Anna likes it") == set()
    assert seen("sub00011") == set()

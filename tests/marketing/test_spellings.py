"""Two spellings of an address are one: the short way of plain e-mail addresses, and the words of a postal address (decision 093)."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dsr.cases import contacts, postal, suppression_keys
from dsr.cases.contacts import BadContactError, Contact, Kind
from dsr.models import Controller
from exporters.identifiers import IdentifierKind, normalise

HERE = Controller(slug="northwave", country="DE")
# Letters, digits and everything that makes an address special, so that many examples are plain and many are nearly.
ADDRESSES = st.from_regex(r"[A-Za-z0-9._+\-]{1,12}@[A-Za-z0-9.\-]{1,16}(\.[a-zA-Z]{1,8})?", fullmatch=True)
WORDS = st.lists(
    st.sampled_from(
        ["Hauptstraße", "Example", "Street", "12", "a", "AB", "2711", "SW1A", "1AA", "Saint", "-", "Ö", "str", "B"]
    ),
    min_size=2,
    max_size=7,
)


@settings(deadline=None, max_examples=80)
@given(ADDRESSES)
@example("Anna@XN--bcher-kva.example")
@example("a@-b.com")
@example("a.@example.com")
def test_the_short_way_of_plain_addresses_says_what_the_full_way_says(text: str) -> None:
    """What it takes is valid and normal; what it does not take goes the full way."""
    whole = normalise(IdentifierKind.EMAIL, text)
    try:
        validate_email(whole)
    except ValidationError:
        with pytest.raises(BadContactError):
            contacts.contact(HERE, Kind.EMAIL, text)
    else:
        assert contacts.contact(HERE, Kind.EMAIL, text) == (Kind.EMAIL, whole)


@settings(deadline=None, max_examples=60)
@given(WORDS)
def test_the_normal_form_of_an_address_is_normal(words: list[str]) -> None:
    """A stop link holds the normal form, which is read once more when it is used."""
    once = postal.words(" ".join(words))
    assert not once or postal.words(once) == once


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Beispielstraße 12 a\n10115 Berlin", "10115 BERLIN, beispielstr. 12a"),
        ("12 Example Street, London SW1A 1AA", "London SW1A1AA, Example St 12"),
        ("Kerkstraat 5, 2711 AB Zoetermeer", "kerkstr. 5 2711ab zoetermeer"),
        ("Calle Mayor 3, 28013 Madrid", "C/ Mayor, 3 - 28013 MADRID"),
    ],
)
def test_an_address_is_met_again_however_it_is_written(one: str, other: str) -> None:
    """Rules 4.5: a postal key; another number or town is another address."""
    known = suppression_keys.Hashes({1: bytes(32)})

    def token(text: str) -> str:
        return known.token(contacts.contact(HERE, Kind.POST, text))

    assert token(one) == token(other)
    assert token(one) != token(one.replace("1", "9").replace("5", "6").replace("3", "4"))


def test_no_value_shows_where_a_contact_is_shown() -> None:
    assert "anna" not in repr([Contact(Kind.EMAIL, "anna@example.com")])

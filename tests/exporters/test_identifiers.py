"""How identifiers compare and how stores may spell them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporters.identifiers import (
    Identifier,
    IdentifierKind,
    mask,
    normalise,
    radius_escape,
    radius_spellings,
    radius_unescape,
    spellings,
)

KIND = IdentifierKind


@given(st.text(max_size=40))
def test_radius_escape_is_undone(name: str) -> None:
    assert radius_unescape(radius_escape(name)) == name
    assert radius_unescape(radius_escape(name, all_bytes=True)) == name


@given(st.text(min_size=1, max_size=40), st.text(min_size=1, max_size=40))
def test_two_user_names_never_share_a_stored_form(one: str, other: str) -> None:
    if one != other:
        assert set(radius_spellings(one)) & set(radius_spellings(other)) == set()


@given(st.sampled_from(list(KIND)), st.text(max_size=40))
def test_normalising_twice_changes_nothing(kind: IdentifierKind, value: str) -> None:
    once = normalise(kind, value)
    assert normalise(kind, once) == once


@given(
    st.sampled_from([kind for kind in KIND if kind not in {KIND.USERNAME, KIND.IP, KIND.PHONE}]),
    st.text(min_size=1, max_size=40),
)
def test_every_spelling_is_recognised_again(kind: IdentifierKind, value: str) -> None:
    assert all(Identifier(kind, value).matches(form) for form in spellings(kind, value))


@given(st.from_regex(r"\+[1-9][0-9]{6,14}", fullmatch=True))
def test_international_spellings_of_a_telephone_number_are_recognised_again(number: str) -> None:
    forms = [form for form in spellings(KIND.PHONE, number) if form.startswith(("+", "00"))]

    assert len(forms) == 2
    assert all(Identifier(KIND.PHONE, number).matches(form) for form in forms)


def test_escape_as_the_daemon_writes_it() -> None:
    assert radius_escape("claire.smith+isp@example.com") == "claire.smith=2Bisp@example.com"
    assert radius_escape("a=b c/d") == "a=3Db c/d"
    assert radius_escape("zoë") == "zoë"
    assert radius_escape("zoë", all_bytes=True) == "zo=C3=AB"


def test_a_shorter_list_of_safe_characters_is_foreseen() -> None:
    forms = set(radius_spellings("a.b@example.com"))

    assert {"a.b@example.com", "a.b=40example.com", "a=2Eb=40example=2Ecom"} <= forms
    assert all(radius_unescape(form) == "a.b@example.com" for form in forms)
    assert len(radius_spellings("@.-_: /+")) == 1 + 2**7


def test_a_plain_equals_sign_is_not_an_escape() -> None:
    assert "a=2Bb" not in radius_spellings("a=2Bb"), "stored a=2Bb is the user a+b"
    assert radius_unescape("a=zz") == "a=zz"
    assert radius_unescape("a=FFb") == "a=FFb", "no UTF-8, so it was never an escape of ours"


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        (KIND.EMAIL, "Nilo@Example.NET ", "nilo@example.net"),
        (KIND.EMAIL, "anna@bücher.example", "Anna@xn--bcher-kva.EXAMPLE."),
        (KIND.MAC, "02-00-5E-00-00-0A", "0200.5e00.000a"),
        (KIND.MAC, "02-00-5E-00-00-0A", "2:0:5e:0:0:a"),
        (KIND.MAC, "02-00-5E-00-00-0A", "02005E-00000A"),
        (KIND.MAC, "02-00-5E-00-00-0A", "02:00:5E:00:00:0A"),
        (KIND.IBAN, "DE05 7276 3087 3821 4241 05", "DE05727630873821424105"),
        (KIND.PHONE, "+44 7700 900101", "00447700900101"),
        (KIND.PHONE, "+44 7700 900101", "+44 (0) 7700 900101"),
        (KIND.PHONE, "+44 7700 900101", "tel:+44-7700-900101;ext=7"),
        (KIND.PHONE, "+44 7700 900101", "\uff0b44 7700 900101"),
        (KIND.IP, "192.0.2.1", "3221225985"),
        (KIND.IP, "192.0.2.1", "-1073741311"),
        (KIND.IP, "192.0.2.1", "192.000.002.001/32"),
        (KIND.IP, "192.0.2.1", "::ffff:192.0.2.1"),
        (KIND.IP, "2001:db8::1", "[2001:DB8::1]"),
        (KIND.IP, "2001:db8::1", "2001:db8::1%eth0"),
        (KIND.IP, "2001:db8::1", "42540766411282592856903984951653826561"),
        (KIND.BIRTH_DATE, "1957-04-02", "1957-04-02 00:00:00"),
        (KIND.IP, "2001:db8:0:1::1", "2001:0db8:0000:0001:0000:0000:0000:0001"),
        (KIND.NAME, "  Zoë  Smith", "zoe\u0308 SMITH"),
    ],
)
def test_same_identifier(kind: IdentifierKind, value: str, stored: str) -> None:
    assert Identifier(kind, value).matches(stored)


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        (KIND.USERNAME, "anna", "Anna"),
        (KIND.EMAIL, "ann@example.net", "joann@example.net"),
        (KIND.EMAIL, "anna+isp@example.net", "anna@example.net"),
        (KIND.PHONE, "+447700900101", "07700900101"),
        (KIND.CUSTOMER_NUMBER, "7", "007"),
        (KIND.MAC, "02-00-5E-00-00-0A", "a fence 0 deaf bad 0"),
        (KIND.IP, "0.0.0.7", "7"),
        (KIND.EMAIL, "anna@xn--bcher-kva.example", "anna@bucher.example"),
    ],
)
def test_different_identifiers(kind: IdentifierKind, value: str, stored: str) -> None:
    assert not Identifier(kind, value).matches(stored)


def test_shared_kinds_are_never_unique() -> None:
    assert {kind for kind in KIND if not Identifier(kind, "x").unique} == {
        KIND.NAME,
        KIND.COMPANY,
        KIND.ADDRESS,
        KIND.BIRTH_DATE,
        KIND.IP,
    }


def test_values_stay_out_of_repr() -> None:
    assert "anna" not in repr(Identifier(KIND.EMAIL, "anna@example.com"))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("anna@example.com", "a•••@e•••"),
        ("Doherty", "D••••••"),
        ("1957-04-02", "1957-••-••"),
        ("C-10023", "•••23"),
        ("", ""),
    ],
)
def test_mask(value: str, shown: str) -> None:
    assert mask(value) == shown


@pytest.mark.parametrize(
    ("kind", "value", "form"),
    [
        (KIND.EMAIL, "anna@bücher.example", "anna@xn--bcher-kva.example"),
        (KIND.MAC, "0200.5e00.000a", "2:0:5e:0:0:a"),
        (KIND.MAC, "0200.5e00.000a", "02005E-00000A"),
        (KIND.IP, "192.0.2.1", "-1073741311"),
        (KIND.IP, "192.0.2.1", "3221225985"),
    ],
)
def test_a_store_may_hold_this_form(kind: IdentifierKind, value: str, form: str) -> None:
    assert form in spellings(kind, value)

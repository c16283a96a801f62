"""What stands in the stores today, for whoever proved a customer number; nothing, and never an error, for anybody else (I-02)."""

from __future__ import annotations

import pytest

from dsr.cases import identity
from dsr.demo.people import by_position
from dsr.fulfil import current
from tests.factories import MONDAY, make_controller, make_user

pytestmark = pytest.mark.django_db
PERSON = by_position(2)


@pytest.fixture(autouse=True)
def _patient(monkeypatch):
    """A busy machine is no store that is down."""
    monkeypatch.setattr(current, "SECONDS", 60.0)


def linked(number=PERSON.customer_no, store="billing"):
    anna = make_user()
    identity.link(user=anna, store=store, customer_number=number, contact=PERSON.email, method="code", now=MONDAY)
    return anna


def found(user, language="en"):
    values = current.current_values(controller=make_controller(), user=user, language=language, now=MONDAY)
    return {value.label: value for value in values}


def test_R_01_only_what_a_correction_overwrites_in_her_language_and_accounts_are_cut(demo_stores):
    values = found(linked(), "de")

    assert values["E-Mail-Adresse"].text == PERSON.email
    assert (values["E-Mail-Adresse"].kind, values["Geburtsdatum"].kind) == ("email", "birth_date")
    assert values["IBAN"].text.startswith("… ")
    assert len(values["IBAN"].text) == 6
    assert not {"Kundennummer", "Status", "Passwort", "Datensatznummer", "Breitengrad"} & set(values)
    assert PERSON.email not in repr(values)


def test_I_02_without_a_proven_number_nothing_is_read(demo_stores):
    assert found(None) == {}
    assert found(make_user("berta")) == {}


def test_whatever_goes_wrong_there_is_no_list_and_no_error(demo_stores, monkeypatch):
    anna = linked()
    monkeypatch.setattr(current, "SECONDS", 0.0)
    assert found(anna) == {}
    monkeypatch.setattr(current, "SECONDS", 60.0)
    (demo_stores / "billing.sqlite3").unlink()
    assert found(anna) == {}


def test_a_number_or_a_store_that_is_gone_has_no_values(demo_stores):
    anna = linked(number="99999999")
    assert found(anna) == {}
    identity.link(user=anna, store="crm", customer_number="1", contact=PERSON.email, method="code", now=MONDAY)
    assert found(anna) == {}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("DE89370400440532013000", "iban"),
        ("maria@example.com", "email"),
        ("+447700900123", "phone"),
        ("1940-01-07", "birth_date"),
        ("10115", "other"),
        ("Maria", "other"),
    ],
)
def test_the_kind_of_a_value_is_read_from_the_value(text, kind):
    assert current.kind_of(text) == kind

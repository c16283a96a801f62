"""What the page of corrections suggests, and on which days a correction is looked at again (`DSR_RECHECK_DAYS`)."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from dsr.cases import correction_match, corrections
from dsr.cases.correction_match import Match
from dsr.env import envints
from dsr.fulfil.amend_values import _lines
from exporters.contract import DatasetInfo, FieldInfo, Origin, Retention, RowKey
from exporters.held import Held


@pytest.mark.parametrize(("given", "days"), [("", (1, 7)), ("7, 1,7", (1, 7)), ("30", (30,)), (" ", ())])
def test_the_days_are_read_in_order(monkeypatch, given, days):
    if given:
        monkeypatch.setenv("DSR_RECHECK_DAYS", given)
    assert envints("DSR_RECHECK_DAYS", default="1,7", low=1, high=90) == days


@pytest.mark.parametrize("wrong", ["0", "91", "soon", "1;7", "1.5"])
def test_anything_else_stops_the_start(monkeypatch, wrong):
    monkeypatch.setenv("DSR_RECHECK_DAYS", wrong)
    with pytest.raises(ImproperlyConfigured, match="DSR_RECHECK_DAYS"):
        envints("DSR_RECHECK_DAYS", default="1,7", low=1, high=90)


def value(column: str, text: str | None, *, kind: str = "", label: str = "", **more: str) -> corrections.Value:
    names = {"en": label or column}
    return corrections.Value(
        store="billing",
        dataset=more.pop("dataset", "customers"),
        column=column,
        keys=((1,),),
        value=text,
        how=more.pop("how", "true"),
        kind=kind,
        label=names,
        **more,  # type: ignore[arg-type]
    )


VALUES = (
    value("first", "Ana", kind="name", label="First name"),
    value("last", "Müller", kind="name", label="Last name"),
    value("buyer", "Ana Müller", label="Name", how="annotate", category="invoice", dataset="invoices"),
    value("iban", "DE02120300000000202051", kind="iban", label="IBAN"),
    value("street", "Weg 1", kind="address", label="Street"),
    value("postcode", "10115", label="Postcode"),
    value("town", None, label="Town"),
    value("note", "called Ana Müller back", how="annotate", category="support", dataset="tickets"),
)


def suggested(**asked: str) -> dict[str, correction_match.Suggestion]:
    found = correction_match.suggest(corrections.Asked(**asked), VALUES)
    return {VALUES[one.at].column: one for one in found}


def test_R_04_a_name_is_taken_apart_where_that_is_certain_and_a_note_is_left_to_people():
    found = suggested(kind="name", old="Ana Müller", new="Anna Müller")
    assert (found["first"].new, found["first"].chosen) == ("Anna", True)
    assert found["last"].match is Match.RIGHT
    assert (found["buyer"].new, found["buyer"].chosen) == ("Anna Müller", True)  # annotated
    assert (found["note"].match, found["note"].new, found["note"].chosen) == (Match.WRONG, "", False)
    assert suggested(kind="name", old="", new="Anna Maria von Müller")["first"].new == ""  # nobody can say


def test_R_01_an_account_that_was_shown_cut_is_recognised_and_an_address_is_put_into_its_columns():
    iban = suggested(kind="iban", old="… 2051", new="DE89 3704 0044 0532 0130 00")["iban"]
    assert (iban.match, iban.new, iban.chosen) == (Match.WRONG, "DE89370400440532013000", True)
    found = suggested(kind="address", old="", new="Hauptstr. 5, 80331 München")
    assert {name: one.new for name, one in found.items()} == {
        "street": "Hauptstr. 5",
        "postcode": "80331",
        "town": "München",
    }
    assert not any(one.chosen for one in found.values())  # she did not say what stands there
    assert found["town"].match is Match.EMPTY


def test_R_01_a_code_is_read_by_the_words_of_the_data_map_and_written_as_the_code():
    """What stands there now is chosen from a list: `C` alone says nothing to whoever decides."""
    shared: dict[str, Any] = {
        "category": "master",
        "purpose": {"en": "contract"},
        "legal_basis": "6(1)(b)",
        "recipients": (),
        "source": {"en": "you"},
        "retention": Retention("contract", {"en": "three years"}),
        "origin": Origin.PROVIDED,
    }
    meanings = {"C": {"en": "Company", "de": "Firma"}}
    coded = FieldInfo(name="kind", label={"en": "Kind of customer"}, correct="true", values=meanings, **shared)
    info = DatasetInfo(name="customers", label={"en": "Customers"}, fields=(coded,), **shared)
    held = [Held(RowKey("customers", (1,)), "kind", text) for text in ("C", "X")]

    lines = _lines("billing", held, {("customers", "kind"): (info, coded)}, ())

    first, second = (corrections.Value(**{**line, "keys": ()}) for line in lines)
    assert (first.said(), first.said("de"), first.value) == ("Company (C)", "Firma (C)", "C")
    assert second.said() == "X"

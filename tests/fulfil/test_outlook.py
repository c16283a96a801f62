"""What goes and what stays, told from the data maps and the retention table (4.0.11); uses by their legal basis (21(1))."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from dsr.cases import scope
from dsr.demo import stores as demo
from dsr.fulfil import uses
from dsr.fulfil.outlook import CATEGORIES, PROFILE, categories_of, outlook
from dsr.wording import asked
from tests.factories import make_controller

pytestmark = pytest.mark.django_db
TODAY = date(2026, 6, 15)


@pytest.mark.parametrize(
    ("delete", "kinds", "found"),
    [
        ("everything", ["usage"], None),
        ("profile", [], PROFILE),
        ("some", ["marketing"], CATEGORIES["marketing"]),
        ("some", ["devices", "contacts"], CATEGORIES["devices"] | CATEGORIES["contacts"]),
        ("some", ["devices", "other"], None),
        ("some", [], None),
        ("", [], None),
    ],
)
def test_what_she_chose_narrows_the_table_and_anything_unclear_narrows_nothing(delete, kinds, found):
    assert categories_of(delete, kinds) == found
    assert set(CATEGORIES) < set(asked.KINDS)


def test_4_0_11_every_year_of_an_invoice_has_its_own_last_day_with_law_and_words(demo_stores):
    table = outlook(make_controller(), "en", today=TODAY)

    invoices = next(stay for stay in table.stays if "147 AO" in stay.law and "eight years" in stay.until)
    assert invoices.years[0] == (2026, date(2034, 12, 31))
    assert invoices.years[-1] == (2018, date(2026, 12, 31))
    assert {"Invoices", "Payments"} <= {item.label for item in invoices.items}
    assert all(stay.law and stay.until for stay in table.stays)
    assert "Marketing profile" in {item.label for item in table.goes}
    assert table.complete


def test_a_record_that_goes_names_what_of_it_the_law_keeps(demo_stores):
    table = outlook(make_controller(), "de", today=TODAY)

    assert "Kundendatensatz" in {item.label for item in table.goes}
    kept = [item.fields for stay in table.stays for item in stay.items if item.label == "Kundendatensatz"]
    assert any("Kundennummer" in fields for fields in kept)


def test_the_profile_alone_shows_the_profile_alone(demo_stores):
    table = outlook(make_controller(), "en", today=TODAY, categories=PROFILE)

    assert {item.label for item in table.goes} == {"Marketing profile", "Requests for an offer"}


def test_a_system_that_cannot_say_what_it_holds_is_owned_up_to(demo_stores):
    stores = demo_stores / "stores.yaml"
    stores.write_text(stores.read_text().replace("map: radius", "map: nowhere"))

    table = outlook(make_controller(), "en", today=TODAY)

    assert not table.complete
    assert {item.system for item in table.goes} == {"Billing"}


def test_O_01_the_list_has_uses_on_legitimate_interest_once_each_and_no_marketing(demo_stores):
    """21(2), 21(3): direct marketing is stopped without weighing, on its own page."""
    shown = [use.label for use in uses.objectionable(make_controller(), "de")]

    assert "Um das Risiko eines Zahlungsausfalls einzuschätzen" in shown
    assert len(shown) == len(set(shown))
    assert "Um Ihnen passende Angebote zu machen" not in shown
    assert uses.consented(make_controller(), "en") == ()


def test_the_record_of_processing_gives_names_interests_consents_and_decisions(demo_stores):
    shutil.copy(Path(demo.__file__).with_name("record.yaml"), demo_stores / "record.yaml")
    stores = demo_stores / "stores.yaml"
    stores.write_text("records: {northwave: record.yaml}\n" + stores.read_text())
    scope.forget()
    controller = make_controller()

    found = {use.code: use.label for use in uses.objectionable(controller, "en")}

    assert set(found) == {"credit", "security"}
    assert found["credit"].endswith("(not to deliver to people who will not pay)")
    assert [use.code for use in uses.consented(controller, "en")] == ["marketing"]
    assert uses.decisions(controller, "de") == ("Bonitätsprüfung bei der Bestellung",)


def test_without_stores_there_is_nothing_to_list():
    controller = make_controller()

    assert uses.objectionable(controller, "en") == uses.consented(controller, "en") == ()
    assert uses.decisions(make_controller("eastwave", automated_decisions=None), "en") == ()
    assert outlook(controller, "en", today=TODAY).stays == ()

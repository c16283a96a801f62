"""What a controller states beside the data: from its record of processing, else from its own columns (A-12, A-13)."""

from __future__ import annotations

import pytest

from dsr.cases import scope
from dsr.fulfil.locate import NeedsPersonError
from dsr.fulfil.statements import statements_of
from tests.exporters.test_record import GOOD, STORES
from tests.factories import make_controller

pytestmark = pytest.mark.django_db


@pytest.fixture
def stores(tmp_path, settings):
    """A store file with a record beside it, named by DSR_STORES for this test."""
    (tmp_path / "record.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "stores.yaml").write_text(STORES, encoding="utf-8")
    settings.DSR_STORES = str(tmp_path / "stores.yaml")
    scope.forget()
    yield tmp_path
    scope.forget()


def test_a_12_decisions_come_from_the_record_in_the_readers_language(stores) -> None:
    controller = make_controller(automated_decisions=None, transfers=None)

    (decision,), _ = statements_of(controller, "de")

    assert (decision.name, decision.logic, decision.effect) == ("Prüfung", "wir zählen", "Vorkasse schreiben Sie")


def test_a_13_transfers_name_recipient_country_and_safeguard(stores) -> None:
    controller = make_controller()

    _, (german,) = statements_of(controller, "de")
    _, (english,) = statements_of(controller, "en")

    assert (german.recipient, german.country) == ("Cloud Inc.", "Vereinigte Staaten")
    assert (english.country, english.safeguard) == ("United States", "standard clauses")
    assert english.copy_from == "privacy@vik.example.com"


def test_without_a_record_the_controllers_own_columns_count(settings) -> None:
    settings.DSR_STORES = ""
    controller = make_controller("plain", automated_decisions=[{"name": "n", "logic": "l", "effect": "e"}])

    (decision,), transfers = statements_of(controller, "en")

    assert (decision.name, transfers) == ("n", ())


def test_nothing_stated_is_a_task_for_a_person(settings) -> None:
    settings.DSR_STORES = ""

    with pytest.raises(NeedsPersonError, match="statement_missing"):
        statements_of(make_controller("silent", transfers=None), "en")


def test_a_broken_record_is_a_task_for_a_person(stores) -> None:
    (stores / "record.yaml").write_text("record: vik\n", encoding="utf-8")

    with pytest.raises(NeedsPersonError, match="configuration"):
        statements_of(make_controller(), "en")

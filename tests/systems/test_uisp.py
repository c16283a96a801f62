"""UISP CRM against its stand-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exporters.contract import Identifier, IdentifierKind, Permanent, Subject
from exporters.testing.standins.people import ANNA, subscriber
from exporters.testing.standins.uisp import KEY, Uisp
from exporters.testing.standins.uisp_rows import ARCHIVED
from exporters.testing.system import SystemChecks

if TYPE_CHECKING:
    from collections.abc import Mapping

PAPERS = 130
"""Documents of one client: more than a page."""


class TestUisp(SystemChecks):
    own: Uisp
    standin = Uisp
    system = "uisp"
    kept = frozenset({"invoices", "invoice_items", "payments", "refunds", "quotes", "documents", "attributes"})
    change = ("contacts", "email", "new.address@example.com")

    def options(self) -> Mapping[str, str]:
        return {
            "url": f"{self.own.url}crm/api/v1.0/",
            "networks": "127.0.0.0/8",
            "map": "uisp",
            "profile": "uisp",
            "app_key": f"file:{self._file('key', KEY)}",
        }

    def _file(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def test_an_address_for_invoices_leaves_with_her_data_and_goes_with_them(self) -> None:
        person, own = subscriber(ANNA), self.own.tables["clients"][str(ANNA)]
        street = f"{ANNA} Letter Box Lane"
        assert own["invoiceStreet1"] == street
        assert self.collected(person)["clients", str(ANNA)]["invoiceStreet1"] == street
        exporter = self.opened()
        self.apply(exporter, self.plan(exporter, "erasure", person))
        assert not own["invoiceStreet1"]
        assert not own["invoiceCity"]

    def test_whom_somebody_archived_is_found_and_erased(self) -> None:
        person, exporter = subscriber(ARCHIVED), self.opened()
        before, hers = self.own.sums(), self.own.hers(ARCHIVED)
        assert ("clients", str(ARCHIVED)) in self.collected(person)
        self.apply(exporter, self.plan(exporter, "erasure", person))
        self.only_hers_moved(before, person, hers)
        self.is_erased(person)

    @pytest.mark.parametrize("number", [ANNA, ARCHIVED])
    def test_the_user_name_leads_to_the_client_too(self, number: int) -> None:
        who = Subject("by user name", (Identifier(IdentifierKind.USERNAME, subscriber(number).username),))
        assert [key.values for key in self.opened().locate(who).keys] == [(str(number),)]

    def test_a_list_longer_than_a_page_comes_whole(self) -> None:
        assert sum(table == "documents" for table, _ in self.collected(subscriber(ANNA))) == PAPERS

    def test_only_active_services_are_suspended(self) -> None:
        exporter = self.opened()
        self.apply(exporter, self.plan(exporter, "restriction", subscriber(ANNA)))
        states = {key: row["status"] for key, row in self.own.tables["services"].items() if row["clientId"] == ANNA}
        assert states == {str(ANNA): 3, str(1000 + ANNA): 2}

    def test_the_client_is_never_deleted_and_the_invoices_stay(self) -> None:
        exporter = self.opened()
        invoices = {key: dict(row) for key, row in self.own.tables["invoices"].items()}
        self.apply(exporter, self.plan(exporter, "erasure", subscriber(ANNA)))
        gone = {path.rpartition("/")[0] for method, path in self.own.calls if method == "DELETE"}
        folder = "crm/api/v1.0"
        assert gone == {
            f"{folder}/clients/contacts",
            f"{folder}/clients/bank-accounts",
            f"{folder}/client-logs",
            f"{folder}/ticketing/tickets",
            f"{folder}/scheduling/jobs",
        }
        assert self.own.tables["invoices"] == invoices
        left = self.own.tables["clients"][str(ANNA)]
        assert (left["firstName"], left["lastName"], left["username"], left["note"]) == ("erased", "erased", None, None)

    def test_a_wrong_key_is_told_as_such(self) -> None:
        exporter = self.opened(app_key=f"file:{self._file('other', 'another')}")
        with pytest.raises(Permanent) as raised:
            exporter.locate(self.who(subscriber(ANNA)))
        assert raised.value.code == "access_denied"

    def test_a_right_the_key_lacks_is_named_by_the_check(self) -> None:
        self.own.denied = frozenset({"tickets"})
        told = {(one.code, one.place) for one in self.opened().check()}
        assert ("access_denied", "system.tickets") in told

    def test_a_part_this_version_lacks_is_told_and_never_taken_for_nothing(self) -> None:
        self.own.lacking = frozenset({"jobs"})
        exporter, who = self.opened(), self.who(subscriber(ANNA))
        assert ("not_found", "system.jobs") in {(one.code, one.place) for one in exporter.check()}
        keys = exporter.locate(who).keys
        with pytest.raises(Permanent) as raised:
            list(exporter.collect(who, keys))
        assert raised.value.code == "not_found"

    def test_a_wrong_address_is_told_as_such_and_finds_not_nobody(self) -> None:
        exporter = self.opened(url=f"{self.own.url}nms/api/v2.1/")
        assert "not_found" in {one.code for one in exporter.check()}
        with pytest.raises(Permanent) as raised:
            exporter.locate(self.who(subscriber(ANNA)))
        assert raised.value.code == "not_found"

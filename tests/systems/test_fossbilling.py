"""FOSSBilling over its API against its stand-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exporters.contract import Change, Permanent, Treatment
from exporters.testing.standins.fossbilling import TOKEN, FossBilling
from exporters.testing.standins.fossbilling_rows import ADDON, PENDING, PENDING_AT
from exporters.testing.standins.people import ANNA, subscriber
from exporters.testing.system import SystemChecks

if TYPE_CHECKING:
    from collections.abc import Mapping


class TestFossBilling(SystemChecks):
    own: FossBilling
    standin = FossBilling
    system = "fossbilling_api"
    tables = {"pending_orders": "client_order"}
    kept = frozenset({"invoice", "invoice_item", "transaction", "client_balance", "activity_system"})
    by_hand = frozenset({("client", "ip")})
    stamps = frozenset({"updated_at"})
    change = ("client", "email", "new.address@example.com")

    def options(self) -> Mapping[str, str]:
        (self.folder / "token").write_text(TOKEN, encoding="utf-8")
        return {
            "url": self.own.url,
            "networks": "127.0.0.0/8",
            "map": "fossbilling_api",
            "profile": "fossbilling_api",
            "token": "file:token",
        }

    @pytest.mark.parametrize("shown", [False, True])
    def test_an_order_below_another_is_found_once_and_goes_too(self, shown: bool) -> None:
        self.own.show_addons = shown
        person, key = subscriber(ANNA), str(ADDON + ANNA)
        exporter = self.opened()
        orders = [
            row[batch.columns.index("id")]
            for batch in exporter.collect(self.who(person), exporter.locate(self.who(person)).keys)
            if batch.dataset == "client_order"
            for row in batch.rows
        ]
        assert sorted(map(str, orders)) == sorted([str(ANNA), key])
        self.apply(exporter, self.plan(exporter, "erasure", person))
        assert key not in self.own.tables["client_order"]
        assert key not in self.own.tables["service_custom"]

    def test_an_order_not_set_up_yet_is_left_to_a_person_since_it_would_take_invoice_lines_along(self) -> None:
        person, exporter = subscriber(PENDING_AT), self.opened()
        lines = self.plan(exporter, "erasure", person)
        (line,) = (one for one in lines if one.dataset == "pending_orders")
        assert line.treatment is Treatment.MANUAL
        books = {name: dict(self.own.tables[name]) for name in ("invoice", "invoice_item", "transaction")}
        self.apply(exporter, lines)
        assert str(PENDING + PENDING_AT) in self.own.tables["client_order"]
        assert books == {name: self.own.tables[name] for name in books}

    def test_a_client_is_never_deleted(self) -> None:
        exporter = self.opened()
        self.apply(exporter, self.plan(exporter, "erasure", subscriber(ANNA)))
        assert not [path for _, path in self.own.calls if path.endswith("client/delete")]
        assert self.own.tables["client"][str(ANNA)]["status"] == "canceled"

    def test_her_address_of_the_client_is_not_in_an_address_that_is_called(self) -> None:
        exporter = self.opened()
        exporter.locate(self.who(subscriber(ANNA)))
        assert ("POST", "api/admin/client/get") in self.own.calls
        assert ("GET", "api/admin/client/get") not in self.own.calls

    def test_a_folder_that_has_moved_is_an_error_and_nobody_is_called_unknown(self) -> None:
        with pytest.raises(Permanent) as raised:
            self.opened(url=f"{self.own.url}moved/").locate(self.who(subscriber(ANNA)))
        assert raised.value.code == "not_found"

    def test_a_wrong_token_is_told_as_such(self) -> None:
        (self.folder / "other").write_text("another", encoding="utf-8")
        exporter = self.opened(token="file:other")
        with pytest.raises(Permanent) as raised:
            exporter.locate(self.who(subscriber(ANNA)))
        assert raised.value.code == "access_denied"

    def test_an_empty_value_that_changes_nothing_is_not_called_done(self) -> None:
        exporter, person = self.opened(), subscriber(ANNA)
        held = exporter.held(exporter.locate(self.who(person)).keys)
        row = next(one for one in held if (one.row.dataset, one.column) == ("client", "city"))
        lines = self.plan(exporter, "rectification", person, changes=(Change(row.row, "city", ""),))
        assert [line for line in lines if line.writes]
        with pytest.raises(Permanent) as raised:
            self.apply(exporter, lines)
        assert raised.value.code == "not_changed"
        assert self.own.tables["client"][str(ANNA)]["city"] == person.city

"""WHMCS against its stand-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exporters.contract import Permanent
from exporters.testing.standins.people import ANNA, subscriber
from exporters.testing.standins.whmcs import IDENTIFIER, SECRET, Whmcs
from exporters.testing.system import SystemChecks

if TYPE_CHECKING:
    from collections.abc import Mapping


class TestWhmcs(SystemChecks):
    own: Whmcs
    standin = Whmcs
    system = "whmcs"
    tables = {"shared_users": "users"}
    withheld = frozenset({"client_notes", "attachments"})
    kept = frozenset(
        {
            "emails",
            "activity",
            "orders",
            "client_notes",
            "invoices",
            "invoice_items",
            "transactions",
            "credits",
            "domains",
        }
    )
    by_hand = frozenset({("clients", "lastlogin")})
    change = ("clients", "email", "new.address@example.com")

    def options(self) -> Mapping[str, str]:
        (self.folder / "secret").write_text(SECRET, encoding="utf-8")
        return {
            "url": self.own.url,
            "networks": "127.0.0.0/8",
            "map": "whmcs",
            "profile": "whmcs",
            "identifier": IDENTIFIER,
            "secret": "file:secret",
        }

    def test_a_folder_that_has_moved_is_an_error_and_nobody_is_called_erased(self) -> None:
        exporter, person = self.opened(), subscriber(ANNA)
        lines, before = self.plan(exporter, "erasure", person), self.own.sums()
        moved = self.opened(url=f"{self.own.url}moved/")
        self.own.moved = True
        for ask in (lambda: moved.locate(self.who(person)), lambda: self.apply(moved, lines)):
            with pytest.raises(Permanent) as raised:
                ask()
            assert raised.value.code == "not_found"
        assert self.own.sums() == before

    def test_an_action_that_is_not_there_is_no_missing_row(self) -> None:
        self.own.allowed = frozenset({"whmcsdetails", "getclients", "getclientsdetails"})
        codes = {one.code for one in self.opened().check()}
        assert "access_denied" in codes
        self.own.gone = frozenset({"getcredits"})
        self.own.allowed = None
        with pytest.raises(Permanent) as raised:
            self.collected(subscriber(ANNA))
        assert raised.value.code == "refused"

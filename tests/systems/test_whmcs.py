"""WHMCS against its stand-in."""

from __future__ import annotations

import base64
import hashlib
import html
from typing import TYPE_CHECKING

import pytest

from exporters.contract import Identifier, IdentifierKind, MatchStatus, Permanent, Severity, Subject
from exporters.testing.standins.people import ANNA, subscriber
from exporters.testing.standins.server import Fault
from exporters.testing.standins.whmcs import IDENTIFIER, SECRET, Whmcs
from exporters.testing.standins.whmcs_rows import INVITED
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
            "project_tasks",
            "project_messages",
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

    def test_who_was_invited_to_an_account_is_neither_its_holder_nor_part_of_her_data(self) -> None:
        invited = self.own.tables["users"][str(INVITED)]
        before, exporter, person = dict(invited), self.opened(), subscriber(ANNA)
        his = Subject("invited", (Identifier(IdentifierKind.EMAIL, invited["email"]),))
        assert exporter.locate(his).status is MatchStatus.NONE

        keys = exporter.locate(self.who(person)).keys
        logins = [
            row
            for batch in exporter.collect(self.who(person), keys)
            if batch.dataset in {"users", "shared_users"}
            for row in batch.rows
        ]
        assert len(logins) == 1
        assert "Piet" not in str(logins)
        self.apply(exporter, self.plan(exporter, "erasure", person))
        assert self.own.tables["users"][str(INVITED)] == before
        assert person.email not in str(self.own.tables["users"][str(1000 + ANNA)])

    def test_a_login_that_says_of_no_account_who_owns_it_finds_nobody(self) -> None:
        person = subscriber(ANNA)
        for row in self.own.tables["clients"].values():
            row["email"] = f"account{row['id']}@example.org"
        who = Subject("login", (Identifier(IdentifierKind.EMAIL, person.email),))
        assert ("client", (str(ANNA),)) in {(key.dataset, key.values) for key in self.opened().locate(who).keys}
        for row in self.own.tables["users"].values():
            row["clients"] = [{"id": one["id"], "isOwner": None} for one in row["clients"]]
        assert "client" not in {key.dataset for key in self.opened().locate(who).keys}

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

    def test_the_check_names_the_permission_that_is_missing_before_it_is_needed(self) -> None:
        assert not [one for one in self.opened().check() if one.severity is not Severity.INFO]
        self.own.permissions.remove("Delete Ticket")
        (told,) = (one for one in self.opened().check() if one.severity is not Severity.INFO)
        assert (told.severity, told.code) == (Severity.WARNING, "access_denied")
        assert "Delete Ticket" in told.detail
        self.own.permissions = ["Main Homepage"]
        self.own.allowed = frozenset({"whmcsdetails", "getclients"})
        assert "GetAdminDetails" in repr(self.opened().check())

    def test_an_address_that_is_not_on_the_list_is_told_as_such(self) -> None:
        self.own.fault(Fault.FORBIDDEN, at=1)
        with pytest.raises(Permanent) as raised:
            self.opened().check()
        assert raised.value.code == "access_denied"
        assert "192.0.2.77" not in str(raised.value)

    def test_files_of_tickets_are_complete_and_only_hers(self) -> None:
        person, exporter = subscriber(ANNA), self.opened()
        keys = exporter.locate(self.who(person)).keys
        found = [
            (one.name, b"".join(one.open()), one.size, one.sha256)
            for batch in exporter.attachments(self.who(person), keys)
            for one in batch.files
        ]
        wanted = [
            (html.unescape(row["filename"]), base64.b64decode(row["data"]))
            for row in self.own.tables["attachments"].values()
            if self.own.owner("attachments", row) == ANNA and not row["gone"]
        ]
        assert sorted((name, content) for name, content, _, _ in found) == sorted(wanted)
        assert len(wanted) == 6
        assert all((size, digest) == (len(data), hashlib.sha256(data).hexdigest()) for _, data, size, digest in found)

    def test_a_file_that_changed_since_it_was_described_is_not_handed_out(self) -> None:
        exporter, person = self.opened(), subscriber(ANNA)
        (first, *_), *_ = (
            one.files for one in exporter.attachments(self.who(person), exporter.locate(self.who(person)).keys)
        )
        for row in self.own.tables["attachments"].values():
            row["data"] = base64.b64encode(b"another person's file").decode()
        with pytest.raises(Permanent, match="changed"):
            b"".join(first.open())

    @pytest.mark.parametrize("data", ["no base64!", ["a", "list"], {"x": 1}])
    def test_a_file_that_is_no_base64_is_an_error(self, data: object) -> None:
        for row in self.own.tables["attachments"].values():
            row["data"] = data
        exporter, person = self.opened(), subscriber(ANNA)
        with pytest.raises(Permanent, match="bad_answer"):
            list(exporter.attachments(self.who(person), exporter.locate(self.who(person)).keys))

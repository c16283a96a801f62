"""Splynx against its stand-in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exporters.contract import MatchStatus, Permanent, Temporary
from exporters.testing.standins.people import ANNA, subscriber
from exporters.testing.standins.server import Fault
from exporters.testing.standins.splynx import KEY, SECRET, Splynx
from exporters.testing.standins.splynx_rows import DELETED
from exporters.testing.system import SystemChecks

if TYPE_CHECKING:
    from collections.abc import Mapping


class TestSplynx(SystemChecks):
    own: Splynx
    standin = Splynx
    system = "splynx"
    kept = frozenset({"invoices", "invoice_items", "payments", "transactions", "documents"})
    stamps = frozenset({"last_update"})
    change = ("customers", "email", "new.address@example.com")

    def options(self) -> Mapping[str, str]:
        (self.folder / "secret").write_text(SECRET, encoding="utf-8")
        return {
            "url": f"{self.own.url}api/2.0/",
            "networks": "127.0.0.0/8",
            "map": "splynx",
            "profile": "splynx",
            "api_key": f"file:{self._file('key', KEY)}",
            "api_secret": "file:secret",
        }

    def _file(self, name: str, text: str) -> str:
        (self.folder / name).write_text(text, encoding="utf-8")
        return name

    def test_a_token_that_ends_in_the_middle_is_replaced_and_nothing_is_missing(self) -> None:
        exporter, person = self.opened(), subscriber(ANNA)
        who = self.who(person)
        keys = exporter.locate(who).keys
        whole = [batch.rows for batch in exporter.collect(who, keys)]
        assert self.own.log_ins == 1
        self.own.end_sessions()
        assert [batch.rows for batch in exporter.collect(who, keys)] == whole
        assert self.own.log_ins == 2

    def test_a_token_about_to_end_is_not_used_and_every_nonce_is_greater(self) -> None:
        self.own.lives = 10
        exporter = self.opened()
        exporter.locate(self.who(subscriber(ANNA)))
        calls = [path for _, path in self.own.calls if not path.endswith("auth/tokens")]
        assert self.own.log_ins == len(calls) > 1

    def test_a_session_that_ends_while_writing_loses_and_doubles_nothing(self) -> None:
        exporter, person = self.opened(), subscriber(ANNA)
        lines, before, hers = self.plan(exporter, "erasure", person), self.own.sums(), self.own.hers(ANNA)
        for at in (3, 9, 15):
            self.own.fault(Fault.EXPIRED, at=at)
        self.apply(exporter, lines)
        self.only_hers_moved(before, person, hers)
        self.is_erased(person)

    def test_a_wrong_secret_is_told_as_such(self) -> None:
        exporter = self.opened(api_secret=f"file:{self._file('other', 'another')}")
        with pytest.raises(Permanent) as raised:
            exporter.locate(self.who(subscriber(ANNA)))
        assert raised.value.code == "access_denied"

    def test_a_log_in_that_nobody_answers_waits(self) -> None:
        self.own.fault(Fault.HTML_500, at=1)
        with pytest.raises(Temporary):
            self.opened().locate(self.who(subscriber(ANNA)))

    def test_a_right_the_key_lacks_is_named_by_the_check(self) -> None:
        self.own.denied = frozenset({"support/tickets"})
        told = {(one.code, one.place) for one in self.opened().check()}
        assert ("access_denied", "system.tickets") in told

    def test_who_has_her_address_for_invoices_only_is_found(self) -> None:
        found = self.collected(subscriber(ANNA + 10))
        assert ("customers", str(ANNA + 10)) in found

    def test_nothing_restorable_is_deleted(self) -> None:
        exporter = self.opened()
        self.apply(exporter, self.plan(exporter, "erasure", subscriber(ANNA)))
        gone = [path for method, path in self.own.calls if method == "DELETE"]
        assert gone
        assert {path.split("/")[-2] for path in gone} == {"customer-notes"}
        assert self.own.tables["customers"][str(ANNA)]["deleted"] == "0"

    def test_somebody_deleted_over_there_is_not_seen(self) -> None:
        # The documentation says so: the API hides whom the tool for deleted customers could bring back.
        assert self.opened().locate(self.who(subscriber(DELETED))).status is MatchStatus.NONE
        assert self.own.tables["customers"][str(DELETED)]["email"] == subscriber(DELETED).email

    def test_fields_of_the_providers_own_are_rows_and_lose_their_content_only(self) -> None:
        exporter, person = self.opened(), subscriber(ANNA)
        assert self.collected(person)["additional", f"{ANNA}/passport"]["value"] == f"P{ANNA}X"
        self.apply(exporter, self.plan(exporter, "erasure", person))
        left = {key: row["value"] for key, row in self.own.tables["additional"].items() if key.startswith(f"{ANNA}/")}
        assert left == {f"{ANNA}/birthday": "", f"{ANNA}/passport": "", f"{ANNA}/router_mac": ""}

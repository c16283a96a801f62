"""Interface Billing and iNetBills, whose interfaces nobody publishes: the pattern of each against its stand-in, and files by drop."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, ClassVar

import pytest

from exporters.contract import Identifier, IdentifierKind, Severity, Subject, Treatment
from exporters.registry import load_stores, open_store
from exporters.testing.standins.listed_billing import TOKEN, INetBills, InterfaceBilling, ListedBilling, google_id
from exporters.testing.standins.people import ANNA, subscriber
from exporters.testing.system import SystemChecks
from exporters.testing.system_pieces import NOW, law

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


class Listed(SystemChecks):
    own: ListedBilling
    kept = frozenset({"invoices", "payments"})
    tables: ClassVar = {"credentials": "customers"}
    restricts = False

    def options(self) -> Mapping[str, str]:
        (self.folder / "token").write_text(TOKEN, encoding="utf-8")
        name = self.own.name
        return {"url": self.own.url, "networks": "127.0.0.0/8", "map": name, "profile": name, "token": "file:token"}

    def test_an_objection_to_advertising_is_carried_out(self) -> None:
        exporter, person, before = self.opened(), subscriber(ANNA), self.own.sums()
        assert self.apply(exporter, self.plan(exporter, "objection", person, purposes=("marketing",))) == 1
        assert self.own.tables["customers"][str(ANNA)]["marketing"] == "no"
        self.only_hers_moved(before, person, {("customers", str(ANNA))})

    def test_invoices_and_payments_are_kept_as_they_are(self) -> None:
        exporter, before = self.opened(), self.own.sums()
        self.apply(exporter, self.plan(exporter, "erasure", subscriber(ANNA)))
        after = self.own.sums()
        assert {table: after[table] for table in self.kept} == {table: before[table] for table in self.kept}

    def test_filters_that_filter_nothing_bring_nobody_elses_rows(self) -> None:
        self.own.deaf = frozenset({"email", "customer_id"})
        wanted = self.own.hers(ANNA)
        assert set(self.collected(subscriber(ANNA))) == wanted

    def test_texts_come_without_html_entities(self) -> None:
        person = next(one for one in self.own.people if "'" in one.name)
        assert self.collected(person)["invoices", str(person.number * 100)].get("billed_to", "").startswith(person.name)

    def test_her_password_goes_before_anything_else(self) -> None:
        lines = [line for line in self.plan(self.opened(), "erasure", subscriber(ANNA)) if line.writes]
        assert lines[0].dataset == "credentials"
        assert "password" in {one.column for one in lines[0].fields}


class TestInterfaceBilling(Listed):
    standin = InterfaceBilling
    change = ("customers", "email", "new.address@example.com")

    @pytest.mark.parametrize("kind", ["google", "username", "phone"])
    def test_she_is_found_by_each_of_her_identities(self, kind: str) -> None:
        person = subscriber(ANNA)
        known = {
            "google": (IdentifierKind.USERNAME, google_id(ANNA)),
            "username": (IdentifierKind.USERNAME, person.username),
            "phone": (IdentifierKind.PHONE, person.phone),
        }
        found = self.opened().locate(Subject("x", (Identifier(*known[kind]),))).keys
        assert [one.values for one in found] == [(str(ANNA),)]


class TestINetBills(Listed):
    standin = INetBills
    change = ("customers", "email", "new.address@example.com")

    def test_pictures_and_recordings_are_a_persons_task(self) -> None:
        exporter, before = self.opened(), self.own.sums()
        lines = self.plan(exporter, "erasure", subscriber(ANNA))
        assert {line.dataset for line in lines if line.treatment is Treatment.MANUAL} == {"recordings"}
        self.apply(exporter, lines)
        assert self.own.sums()["recordings"] == before["recordings"]

    def test_the_answer_to_her_secret_question_is_gone(self) -> None:
        exporter = self.opened()
        self.apply(exporter, self.plan(exporter, "erasure", subscriber(ANNA)))
        assert self.own.tables["customers"][str(ANNA)]["secret_answer"] == ""


HEADERS = {
    "customers": {"Customer": "id", "Login": "username", "Full Name": "name", "E-Mail": "email", "Mobile": "phone"},
    "invoices": {"No.": "id", "Customer": "customer_id", "Date": "date", "Total": "amount"},
    "tickets": {"#": "id", "Customer": "customer_id", "Opened": "date", "Text": "message"},
}


def deliver(folder: Path, name: str, own: ListedBilling, without: int = 0) -> None:
    """The lists as somebody saves them from the panel; invoices stay where a subscriber is left out."""
    target = folder / "drop" / "incoming" / name
    target.mkdir(parents=True)
    files = []
    for report, headers in HEADERS.items():
        lines = [
            [str(row[column]) for column in headers.values()]
            for row in own.tables[report].values()
            if report == "invoices" or own.owner(report, row) != without
        ]
        text = io.StringIO()
        csv.writer(text, delimiter=";").writerows([list(headers), *lines])
        data = text.getvalue().encode()
        (target / f"{report}.csv").write_bytes(data)
        said = {"dataset": report, "name": f"{report}.csv", "kind": "csv", "encoding": "utf-8", "delimiter": ";"}
        files.append(said | {"sha256": hashlib.sha256(data).hexdigest(), "rows": len(lines), "columns": headers})
    manifest = {"format": 1, "created": datetime.now(UTC).isoformat(), "files": files}
    (target / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


@pytest.mark.parametrize("standin", [InterfaceBilling, INetBills])
def test_by_files_she_is_found_an_erasure_is_a_persons_and_the_next_delivery_its_proof(
    standin: type[ListedBilling], tmp_path: Path
) -> None:
    own, who = standin(), Subject("x", (Identifier(IdentifierKind.EMAIL, subscriber(ANNA).email),))
    deliver(tmp_path, "monday", own)
    (tmp_path / "stores.yaml").write_text(
        "stores:\n  files:\n    controller: n\n    system: drop\n    label: {en: R}\n    owner: Care\n"
        f"    folder: drop\n    map: {own.name}\n    oldest_days: 3\n",
        encoding="utf-8",
    )
    store = open_store(load_stores(tmp_path / "stores.yaml")["files"])
    assert [one for one in store.check() if one.severity is Severity.ERROR] == []
    keys = store.locate(who).keys

    found = {
        (batch.dataset, str(dict(zip(batch.columns, row, strict=True))["id"]))
        for batch in store.collect(who, keys)
        for row in batch.rows
    }
    assert found == {one for one in own.hers(ANNA) if one[0] in HEADERS}
    lines = store.plan(who, keys, right="erasure", now=NOW, keep_until=law)
    treatments = {line.dataset: line.treatment for line in lines}
    assert treatments == {
        "customers": Treatment.MANUAL,
        "tickets": Treatment.MANUAL,
        "invoices": Treatment.KEEP,
    }
    assert [one for one in store.residue(who, keys, now=NOW, lines=lines, keep_until=law) if one.stands]
    deliver(tmp_path, "tuesday", own, without=ANNA)
    assert not [one for one in store.residue(who, keys, now=NOW, lines=lines, keep_until=law) if one.stands]

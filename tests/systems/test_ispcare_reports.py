"""ISPCare's reports as CSV: found and collected by log-in name, every change a person's, the next delivery its proof."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from exporters.contract import Identifier, IdentifierKind, MatchStatus, Severity, Subject, Treatment
from exporters.registry import load_stores, open_store
from exporters.testing.standins.people import ANNA, HOUSEMATE, NAMESAKE, subscriber, subscribers

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

NOW = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
HER = subscriber(ANNA)
HEADERS = {
    "subscribers": {
        "User": "username",
        "Full Name": "name",
        "E-Mail": "email",
        "Mobile": "phone",
        "Address": "address",
    },
    "invoices": {"No.": "invoice_no", "User": "username", "Date": "date", "Total": "amount"},
    "sessions": {"#": "session_no", "User": "username", "From": "start", "To": "end", "IP": "ip"},
    "action_log": {"#": "log_no", "Action": "action", "By": "staff"},
}


def rows(without: int = 0) -> dict[str, list[list[str]]]:
    """The reports, with or without one subscriber."""
    found: dict[str, list[list[str]]] = {name: [] for name in HEADERS}
    for one in subscribers():
        if one.number == without:
            continue
        number = str(one.number)
        found["subscribers"].append([one.username, one.name, one.email, one.phone, one.street])
        found["invoices"].append([f"R{number}", one.username, "2026-02-11", "20.00"])
        found["sessions"].append([f"S{number}", one.username.replace("+", "=2B"), "2026-05-01", "2026-05-02", one.ip])
        found["action_log"].append([f"L{number}", f"package of {one.username} changed", "agent1"])
    return found


def deliver(folder: Path, name: str, reports: Mapping[str, Sequence[Sequence[str]]], **more: Any) -> None:
    """One delivery, in a spreadsheet's encoding; the manifest says which header is which column."""
    target = folder / "drop" / "incoming" / name
    target.mkdir(parents=True)
    files = []
    for report, lines in reports.items():
        text = io.StringIO()
        csv.writer(text, delimiter=";").writerows([list(HEADERS[report]), *lines])
        data = text.getvalue().encode("utf-16")
        (target / f"{report}.csv").write_bytes(data)
        said = {"dataset": report, "name": f"{report}.csv", "kind": "csv", "encoding": "utf-16", "delimiter": ";"}
        files.append(
            said | {"sha256": hashlib.sha256(data).hexdigest(), "rows": len(lines), "columns": HEADERS[report]}
        )
    manifest = {"format": 1, "created": datetime.now(UTC).isoformat(), "files": files, **more}
    (target / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")


def opened(folder: Path) -> Any:
    """The store of the documentation."""
    (folder / "stores.yaml").write_text(
        "stores:\n  reports:\n    controller: n\n    system: drop\n    label: {en: R}\n    owner: Care\n"
        "    folder: drop\n    map: ispcare\n    oldest_days: 3\n",
        encoding="utf-8",
    )
    return open_store(load_stores(folder / "stores.yaml")["reports"])


def who(number: int) -> Subject:
    """A subscriber by her e-mail address."""
    return Subject("somebody", (Identifier(IdentifierKind.EMAIL, subscriber(number).email),))


def keys_of(store: Any, number: int) -> set[tuple[str, str]]:
    """Dataset and key of what is collected of her."""
    match = store.locate(who(number))
    assert match.status is MatchStatus.FOUND
    datasets = store.data_map.datasets
    return {
        (batch.dataset, row[batch.columns.index(datasets[batch.dataset].key[0])])
        for batch in store.collect(who(number), match.keys)
        for row in batch.rows
    }


def test_everything_of_hers_and_nothing_of_anybody_else(tmp_path: Path) -> None:
    deliver(tmp_path, "tonight", rows())
    store = opened(tmp_path)

    assert [one for one in store.check() if one.severity is Severity.ERROR] == []
    for number in (ANNA, NAMESAKE, HOUSEMATE, 35, 110):
        one = subscriber(number)
        assert keys_of(store, number) == {
            ("subscribers", one.username),
            ("invoices", f"R{number}"),
            ("sessions", f"S{number}"),
            ("action_log", f"L{number}"),
        }


def test_an_erasure_is_a_persons_and_the_next_delivery_its_proof(tmp_path: Path) -> None:
    deliver(tmp_path, "monday", rows())
    store = opened(tmp_path)
    keys = store.locate(who(ANNA)).keys

    lines = store.plan(who(ANNA), keys, right="erasure", now=NOW)

    assert {line.dataset: line.treatment for line in lines} == {
        **dict.fromkeys(("subscribers", "sessions", "action_log"), Treatment.MANUAL),
        "invoices": Treatment.KEEP,
    }
    assert [one for one in store.residue(who(ANNA), keys, now=NOW, lines=lines) if one.stands]
    deliver(tmp_path, "tuesday", rows(without=ANNA))
    assert [one for one in store.residue(who(ANNA), keys, now=NOW, lines=lines) if one.stands] == []


def test_a_column_the_map_does_not_know_is_an_error_of_the_check(tmp_path: Path) -> None:
    """A report saved with the passwords in it."""
    deliver(tmp_path, "tonight", rows())
    incoming = tmp_path / "drop" / "incoming" / "tonight"
    text = (incoming / "subscribers.csv").read_bytes().decode("utf-16").replace("User;", "Password;User;", 1)
    data = text.replace("\n", "\nsecret;").removesuffix("secret;").encode("utf-16")
    manifest = json.loads((incoming / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"][0]["sha256"] = hashlib.sha256(data).hexdigest()
    (incoming / "subscribers.csv").write_bytes(data)
    (incoming / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    store = opened(tmp_path)

    problems = {(one.code, one.place) for one in store.check() if one.severity is Severity.ERROR}

    assert problems == {("undeclared_column", "reports.subscribers.Password")}
    assert "secret" not in str([batch.rows for batch in store.collect(who(ANNA), store.locate(who(ANNA)).keys)])

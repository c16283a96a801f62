"""Deliveries and trees of files made for tests."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from exporters.contract import Identifier, IdentifierKind, Subject
from exporters.registry import load_stores, open_store

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HERE = Path(__file__).parent
MIA = Subject("mia", (Identifier(IdentifierKind.EMAIL, "mia@example.com"),))
OTHER_MIA = Subject("other mia", (Identifier(IdentifierKind.EMAIL, "mia@example.net"),))
CLIENTS = [["7", "mia@example.com", "Mia Müller"], ["8", "mia@example.net", "Mia Müller"]]
NOTES = [["1", "7", "called twice"], ["2", "8", "never called"], ["3", "7", "zweite Zeile\nmit; Strichpunkt"]]
HEADERS = {"clients": ["Kundennr", "E-Mail", "Name"], "notes": ["Nr", "Kundennr", "Text"]}
COLUMNS = {
    "clients": {"Kundennr": "id", "E-Mail": "email", "Name": "name"},
    "notes": {"Nr": "id", "Kundennr": "client_id", "Text": "text"},
}


def csv_of(header: Iterable[str], rows: Iterable[Iterable[str]], encoding: str) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows([list(header), *rows])
    return text.getvalue().encode(encoding)


def deliver(
    incoming: Path,
    name: str = "tonight",
    *,
    encoding: str = "cp1252",
    created: datetime | None = None,
    files: Mapping[str, bytes] | None = None,
    extra: Mapping[str, bytes] | None = None,
    **manifest: Any,
) -> Path:
    """Write a delivery, the manifest last. `extra`: further files by dataset name; `manifest`: what differs in it."""
    folder = incoming / name
    folder.mkdir(parents=True)
    content = {
        "clients": csv_of(HEADERS["clients"], CLIENTS, encoding),
        "notes": csv_of(HEADERS["notes"], NOTES, encoding),
        **(files or {}),
        **(extra or {}),
    }
    entries = []
    for dataset, data in content.items():
        (folder / f"{dataset}.csv").write_bytes(data)
        entry = {
            "dataset": dataset,
            "name": f"{dataset}.csv",
            "kind": "csv",
            "encoding": encoding,
            "delimiter": ";",
            "sha256": hashlib.sha256(data).hexdigest(),
            "rows": {"clients": 2, "notes": 3}.get(dataset, 1),
            "columns": COLUMNS.get(dataset, {}),
        }
        entries.append({**entry, **manifest.get(dataset, {})})
    said = {
        "format": 1,
        "created": (created or datetime.now(UTC)).isoformat(),
        "files": entries,
        **manifest.get("top", {}),
    }
    (folder / "manifest.json").write_text(json.dumps(said), encoding="utf-8")
    return folder


def drop(here: Path, **more: str) -> Any:
    """A drop folder's store."""
    return _store(here, "drop", {"folder": "drop", "map": f"{HERE}/drop.yaml", **more})


def tree(here: Path, **more: str) -> Any:
    """A file tree's store."""
    return _store(here, "files", {"map": f"{HERE}/tree.yaml", **more})


def _store(folder: Path, system: str, options: Mapping[str, str]) -> Any:
    lines = "".join(f"    {name}: {value}\n" for name, value in options.items())
    head = f"stores:\n  old:\n    controller: northwave\n    system: {system}\n    label: {{en: Old}}\n    owner: Finance\n"
    path = folder / "stores.yaml"
    path.write_text(head + lines, encoding="utf-8")
    return open_store(load_stores(path)["old"])

"""A store of recordings and scans beside the demo's stores, for tests of attachments."""

from __future__ import annotations

import csv
import hashlib
from typing import TYPE_CHECKING

from dsr.cases import scope
from tests.stores_fixture import STORES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAP = """\
map: recordings
version: 1
title: {en: Recordings, de: Aufnahmen}
languages: [en, de]
subjects: {client: {kind: username}}
purposes: {proof: {en: to prove what was agreed, de: um Absprachen zu belegen}}
sources: {call: {en: your calls, de: Ihre Anrufe}}
reasons: {staff: {en: it shows our staff in private, de: es zeigt unser Personal privat}}
retention: {call: {class: subscriber_data, text: {en: ninety days, de: neunzig Tage}}}
defaults: {category: communication, purpose: proof, legal_basis: 6(1)(f), source: call, retention: call, origin: observed, erase: delete}
datasets:
  recordings:
    label: {en: Call recordings, de: Gesprächsaufnahmen}
    key: path
    links: [{same_value: customer, references: subject.client}]
    fields:
      path: {label: {en: File, de: Datei}PATH}
      customer: {label: {en: Login name, de: Anmeldename}, identifier: {kind: username, scope: controller}}
      date: {label: {en: Date, de: Datum}}
      media_type: {label: {en: Kind, de: Art}}
      sha256: {not_personal: a checksum}
undisclosed:
  lawful: {columns: [], reason: "kept apart by law"}
"""
STORE = """\
  recordings:
    controller: northwave
    system: files
    label: {en: Call recordings, de: Telefonaufnahmen}
    owner: Support
    folder: tree
    map: recordings.yaml
"""


class Tree:
    """The folder of recordings: what is put, in the order in which the index names it."""

    def __init__(self, folder: Path, *, path: str = "") -> None:
        self.folder, self.root = folder, folder / "tree"
        self.root.mkdir()
        self.lines: list[list[str]] = []
        (folder / "recordings.yaml").write_text(MAP.replace("PATH", path), encoding="utf-8")
        (folder / "stores.yaml").write_text(STORES + STORE, encoding="utf-8")
        self.index()
        scope.forget()

    def put(self, number: str, files: Mapping[str, bytes], *, media_type: str = "", hashed: bool = True) -> None:
        """Files of the person with this customer number."""
        for name, content in files.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            digest = hashlib.sha256(content).hexdigest() if hashed else ""
            self.lines.append([name, number, "2026-03-01", media_type, digest])
        self.index()

    def index(self) -> None:
        """Write the index."""
        with (self.root / "index.csv").open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([["path", "customer", "date", "media_type", "sha256"], *self.lines])

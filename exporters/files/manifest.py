"""Reads one delivery of a drop folder: its manifest, its files in the encoding they declare, their rows.

{"format": 1, "created": "2026-05-04T02:00:00Z", "files": [
  {"dataset": "clients", "name": "clients.csv", "kind": "csv", "encoding": "utf-8", "delimiter": ";",
   "sha256": "…", "rows": 1200, "columns": {"Kundennr": "id", "E-Mail": "email"}}]}
"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from codecs import lookup
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from exporters.contract import Permanent

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MANIFEST = "manifest.json"
_ENCODINGS = frozenset({"utf-8", "utf-8-sig", "cp1252", "iso8859-1", "iso8859-15", "utf-16", "ascii"})
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._ -]{0,120}")
_LONGEST_CELL = 16 * 2**20
_MOST_MANIFEST = 2**20


@dataclass(frozen=True, slots=True)
class Delivered:
    """One file of a delivery. `encoding` is declared by the system that wrote it: nothing is guessed."""

    dataset: str
    path: Path
    kind: str
    encoding: str
    delimiter: str
    sha256: str
    rows: int
    columns: Mapping[str, str] = field(default_factory=dict)

    def records(self, place: str) -> Iterator[dict[str, Any]]:
        """The rows, streamed, under the names the header or `columns` gives them.

        Raises Permanent: `bad_encoding` for a byte that the declared encoding does not know, `bad_file` for a row with
        more or fewer cells than the header, `incomplete` when the number of rows is not the declared one.
        """
        count = 0
        try:
            for record in self._csv(place) if self.kind == "csv" else self._json(place):
                count += 1
                yield {self.columns.get(name, name): value for name, value in record.items()}
        except UnicodeError:
            raise Permanent("bad_encoding", place) from None
        except (csv.Error, OSError):
            raise Permanent("bad_file", place) from None
        if count != self.rows:
            raise Permanent("incomplete", place)

    def _csv(self, place: str) -> Iterator[dict[str, Any]]:
        csv.field_size_limit(_LONGEST_CELL)
        with self.path.open(encoding=self.encoding, newline="") as file:
            lines = csv.reader(file, delimiter=self.delimiter, strict=True)
            header = next(lines, [])
            if not header or len(set(header)) != len(header):
                raise Permanent("bad_file", place)
            for cells in lines:
                if not cells:
                    continue
                if len(cells) != len(header):
                    raise Permanent("bad_file", place)
                yield dict(zip(header, cells, strict=True))

    def _json(self, place: str) -> Iterator[dict[str, Any]]:
        """One JSON object a line: a list would have to be held whole."""
        with self.path.open(encoding=self.encoding) as file:
            for line in file:
                if line.strip():
                    try:
                        record = json.loads(line)
                    except (ValueError, RecursionError):
                        raise Permanent("bad_file", place) from None
                    if not isinstance(record, dict):
                        raise Permanent("bad_file", place)
                    yield record


@dataclass(frozen=True, slots=True)
class Delivery:
    """A verified delivery: when the system wrote it (aware), and its files by dataset."""

    created: datetime
    files: Mapping[str, Delivered]


def read_delivery(folder: Path, place: str) -> Delivery:
    """Read and verify: every file is there, inside the folder, and is what the manifest's checksum says.

    Raises Permanent: `no_manifest`, `bad_manifest`, `incomplete`, `checksum`.
    """
    try:
        with (folder / MANIFEST).open("rb") as file:
            raw = file.read(_MOST_MANIFEST)
    except OSError:
        raise Permanent("no_manifest", place) from None
    try:
        read = json.loads(raw)
        created = datetime.fromisoformat(read["created"])
        files = [_delivered(folder, entry) for entry in read["files"]]
        version = read["format"]
    except (ValueError, KeyError, TypeError, LookupError, RecursionError):
        raise Permanent("bad_manifest", place) from None
    if version != 1 or created.tzinfo is None or len({one.dataset for one in files}) != len(files):
        raise Permanent("bad_manifest", place)
    for one in files:
        if not one.path.is_file() or one.path.is_symlink():
            raise Permanent("incomplete", f"{place}.{one.dataset}")
        if _sha256(one.path) != one.sha256:
            raise Permanent("checksum", f"{place}.{one.dataset}")
    return Delivery(created, {one.dataset: one for one in files})


def _delivered(folder: Path, entry: Mapping[str, Any]) -> Delivered:
    name, kind, encoding = entry["name"], entry["kind"], lookup(entry["encoding"]).name
    if not _NAME.fullmatch(name) or kind not in {"csv", "jsonl"} or encoding not in _ENCODINGS:
        raise ValueError
    delimiter = entry.get("delimiter", ",")
    if not isinstance(delimiter, str) or len(delimiter) != 1:
        raise ValueError
    return Delivered(
        dataset=str(entry["dataset"]),
        path=folder / name,
        kind=kind,
        # A mark at the start is no part of the first column's name.
        encoding="utf-8-sig" if encoding == "utf-8" else encoding,
        delimiter=delimiter,
        sha256=str(entry["sha256"]).lower(),
        rows=int(entry["rows"]),
        columns={str(name): str(column) for name, column in entry.get("columns", {}).items()},
    )


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()

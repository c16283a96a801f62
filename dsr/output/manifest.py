"""The manifest of a package: every file with size and SHA-256, in the order in which they stand in the archive.

Its own hash is what a second person approves, its exact bytes are what the controller signs (dsr.output.signing).
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = "dsr-package/1"
EVIDENCE_SCHEMA = "dsr-evidence/1"
"""What an authority gets says so in what is signed: it is no answer to a person, and no answer is one of these."""
MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class FileFact:
    """One file of a package: its path, its size in bytes, its SHA-256 in hexadecimal."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a package holds. `counts` are rows per store and dataset; `case` is the reference, not a name."""

    case: str
    right: str
    language: str
    written_at: str
    files: tuple[FileFact, ...]
    counts: Mapping[str, Mapping[str, int]]
    schema: str = SCHEMA

    def to_bytes(self) -> bytes:
        """The manifest as it stands in the package: canonical, so that the same facts have the same hash."""
        record = {
            "schema": self.schema,
            "case": self.case,
            "right": self.right,
            "language": self.language,
            "written_at": self.written_at,
            "files": [{"path": fact.path, "size": fact.size, "sha256": fact.sha256} for fact in self.files],
            "counts": {store: dict(sorted(datasets.items())) for store, datasets in sorted(self.counts.items())},
            "rows": sum(sum(datasets.values()) for datasets in self.counts.values()),
        }
        return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()

    @property
    def sha256(self) -> str:
        """The hash that approval binds (house.md, Determinism): it covers the plain bytes of every file."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


def manifest_schema() -> dict[str, Any]:
    """The JSON Schema of every manifest, as the portal publishes it."""
    text, count = {"type": "string"}, {"type": "integer", "minimum": 0}
    fact = {
        "type": "object",
        "properties": {"path": text, "size": count, "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"}},
        "required": ["path", "size", "sha256"],
        "additionalProperties": False,
    }
    counts = {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": count}}
    properties = {
        "schema": {"enum": [SCHEMA, EVIDENCE_SCHEMA]},
        **dict.fromkeys(("case", "right", "language"), text),
        "written_at": {"type": "string", "format": "date-time"},
        "files": {"type": "array", "items": fact},
        "counts": counts,
        "rows": count,
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }

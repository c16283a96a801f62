"""The manifest of a package: every file with size and SHA-256. Its own hash is what a second person approves.

`verify` reads a package from outside and says what does not fit: a flipped bit, a missing or an added file.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = "dsr-package/1"
MANIFEST = "manifest.json"
MAX_MANIFEST_BYTES = 16 << 20
CHUNK_BYTES = 1 << 16


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

    def to_bytes(self) -> bytes:
        """The manifest as it stands in the package: canonical, so that the same facts have the same hash."""
        record = {
            "schema": SCHEMA,
            "case": self.case,
            "right": self.right,
            "language": self.language,
            "written_at": self.written_at,
            "files": [
                {"path": f.path, "size": f.size, "sha256": f.sha256} for f in sorted(self.files, key=lambda f: f.path)
            ],
            "counts": {store: dict(sorted(datasets.items())) for store, datasets in sorted(self.counts.items())},
            "rows": sum(sum(datasets.values()) for datasets in self.counts.values()),
        }
        return (json.dumps(record, ensure_ascii=False, indent=1) + "\n").encode()

    @property
    def sha256(self) -> str:
        """The hash that approval binds (house.md, Determinism): it covers the plain bytes of every file."""
        return hashlib.sha256(self.to_bytes()).hexdigest()


class Finding(NamedTuple):
    """What does not fit: a code (flipped, missing, extra, doubled, no_manifest, bad_manifest, other_manifest, no_zip), a path."""

    code: str
    path: str


def verify(source: BinaryIO, *, manifest_sha256: str = "") -> tuple[Finding, ...]:
    """Compare a package with its manifest, and the manifest with `manifest_sha256` when it is given.

    `source` must be seekable. No finding means: exactly these files, bit by bit.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            return tuple(_findings(archive, manifest_sha256))
    except (zipfile.BadZipFile, OSError, EOFError):
        return (Finding("no_zip", ""),)


def _findings(archive: zipfile.ZipFile, manifest_sha256: str) -> list[Finding]:
    members = archive.infolist()
    names = [member.filename for member in members]
    found = [Finding("doubled", name) for name in sorted({name for name in names if names.count(name) > 1})]
    if MANIFEST not in names:
        return [*found, Finding("no_manifest", MANIFEST)]
    if archive.getinfo(MANIFEST).file_size > MAX_MANIFEST_BYTES:
        return [*found, Finding("bad_manifest", MANIFEST)]
    try:
        data = archive.read(MANIFEST)
        listed = {item["path"]: (int(item["size"]), str(item["sha256"])) for item in json.loads(data)["files"]}
    except (ValueError, KeyError, TypeError, zipfile.BadZipFile, zlib.error):
        return [*found, Finding("bad_manifest", MANIFEST)]
    if manifest_sha256 and hashlib.sha256(data).hexdigest() != manifest_sha256.strip().lower():
        found.append(Finding("other_manifest", MANIFEST))
    present = set(names) - {MANIFEST}
    found += [Finding("missing", path) for path in sorted(listed.keys() - present)]
    found += [Finding("extra", path) for path in sorted(present - listed.keys())]
    found += [
        Finding("flipped", path) for path in sorted(listed.keys() & present) if not _intact(archive, path, listed[path])
    ]
    return found


def _intact(archive: zipfile.ZipFile, path: str, listed: tuple[int, str]) -> bool:
    digest, size = hashlib.sha256(), 0
    try:
        with archive.open(path) as file:
            while chunk := file.read(CHUNK_BYTES):
                digest.update(chunk)
                size += len(chunk)
                if size > listed[0]:
                    return False  # a bomb may stand where a file was
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        return False
    return (size, digest.hexdigest()) == listed

"""Checks a package or an evidence pack from outside: `python -m dsr.output.verify FILE --key KEYS_JSON_OR_FINGERPRINT`.

Needs Python and the package `cryptography`, no installation of the desk, no Django, no database, no network. The key comes from
whoever checks, never from the package. Exit code 0: exactly what the controller signed; 1: it is not, with the reasons;
2: it could not be checked (a file cannot be read, no key was given).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple

from dsr.output import archive, chain_check, signing
from dsr.output.manifest import MANIFEST, MAX_MANIFEST_BYTES

if TYPE_CHECKING:
    from collections.abc import Sequence

MEANING = {
    "flipped": "its bytes are not those the controller listed",
    "missing": "listed, but not in the package",
    "extra": "in the package, but not listed",
    "doubled": "stands in the package more than once",
    "order": "does not stand where the manifest lists it",
    "unsafe_name": "would be unpacked to a place outside its folder",
    "layout": "two programs could unpack two different things here",
    "locked": "protected by a password: unpack it first, then check the ZIP file inside",
    "no_zip": "no ZIP file, or cut short, or something was added behind its end",
    "no_manifest": "no list of files",
    "bad_manifest": "the list of files cannot be read",
    "other_manifest": "not the list of files that was approved",
    "no_signature": "not signed",
    "bad_signature": "the signature does not belong to this list of files",
    "other_key": "signed, but not with a key you gave",
    "key_retired": "signed with a key that was retired before the package was written",
    "bad_chain": "the event chain of the case cannot be read",
    "chain_broken": "a link of the event chain does not fit the one before it",
    "chain_note": "the words given for an event are not those it was written with",
    "chain_anchor": "the event chain does not lead to the anchor of that day",
}


class Finding(NamedTuple):
    """What does not fit: a code (the keys of MEANING), and the file, empty for the whole package."""

    code: str
    path: str


def verify(source: BinaryIO, *, keys: Sequence[signing.Trusted] = (), manifest_sha256: str = "") -> tuple[Finding, ...]:
    """Compare a package with its manifest, the manifest with its signature by one of `keys`, and with an approved hash.

    `source` must be seekable. Without `keys` the signature is not looked at: then only `manifest_sha256` says whose list
    of files it is. No finding means: exactly these files, bit by bit, in this order, and nothing else.
    """
    try:
        members = archive.members(source)
    except archive.LayoutError as error:
        return (Finding(error.code, error.path),)
    except OSError:
        return (Finding("no_zip", ""),)
    return tuple(_findings(source, members, keys, manifest_sha256))


def _findings(
    source: BinaryIO, members: Sequence[archive.Member], keys: Sequence[signing.Trusted], manifest_sha256: str
) -> list[Finding]:
    found = _names(members)
    by_path = {member.path: member for member in members}
    data = _whole(source, by_path.get(MANIFEST), MAX_MANIFEST_BYTES)
    if data is None:
        return [*found, Finding("bad_manifest" if MANIFEST in by_path else "no_manifest", MANIFEST)]
    try:
        record = json.loads(data)
        listed = {str(item["path"]): (int(item["size"]), str(item["sha256"])) for item in record["files"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        listed = {MANIFEST: (0, "")}
    if MANIFEST in listed or signing.SIGNATURE in listed:  # it cannot list itself
        return [*found, Finding("bad_manifest", MANIFEST)]
    if manifest_sha256 and hashlib.sha256(data).hexdigest() != manifest_sha256.strip().lower():
        found.append(Finding("other_manifest", MANIFEST))
    if keys:
        found += _signed(source, data, record, by_path.get(signing.SIGNATURE), keys)
    return found + _files(source, by_path, listed) + _chain(source, by_path.get(chain_check.CHAIN))


def _chain(source: BinaryIO, member: archive.Member | None) -> list[Finding]:
    """An evidence pack holds the event chain of its case: it is reckoned again, link by link."""
    if member is None:
        return []
    data = _whole(source, member, chain_check.MAX_CHAIN_BYTES)
    codes = ("bad_chain",) if data is None else tuple(chain_check.problems(data))
    return [Finding(code, chain_check.CHAIN) for code in codes]


def _names(members: Sequence[archive.Member]) -> list[Finding]:
    """Names that stand twice (also where a file system takes two for one), and names that lead elsewhere."""
    seen: set[str] = set()
    found: list[Finding] = []
    for member in members:
        folded = member.path.casefold()
        if folded in seen:
            found.append(Finding("doubled", member.path))
        seen.add(folded)
        parts = member.path.replace("\\", "/").split("/")
        if not all(parts) or {".", ".."} & set(parts) or ":" in member.path or "\\" in member.path:
            found.append(Finding("unsafe_name", member.path))
    return found


def _whole(source: BinaryIO, member: archive.Member | None, limit: int) -> bytes | None:
    if member is None or member.size > limit:
        return None
    try:
        return b"".join(archive.content(source, member))
    except archive.LayoutError:
        return None


def _signed(
    source: BinaryIO,
    manifest: bytes,
    record: dict[str, Any],
    member: archive.Member | None,
    keys: Sequence[signing.Trusted],
) -> list[Finding]:
    if member is None:
        return [Finding("no_signature", signing.SIGNATURE)]
    data = _whole(source, member, signing.MAX_SIGNATURE_BYTES)
    code = "bad_signature" if data is None else signing.problem(manifest, str(record.get("written_at")), data, keys)
    return [Finding(code, signing.SIGNATURE)] if code else []


def _files(source: BinaryIO, by_path: dict[str, archive.Member], listed: dict[str, tuple[int, str]]) -> list[Finding]:
    present = [path for path in by_path if path not in {MANIFEST, signing.SIGNATURE}]
    missing = [path for path in listed if path not in by_path]
    found = [Finding("missing", path) for path in missing]
    found += [Finding("extra", path) for path in present if path not in listed]
    if not found:
        tail = [path for path in (MANIFEST, signing.SIGNATURE) if path in by_path]
        wanted = [*listed, *tail]
        found += [Finding("order", path) for path, other in zip(wanted, by_path, strict=True) if path != other][:1]
    found += [
        Finding("flipped", path)
        for path in present
        if path in listed and not _intact(source, by_path[path], listed[path])
    ]
    return found


def _intact(source: BinaryIO, member: archive.Member, listed: tuple[int, str]) -> bool:
    if member.size != listed[0]:
        return False
    digest = hashlib.sha256()
    try:
        for piece in archive.content(source, member):
            digest.update(piece)
    except archive.LayoutError:
        return False
    return digest.hexdigest() == listed[1]


def key_texts(given: Sequence[str]) -> tuple[signing.Trusted, ...]:
    """The keys named on a command line: files and fingerprints. KeyFormatError or OSError with what is wrong."""
    found: list[signing.Trusted] = []
    for item in given:
        path = Path(item)
        found += signing.trusted(path.read_text(encoding="utf-8-sig") if path.is_file() else item)
    return tuple(found)


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; the exit code is the answer."""
    parser = argparse.ArgumentParser(prog="python -m dsr.output.verify", description=__doc__)
    parser.add_argument("file", type=Path, help="the ZIP file as it was downloaded")
    parser.add_argument(
        "--key", action="append", default=[], help="keys.json or a PEM file from the portal, or a fingerprint"
    )
    parser.add_argument("--manifest", metavar="SHA256", default="", help="the hash of the approved list of files")
    options = parser.parse_args(arguments)
    if not options.key and not options.manifest:
        parser.error("say with --key whose package it should be: keys.json from the portal, or a fingerprint")
    try:
        keys = key_texts(options.key)
        with options.file.open("rb") as source:
            findings = verify(source, keys=keys, manifest_sha256=options.manifest)
    except signing.KeyFormatError as error:
        parser.error(f"--key: {error}")
    except (OSError, UnicodeDecodeError) as error:
        parser.error(f"cannot be read: {getattr(error, 'strerror', None) or 'not a text file'}")
    for finding in findings:
        sys.stdout.write(f"{finding.path or options.file.name}: {MEANING[finding.code]} ({finding.code})\n")
    if not findings:
        sys.stdout.write(f"{INTACT}\n")
    return int(bool(findings))


INTACT = "intact: every file is as the manifest says, and the manifest is the one that was asked for"

if __name__ == "__main__":
    sys.exit(main())

"""Verifying a package from outside: every kind of damage has a name."""

from __future__ import annotations

import io
import json
import zipfile

import pytest

from dsr.output.manifest import FileFact, Manifest
from dsr.output.signing import SIGNATURE, Signer
from dsr.output.verify import Finding, verify

FILES = {"letter.pdf": b"%PDF-1.7 letter", "csv/a.csv": b"a,b\r\n1,2\r\n"}


def manifest() -> Manifest:
    import hashlib

    facts = tuple(FileFact(path, len(data), hashlib.sha256(data).hexdigest()) for path, data in FILES.items())
    return Manifest("DSR-2026-000001", "access", "en", "2026-05-20T08:30:00+00:00", facts, {"a": {"b": 1}})


def packed(files: dict[str, bytes], listed: bytes | None = None) -> io.BytesIO:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, data in files.items():
            archive.writestr(path, data)
        if listed is not None:
            archive.writestr("manifest.json", listed)
    out.seek(0)
    return out


def signed(signer: Signer, files: dict[str, bytes] = FILES, of: bytes | None = None) -> io.BytesIO:
    """A package with a signature over its manifest, or over `of`."""
    data = manifest().to_bytes()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for path, content in (files | {"manifest.json": data, SIGNATURE: signer.sign(of or data)}).items():
            archive.writestr(path, content)
    out.seek(0)
    return out


def test_intact_package_has_no_finding() -> None:
    assert verify(packed(FILES, manifest().to_bytes()), manifest_sha256=manifest().sha256.upper()) == ()


def test_flipped_bit_is_found() -> None:
    changed = FILES | {"letter.pdf": b"%PDF-1.7 lettes"}

    assert verify(packed(changed, manifest().to_bytes())) == (Finding("flipped", "letter.pdf"),)


def test_flipped_bit_in_the_stored_bytes_is_found() -> None:
    data = packed(FILES, manifest().to_bytes()).getvalue()
    at = data.index(b"%PDF-1.7 letter")
    broken = data[:at] + b"#" + data[at + 1 :]

    assert verify(io.BytesIO(broken)) == (Finding("flipped", "letter.pdf"),)


def test_missing_and_extra_files_are_found() -> None:
    changed = {"letter.pdf": FILES["letter.pdf"], "csv/b.csv": b"x"}

    assert verify(packed(changed, manifest().to_bytes())) == (
        Finding("missing", "csv/a.csv"),
        Finding("extra", "csv/b.csv"),
    )


def test_longer_file_is_found_without_reading_it_all() -> None:
    bomb = FILES | {"csv/a.csv": FILES["csv/a.csv"] + bytes(50_000_000)}

    assert verify(packed(bomb, manifest().to_bytes())) == (Finding("flipped", "csv/a.csv"),)


def test_file_that_stands_in_it_twice_is_found() -> None:
    out = packed(FILES, manifest().to_bytes())
    with zipfile.ZipFile(out, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("letter.pdf", b"another")

    assert Finding("doubled", "letter.pdf") in verify(out)


def test_manifest_that_fits_the_files_but_was_not_approved_is_found() -> None:
    assert verify(packed(FILES, manifest().to_bytes()), manifest_sha256="0" * 64) == (
        Finding("other_manifest", "manifest.json"),
    )


@pytest.mark.parametrize(
    ("listed", "code"),
    [
        (None, "no_manifest"),
        (b"not json", "bad_manifest"),
        (b"[]", "bad_manifest"),
        (b'{"files": [{"path": "x"}]}', "bad_manifest"),
        (b'{"files": 3}', "bad_manifest"),
    ],
)
def test_manifest_that_is_none_is_found(listed: bytes | None, code: str) -> None:
    assert [finding.code for finding in verify(packed(FILES, listed))] == [code]


@pytest.mark.parametrize("data", [b"", b"no zip at all", b"PK\x03\x04"])
def test_what_is_no_zip_is_found(data: bytes) -> None:
    assert verify(io.BytesIO(data)) == (Finding("no_zip", ""),)


def test_truncated_package_is_found() -> None:
    data = packed(FILES, manifest().to_bytes()).getvalue()

    assert verify(io.BytesIO(data[: len(data) // 2])) == (Finding("no_zip", ""),)


def test_manifest_names_no_person() -> None:
    assert set(json.loads(manifest().to_bytes())) == {
        "schema",
        "case",
        "right",
        "language",
        "written_at",
        "files",
        "counts",
        "rows",
    }

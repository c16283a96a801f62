"""Checking a package from outside: whatever is done to it has a name, and nothing gets by (the key is the caller's)."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import zipfile
import zlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from dsr.output import archive, signing
from dsr.output.package import Archive
from dsr.output.renderer import ROOT
from dsr.output.signing import DOMAIN, KeyFormatError, Published, Signer, Trusted, keys_document, trusted
from dsr.output.verify import MEANING, Finding, main, verify
from tests.output import sample
from tests.output.outlets import OneWay

if TYPE_CHECKING:
    from pathlib import Path

SIGNER, OTHER = Signer(bytes(range(32))), Signer(bytes(range(1, 33)))
KEYS = (Trusted(SIGNER.key_id),)
FILES = {
    "letter.pdf": b"%PDF-1.7 letter",
    "csv/a.csv": b"a,b\r\n1,2\r\n" * 9,
    "data/ünicode.jsonl": b"{}\n",
}


def packed(files: dict[str, bytes] = FILES, *, signer: Signer = SIGNER, expected: int = 0) -> bytes:
    """A package as the desk writes it: forwards, sizes behind the files."""
    sink = OneWay()
    made = Archive(sink, sample.HEAD, lambda: None, signer=signer)
    for path, data in files.items():
        made.add(path, [data], expected=expected)
    made.close(sample.HEAD, ())
    return bytes(sink.data)


def codes(data: bytes, keys: tuple[Trusted, ...] = KEYS) -> list[str]:
    return [finding.code for finding in verify(io.BytesIO(data), keys=keys)]


def repacked(data: bytes, change: dict[str, bytes] | None = None, order: list[str] | None = None) -> bytes:
    """The same files written by another program, some of them changed, in another order."""
    sink = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED) as new:
        for path in order or old.namelist():
            new.writestr(path, (change or {}).get(path, old.read(path)))
    return sink.getvalue()


def test_intact_and_signed_package_has_no_finding() -> None:
    assert codes(packed()) == []
    assert codes(packed(expected=3_000_000_000)) == []  # with room for more than 4 GB
    assert codes(repacked(packed())) == []


@pytest.mark.parametrize("expected", [0, 3_000_000_000])
def test_no_bit_can_be_flipped_anywhere(expected: int) -> None:
    """But for the up to seven bits that fill the last byte of a compressed stream and mean nothing to anybody."""
    data = packed(expected=expected)
    members = archive.members(io.BytesIO(data))
    padding = {member.data_at + member.packed - 1 for member in members}

    unseen = []
    for at in range(len(data)):
        broken = bytearray(data)
        broken[at] ^= 1 << at % 8
        if not codes(bytes(broken)):
            unseen.append((at, bytes(broken)))
    assert {at for at, _changed in unseen} <= padding
    for _at, changed in unseen:
        with zipfile.ZipFile(io.BytesIO(changed)) as one, zipfile.ZipFile(io.BytesIO(data)) as other:
            assert [one.read(name) for name in one.namelist()] == [other.read(name) for name in other.namelist()]


def test_no_tail_can_be_cut_and_nothing_added_before_or_behind() -> None:
    data = packed()

    assert all(codes(data[:end]) for end in range(len(data)))
    assert codes(data + b"x") == ["no_zip"]
    assert codes(data + data)
    assert codes(b"#!/bin/sh\n" + data)


def test_removed_added_and_swapped_files_are_found() -> None:
    data = packed()
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()

    assert codes(repacked(data, order=[name for name in names if name != "csv/a.csv"])) == ["missing"]
    assert codes(repacked(data, order=[names[1], names[0], *names[2:]])) == ["order"]
    assert codes(repacked(data, {"csv/a.csv": b"a,b\r\n1,3\r\n" * 9})) == ["flipped"]
    added = io.BytesIO(repacked(data))
    with zipfile.ZipFile(added, "a") as archive_:
        archive_.writestr("csv/b.csv", b"x")
    assert codes(added.getvalue()) == ["extra"]


def test_another_manifest_does_not_fit_the_signature() -> None:
    """Whoever changes a file and lists it correctly still cannot sign."""
    data = packed()
    forged = packed(FILES | {"letter.pdf": b"%PDF-1.7 another"}, signer=OTHER)
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        signature = old.read("manifest.json.sig")

    assert codes(forged) == ["other_key"]
    assert codes(repacked(forged, {"manifest.json.sig": signature})) == ["bad_signature"]


def test_unsigned_package_is_found_when_a_key_is_given() -> None:
    data = packed()
    names = zipfile.ZipFile(io.BytesIO(data)).namelist()

    assert codes(repacked(data, order=names[:-1])) == ["no_signature"]


def test_key_inside_the_package_is_never_trusted() -> None:
    assert codes(packed(signer=OTHER)) == ["other_key"]
    assert codes(packed(signer=OTHER), (Trusted(OTHER.key_id),)) == []


def test_signature_made_for_something_else_is_none() -> None:
    """The same key over the bare manifest: without the domain it is not a signature of a package."""
    data = packed()
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        manifest = old.read("manifest.json")
    bare = Ed25519PrivateKey.from_private_bytes(SIGNER.private).sign(manifest)
    right = Ed25519PrivateKey.from_private_bytes(SIGNER.private).sign(DOMAIN + manifest)

    assert signing.problem(manifest, "", signing._file(SIGNER.public, right), KEYS) == ""
    assert signing.problem(manifest, "", signing._file(SIGNER.public, bare), KEYS) == "bad_signature"


@pytest.mark.parametrize("more", [b" ", b"\n", b"{}"])
def test_nothing_rides_in_the_signature_file(more: bytes) -> None:
    data = packed()
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        signature = old.read("manifest.json.sig")

    assert codes(repacked(data, {"manifest.json.sig": signature + more})) == ["bad_signature"]


def test_stream_with_something_behind_its_end_is_found() -> None:
    """A member with data after it: the compressed stream ends, and the entry goes on."""
    machine = zlib.compressobj(6, zlib.DEFLATED, -15)
    stream = machine.compress(b"abc") + machine.flush()

    def member(packed_: bytes) -> archive.Member:
        return archive.Member("x", 3, len(packed_), zlib.crc32(b"abc"), archive.DEFLATED, 0)

    assert b"".join(archive.content(io.BytesIO(stream), member(stream))) == b"abc"
    for hidden in (b"hidden", b"h" * 200_000):
        with pytest.raises(archive.LayoutError, match="flipped"):
            list(archive.content(io.BytesIO(stream + hidden), member(stream + hidden)))


def test_bomb_yields_no_more_than_its_header_says() -> None:
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    stream = machine.compress(bytes(20_000_000)) + machine.flush()
    member = archive.Member("x", 1000, len(stream), 0, archive.DEFLATED, 0)

    with pytest.raises(archive.LayoutError, match="flipped"):
        next(archive.content(io.BytesIO(stream), member))


def test_files_of_one_name_are_found_also_where_only_the_case_differs() -> None:
    data = repacked(packed())
    twice, folded = io.BytesIO(data), io.BytesIO(data)
    with zipfile.ZipFile(twice, "a") as archive_, pytest.warns(UserWarning, match="Duplicate"):
        archive_.writestr("letter.pdf", b"another")
    with zipfile.ZipFile(folded, "a") as archive_:
        archive_.writestr("LETTER.pdf", b"another")

    assert "doubled" in codes(twice.getvalue())
    assert codes(folded.getvalue()) == ["doubled", "extra"]


@pytest.mark.parametrize("name", ["../../x", "/etc/x", "a/../../x", "a\\..\\x", "C:x", "a//x", "./x", "a/"])
def test_name_that_leads_out_of_the_folder_is_found(name: str) -> None:
    assert "unsafe_name" in codes(packed({name: b"x"}))


def test_header_that_differs_from_the_directory_is_found() -> None:
    """Some programs believe the header of a file, some the directory: both must say the same."""
    data = packed()
    at = data.index(b"letter.pdf")
    renamed = data[:at] + b"better.pdf" + data[at + 10 :]

    assert verify(io.BytesIO(renamed), keys=KEYS) == (Finding("layout", "letter.pdf"),)


def test_link_is_no_file() -> None:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive_:
        info = zipfile.ZipInfo("letter.pdf")
        info.external_attr = 0o120777 << 16
        archive_.writestr(info, "/etc/passwd")

    assert codes(sink.getvalue()) == ["layout"]


def test_retired_key_signs_nothing_later() -> None:
    written = sample.HEAD.written_at

    assert codes(packed(), (Trusted(SIGNER.key_id, written + timedelta(days=1)),)) == []
    assert codes(packed(), (Trusted(SIGNER.key_id, written - timedelta(days=1)),)) == ["key_retired"]


def test_keys_come_as_a_fingerprint_a_pem_file_or_the_file_of_the_portal() -> None:
    pem = Ed25519PrivateKey.from_private_bytes(SIGNER.private).public_key()
    text = pem.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    since = datetime(2026, 1, 1, tzinfo=UTC)
    document = keys_document(
        "Northwave", [Published(SIGNER.public, since, None), Published(OTHER.public, since, since)]
    )

    assert trusted(SIGNER.key_id) == trusted(signing.grouped(SIGNER.key_id).upper()) == trusted(text) == KEYS
    assert trusted(json.dumps(document)) == (Trusted(SIGNER.key_id), Trusted(OTHER.key_id, since))


def test_fingerprint_in_a_key_file_is_reckoned_and_not_believed() -> None:
    document = keys_document("Northwave", [Published(OTHER.public, datetime(2026, 1, 1, tzinfo=UTC), None)])
    document["keys"][0]["key_id"] = SIGNER.key_id

    assert trusted(json.dumps(document)) == (Trusted(OTHER.key_id),)


@pytest.mark.parametrize(
    "text", ["", "abc", "{}", "[]", '{"keys": []}', '{"keys": [{}]}', "-----BEGIN PUBLIC KEY-----\nAAAA\n", "0" * 63]
)
def test_what_is_no_key_is_said(text: str) -> None:
    with pytest.raises(KeyFormatError):
        trusted(text)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "package.zip"
    path.write_bytes(packed())
    return path


def test_command_answers_with_its_exit_code(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(file), "--key", SIGNER.key_id]) == 0
    assert "intact" in capsys.readouterr().out
    assert main([str(file), "--key", OTHER.key_id]) == 1
    assert MEANING["other_key"] in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "say with --key whose package it should be"),
        (["--key", "nonsense"], "neither keys.json"),
    ],
)
def test_command_that_cannot_check_says_why(
    file: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([str(file), *arguments])

    assert ended.value.code == 2
    assert words in capsys.readouterr().err


def test_command_runs_where_the_desk_is_not_set_up(file: Path, tmp_path: Path) -> None:
    """Neither Django nor settings nor a database: an import of any of them ends the process."""
    bare = tmp_path / "bare"
    (bare / "django").mkdir(parents=True)
    (bare / "django" / "__init__.py").write_text("raise SystemExit(9)")
    keys = tmp_path / "keys.json"
    keys.write_text(json.dumps(keys_document("N", [Published(SIGNER.public, datetime(2026, 1, 1, tzinfo=UTC), None)])))
    environment = {"PYTHONPATH": os.pathsep.join([str(bare), str(ROOT)]), "PATH": os.environ["PATH"]}

    done = subprocess.run(
        [sys.executable, "-m", "dsr.output.verify", str(file), "--key", str(keys)],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_seventy_thousand_files_need_zip64_and_are_checked() -> None:
    """More entries than 16 bits can count."""
    sink = OneWay()
    made = Archive(sink, sample.HEAD, lambda: None, signer=SIGNER)
    for number in range(70_000):
        made.add(f"attachments/{number:05d}.txt", [b"x"])
    made.close(sample.HEAD, ())
    data = bytes(sink.data)

    assert verify(io.BytesIO(data), keys=KEYS) == ()
    assert b"PK\x06\x06" in data[-120:]
    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        assert len(opened.namelist()) == 70_002
    broken = bytearray(data)
    broken[len(data) // 2] ^= 1
    assert verify(io.BytesIO(bytes(broken)), keys=KEYS)


class _Counting:
    """Keeps what a package begins and ends with; five gigabytes need no room."""

    def __init__(self, file: io.BufferedRandom) -> None:
        self.file, self.size = file, 0

    def write(self, data: bytes, /) -> int:
        self.size += len(data)
        return self.file.write(data)

    def flush(self) -> None:
        pass


@pytest.mark.slow
def test_member_of_five_gigabytes_streams_and_is_checked(tmp_path: Path) -> None:
    size, piece = 5 << 30, bytes(4 << 20)
    with (tmp_path / "large.zip").open("w+b") as file:
        sink = _Counting(file)
        made = Archive(sink, sample.HEAD, lambda: None, signer=SIGNER)
        made.add("data/radius/radacct.jsonl", (piece for _ in range(size // len(piece))), expected=size)
        made.add("letter.pdf", [b"%PDF"])
        manifest = made.close(sample.HEAD, ())

        assert manifest.files[0].size == size
        assert verify(file, keys=KEYS) == ()
        assert [member.size for member in archive.members(file)][:2] == [size, 4]

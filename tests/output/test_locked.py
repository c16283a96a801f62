"""The password-protected copy for the post: AES-256 (WinZip AE-2), opened here by another library and, where it is, by 7-Zip."""

from __future__ import annotations

import io
import math
import os
import re
import shutil
import subprocess
import tracemalloc
from typing import TYPE_CHECKING

import pytest
import pyzipper

from dsr.output.locked import ALPHABET, locked, new_password
from dsr.output.signing import Signer, Trusted
from dsr.output.verify import Finding, verify
from dsr.vault.files import SealingWriter, open_file
from tests.output import sample
from tests.output.test_package_verify import packed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NAME = "DSR-2026-000123-access.zip"
KEYS = (Trusted(Signer(bytes(range(32))).key_id),)


def copy_of(data: bytes, password: str) -> bytes:
    return b"".join(locked([data], file_name=NAME, password=password, written_at=sample.HEAD.written_at))


def test_password_is_readable_and_has_more_than_a_hundred_bits() -> None:
    made = {new_password() for _ in range(200)}

    assert len(made) == 200
    assert all(re.fullmatch(r"([a-z2-9]{5}-){4}[a-z2-9]{5}", one) for one in made)
    assert not set("il1o0") & set(ALPHABET)
    assert len(set(ALPHABET)) == len(ALPHABET)
    assert 25 * math.log2(len(ALPHABET)) > 100


def test_the_copy_opens_with_the_password_and_holds_the_package_as_it_was() -> None:
    package, password = packed(), new_password()

    with pyzipper.AESZipFile(io.BytesIO(copy_of(package, password))) as opened:
        member = opened.infolist()[0]
        opened.setpassword(password.encode())
        inside = opened.read(NAME)

    assert inside == package
    assert verify(io.BytesIO(inside), keys=KEYS) == ()
    assert b"\x01\x99\x07\x00\x02\x00AE\x03" in member.extra  # AE version 2, strength 3: 256 bits
    assert member.CRC == 0  # AE-2 tells no checksum of the plain bytes


def test_without_the_password_nothing_opens_and_no_name_of_the_inside_shows() -> None:
    package = packed()
    copy = copy_of(package, new_password())

    with pyzipper.AESZipFile(io.BytesIO(copy)) as opened:
        assert opened.namelist() == [NAME]
        opened.setpassword(new_password().encode())
        with pytest.raises(RuntimeError, match="Bad password"):
            opened.read(NAME)
    assert b"letter.pdf" in package
    assert b"letter.pdf" not in copy
    assert verify(io.BytesIO(copy), keys=KEYS) == (Finding("locked", ""),)


def test_changed_copy_does_not_open() -> None:
    password = new_password()
    copy = bytearray(copy_of(packed(), password))
    copy[200] ^= 1

    with pyzipper.AESZipFile(io.BytesIO(bytes(copy))) as opened:
        opened.setpassword(password.encode())
        with pytest.raises(pyzipper.BadZipFile):
            opened.read(NAME)


def test_every_copy_is_another() -> None:
    password = new_password()

    assert copy_of(b"x", password) != copy_of(b"x", password)


def test_copy_streams_from_sealed_to_sealed_in_little_memory() -> None:
    """No seeking, no second copy: 64 MB pass through in chunks, into a writer that can only go forwards."""
    piece, key, sealed = bytes(1 << 16), bytes(range(32)), io.BytesIO()

    class Forwards:
        def write(self, data: bytes, /) -> int:
            return len(data)

    def chunks() -> Iterator[bytes]:
        for _ in range(1024):
            yield piece

    tracemalloc.start()
    writer = SealingWriter(key, Forwards(), context="copy")  # type: ignore[arg-type]
    size = 0
    for chunk in locked(chunks(), file_name=NAME, password=new_password(), written_at=sample.HEAD.written_at):
        size += writer.write(chunk)
    writer.close()
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert size > 64 << 20
    assert peak < 4 << 20
    writer = SealingWriter(key, sealed, context="copy")
    writer.write(copy_of(packed(), "abcde"))
    writer.close()
    sealed.seek(0)
    with pyzipper.AESZipFile(io.BytesIO(b"".join(open_file(key, sealed, context="copy")))) as opened:
        opened.setpassword(b"abcde")
        assert opened.read(NAME) == packed()


def test_seven_zip_opens_it(tmp_path: Path) -> None:
    program = shutil.which("7z") or shutil.which("7zz") or shutil.which("7za")
    if program is None:
        assert not os.environ.get("CI"), "7-Zip is missing"
        pytest.skip("no 7-Zip on this machine (apt: p7zip-full)")
    password, path = new_password(), tmp_path / "copy.zip"
    path.write_bytes(copy_of(packed(), password))

    subprocess.run([program, "x", f"-p{password}", f"-o{tmp_path / 'out'}", str(path)], check=True, capture_output=True)

    assert (tmp_path / "out" / NAME).read_bytes() == packed()

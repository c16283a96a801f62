"""Sealed files: what was changed, moved, cut or added does not open; a range opens without what lies before it."""

from __future__ import annotations

import io
import os

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dsr import vault
from dsr.vault import files
from dsr.vault.files import CHUNK_BYTES, MAGIC, MAX_CHUNKS, PREFIX_BYTES, TAG_BYTES

CONTEXT = "artifact:1:c"
HEAD, STEP = len(MAGIC) + PREFIX_BYTES, CHUNK_BYTES + TAG_BYTES
KEY = vault.new_key()
DATA = os.urandom(5 * CHUNK_BYTES + 1234)


def sealed(data: bytes = DATA, key: bytes = KEY, context: str = CONTEXT) -> bytes:
    out = io.BytesIO()
    vault.seal_file(key, [data], out, context=context)
    return out.getvalue()


BLOB = sealed()


def chunk(number: int, blob: bytes = BLOB) -> bytes:
    return blob[HEAD + number * STEP : HEAD + (number + 1) * STEP]


def opened(blob: bytes, context: str = CONTEXT) -> bytes:
    return b"".join(vault.open_file(KEY, io.BytesIO(blob), context=context))


def replaced(number: int, *others: bytes) -> bytes:
    return BLOB[: HEAD + number * STEP] + b"".join(others) + BLOB[HEAD + (number + 1) * STEP :]


BROKEN = {
    "a bit of the head": b"\x00" + BLOB[1:],
    "a bit of the nonce": BLOB[:6] + bytes([BLOB[6] ^ 1]) + BLOB[7:],
    "a bit of a chunk": BLOB[: HEAD + 70_000] + bytes([BLOB[HEAD + 70_000] ^ 1]) + BLOB[HEAD + 70_001 :],
    "a bit of a tag": BLOB[: HEAD + STEP - 1] + bytes([BLOB[HEAD + STEP - 1] ^ 128]) + BLOB[HEAD + STEP :],
    "two chunks swapped": BLOB[:HEAD] + chunk(1) + chunk(0) + BLOB[HEAD + 2 * STEP :],
    "a chunk removed": replaced(2),
    "a chunk twice": replaced(2, chunk(2), chunk(2)),
    "the tail cut inside a chunk": BLOB[:-7],
    "the tail cut between chunks": BLOB[: HEAD + 5 * STEP],
    "nothing but the head": BLOB[:HEAD],
    "a byte appended": BLOB + b"\x00",
    "a chunk appended": BLOB + chunk(0),
    "a whole file appended": BLOB + BLOB,
    "a chunk of another file under the same key": replaced(1, chunk(1, sealed())),
    "a chunk of the same file under another context": replaced(1, chunk(1, sealed(context="artifact:2:c"))),
    "empty": b"",
}


def test_the_whole_file_opens():
    assert opened(BLOB) == DATA


@pytest.mark.parametrize("damage", BROKEN)
def test_what_was_tampered_with_does_not_open_to_its_end(damage):
    given_out: list[bytes] = []
    with pytest.raises(vault.TamperedError):
        given_out.extend(vault.open_file(KEY, io.BytesIO(BROKEN[damage]), context=CONTEXT))
    assert DATA.startswith(b"".join(given_out))  # nothing false was handed out before


# What lies before the range is not read: these are seen by nobody who fetches only what follows.
BEFORE = {name for name in BROKEN if name.startswith(("a bit of a ", "two chunks", "a chunk of "))}


@pytest.mark.parametrize("damage", sorted(set(BROKEN) - BEFORE))
def test_a_range_to_the_end_of_a_tampered_file_does_not_open_either(damage):
    with pytest.raises(vault.TamperedError):
        b"".join(vault.open_range(KEY, io.BytesIO(BROKEN[damage]), start=2 * CHUNK_BYTES + 5, context=CONTEXT))


@hypothesis_settings(max_examples=60, deadline=None)
@given(st.integers(min_value=0, max_value=len(DATA)))
def test_a_range_begins_at_any_byte(start):
    assert b"".join(vault.open_range(KEY, io.BytesIO(BLOB), start=start, context=CONTEXT)) == DATA[start:]


@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, 2 * CHUNK_BYTES])
def test_ranges_of_files_that_end_with_a_full_chunk(size):
    blob = sealed(DATA[:size])
    for start in {0, max(0, size - 1), size // 2}:
        got = b"".join(vault.open_range(KEY, io.BytesIO(blob), start=start, context=CONTEXT))
        assert got == DATA[start:size]


def test_a_range_behind_the_end_is_an_error():
    for start in (len(DATA) + 1, len(DATA) + CHUNK_BYTES, (MAX_CHUNKS + 1) * CHUNK_BYTES):
        with pytest.raises(vault.TamperedError):
            b"".join(vault.open_range(KEY, io.BytesIO(BLOB), start=start, context=CONTEXT))


class Counting(io.BytesIO):
    """Counts what is read of it."""

    read_bytes = 0

    def read(self, size: int | None = -1, /) -> bytes:
        data = super().read(size)
        self.read_bytes += len(data)
        return data


def test_a_range_reads_nothing_that_lies_before_it():
    source = Counting(BLOB)
    next(vault.open_range(KEY, source, start=4 * CHUNK_BYTES + 9, context=CONTEXT))
    assert source.read_bytes <= HEAD + 2 * STEP


def test_the_counter_ends_before_a_nonce_comes_again():
    out = io.BytesIO()
    writer = files.SealingWriter(KEY, out, context=CONTEXT)
    writer._counter = MAX_CHUNKS - 1
    writer.write(b"x" * (CHUNK_BYTES + 1))  # the last one that can be counted
    size = len(out.getvalue())
    with pytest.raises(OverflowError, match="2\\^32"):
        writer.close()
    assert len(out.getvalue()) == size


def test_every_chunk_has_a_nonce_of_its_own():
    prefix = b"p" * PREFIX_BYTES
    nonces = {files._nonce(prefix, n, last=last) for n in range(1000) for last in (True, False)}
    assert len(nonces) == 2000
    assert {len(one) for one in nonces} == {12}

"""The vault: encrypted or not at all."""

from __future__ import annotations

import base64
import io
import os

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from dsr import vault
from dsr.vault import blind, files, keys


def seal_bytes(key: bytes, data: bytes, context: str = "artifact:1:c") -> bytes:
    out = io.BytesIO()
    vault.seal_file(key, [data[i : i + 1000] for i in range(0, len(data), 1000)], out, context=context)
    return out.getvalue()


def test_a_sealed_value_opens_in_its_own_context_only():
    key = vault.new_key()
    blob = vault.seal(key, {"name": "Anna Żółć"}, context="request:1:r")

    assert vault.open_sealed(key, blob, context="request:1:r") == {"name": "Anna Żółć"}
    with pytest.raises(vault.TamperedError):
        vault.open_sealed(key, blob, context="request:2:r")
    with pytest.raises(vault.TamperedError):
        vault.open_sealed(vault.new_key(), blob, context="request:1:r")


def test_no_plaintext_in_the_blob():
    assert b"Anna" not in vault.seal(vault.new_key(), {"name": "Anna"}, context="x")


@pytest.mark.parametrize(
    "size", [0, 1, files.CHUNK_BYTES - 1, files.CHUNK_BYTES, files.CHUNK_BYTES + 1, 3 * files.CHUNK_BYTES]
)
def test_a_sealed_file_comes_back_whole(size):
    key, data = vault.new_key(), os.urandom(size)

    assert b"".join(vault.open_file(key, io.BytesIO(seal_bytes(key, data)), context="artifact:1:c")) == data


@pytest.mark.parametrize("damage", ["flip", "truncate", "swap", "drop-last", "other-context", "other-key"])
def test_a_damaged_file_is_an_error(damage):
    key = vault.new_key()
    blob = bytearray(seal_bytes(key, os.urandom(3 * files.CHUNK_BYTES)))
    step, head = files.CHUNK_BYTES + files.TAG_BYTES, len(files.MAGIC) + files.PREFIX_BYTES
    context = "artifact:1:c"
    if damage == "flip":
        blob[head + 5] ^= 1
    elif damage == "truncate":
        del blob[-10:]
    elif damage == "swap":
        blob[head : head + step], blob[head + step : head + 2 * step] = (
            blob[head + step : head + 2 * step],
            blob[head : head + step],
        )
    elif damage == "drop-last":
        del blob[head + 2 * step :]
    elif damage == "other-context":
        context = "artifact:2:c"
    else:
        key = vault.new_key()

    with pytest.raises(vault.TamperedError):
        b"".join(vault.open_file(key, io.BytesIO(bytes(blob)), context=context))


def ring(*names: str) -> str:
    return ",".join(f"{name}:{base64.b64encode(name.encode().ljust(32, b'.')).decode()}" for name in names)


def test_rotation_first_key_encrypts_and_all_decrypt(settings):
    settings.DSR_KEYS = ring("old")
    data_key = vault.new_key()
    wrapped = vault.wrap(data_key, context="case:1")
    stored = blind.token("northwave", "email", "Anna@Example.com")

    settings.DSR_KEYS = ring("new", "old")

    assert vault.unwrap(wrapped, context="case:1") == data_key
    assert vault.wrap(data_key, context="case:1").startswith("new:")
    assert stored in vault.tokens("northwave", "email", "anna@example.com")
    settings.DSR_KEYS = ring("new")
    with pytest.raises(vault.MissingKeyError):
        vault.unwrap(wrapped, context="case:1")


def test_without_keys_nothing_is_sealed(settings):
    settings.DSR_KEYS = ""
    with pytest.raises(vault.MissingKeyError):
        vault.wrap(vault.new_key(), context="case:1")


def test_a_destroyed_key_cannot_be_unwrapped():
    with pytest.raises(vault.MissingKeyError):
        vault.unwrap("", context="case:1")


@pytest.mark.parametrize("text", ["k1", "k1:short", "k-1:" + ring("a").partition(":")[2], ring("a", "a"), "k1:***"])
def test_odd_key_rings_are_refused_without_quoting_them(text):
    with pytest.raises(ValueError, match="DSR_KEYS") as error:
        keys.parse(text)
    assert "short" not in str(error.value)


def test_two_controllers_have_nothing_in_common():
    assert set(vault.tokens("northwave", "email", "a@example.com")).isdisjoint(
        vault.tokens("southwave", "email", "a@example.com")
    )


def test_names_are_found_by_folded_words_and_prefixes():
    assert set(blind.name_words("Zoë Müller")) == {"zoe", "mul", "mull", "mulle", "muller"}


@hypothesis_settings(max_examples=30, deadline=None)
@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert blind.fold(blind.fold(text)) == blind.fold(text)


def test_a_capital_hidden_in_a_compatibility_form_is_folded():
    assert blind.fold("𝔄") == blind.fold("a")

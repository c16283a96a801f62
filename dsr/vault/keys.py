"""The key ring from DSR_KEYS: the first key encrypts, all decrypt. Data keys travel wrapped by it.

A request, a case and an artifact each have a data key of their own, so that destroying one wrapped key shreds
exactly that content (house.md "Sealing").
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

KEY_BYTES = 32
NONCE_BYTES = 12


class MissingKeyError(RuntimeError):
    """The key that sealed this is not in the ring (or was destroyed); the message names the key id only."""


class TamperedError(RuntimeError):
    """The sealed bytes do not authenticate: changed, swapped to another row, or cut short."""


@dataclass(frozen=True, slots=True)
class KeyRing:
    """Named 256-bit keys in ring order."""

    keys: dict[str, bytes]

    @property
    def first(self) -> str:
        """Id of the key that encrypts today."""
        return next(iter(self.keys))

    def key(self, key_id: str) -> bytes:
        """The key called `key_id`; MissingKeyError when the ring does not hold it."""
        try:
            return self.keys[key_id]
        except KeyError:
            raise MissingKeyError(f"key {key_id!r} is not in DSR_KEYS") from None


@lru_cache(maxsize=8)
def parse(text: str) -> KeyRing:
    """Read `id:base64,id:base64`; ValueError says which entry is wrong without repeating it."""
    keys: dict[str, bytes] = {}
    for number, entry in enumerate(filter(None, (part.strip() for part in text.split(","))), start=1):
        key_id, _, encoded = entry.partition(":")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except binascii.Error:
            raw = b""
        if not key_id.isalnum() or len(raw) != KEY_BYTES:
            raise ValueError(
                f"DSR_KEYS entry {number} must be `id:base64 of {KEY_BYTES} bytes`, the id letters and digits"
            )
        if key_id in keys:
            raise ValueError(f"DSR_KEYS names the id {key_id!r} twice")
        keys[key_id] = raw
    if not keys:
        raise MissingKeyError("DSR_KEYS is empty: nothing can be stored, because nothing is stored unencrypted")
    return KeyRing(keys)


def keyring() -> KeyRing:
    """The ring of this process."""
    return parse(settings.DSR_KEYS)


def new_key() -> bytes:
    """A fresh data key of 256 bits."""
    return secrets.token_bytes(KEY_BYTES)


def encrypt(key: bytes, plain: bytes, *, context: str) -> bytes:
    """AES-256-GCM with a random nonce in front; `context` is authenticated, so a value cannot move to another row."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    return nonce + AESGCM(key).encrypt(nonce, plain, context.encode())


def decrypt(key: bytes, blob: bytes, *, context: str) -> bytes:
    """Reverse of `encrypt`; TamperedError when anything differs."""
    try:
        return AESGCM(key).decrypt(blob[:NONCE_BYTES], blob[NONCE_BYTES:], context.encode())
    except (InvalidTag, ValueError):
        raise TamperedError(
            f"sealed value does not authenticate in context {context.split(':', maxsplit=1)[0]!r}"
        ) from None


def wrap(key: bytes, *, context: str) -> str:
    """Encrypt a data key under the first ring key; the result is `ring id:base64`."""
    ring = keyring()
    return f"{ring.first}:{base64.b64encode(encrypt(ring.key(ring.first), key, context=context)).decode()}"


def unwrap(text: str, *, context: str) -> bytes:
    """Decrypt a wrapped data key; MissingKeyError when it was destroyed or its ring key is gone."""
    if not text:
        raise MissingKeyError("the data key of this content was destroyed")
    key_id, _, encoded = text.partition(":")
    return decrypt(keyring().key(key_id), base64.b64decode(encoded), context=context)

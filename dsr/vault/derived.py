"""Keys for one use each, derived from a data key: whoever holds one of them learns nothing about the others."""

from __future__ import annotations

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from dsr.vault.keys import KEY_BYTES


def derived(key: bytes, *, use: str) -> bytes:
    """The 256-bit key for `use` (HKDF-SHA256); the same key and use always give the same one."""
    return HKDF(SHA256(), KEY_BYTES, salt=None, info=f"dsr {use}".encode()).derive(key)

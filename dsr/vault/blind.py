"""Blind index: keyed tokens that find a row by an identifier without storing the identifier.

The HMAC key is derived per controller, so tokens of two controllers never meet; the ring key's id is the version.
Names are found by tokens of their words and of prefixes from three letters (house.md "Sealing").
"""

from __future__ import annotations

import hashlib
import hmac
import unicodedata
from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from dsr.vault.keys import keyring

if TYPE_CHECKING:
    from collections.abc import Iterator

MIN_PREFIX = 3
_TOKEN_HEX = 32


def _index_key(controller: str, key_id: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=f"dsr blind index {controller}".encode()).derive(keyring().key(key_id))


def fold(value: str) -> str:
    """Case, accents, compatibility forms and blanks folded away: `Müller ` and `MULLER` meet.

    Until nothing changes: a compatibility form may hide a capital (`𝔄` is `A` only when taken apart).
    """
    folded = _folded_once(value)
    while (again := _folded_once(folded)) != folded:
        folded = again
    return folded


def _folded_once(value: str) -> str:
    plain = unicodedata.normalize("NFKD", value.casefold())
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).split())


def _token(controller: str, key_id: str, kind: str, value: str) -> str:
    digest = hmac.new(_index_key(controller, key_id), f"{kind}\0{fold(value)}".encode(), hashlib.sha256).hexdigest()
    return f"{key_id}.{digest[:_TOKEN_HEX]}"


def token(controller: str, kind: str, value: str) -> str:
    """The token to store: under the first ring key."""
    return _token(controller, keyring().first, kind, value)


def tokens(controller: str, kind: str, value: str) -> tuple[str, ...]:
    """The tokens to look for: one per ring key, so that rows indexed before a rotation are still found."""
    return tuple(_token(controller, key_id, kind, value) for key_id in keyring().keys)


def name_words(name: str) -> Iterator[str]:
    """The normalised words of a name and their prefixes from three letters."""
    for word in fold(name).split():
        yield from {word[:length] for length in range(MIN_PREFIX, len(word) + 1)} or {word}

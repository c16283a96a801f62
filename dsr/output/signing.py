"""Signatures of packages: Ed25519 over the exact bytes of the manifest, detached, beside it in the archive.

No Django and no database: whoever checks a package may have nothing but this file, `archive`, `manifest` and `verify`.

What is signed begins with DOMAIN, so that a signature made for anything else can never be shown as one of a package.
The signature file carries the public key for one reason: a person who only has the fingerprint, printed in a letter,
can check with it. Nothing trusts that key unless its hash is the fingerprint the person brought.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key

if TYPE_CHECKING:
    from collections.abc import Iterable

SIGNATURE = "manifest.json.sig"
SIGNATURE_SCHEMA = "dsr-signature/1"
KEYS_SCHEMA = "dsr-keys/1"
ALGORITHM = "Ed25519"
DOMAIN = b"DSR package manifest, version 1\x00"
MAX_SIGNATURE_BYTES = 4096
_FINGERPRINT = re.compile(r"[0-9a-f]{64}")


class KeyFormatError(ValueError):
    """What was given is neither a key file nor a fingerprint; the message says what is wrong with it."""


def fingerprint(public: bytes) -> str:
    """The name of a key: SHA-256 of its 32 raw bytes in hexadecimal."""
    return hashlib.sha256(public).hexdigest()


def grouped(key_id: str) -> str:
    """A fingerprint in groups of four, as people compare it aloud."""
    return " ".join(key_id[at : at + 4] for at in range(0, len(key_id), 4))


def new_private() -> bytes:
    """A fresh private key: 32 raw bytes."""
    return Ed25519PrivateKey.generate().private_bytes_raw()


def public_of(private: bytes) -> bytes:
    """The public half, 32 raw bytes."""
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


@dataclass(frozen=True, slots=True)
class Signer:
    """Signs for one controller. The same manifest gives the same signature (RFC 8032), so packages stay reproducible."""

    private: bytes = field(repr=False)

    @property
    def public(self) -> bytes:
        """The public half."""
        return public_of(self.private)

    @property
    def key_id(self) -> str:
        """The fingerprint of the public half."""
        return fingerprint(self.public)

    def sign(self, manifest: bytes) -> bytes:
        """The signature file for these bytes of a manifest."""
        signature = Ed25519PrivateKey.from_private_bytes(self.private).sign(DOMAIN + manifest)
        return _file(self.public, signature)


def _file(public: bytes, signature: bytes) -> bytes:
    record = {
        "schema": SIGNATURE_SCHEMA,
        "algorithm": ALGORITHM,
        "key_id": fingerprint(public),
        "public_key": base64.b64encode(public).decode(),
        "signature": base64.b64encode(signature).decode(),
    }
    return (json.dumps(record, indent=1) + "\n").encode()


@dataclass(frozen=True, slots=True)
class Published:
    """A public key as the portal shows it. `valid_to` is None for the one that signs today."""

    public: bytes
    valid_from: datetime
    valid_to: datetime | None

    @property
    def key_id(self) -> str:
        """The fingerprint."""
        return fingerprint(self.public)


def keys_document(controller: str, keys: Iterable[Published]) -> dict[str, Any]:
    """The content of `/keys.json`: every key that ever signed for this controller, newest first, with its dates."""
    return {
        "schema": KEYS_SCHEMA,
        "controller": controller,
        "keys": [
            {
                "key_id": key.key_id,
                "algorithm": ALGORITHM,
                "public_key": base64.b64encode(key.public).decode(),
                "valid_from": key.valid_from.isoformat(),
                "valid_to": key.valid_to.isoformat() if key.valid_to else None,
            }
            for key in keys
        ],
    }


@dataclass(frozen=True, slots=True)
class Trusted:
    """A key the caller brought: its fingerprint, and from a key file the day it was retired."""

    key_id: str
    valid_to: datetime | None = None


def trusted(text: str) -> tuple[Trusted, ...]:
    """The keys in what a person brought: the portal's keys.json, a PEM public key, or a fingerprint.

    KeyFormatError when it is none of them.
    """
    bare = re.sub(r"[\s:]", "", text).lower()
    if _FINGERPRINT.fullmatch(bare):
        return (Trusted(bare),)
    if text.lstrip().startswith("-----BEGIN"):
        return (_pem(text),)
    try:
        listed = json.loads(text)["keys"]
        keys = tuple(_listed(item) for item in listed)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeyFormatError("neither keys.json, nor a PEM public key, nor a fingerprint of 64 digits") from None
    if not keys:
        raise KeyFormatError("the key file lists no key")
    return keys


def _pem(text: str) -> Trusted:
    try:
        key = load_pem_public_key(text.encode())
    except ValueError:
        raise KeyFormatError("the PEM file holds no public key") from None
    if not isinstance(key, Ed25519PublicKey):
        raise KeyFormatError("the PEM file holds no Ed25519 key")
    return Trusted(fingerprint(key.public_bytes_raw()))


def _listed(item: dict[str, Any]) -> Trusted:
    """One key of keys.json. Its fingerprint is reckoned, not read."""
    if item["algorithm"] != ALGORITHM:
        raise ValueError
    public = base64.b64decode(item["public_key"], validate=True)
    end = datetime.fromisoformat(item["valid_to"]) if item.get("valid_to") else None
    if end is not None and end.tzinfo is None:
        raise ValueError
    return Trusted(fingerprint(public), end)


def problem(manifest: bytes, written_at: str, signature: bytes, keys: Iterable[Trusted]) -> str:
    """Why a signature file is not the signature of these bytes by one of the caller's keys; empty when it is.

    Codes: bad_signature, other_key (it may be right, but is nobody's the caller trusts), key_retired (the package says
    that it was written after the key's last day).
    """
    try:
        record = json.loads(signature)
        public = base64.b64decode(record["public_key"], validate=True)
        value = base64.b64decode(record["signature"], validate=True)
        if _file(public, value) != signature:  # one spelling only: nothing else can ride in this file
            return "bad_signature"
        key = Ed25519PublicKey.from_public_bytes(public)
    except (ValueError, KeyError, TypeError, binascii.Error):
        return "bad_signature"
    key_id = fingerprint(public)
    mine = next((trust for trust in keys if trust.key_id == key_id), None)
    if mine is None:
        return "other_key"
    try:
        key.verify(value, DOMAIN + manifest)
        late = mine.valid_to is not None and datetime.fromisoformat(written_at) > mine.valid_to
    except (InvalidSignature, ValueError, TypeError):
        return "bad_signature"
    return "key_retired" if late else ""

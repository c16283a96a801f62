"""A passkey in software: what a browser and its authenticator would send, signed with a key made here (WebAuthn level 2)."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor

ORIGIN = "https://testserver"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def b64(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unb64(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Passkey:
    """One credential of one site; `origin` and `verified` can lie, as a hostile page would."""

    origin: str = ORIGIN
    rp_id: str = "testserver"
    verified: bool = True
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    user_handle: bytes = b""
    count: int = 0

    def create(self, options: dict[str, Any]) -> str:
        """Answer the options of a registration."""
        asked = options["publicKey"]
        self.user_handle = unb64(asked["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        attested = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + cbor.encode(cose)
        data = self._head(ATTESTED) + attested
        attestation = cbor.encode({"fmt": "none", "attStmt": {}, "authData": data})
        response = {"attestationObject": b64(attestation)}
        return self._sent("webauthn.create", asked["challenge"], response)

    def get(self, options: dict[str, Any]) -> str:
        """Answer the options of a sign-in."""
        challenge = options["publicKey"]["challenge"]
        data = self._head(0)
        client = self._client("webauthn.get", challenge)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "authenticatorData": b64(data),
            "signature": b64(signature),
            "userHandle": b64(self.user_handle),
        }
        return self._sent("webauthn.get", challenge, response)

    def _head(self, flags: int) -> bytes:
        self.count += 1
        seen = PRESENT | (VERIFIED if self.verified else 0) | flags
        return hashlib.sha256(self.rp_id.encode()).digest() + bytes([seen]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}).encode()

    def _sent(self, kind: str, challenge: str, response: dict[str, str]) -> str:
        return json.dumps(
            {
                "id": b64(self.credential_id),
                "rawId": b64(self.credential_id),
                "type": "public-key",
                "response": {"clientDataJSON": b64(self._client(kind, challenge)), **response},
                "clientExtensionResults": {"credProps": {"rk": True}},
            }
        )

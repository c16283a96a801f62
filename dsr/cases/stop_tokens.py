"""The secret part of a stop link: an address or number sealed so that only its controller can read it (decision 076).

AES-256-GCM under a key of the controller's list (`SuppressionKey`), which the key ring only wraps: a link in a mail of years
ago works whatever has been rotated since. No expiry. The controller is authenticated, so that a link of one brand is none
of another's. Whoever holds a link can stop the marketing of that address, and nothing else.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dsr.cases.contacts import Contact, Kind
from dsr.vault.derived import derived

if TYPE_CHECKING:
    from collections.abc import Mapping

VERSION: Final = 1
MAX_CHARS: Final = 900
"""Longer text is no token; a token of the longest address and campaign is shorter."""
MAX_CAMPAIGN: Final = 60
UNDO_FOR: Final = timedelta(days=30)
_HEAD, _NONCE, _INSTANT = 2, 12, 5
_STOP, _UNDO = 0, 64
_KINDS: Final = (Kind.EMAIL, Kind.PHONE, Kind.POST, Kind.CUSTOMER_NUMBER)
"""Their places are written into links that must work for ever: only append."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link holds."""

    contact: Contact
    campaign: str = ""


class StopLinks:
    """Makes and reads the tokens of one controller; opens its keys once, for one mail or a million."""

    def __init__(self, slug: str, keys: Mapping[int, bytes]) -> None:
        """`slug` is the controller's, `keys` are those of its list by number (dsr.cases.suppression)."""
        self._slug, self._newest = slug, max(keys, default=0)
        self._ciphers = {number: AESGCM(derived(key, use="stop link")) for number, key in keys.items()}

    def token(self, contact: Contact, *, campaign: str = "") -> str:
        """The token for a mail to this contact: URL-safe, about 95 characters for an address of 40."""
        return self._sealed(_STOP, contact, campaign.encode()[:MAX_CAMPAIGN])

    def undo(self, contact: Contact, *, now: datetime) -> str:
        """The token that takes the contact off the list again; for a mail to that very address only, for UNDO_FOR."""
        ends = int((now + UNDO_FOR).timestamp())
        return self._sealed(_UNDO, contact, ends.to_bytes(_INSTANT, "big"))

    def _sealed(self, use: int, contact: Contact, rest: bytes) -> str:
        head = bytes([VERSION, self._newest])
        nonce = secrets.token_bytes(_NONCE)
        plain = bytes([use + _KINDS.index(contact.kind), len(rest)]) + rest + contact.value.encode()
        sealed = self._ciphers[self._newest].encrypt(nonce, plain, self._bound(head))
        return base64.urlsafe_b64encode(head + nonce + sealed).rstrip(b"=").decode()

    def _bound(self, head: bytes) -> bytes:
        return head + f"stop link of {self._slug}".encode()

    def open(self, token: str) -> Opened | None:
        """What a stop link holds; None for anything that is not a whole, unchanged link of this controller."""
        use, rest, contact = self._opened(token)
        if contact is None or use != _STOP:
            return None
        return Opened(contact, rest.decode(errors="replace"))

    def open_undo(self, token: str, *, now: datetime) -> Contact | None:
        """Whom an undo link takes off the list; None when it is none, or its time is over."""
        use, rest, contact = self._opened(token)
        if contact is None or use != _UNDO or len(rest) != _INSTANT:
            return None
        return contact if now <= datetime.fromtimestamp(int.from_bytes(rest, "big"), UTC) else None

    def _opened(self, token: str) -> tuple[int, bytes, Contact | None]:
        raw = _decoded(token)
        cipher = self._ciphers.get(raw[1]) if len(raw) > _HEAD + _NONCE and raw[0] == VERSION else None
        if cipher is None:
            return _STOP, b"", None
        head, nonce, sealed = raw[:_HEAD], raw[_HEAD : _HEAD + _NONCE], raw[_HEAD + _NONCE :]
        try:
            plain = cipher.decrypt(nonce, sealed, self._bound(head))
        except InvalidTag:
            return _STOP, b"", None
        use, place = plain[0] & _UNDO, plain[0] & ~_UNDO
        ends = 2 + plain[1]
        return use, plain[2:ends], Contact(_KINDS[place], plain[ends:].decode())


def _decoded(token: str) -> bytes:
    """The bytes of a token; none for what is not the one way to spell them."""
    if not token.isascii() or len(token) > MAX_CHARS:
        return b""
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        return b""
    spelled = base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
    return raw if spelled == token else b""

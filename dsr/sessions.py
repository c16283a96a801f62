"""Sessions in the database, sealed: what a person typed so far, and the codes of the sign-in, never lie there in clear.

Each write draws a data key of its own, wrapped by the key ring (house.md "Sealing"); the row's key and end stay plain,
because Django finds and clears sessions by them.
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from django.contrib.sessions.backends import db

from dsr import vault

_CONTEXT = "session"


class SessionStore(db.SessionStore):
    """Django's session table with sealed content."""

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Seal the content (JSON-able, as with Django's own serializer)."""
        key = vault.new_key()
        sealed = vault.seal(key, session_dict, context=_CONTEXT)
        return f"{vault.wrap(key, context=_CONTEXT)}.{base64.b64encode(sealed).decode()}"

    def decode(self, session_data: Any) -> dict[str, Any]:
        """Open it; what cannot be opened (another key ring, tampered with) is an empty session: she signs in again."""
        wrapped, _, encoded = str(session_data).partition(".")
        try:
            key = vault.unwrap(wrapped, context=_CONTEXT)
            return dict(vault.open_sealed(key, base64.b64decode(encoded), context=_CONTEXT))
        except (vault.MissingKeyError, vault.TamperedError, binascii.Error, json.JSONDecodeError):
            return {}

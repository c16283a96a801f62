"""One sealed blob per content row: canonical JSON under AES-256-GCM, with table, row id and owner as associated data."""

from __future__ import annotations

import json
from typing import Any

from dsr.vault.keys import decrypt, encrypt


def canonical(value: Any) -> bytes:
    """JSON with sorted keys and no spaces: the same value always gives the same bytes (used for hashes too)."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()


def seal(key: bytes, value: Any, *, context: str) -> bytes:
    """Seal a JSON-able value; `context` is `table:row id:owner id`."""
    return encrypt(key, canonical(value), context=context)


def open_sealed(key: bytes, blob: bytes, *, context: str) -> Any:
    """Open what `seal` made; TamperedError when bytes or context differ."""
    return json.loads(decrypt(key, bytes(blob), context=context))

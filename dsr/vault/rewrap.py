"""Moving what the ring protects under its first key: data keys are wrapped anew, what they sealed stays as it is.

Content is under data keys of its own, which a rotation does not touch: a ring key that was lost opened nothing without the
database, and the database nothing without it. Re-encrypting content is a new data key, not a new ring key.
"""

from __future__ import annotations

from dsr.vault.keys import keyring, unwrap, wrap


def ring_id(text: str) -> str:
    """The id of the ring key under which a data key is wrapped, or a token was made; empty for a destroyed key."""
    head = text.partition(":")[0] if ":" in text else text.partition(".")[0]
    return head if head != text else ""


def is_current(text: str) -> bool:
    """Whether nothing is left to do: under the first ring key, or destroyed."""
    return not text or ring_id(text) == keyring().first


def rewrap(text: str, *, context: str) -> str:
    """The same data key under the first ring key. MissingKeyError or TamperedError when it cannot be opened."""
    return wrap(unwrap(text, context=context), context=context)

"""Single values that a correction, a restriction or an objection writes, each with what stood there (house.md, idea 3)."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class CellChange:
    """One value an amendment writes: the row's key, the column, what stood there when planned, what shall stand there.

    What stood there is kept as a salted digest, so that a stored plan does not preserve the wrong value; only a
    restriction keeps it (`previous`), because lifting restores it. `append`: `value` is added below what stands there.
    """

    key: tuple[str | int, ...] = field(repr=False)
    column: str
    before: str
    value: str | None = field(repr=False)
    previous: str | None = field(default=None, repr=False)
    append: bool = False
    salt: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)

    def digest(self, text: str | None) -> str:
        """HMAC-SHA-256 (hex) of a value under this cell's salt; NULL differs from every text."""
        return digest(self.salt, text)

    def stands(self, text: str | None) -> bool:
        """Whether `text` is, byte for byte, what stood there when the plan was made."""
        return hmac.compare_digest(self.before, self.digest(text))


def digest(salt: str, text: str | None) -> str:
    """HMAC-SHA-256 (hex) of a value; `salt` (hex) stays sealed with the plan, so short values cannot be guessed."""
    return hmac.new(bytes.fromhex(salt), b"" if text is None else f"={text}".encode(), "sha256").hexdigest()

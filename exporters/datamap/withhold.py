"""Fields that are disclosed in some rows and kept back in others."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Withhold:
    """Keep a field back in some rows, as another column of the row says.

    With `unless` it is disclosed only where that column has one of these values: what nobody has listed stays closed.
    With `when_contains` it is kept back where one of these words occurs in it, in whatever case; with `when_set` where
    it holds anything (the IP address beside a member of staff is hers, not the subject's).
    """

    column: str
    unless: frozenset[str] = frozenset()
    when_contains: tuple[str, ...] = ()
    when_set: bool = False

    def keeps_back(self, value: object) -> bool:
        """Whether a row whose other column holds `value` keeps the field back."""
        text = "" if value is None else str(value)
        if self.when_set:
            return text not in {"", "0"}
        if self.unless:
            return text not in self.unless
        return any(word in text.casefold() for word in self.when_contains)

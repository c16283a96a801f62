"""What a data map says about correction, restriction and objection: tables that the planner walks, no code.

The words of the YAML are in docs/exporters/rights.md; they are read in `rights_load`.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from exporters.datamap.model import Condition, Reference


class Correct(StrEnum):
    """How a field may be rectified (Art. 16; rules R-01 to R-03)."""

    TRUE = "true"
    """Overwritten with the true value."""
    ANNOTATE = "annotate"
    """History and issued documents stay as they are; a dated note is added beside them (R-02, R-03)."""
    NEVER = "never"
    """Keys, secrets and what the systems themselves generate: nothing a subject could state."""


class Derive(StrEnum):
    """How a derived column follows from others: a fixed vocabulary, no expressions."""

    SAME = "same"
    UPPER = "upper"
    LOWER = "lower"
    JOIN = "join"


@dataclass(frozen=True, slots=True)
class Follows:
    """A column that is computed from others (an upper-case copy, a full name) and is corrected with them."""

    how: Derive
    sources: tuple[Reference, ...]
    separator: str = " "

    def of(self, dataset: str) -> tuple[Reference, ...]:
        """The sources of a field of `dataset`; the map may leave its own dataset's name out."""
        return tuple(replace(one, dataset=one.dataset or dataset) for one in self.sources)

    def value(self, texts: Sequence[str | None]) -> str | None:
        """The derived text for these source texts, in the order of `sources`; nothing where there is nothing."""
        if self.how is Derive.JOIN:
            return self.separator.join(text for text in texts if text) or None
        (text,) = texts
        match self.how:
            case Derive.UPPER:
                return text.upper() if text is not None else None
            case Derive.LOWER:
                return text.lower() if text is not None else None
            case _:
                return text


@dataclass(frozen=True, slots=True)
class Setting:
    """One column and the value it gets; with `stamp` (`date` or `datetime`) the moment of the plan, in UTC."""

    column: str
    value: str | None = None
    stamp: str = ""

    @property
    def words(self) -> str:
        """How a plan shows it: `set suspended`, `set null`, `set date`. A word of the map, never of a person."""
        return f"set {self.stamp or ('null' if self.value is None else self.value)}"


@dataclass(frozen=True, slots=True)
class Switch:
    """What is written into rows of hers that meet `when`."""

    settings: tuple[Setting, ...]
    when: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class NoteColumn:
    """Where a statement beside a record goes, and its wording with `{date}`, `{field}` and `{value}`."""

    column: str
    text: str


@dataclass(frozen=True, slots=True)
class Rights:
    """The sections of one dataset. `objection`: by the purpose that is objected to or whose consent is withdrawn."""

    restriction: tuple[Switch, ...] = ()
    objection: Mapping[str, tuple[Switch, ...]] = field(default_factory=lambda: MappingProxyType({}))
    note: NoteColumn | None = None

"""Plans of changes to a store: their lines, what applying them did, what is left behind (house.md, idea 3).

A plan is data, not a program: it can be shown, hashed, sealed and compared. Values of persons stay out of every `repr`;
keys of rows are in the lines, so a stored plan is sealed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from exporters.identifiers import NEVER_UNIQUE, IdentifierKind

if TYPE_CHECKING:
    from exporters.cells import CellChange


@dataclass(frozen=True, slots=True)
class RowKey:
    """One row, or one person, of a store. For a match `dataset` is the person key's name in the data map."""

    dataset: str
    values: tuple[str | int, ...] = field(repr=False)


class Treatment(StrEnum):
    """What one line of a plan does."""

    DELETE = "delete"
    ANONYMISE = "anonymise"
    UNLINK = "unlink"
    """A row other people use as well stays as it is; her own record stops pointing at it."""
    CORRECT = "correct"
    ANNOTATE = "annotate"
    RESTRICT = "restrict"
    LIFT = "lift"
    """Ends a restriction: what stood before it stands again."""
    KEEP = "keep"
    SUPPRESS = "suppress"
    MANUAL = "manual"


class Reason(StrEnum):
    """Why a line keeps, leaves or postpones rows; the desk has the words."""

    LAW = "law"
    """The statute in `law` wants the rows until `keep_until` (rule E-b)."""
    MAP = "map"
    """The data map keeps the rows or leaves them to a person; its own statement is in `law`."""
    PERIOD_UNCERTAIN = "period_uncertain"
    """The period has ended by a rule that may keep but never deletes by itself (4.0.11): a person decides."""
    WAITS = "waits"
    """Rows that would come back if they were erased now (an open session): disconnect first or retry later."""
    SHARED = "shared"
    """Other people use the rows as well."""
    REFERRED = "referred"
    """Rows that stay refer to these, so they stay without what names the person."""
    ISSUED = "issued"
    """An issued document or a record of what happened, and no column for a note: a person adds a statement (R-02, R-03)."""
    COPY = "copy"
    """The value that is corrected stands in these rows of hers too, where the map does not let it follow."""
    NO_SWITCH = "no_switch"
    """The data map names nothing in this store that restricts or stops the processing: a person does it by hand."""
    ALREADY = "already"
    """The rows are already as the right wants them, by somebody else's doing: lifting will not touch them."""
    STANDS = "stands"
    """Another restriction or objection still wants what the lifted one had set: it stays."""
    CHANGED_SINCE = "changed_since"
    """Somebody has changed what the restriction had set: a person decides what holds now."""


@dataclass(frozen=True, slots=True)
class Kept:
    """The law's answer for one document: the last day of keeping (None: an event ends it), the statute, its mark.

    `certain`: a deletion after `until` may rest on this alone; otherwise a person must say so (4.0.11).
    """

    until: date | None
    law: str
    mark: str = ""
    certain: bool = True


ERASURE = "erasure"
"""The right whose lines carry no name: plans stored before there were others keep their hash."""
AMENDING = frozenset({Treatment.CORRECT, Treatment.ANNOTATE, Treatment.RESTRICT, Treatment.LIFT, Treatment.SUPPRESS})
"""Treatments that write the values listed in a line's `cells` and nothing else."""

KeepUntil: TypeAlias = Callable[[str, date], Kept | None]
"""Asked per document: (document class, document date) -> Kept, or None: no law keeps it.

Not asked for a row without a date (a contract that still runs): its period has not begun, so it stays.
"""


@dataclass(frozen=True, slots=True)
class FieldChange:
    """One column of the rows of a line and the strategy applied to it (rules 6.2)."""

    column: str
    strategy: str


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line of a plan: which rows of one dataset, what happens to them, under which law.

    `link` says what makes the rows hers, `filter` which of those the line means. A `growing` line lists no keys: rows
    that match when it is applied are included and counted. `persons` are the keys `locate` gave. `rule` binds the data
    map's version and wording and the live schema of the columns touched.
    """

    store: str
    dataset: str
    treatment: Treatment
    link: str
    filter: str = ""
    fields: tuple[FieldChange, ...] = ()
    """ANONYMISE: the columns that change, each with its strategy. Empty for whole rows."""
    keys: tuple[RowKey, ...] = field(default=(), repr=False)
    count: int = 0
    growing: bool = False
    reason: Reason | None = None
    document_class: str = ""
    document_year: int | None = None
    law: str = ""
    mark: str = ""
    keep_until: date | None = None
    persons: tuple[RowKey, ...] = field(default=(), repr=False)
    rule: str = ""
    right: str = ERASURE
    cells: tuple[CellChange, ...] = field(default=(), repr=False)
    """CORRECT, ANNOTATE, RESTRICT, LIFT, SUPPRESS: every value that is written."""

    @property
    def writes(self) -> bool:
        """Whether applying the line changes the store."""
        return self.treatment in {Treatment.DELETE, Treatment.ANONYMISE} or self.treatment in AMENDING


@dataclass(frozen=True, slots=True)
class Outcome:
    """What applying one line did, in rows. `line` is its position in the lines given to `apply`.

    `unchanged`: listed rows that were gone or already as the line wants them, and rows of lines that change nothing.
    """

    line: int
    changed: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What reading a store back says about one amending line, in rows: as it was written, otherwise, gone."""

    line: int
    holds: int
    differs: int
    gone: int


class HitClass(StrEnum):
    """Whose the row is in which an identifier was found."""

    HERS = "hers"
    KEPT = "kept"
    OTHER = "other"
    UNLINKED = "unlinked"


@dataclass(frozen=True, slots=True)
class Residue:
    """Identifiers of one kind still standing in one column: in how many rows, and whose rows these are. No values.

    `shared`: another person's own record carries the same value (one account pays for a household).
    """

    table: str
    column: str
    kind: IdentifierKind
    count: int
    cls: HitClass
    shared: bool = False

    @property
    def unique(self) -> bool:
        """Whether the value stands for one person."""
        return self.kind not in NEVER_UNIQUE and not self.shared

    @property
    def stands(self) -> bool:
        """Whether this is a residue: anything in a row of hers, or a unique identifier anywhere the law does not keep it.

        A name in a row of somebody else's is only counted; in a row of nobody it is a question for a person.
        """
        return self.cls is HitClass.HERS or (self.cls is not HitClass.KEPT and self.unique)


@runtime_checkable
class Searched(Protocol):
    """Can say how much of itself `residue` reads."""

    def searched(self) -> tuple[int, int]:
        """Tables and columns read."""
        ...

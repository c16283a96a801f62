"""The contract between the desk and every store: frozen data in, iterators out, two exceptions (house.md, idea 5).

An exporter is any object with some of the one-method protocols below. A missing capability is not an error: the desk
turns it into a task for a person. Values of persons stay out of every `repr` and every exception message.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias, runtime_checkable

from exporters.description import DatasetInfo, Disclosure, FieldInfo, Origin, Retention, Text, Whose
from exporters.identifiers import Identifier, IdentifierKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date, datetime

__all__ = [
    "Applies",
    "Batch",
    "Candidate",
    "CellNote",
    "Change",
    "Checks",
    "Collects",
    "DatasetInfo",
    "Describes",
    "Disclosure",
    "FieldInfo",
    "Identifier",
    "IdentifierKind",
    "JsonValue",
    "Learned",
    "Locates",
    "Match",
    "MatchStatus",
    "Note",
    "Origin",
    "Outcome",
    "Permanent",
    "PlanLine",
    "Plans",
    "Problem",
    "Residue",
    "Residues",
    "Retention",
    "RowKey",
    "Severity",
    "StoreError",
    "Subject",
    "Temporary",
    "Text",
    "Treatment",
    "Whose",
]

JsonValue: TypeAlias = "bool | int | float | str | list[JsonValue] | dict[str, JsonValue] | None"


class StoreError(Exception):
    """A store could not answer. `code` is for machines, `place` names store, dataset and column: never a value."""

    def __init__(self, code: str, place: str) -> None:
        super().__init__(f"{code}: {place}")
        self.code = code
        self.place = place


class Temporary(StoreError):  # noqa: N818 - a word the whole desk uses for what is worth another try
    """Try again later: `store_down`, `timeout`, `lock`, `busy`."""


class Permanent(StoreError):  # noqa: N818
    """Trying again changes nothing, a person must look: `schema_changed`, `access_denied`, `no_database` and the like."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The data subject as one case knows her: a reference for messages and her verified or learned identifiers."""

    reference: str
    identifiers: tuple[Identifier, ...]


@dataclass(frozen=True, slots=True)
class RowKey:
    """One row, or one person, of a store. For a match `dataset` is the person key's name in the data map."""

    dataset: str
    values: tuple[str | int, ...] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Learned:
    """An identifier found in a store, with the link that taught it (`client.email`).

    `shared` says that another person of the store carries the same value: it must lead nowhere.
    """

    identifier: Identifier
    link: str
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person the identifiers could also mean; `hint` is masked.

    A person's choice comes back as `Identifier(IdentifierKind.RECORD, key, store=…)` and settles the question.
    """

    key: str = field(repr=False)
    hint: Mapping[str, str] = field(repr=False)


class MatchStatus(StrEnum):
    """What a store says about a subject."""

    FOUND = "found"
    NONE = "none"
    AMBIGUOUS = "ambiguous"


@dataclass(frozen=True, slots=True)
class Match:
    """The answer of `locate`. FOUND with candidates means: hers for certain, and more that a person should look at."""

    status: MatchStatus
    keys: tuple[RowKey, ...] = ()
    candidates: tuple[Candidate, ...] = ()
    learned: tuple[Learned, ...] = ()


class CellNote(StrEnum):
    """What had to be changed to hand a value on."""

    ZERO_DATE = "zero_date"  # MariaDB's 0000-00-00 is no date
    OUT_OF_RANGE = "out_of_range"  # a date or number the JSON world cannot hold: given as text
    NUL_REMOVED = "nul_removed"
    NOT_UTF8 = "not_utf8"  # undecodable characters replaced
    BASE64 = "base64"
    BIG_INTEGER = "big_integer"  # beyond 2^53: as text, because JSON readers would round it
    WITHHELD = "withheld"  # this row's value is never disclosed; the reason is in the field's description
    PART_WITHHELD = "part_withheld"


@dataclass(frozen=True, slots=True)
class Note:
    """A note on one cell: its row in the batch, its column."""

    row: int
    column: str
    code: CellNote


@dataclass(frozen=True, slots=True)
class Batch:
    """Some rows of one dataset. All values are JSON-able; rows come in a stable order over all batches."""

    dataset: str
    columns: tuple[str, ...]
    rows: tuple[tuple[JsonValue, ...], ...] = field(repr=False)
    notes: tuple[Note, ...] = ()


class Severity(StrEnum):
    """How bad a problem is: an error blocks erasure in this store."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding of `check`: `code` for machines, `place` and `detail` name tables and columns, never values."""

    severity: Severity
    code: str
    place: str
    detail: str


class Treatment(StrEnum):
    """What one line of a plan does (house.md, idea 3)."""

    DELETE = "delete"
    ANONYMISE = "anonymise"
    CORRECT = "correct"
    ANNOTATE = "annotate"
    RESTRICT = "restrict"
    KEEP = "keep"
    SUPPRESS = "suppress"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Change:
    """One value the subject wants corrected: the row, the field, the new value."""

    row: RowKey
    column: str
    value: JsonValue = field(repr=False)


@dataclass(frozen=True, slots=True)
class PlanLine:
    """One line of a plan: which rows, which field, what happens, under which law.

    `link` says what makes the rows hers; `growing` that new rows matching link and filter are included when the line is
    applied. `rule` (map version and schema fingerprint) lets a stale plan be recognised.
    """

    dataset: str
    column: str | None
    treatment: Treatment
    strategy: str
    link: str
    filter: str
    keys: tuple[RowKey, ...]
    count: int
    growing: bool = False
    law: str = ""
    keep_until: date | None = None
    rule: str = ""
    value: JsonValue = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What applying one line did, in rows; `finished` is false while more calls are needed."""

    line: int
    changed: int
    unchanged: int
    finished: bool = True
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Residue:
    """What is still there after an erasure: where, how many rows, and whether a link makes them hers."""

    dataset: str
    column: str
    kind: IdentifierKind
    count: int
    link: str = ""


@runtime_checkable
class Locates(Protocol):
    """Can say whether it knows a subject."""

    def locate(self, subject: Subject) -> Match:
        """Find the subject by her unique identifiers; raises Temporary or Permanent."""
        ...


@runtime_checkable
class Collects(Protocol):
    """Can hand out the subject's data."""

    def collect(self, subject: Subject, keys: tuple[RowKey, ...]) -> Iterator[Batch]:
        """Stream everything linked to `keys` (from `locate`), lazily, from one consistent state of the store."""
        ...


@runtime_checkable
class Describes(Protocol):
    """Can say what it holds, without asking the store."""

    def describe(self) -> tuple[DatasetInfo, ...]:
        """Every dataset and field `collect` can hand out, and every one it never does, with the reason."""
        ...


@runtime_checkable
class Checks(Protocol):
    """Can compare its data map with the live store."""

    def check(self) -> list[Problem]:
        """Differences between map and store; raises Temporary when the store cannot be asked."""
        ...


@runtime_checkable
class Plans(Protocol):
    """Can say what erasing, correcting or restricting would do, without doing it."""

    def plan(
        self, subject: Subject, keys: tuple[RowKey, ...], *, right: str, changes: tuple[Change, ...], now: datetime
    ) -> tuple[PlanLine, ...]:
        """The lines for one right; `changes` for rectification. Reads only."""
        ...


@runtime_checkable
class Applies(Protocol):
    """Can carry out an approved plan."""

    def apply(self, lines: tuple[PlanLine, ...], *, approval: str, now: datetime) -> Iterator[Outcome]:
        """Apply lines in batches; the same `approval` again is harmless."""
        ...


@runtime_checkable
class Residues(Protocol):
    """Can search itself for what an erasure left behind."""

    def residue(self, subject: Subject, keys: tuple[RowKey, ...]) -> tuple[Residue, ...]:
        """Hits of the subject's identifiers that are still there."""
        ...

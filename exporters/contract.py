"""The contract between the desk and every store: frozen data in, iterators out, two exceptions (house.md, idea 5).

An exporter is any object with some of the one-method protocols below. A missing capability is not an error: the desk
turns it into a task for a person. Values of persons stay out of every `repr` and every exception message.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from exporters.batches import Batch, CellNote, JsonValue, Note
from exporters.cells import CellChange
from exporters.description import DatasetInfo, Disclosure, FieldInfo, Origin, Retention, Shown, Text, Whose
from exporters.files.reference import Attaches, FileBatch, FileRef
from exporters.held import Held, Holds
from exporters.identifiers import Identifier, IdentifierKind
from exporters.plans import (
    AMENDING,
    Confirmed,
    FieldChange,
    HitClass,
    KeepUntil,
    Kept,
    Outcome,
    PlanLine,
    Reason,
    Residue,
    RowKey,
    Treatment,
)
from exporters.plans_json import lines_from_json, lines_to_json, plan_hash

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from exporters.journal import Journal

__all__ = [
    "AMENDING",
    "Applies",
    "Attaches",
    "Batch",
    "Candidate",
    "CellChange",
    "CellNote",
    "Change",
    "Checks",
    "Collects",
    "Confirmed",
    "Confirms",
    "DatasetInfo",
    "Describes",
    "Disclosure",
    "FieldChange",
    "FieldInfo",
    "FileBatch",
    "FileRef",
    "Held",
    "HitClass",
    "Holds",
    "Identifier",
    "IdentifierKind",
    "JsonValue",
    "KeepUntil",
    "Kept",
    "Learned",
    "Locates",
    "Match",
    "MatchStatus",
    "Note",
    "Origin",
    "Outcome",
    "Permanent",
    "PlanBlocked",
    "PlanLine",
    "Plans",
    "Problem",
    "Reason",
    "Residue",
    "Residues",
    "Retention",
    "RowKey",
    "Severity",
    "Shown",
    "StoreError",
    "Subject",
    "Temporary",
    "Text",
    "Treatment",
    "Whose",
    "lines_from_json",
    "lines_to_json",
    "plan_hash",
]


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


@dataclass(frozen=True, slots=True)
class Change:
    """One value the subject wants corrected: the row, the field, the new value."""

    row: RowKey
    column: str
    value: JsonValue = field(repr=False)


class PlanBlocked(Permanent):
    """No plan can be made that is certain to succeed; `problems` say where and what to change first."""

    def __init__(self, place: str, problems: tuple[Problem, ...]) -> None:
        super().__init__("plan_blocked", place)
        self.problems = problems


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
        self,
        subject: Subject,
        keys: tuple[RowKey, ...],
        *,
        right: str,
        now: datetime,
        changes: tuple[Change, ...] = (),
        keep_until: KeepUntil | None = None,
        purposes: tuple[str, ...] = (),
        applied: tuple[PlanLine, ...] = (),
        standing: tuple[PlanLine, ...] = (),
    ) -> tuple[PlanLine, ...]:
        """The lines for one right. Reads only.

        `right`: `erasure`, `rectification`, `restriction`, `lift` (the end of a restriction), `objection`,
        `marketing_objection`, `consent_withdrawal`. `keep_until`: what law keeps, for erasure; `changes`: for
        rectification; `purposes`: of an objection or withdrawal. For a lift, `applied`: the lines of every restriction
        of hers that has ended, `standing`: those of every restriction and objection that has not.

        Raises PlanBlocked when a line could not succeed, Permanent("right_unsupported"), Temporary.
        """
        ...


@runtime_checkable
class Applies(Protocol):
    """Can carry out an approved plan."""

    def apply(
        self,
        lines: tuple[PlanLine, ...],
        *,
        approval: str,
        now: datetime,
        check: Callable[[], None],
        keep_until: KeepUntil | None = None,
        journal: Journal | None = None,
    ) -> tuple[Outcome, ...]:
        """Apply the lines of this store; the same `approval` again is harmless.

        `journal` is the caller's record of how far the work came: with it, work of several transactions or calls goes
        on where it stopped; a store that needs one transaction may ignore it.

        `check` is called before the first write and before the commit: what it raises undoes everything and is passed
        on. Raises Permanent("plan_stale", place) when a listed row, its owner, the treatment, the law or the schema
        has changed, Temporary when it may be tried again; in both cases nothing was written.
        """
        ...


@runtime_checkable
class Residues(Protocol):
    """Can search itself for what an erasure left behind."""

    def residue(
        self,
        subject: Subject,
        keys: tuple[RowKey, ...],
        *,
        now: datetime,
        lines: tuple[PlanLine, ...] = (),
        keep_until: KeepUntil | None = None,
    ) -> tuple[Residue, ...]:
        """Where the subject's identifiers still stand, in whatever spelling, in every table, mapped or not.

        `lines`: the plan that was applied; its keys tell rows of hers whose parent is gone from rows of nobody.
        """
        ...


@runtime_checkable
class Confirms(Protocol):
    """Can read back what correcting, restricting or suppressing wrote."""

    def confirm(self, lines: tuple[PlanLine, ...]) -> tuple[Confirmed, ...]:
        """For each amending line of this store how many rows are as it wrote them; raises Temporary or Permanent."""
        ...

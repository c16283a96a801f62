"""What was erased, what stays and why: the facts that the letter (L-11 with L-08) and the certificate both tell.

One set of facts for both, so that the two can never say different things. Frozen values, no rows of the database; the
words of data maps come as `Text`, the words of the case in the language of the letter.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

    from exporters.contract import IdentifierKind, Text

HERS = "hers"
"""Class of a hit in a row of the subject that should be gone (exporters HitClass)."""


class Method(StrEnum):
    """How the subject was taken out of the rows; each is explained in the letter (rules 5.1, L-11)."""

    DELETED = "deleted"
    ANONYMISED = "anonymised"
    UNLINKED = "unlinked"


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """Rows of one data set that are gone, no longer about anybody, or no longer about her."""

    store: str
    dataset: str
    store_label: Text
    label: Text
    category: str
    rows: int
    method: Method


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """Rows that stay, for one document year under one statute (4.0.11: every document has its own end date).

    `reason` is a code of erasure_words.KEEP_REASONS; `remark` adds the fact of this case where the code alone says too
    little. `until` is the last day of keeping; where the law names an event instead, `condition` names it. `mark` tells
    how sure the rule book is of the statute; the certificate shows it, the letter does not.
    """

    store: str
    dataset: str
    store_label: Text
    label: Text
    category: str
    rows: int
    law: str
    reason: str
    year: int | None = None
    until: date | None = None
    mark: str = ""
    remark: Text = field(default_factory=dict, repr=False)
    condition: Text = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deferred:
    """Rows that could not go yet. `reason` is a code of erasure_words.DEFER_REASONS; 0 `rows` means: nobody counted."""

    store: str
    dataset: str
    store_label: Text
    label: Text
    reason: str
    rows: int = 0
    remark: Text = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScannedStore:
    """One store searched afterwards: how much of it was read, and how many rows still hold an identifier, by class."""

    store: str
    label: Text
    tables: int
    columns: int
    hits: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """The residue scan (rules 6.5, item 1): when, where, and with how many identifiers of each kind."""

    at: datetime
    stores: tuple[ScannedStore, ...]
    identifiers: Mapping[IdentifierKind, int]

    @property
    def hits_left(self) -> int:
        """Rows of hers that should be gone and are not; rows that are kept or deferred do not count."""
        return sum(store.hits.get(HERS, 0) for store in self.stores)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTold:
    """A recipient who was not told, and why that was impossible or out of proportion (Art. 19)."""

    name: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ErasureResult:
    """The outcome of one approved plan.

    `recipients` were told to erase as well (Art. 19); no recipient and nobody in `not_told` is the statement that the
    data went to nobody. `backups` says in the controller's words when the last copy is overwritten. `suppression`: an
    entry stays so that no later import brings her back (O-04, C-129/21). `file_until`: the last day of keeping the case
    file where the controller or the regime has another one than three years from the end of the year (4.0.8).
    """

    erased: tuple[Erased, ...]
    kept: tuple[Kept, ...]
    deferred: tuple[Deferred, ...]
    plan_sha256: str
    executed_on: date
    verified: Verified
    suppression: bool
    backups: str
    recipients: tuple[str, ...]
    not_told: tuple[NotTold, ...] = ()
    file_until: date | None = None

    @property
    def partly(self) -> bool:
        """Whether something of hers is still there: then the answer is negative in part and needs L-08 (12(4), 4.0.4)."""
        return bool(self.kept or self.deferred)

    @property
    def lines(self) -> tuple[Erased | Kept | Deferred, ...]:
        """All lines, whatever became of their rows."""
        return (*self.erased, *self.kept, *self.deferred)

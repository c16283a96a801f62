"""What letters, reports and packages are made from: frozen values, no rows of the database.

Whoever calls fills them from the case; with the same values the same bytes come out (house.md, Determinism).
Names and addresses stay out of `repr`, so that no log line or traceback shows them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

from exporters.contract import Batch, DatasetInfo, IdentifierKind, KeepUntil, Text

if TYPE_CHECKING:
    from datetime import date, datetime

Reader: TypeAlias = Callable[[], Iterable[Batch]]
"""Opens the spool of one dataset anew: every call yields the same batches in the same order."""


class OutputError(Exception):
    """Something must not leave the house as it is. `code` for machines, `place` names store, dataset, column, element."""

    def __init__(self, code: str, place: str) -> None:
        super().__init__(f"{code}: {place}")
        self.code, self.place = code, place


@dataclass(frozen=True, slots=True)
class Sender:
    """The controller as its letters show it (the common elements C of rules 5.1). Addresses are lines."""

    name: str
    legal_name: str
    address: tuple[str, ...]
    contact: str
    dpo: str
    dpo_contact: str
    authority: str
    authority_address: tuple[str, ...]
    authority_url: str = ""
    phone: str = ""
    notice_url: str = ""
    logo: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Addressee:
    """The person the letter goes to."""

    name: str = field(repr=False)
    address: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class CaseHead:
    """The facts of the case that every letter repeats.

    `written_at` is aware and in the controller's time zone: its date is the date of the letter, its instant the date of
    the file. `channel` and `right` are codes of the case; `due_on` is None while the clock is paused.
    """

    reference: str
    right: str
    received_on: date
    channel: str
    due_on: date | None
    language: str
    written_at: datetime
    account_url: str = ""
    regime: str = "EU_GDPR"

    @property
    def written_on(self) -> date:
        """The date printed on the letter."""
        return self.written_at.date()


@dataclass(frozen=True, slots=True)
class Found:
    """What one store holds about the subject in one dataset (A-02). `own`: the files of her requests at our office."""

    store: str
    store_label: Text
    info: DatasetInfo
    read: Reader = field(repr=False)
    own: bool = False


@dataclass(frozen=True, slots=True)
class Searched:
    """A store that was asked (A-01), also when it knew nothing."""

    store: str
    label: Text
    found: bool


@dataclass(frozen=True, slots=True)
class AutomatedDecision:
    """An automated decision the controller takes (A-12), in the controller's words, already in the letter's language."""

    name: str
    logic: str
    effect: str
    purpose: Text = field(default_factory=dict)
    """The purpose it serves, in the words the data maps use; where it is given, the decision concerns only those of whom
    data are held for it."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """A transfer to a third country (A-13): who, where, under which safeguard, how to get a copy of it."""

    recipient: str
    country: str
    safeguard: str
    copy_from: str
    receives: Text = field(default_factory=dict)
    """The recipient in the words the data maps use; where it is given, the transfer concerns only those whose data it gets."""


@dataclass(frozen=True, slots=True)
class Redaction:
    """What was left out by hand or by rule (X-02, X-07): where, why in the letter's language, how many places.

    `what`: the words for what is left out; empty for places that were blacked out.
    """

    store: str
    dataset: str
    reason: str
    count: int
    what: str = ""


@dataclass(frozen=True, slots=True)
class Inquiry:
    """What was searched and what the controller must say beside the data (A-01, A-12, A-13).

    `automated` and `transfers` have no default on purpose: an empty tuple is a statement ("we take none"), and only the
    controller can make it.
    """

    searched: tuple[Searched, ...]
    kinds: tuple[IdentifierKind, ...]
    automated: tuple[AutomatedDecision, ...]
    transfers: tuple[Transfer, ...]
    as_of: date
    redactions: tuple[Redaction, ...] = ()
    remarks: tuple[str, ...] = ()
    keep_until: KeepUntil | None = field(default=None, repr=False)
    """What the law keeps, by document class and date: with it the end is named for each year of documents (A-08)."""


def words(text: Text, language: str) -> str:
    """The words of a data map in `language`: exact, then its base language, then English, then whatever there is."""
    chosen: Mapping[str, str] = text
    for code in (language, language.partition("-")[0], "en"):
        if chosen.get(code):
            return chosen[code]
    return next((value for value in chosen.values() if value), "")

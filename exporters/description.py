"""What a store says about its data, for the report and the portable copy: part of the contract, no store needed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

Text: TypeAlias = Mapping[str, str]
"""Words for a person, by language code."""


class Origin(StrEnum):
    """Where data come from; portability covers what was provided and observed (rule P-02)."""

    PROVIDED = "provided"
    OBSERVED = "observed"
    INFERRED = "inferred"
    GENERATED = "generated"  # made by the controller: invoices, notes, customer numbers


class Whose(StrEnum):
    """Whom a field tells something about."""

    SUBJECT = "subject"
    THIRD_PARTY = "third_party"
    STAFF = "staff"
    CONTROLLER = "controller"


class Disclosure(StrEnum):
    """Whether an access answer holds the field."""

    EXPORTED = "exported"
    PARTLY = "partly"
    NEVER = "never"
    NOT_PERSONAL = "not_personal"


class Shown(StrEnum):
    """How a report prints a number that people do not read as one; the data files keep the number (rule A-14)."""

    YES_NO = "yes_no"  # 0 and nothing but 0 is no
    BYTES = "bytes"
    SECONDS = "seconds"  # a duration


@dataclass(frozen=True, slots=True)
class Retention:
    """How long data stay: a class the law's tables know, the words for the subject, the statute when law keeps them."""

    code: str
    text: Text
    law: str = ""


@dataclass(frozen=True, slots=True)
class FieldInfo:
    """One column as report and portability need it (rules A-04 to A-11), without reading the data map."""

    name: str
    label: Text
    category: str
    purpose: Text
    legal_basis: str
    recipients: tuple[Text, ...]
    source: Text
    retention: Retention
    origin: Origin
    whose: Whose = Whose.SUBJECT
    disclosure: Disclosure = Disclosure.EXPORTED
    reason: Text = field(default_factory=dict)
    free_text: bool = False
    parts: tuple[FieldInfo, ...] = ()
    correct: str = ""
    """Whether a subject's correction overwrites it (`true`), adds a note (`annotate`) or is refused (`never`); empty
    where the store does not say (rules R-01 to R-03)."""
    correct_why: str = ""
    """Why it is not overwritten, in words for staff (English: the map's own language)."""
    values: Mapping[str, Text] = field(default_factory=dict)
    """What its codes mean, by the code as the system writes it (rules A-02, A-14); empty where there are none."""
    shown: Shown | None = None


@dataclass(frozen=True, slots=True)
class DatasetInfo:
    """One dataset of a store as report and portability need it."""

    name: str
    label: Text
    category: str
    purpose: Text
    legal_basis: str
    recipients: tuple[Text, ...]
    source: Text
    retention: Retention
    origin: Origin
    fields: tuple[FieldInfo, ...]
    shared: bool = False
    soft_deleted: bool = False
    """Rows the system calls deleted and keeps are among them: they are hers like all others."""

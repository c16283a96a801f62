"""The information that Art. 15(1) and (2) want beside the data, reckoned from what was really found.

It is per data set and made from the data maps (A-04), not a copy of the privacy notice: purposes, categories, the
recipients by name, source and retention of exactly the data sets in which the subject occurs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from dsr.output import phrases
from dsr.output.files import DISCLOSED
from dsr.output.inputs import words
from exporters.contract import CellNote, Disclosure, Origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date

    from dsr.output.inputs import Redaction
    from dsr.output.survey import Survey
    from exporters.contract import FieldInfo, Retention, Text


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long (A-08): the period or its criterion, and the statute when the law demands it."""

    text: str
    law: str


@dataclass(frozen=True, slots=True)
class Held:
    """One data set in which the subject occurs, in the words of the letter's language."""

    store: str
    label: str
    rows: int
    first: date | None
    last: date | None
    categories: tuple[str, ...]
    purposes: tuple[str, ...]
    bases: tuple[str, ...]
    sources: tuple[str, ...]
    keeping: tuple[Keeping, ...]
    origins: tuple[str, ...]
    recipients: tuple[str, ...]
    shared: bool
    soft_deleted: bool = False
    own: bool = False


@dataclass(frozen=True, slots=True)
class Received:
    """One recipient by name (A-06) and the data sets from which it got something."""

    name: str
    datasets: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Something that is not in the copy, and why (X-02). `count` is 0 where a whole column is left out."""

    where: str
    what: str
    reason: str
    count: int = 0


def held(surveys: Iterable[Survey], language: str) -> tuple[Held, ...]:
    """What is said about each data set that holds something; data sets without a row are not mentioned."""
    return tuple(_held(survey, language) for survey in surveys if survey.rows)


def _held(survey: Survey, language: str) -> Held:
    info, fields = survey.found.info, _used(survey)
    return Held(
        store=words(survey.found.store_label, language),
        label=words(info.label, language),
        rows=survey.rows,
        first=survey.first,
        last=survey.last,
        categories=_distinct(phrases.category(code) for code in (info.category, *(f.category for f in fields))),
        purposes=_texts((info.purpose, *(f.purpose for f in fields)), language),
        bases=_distinct(phrases.legal_basis(code) for code in (info.legal_basis, *(f.legal_basis for f in fields))),
        sources=_texts((info.source, *(f.source for f in fields)), language),
        keeping=_keeping((info.retention, *(f.retention for f in fields)), language),
        origins=_distinct(str(phrases.ORIGINS[origin]) for origin in _origins(info.origin, fields)),
        recipients=_texts((*info.recipients, *(text for f in fields for text in f.recipients)), language),
        shared=info.shared,
        soft_deleted=info.soft_deleted,
        own=survey.found.own,
    )


def _used(survey: Survey) -> tuple[FieldInfo, ...]:
    """The fields that hold something about her; empty columns say nothing about purposes or recipients."""
    return tuple(field for field in survey.found.info.fields if field.name in survey.filled)


def _origins(origin: Origin, fields: Sequence[FieldInfo]) -> tuple[Origin, ...]:
    return (origin, *(field.origin for field in fields))


def received(known: Iterable[Held]) -> tuple[Received, ...]:
    """Recipients by name, each with the data sets concerned (A-06, C-154/21)."""
    datasets: dict[str, list[str]] = {}
    for item in known:
        for name in item.recipients:
            datasets.setdefault(name, []).append(item.label)
    return tuple(Received(name, tuple(dict.fromkeys(labels))) for name, labels in sorted(datasets.items()))


def left_out(surveys: Iterable[Survey], redactions: Iterable[Redaction], language: str) -> tuple[LeftOut, ...]:
    """Everything the copy lacks, with the reason: columns, single values, blacked-out places.

    Records of which the law forbids to speak are in no data map and no collection, so they cannot show up here (X-06).
    """
    found: list[LeftOut] = []
    labels: dict[tuple[str, str], str] = {}
    for survey in surveys:
        info = survey.found.info
        where = f"{words(survey.found.store_label, language)}: {words(info.label, language)}"
        labels[survey.found.store, info.name] = where
        if not survey.rows:
            continue
        never = [item for item in _with_parts(info.fields) if item.disclosure is Disclosure.NEVER]
        found += [
            LeftOut(where, words(item.label, language) or item.name, words(item.reason, language)) for item in never
        ]
        found += _withheld(survey, where, language)
    for redaction in redactions:
        where = labels.get((redaction.store, redaction.dataset), redaction.store)
        found.append(LeftOut(where, phrases.blacked_out(), redaction.reason, redaction.count))
    return _joined(found)


def _joined(found: Iterable[LeftOut]) -> tuple[LeftOut, ...]:
    """One line for the same thing in several places, and one for several things in the same places, per reason."""
    wheres: dict[tuple[str, str], list[LeftOut]] = {}
    for item in found:
        wheres.setdefault((item.what, item.reason), []).append(item)
    lines: dict[tuple[str, str, bool], list[LeftOut]] = {}
    for (what, reason), items in wheres.items():
        where, count = "; ".join(dict.fromkeys(item.where for item in items)), sum(item.count for item in items)
        lines.setdefault((where, reason, bool(count)), []).append(LeftOut(where, what, reason, count))
    return tuple(
        LeftOut(where, ", ".join(item.what for item in items), reason, sum(item.count for item in items))
        for (where, reason, _counted), items in lines.items()
    )


def _withheld(survey: Survey, where: str, language: str) -> list[LeftOut]:
    """Columns of which some values stay closed; the number is of values, not of rows."""
    count = sum(survey.notes.get(code, 0) for code in (CellNote.WITHHELD, CellNote.PART_WITHHELD))
    partly = [f for f in survey.found.info.fields if f.disclosure is Disclosure.PARTLY and not f.parts]
    if not count or not partly:
        return []
    reasons = _texts((field.reason for field in partly), language)
    labels = _texts((field.label for field in partly), language)
    return [LeftOut(where, ", ".join(labels), " ".join(reasons), count)]


def _with_parts(fields: Iterable[FieldInfo]) -> Iterable[FieldInfo]:
    for field in fields:
        yield field
        if field.disclosure in DISCLOSED:
            yield from field.parts


def _distinct(items: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(item for item in items if item))


def _texts(items: Iterable[Text], language: str) -> tuple[str, ...]:
    return _distinct(words(item, language) for item in items)


def _keeping(items: Iterable[Retention], language: str) -> tuple[Keeping, ...]:
    return tuple(dict.fromkeys(Keeping(words(item.text, language), item.law) for item in items if item.text))

"""The information that Art. 15(1) and (2) want beside the data, reckoned from what was really found.

It is per data set and made from the data maps (A-04), not a copy of the privacy notice: purposes, categories, the
recipients by name, source and retention of exactly the data sets in which the subject occurs.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from dsr.output import phrases
from dsr.output.files import DISCLOSED
from dsr.output.inputs import words
from exporters.contract import CellNote, Disclosure, Origin

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from dsr.output.inputs import Inquiry, Redaction, Transfer
    from dsr.output.survey import Survey
    from exporters.contract import FieldInfo, KeepUntil, Retention, Text

MAX_YEARS = 12


@dataclass(frozen=True, slots=True)
class Keeping:
    """How long (A-08): the period or its criterion, and the statute when the law demands it."""

    text: str
    law: str
    ends: tuple[tuple[int, date], ...] = ()
    """For documents that law keeps: the year they are of, the last day they are kept (each has its own, rules 4.0.11)."""


@dataclass(frozen=True, slots=True)
class Deciding:
    """An automated decision that concerns her (A-12), and the data of hers that it uses."""

    name: str
    logic: str
    effect: str
    uses: tuple[str, ...]


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


def information(inquiry: Inquiry, surveys: tuple[Survey, ...], language: str) -> dict[str, Any]:
    """What templates need to say about Art. 15(1) and (2); the letter and the package's first page say the same."""
    known = held(surveys, language, keep_until=inquiry.keep_until)
    return {
        "inquiry": inquiry,
        "searched": [(words(item.label, language), item.found) for item in inquiry.searched],
        "kinds": [str(phrases.KINDS[kind]) for kind in inquiry.kinds],
        "held": known,
        "held_in_stores": any(not item.own for item in known),
        "rows": sum(item.rows for item in known),
        "received": received(known),
        "decisions": decisions(inquiry, known, language),
        "transfers": transfers(inquiry, known, language),
        "left_out": left_out(surveys, inquiry.redactions, language),
        "neither_confirm_nor_deny": str(phrases.NEITHER_CONFIRM_NOR_DENY),
    }


def decisions(inquiry: Inquiry, known: Iterable[Held], language: str) -> tuple[Deciding, ...]:
    """The automated decisions that concern her: all but those for a purpose for which no data of hers are held (A-12)."""
    found = []
    for one in inquiry.automated:
        purpose = words(one.purpose, language)
        uses = _distinct(f"{item.label} ({item.store})" for item in known if purpose and purpose in item.purposes)
        if uses or not purpose:
            found.append(Deciding(one.name, one.logic, one.effect, uses))
    return tuple(found)


def transfers(inquiry: Inquiry, known: Iterable[Held], language: str) -> tuple[Transfer, ...]:
    """The transfers that concern her: all but those to a recipient that got nothing of hers (A-13)."""
    names = {name for item in known for name in item.recipients}
    return tuple(one for one in inquiry.transfers if not one.receives or words(one.receives, language) in names)


def held(surveys: Iterable[Survey], language: str, *, keep_until: KeepUntil | None = None) -> tuple[Held, ...]:
    """What is said about each data set that holds something; data sets without a row are not mentioned."""
    return tuple(_held(survey, language, keep_until) for survey in surveys if survey.rows)


def _held(survey: Survey, language: str, keep_until: KeepUntil | None) -> Held:
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
        keeping=_keeping((info.retention, *(f.retention for f in fields)), language, _ends(survey, keep_until)),
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
        found.append(LeftOut(where, redaction.what or phrases.blacked_out(), redaction.reason, redaction.count))
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


def _keeping(
    items: Iterable[Retention], language: str, ends: Mapping[str, tuple[tuple[int, date], ...]]
) -> tuple[Keeping, ...]:
    return tuple(
        dict.fromkeys(
            Keeping(words(item.text, language), item.law, ends.get(item.code, ()) if item.law else ())
            for item in items
            if item.text
        )
    )


def _ends(survey: Survey, keep_until: KeepUntil | None) -> Mapping[str, tuple[tuple[int, date], ...]]:
    """Per document class the end for each year of documents, counted from its last day; the newest MAX_YEARS of them."""
    if keep_until is None:
        return {}
    years = sorted({int(month[:4]) for month, _count in survey.months}, reverse=True)[:MAX_YEARS]
    codes = {survey.found.info.retention.code, *(field.retention.code for field in _used(survey))}
    found: dict[str, tuple[tuple[int, date], ...]] = {}
    for code in sorted(codes):
        kept = [(year, keep_until(code, date(year, 12, 31))) for year in reversed(years)]
        found[code] = tuple((year, one.until) for year, one in kept if one is not None and one.until is not None)
    return found

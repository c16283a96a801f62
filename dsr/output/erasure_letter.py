"""The answer to a request for erasure: L-11, with L-08 inside when something stays (rules 5.1, 12(4), 4.0.4).

Says per system and kind of data what went and how, and per document year what the law keeps, under which statute, until
when. Whoever calls vouches for the facts; this module refuses those that would make a letter the law does not accept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext as _

from dsr.law.letter_elements import Element
from dsr.law.letters import LetterCode
from dsr.law.retention import CASE_FILE_YEARS
from dsr.output import phrases
from dsr.output.erasure_inputs import ErasureResult, Method
from dsr.output.erasure_words import ARTICLES, DEFER_REASONS, KEEP_REASONS, METHODS, METHODS_EXPLAINED
from dsr.output.inputs import words

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from dsr.output.erasure_inputs import Deferred, Erased, Kept
    from dsr.output.inputs import CaseHead, Sender


@dataclass(frozen=True, slots=True)
class ErasureDone:
    """L-11: what was deleted. Where something stays the letter carries L-08 and is a refusal in that part."""

    code: ClassVar[LetterCode] = LetterCode.ERASURE_DONE
    result: ErasureResult = field(repr=False)
    paragraph: str = field(default="", repr=False)
    wording: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def codes(self) -> tuple[LetterCode, ...]:
        """Every letter this one is: what it must contain is the sum of them."""
        return (self.code, LetterCode.PARTIAL_REFUSAL) if self.result.kept else (self.code,)


@dataclass(frozen=True, slots=True)
class ErasedLine:
    """One line of the table "What we deleted"."""

    store: str
    label: str
    category: str
    rows: int
    method: str


@dataclass(frozen=True, slots=True)
class KeptLine:
    """One line of the table "What the law makes us keep": one document year, one statute, one end date."""

    store: str
    label: str
    category: str
    year: int | None
    rows: int
    law: str
    until: date | None
    condition: str


@dataclass(frozen=True, slots=True)
class Because:
    """Why some data stay: the fact, the remark of the case, the article; and which data."""

    labels: tuple[str, ...]
    fact: str
    remark: str
    article: str


@dataclass(frozen=True, slots=True)
class DeferredLine:
    """One line of what is still to be deleted."""

    store: str
    label: str
    rows: int
    reason: str
    remark: str


def title(result: ErasureResult) -> str:
    """The subject line: it promises no more than was done."""
    if not result.erased:
        return _("Your request to delete your data")
    if result.kept:
        return _("We have deleted your data, except what the law makes us keep")
    if result.deferred:
        return _("We have deleted your data, except a part that follows later")
    return _("We have deleted your data")


def elements(body: ErasureDone, sender: Sender) -> dict[Element, object]:
    """What fills the elements of L-11 and L-08. `True`: the template says it in every such letter, and a test reads it.

    `lacking` looks at the single lines.
    """
    always = (
        Element.ERASED_CATEGORIES,
        Element.METHOD,
        Element.KEPT_DATA,
        Element.RECIPIENTS_INFORMED,
        Element.SUPPRESSION_ENTRY,
        Element.KEPT_CATEGORIES,
        Element.KEPT_LEGAL_BASIS,
        Element.KEPT_UNTIL,
        Element.KEPT_USE_RESTRICTED,
        Element.WHAT_WAS_DONE,
        Element.REASONS_FACT,
        Element.REASONS_LAW,
        Element.JUDICIAL_REMEDY,
    )
    return dict.fromkeys(always, True) | {
        Element.BACKUPS: body.result.backups,
        Element.AUTHORITY: sender.authority and sender.authority_address,
    }


def lacking(result: ErasureResult, language: str) -> list[str]:
    """What single lines leave open, as `element:store.dataset`; `residue` while a scan still finds something of hers."""
    absent = [f"{name}:{item.store}.{item.dataset}" for item, name in _open(result, language)]
    verified = result.verified
    if not verified.stores or not verified.identifiers:
        absent.append("verified")  # nobody looked: then nobody can say that it is gone
    if verified.hits_left:
        absent.append("residue")
    return list(dict.fromkeys(absent))


def _open(result: ErasureResult, language: str) -> Iterator[tuple[Erased | Kept | Deferred, str]]:
    for erased in result.erased:
        if not (words(erased.label, language) and erased.category):
            yield erased, Element.ERASED_CATEGORIES
    for kept in result.kept:
        if not (words(kept.label, language) and kept.category):
            yield kept, Element.KEPT_CATEGORIES
        if not kept.law.strip():
            yield kept, Element.KEPT_LEGAL_BASIS
        over = kept.until is not None and kept.until < result.executed_on
        if over or (kept.until is None and not words(kept.condition, language)):
            yield kept, Element.KEPT_UNTIL
        ground = KEEP_REASONS.get(kept.reason)
        if ground is None or (ground.told and not words(kept.remark, language)):
            yield kept, Element.REASONS_FACT
    for deferred in result.deferred:
        if not words(deferred.label, language) or deferred.reason not in DEFER_REASONS:
            yield deferred, "deferred"


def values(result: ErasureResult, head: CaseHead) -> dict[str, Any]:
    """What the template says, in the active language; the language of `head` chooses the words of the data maps.

    The day of the scan is reckoned in the time zone of the letter's date.
    """
    language = head.language
    methods = [method for method in Method if any(item.method is method and item.rows for item in result.erased)]
    return {
        "result": result,
        "erased": erased_lines(result, language),
        "kept": kept_lines(result, language),
        "because": _because(result, language),
        "deferred": _deferred(result, language),
        "erased_rows": sum(item.rows for item in result.erased),
        "erased_sets": len({(item.store, item.dataset) for item in result.erased if item.rows}),
        "methods": [str(METHODS_EXPLAINED[method]) for method in methods],
        "searched_on": result.verified.at.astimezone(head.written_at.tzinfo).date(),
        "searched": [words(store.label, language) for store in result.verified.stores],
        "kinds": [str(phrases.KINDS[kind]) for kind, count in result.verified.identifiers.items() if count],
        "file_years": CASE_FILE_YEARS,
        "file_until": result.file_until,
    }


def erased_lines(result: ErasureResult, language: str) -> tuple[ErasedLine, ...]:
    """One line per data set and method, in the order given; equal ones are added up, empty ones left out."""
    counts: dict[tuple[str, str, Method], int] = {}
    first: dict[tuple[str, str, Method], Erased] = {}
    for item in result.erased:
        key = (item.store, item.dataset, item.method)
        counts[key] = counts.get(key, 0) + item.rows
        first.setdefault(key, item)
    return tuple(
        ErasedLine(
            store=words(item.store_label, language),
            label=words(item.label, language),
            category=phrases.category(item.category),
            rows=counts[key],
            method=str(METHODS[item.method]),
        )
        for key, item in first.items()
        if counts[key]
    )


def kept_lines(result: ErasureResult, language: str) -> tuple[KeptLine, ...]:
    """One line per data set, document year, statute and end; data sets in the order given, years ascending."""
    order: dict[tuple[str, str], int] = {}
    lines: dict[tuple[Any, ...], tuple[KeptLine, int]] = {}
    for item in result.kept:
        place = order.setdefault((item.store, item.dataset), len(order))
        condition = "" if item.until else words(item.condition, language)
        key = (place, item.year or 0, item.law, str(item.until or ""), condition)
        before = lines[key][1] if key in lines else 0
        line = KeptLine(
            store=words(item.store_label, language),
            label=words(item.label, language),
            category=phrases.category(item.category),
            year=item.year,
            rows=before + item.rows,
            law=item.law,
            until=item.until,
            condition=condition,
        )
        lines[key] = (line, line.rows)
    return tuple(lines[key][0] for key in sorted(lines))


def _because(result: ErasureResult, language: str) -> tuple[Because, ...]:
    labels: dict[tuple[str, str], list[str]] = {}
    for item in result.kept:
        labels.setdefault((item.reason, words(item.remark, language)), []).append(words(item.label, language))
    return tuple(
        Because(
            labels=tuple(dict.fromkeys(names)),
            fact=str(KEEP_REASONS[reason].fact),
            remark=_sentence(remark),
            article=str(ARTICLES[KEEP_REASONS[reason].article]),
        )
        for (reason, remark), names in labels.items()
    )


def _deferred(result: ErasureResult, language: str) -> tuple[DeferredLine, ...]:
    return tuple(
        DeferredLine(
            store=words(item.store_label, language),
            label=words(item.label, language),
            rows=item.rows,
            reason=str(DEFER_REASONS[item.reason]),
            remark=_sentence(words(item.remark, language)),
        )
        for item in result.deferred
    )


def _sentence(remark: str) -> str:
    """A remark as a sentence: words of a data map come without a full stop."""
    text = remark.strip()
    return text if not text or text[-1] in ".!?" else f"{text}."

"""The uses a person can object to or take her consent back from, by their legal basis (Art. 21(1), 7(3); ux.md 1.5).

From the record of processing and the data maps alone: no store is asked, so the list tells nobody anything about a
person. A store whose map cannot be read leaves its uses out; the form has a box for her own words in any case.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from dsr.cases.scope import stores_of
from dsr.fulfil.locate import NeedsPersonError
from dsr.fulfil.statements import record_of, statements_of
from dsr.fulfil.stores import open_by_name
from dsr.law.portability import bases_of
from dsr.output.inputs import words
from exporters.contract import Describes, StoreError
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dsr.models import Controller
    from exporters.contract import DatasetInfo, Text
    from exporters.record.model import Record

LEGITIMATE_INTEREST: Final = frozenset({"6(1)(f)"})
CONSENT: Final = frozenset({"6(1)(a)", "9(2)(a)"})
# Direct marketing is stopped without any weighing (21(2), 21(3)) on a page of its own; it is no use to argue about.
_MARKETING: Final = "marketing"


@dataclass(frozen=True, slots=True)
class Use:
    """A purpose: its short name in the record of processing (or one made from its words), and its words for her."""

    code: str
    label: str


def objectionable(controller: Controller, language: str) -> tuple[Use, ...]:
    """Uses that rest on a legitimate interest, without direct marketing, as `language` calls them (Art. 21(1))."""
    record = _record(controller)
    marketing = {_spelled(info.purpose) for info in _datasets(controller) if info.category == _MARKETING}
    found = _uses(controller, record, LEGITIMATE_INTEREST, language)
    return tuple(use for text, use in found.items() if text not in marketing and use.code != _MARKETING)


def consented(controller: Controller, language: str) -> tuple[Use, ...]:
    """Uses that rest on a consent, as `language` calls them (Art. 7(3))."""
    return tuple(_uses(controller, _record(controller), CONSENT, language).values())


def decisions(controller: Controller, language: str) -> tuple[str, ...]:
    """The names of the decisions taken by automated means alone (Art. 22); none where nothing usable is stated."""
    try:
        stated, _transfers = statements_of(controller, language)
    except NeedsPersonError:
        return ()
    return tuple(item.name for item in stated)


def _uses(controller: Controller, record: Record | None, bases: frozenset[str], language: str) -> dict[str, Use]:
    """By the English words of the purpose: the same purpose in several stores, or in the record, is one use."""
    names = {_spelled(purpose.words): purpose for purpose in record.purposes.values()} if record else {}
    found = {
        text: Use(purpose.code, words(purpose.words, language))
        for text, purpose in names.items()
        if bases_of(purpose.legal_basis) & bases
    }
    for text, purpose in _mapped(controller, bases):
        known = names.get(text)
        code = known.code if known else hashlib.sha256(text.encode()).hexdigest()[:12]
        found.setdefault(text, Use(code, words(purpose, language)))
    return found


def _mapped(controller: Controller, bases: frozenset[str]) -> Iterator[tuple[str, Text]]:
    for info in _datasets(controller):
        # A column without words is about nobody (not_personal), so nothing is done with it either.
        stated = [(info.legal_basis, info.purpose), *((f.legal_basis, f.purpose) for f in info.fields if f.label)]
        for basis, purpose in stated:
            if bases_of(basis) & bases and _spelled(purpose):
                yield _spelled(purpose), purpose


def _datasets(controller: Controller) -> Iterator[DatasetInfo]:
    for store in stores_of(controller):
        try:
            exporter = open_by_name(controller, store)
            if capable(exporter, Describes):
                yield from exporter.describe()
        except StoreError:
            continue


def _record(controller: Controller) -> Record | None:
    try:
        return record_of(controller)
    except NeedsPersonError:
        return None


def _spelled(text: Text) -> str:
    return words(text, "en").strip()

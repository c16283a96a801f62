"""What an erasure deletes and what the law makes us keep, told before the request is sent (ux.md 1.5; rules 3.4.4, 4.0.11).

From the data maps and the retention table alone: nothing of a store is read, so nobody learns anything about a person
from this page. That is why it names every year for which the law may still keep a document, not the years she has.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Final

from dsr.cases.scope import stores_of
from dsr.fulfil.keep import keeper
from dsr.fulfil.stores import label_of, open_by_name
from dsr.output.inputs import words
from exporters.contract import Describes, StoreError
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dsr.models import Controller
    from exporters.contract import DatasetInfo, KeepUntil, Retention

# The categories of data (exporters.datamap.vocabulary) behind the kinds a person chooses from (dsr.wording.asked.KINDS).
# A kind that is not here may be anything, so that it narrows nothing.
CATEGORIES: Final[Mapping[str, frozenset[str]]] = {
    "contract": frozenset({"master", "contract", "identification", "payment", "invoice"}),
    "usage": frozenset({"traffic", "usage", "location", "technical", "security"}),
    "contacts": frozenset({"communication", "support"}),
    "recordings": frozenset({"communication"}),
    "devices": frozenset({"device", "technical"}),
    "marketing": frozenset({"marketing", "consent"}),
}
PROFILE: Final = frozenset({"marketing"})
"""What the marketing profile is."""
_MOST_YEARS: Final = 40


@dataclass(frozen=True, slots=True)
class Item:
    """One kind of data in one system; `fields` names what of it is meant, empty for all of it."""

    system: str
    label: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stay:
    """What one provision keeps. `until` says how long in words, `years` the last day of keeping by year of the document, the
    newest first; a document of an older year goes.
    """

    law: str
    until: str
    years: tuple[tuple[int, date], ...]
    items: tuple[Item, ...] = ()


@dataclass(frozen=True, slots=True)
class Outlook:
    """The table: what stays, by provision, and what goes. `complete` is false when a system could not say what it holds."""

    stays: tuple[Stay, ...]
    goes: tuple[Item, ...]
    complete: bool = True


def categories_of(delete: str, kinds: Iterable[str]) -> frozenset[str] | None:
    """The categories an erasure is about, by what she chose (`delete`: everything, some, profile); None is all of them."""
    if delete == "profile":
        return PROFILE
    chosen = tuple(kinds)
    if delete != "some" or not chosen or any(kind not in CATEGORIES for kind in chosen):
        return None
    return frozenset().union(*(CATEGORIES[kind] for kind in chosen))


def outlook(controller: Controller, language: str, *, today: date, categories: frozenset[str] | None = None) -> Outlook:
    """Every kind of data the stores of this controller can hold, in `language`; `today` is the controller's local day."""
    reader = _Reader(language, keeper(controller), today)
    stays: dict[Stay, list[Item]] = {}
    goes: list[Item] = []
    complete = True
    for store, config in stores_of(controller).items():
        try:
            exporter = open_by_name(controller, store)
            described = exporter.describe() if capable(exporter, Describes) else ()
        except StoreError:
            complete = False
            continue
        for info in described:
            if categories is not None and info.category not in categories:
                continue
            for stay, item in reader.read(info, label_of(config, language)):
                goes.append(item) if stay is None else stays.setdefault(stay, []).append(item)
    return Outlook(tuple(replace(stay, items=tuple(items)) for stay, items in stays.items()), tuple(goes), complete)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Reads data maps in one language, for one day."""

    language: str
    keep: KeepUntil
    today: date

    def read(self, info: DatasetInfo, system: str) -> Iterator[tuple[Stay | None, Item]]:
        """A data set as lines of the table: it stays, or it goes but for the fields that the law keeps."""
        label = words(info.label, self.language)
        if info.retention.law:
            yield self._stay(info.retention), Item(system, label)
            return
        yield None, Item(system, label)
        fields: dict[Stay, list[str]] = {}
        for item in info.fields:
            # What the law keeps of a record that goes: a customer number beside the invoices that name it.
            if item.label and item.retention.law:
                fields.setdefault(self._stay(item.retention), []).append(words(item.label, self.language))
        for stay, names in fields.items():
            yield stay, Item(system, label, tuple(names))

    def _stay(self, retention: Retention) -> Stay:
        return Stay(retention.law, words(retention.text, self.language), tuple(self._years(retention.code)))

    def _years(self, code: str) -> Iterator[tuple[int, date]]:
        """For each year of which the law may still keep a document: the last day of keeping its last document."""
        for year in range(self.today.year, self.today.year - _MOST_YEARS, -1):
            found = self.keep(code, self.today if year == self.today.year else date(year, 12, 31))
            if found is None or found.until is None or found.until < self.today:
                return
            yield year, found.until

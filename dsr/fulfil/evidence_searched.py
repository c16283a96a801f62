"""The chapters of an evidence pack about the search: which stores, on what their data maps rest, what was taken out and why (4.6)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dsr.cases.scope import stores_of
from dsr.fulfil import evidence_work, store_health
from dsr.fulfil.stores import label_of, open_by_name
from dsr.law.redaction import SPOKEN_OF, Reason
from dsr.law.workflow import Action
from dsr.models import RedactionBox, RedactionItem, RedactionMark, Task
from dsr.output.evidence import Section, Table
from dsr.wording.redaction import CHOICES
from exporters.contract import StoreError
from exporters.datamap.vocabulary import Evidence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

    from dsr.fulfil.evidence_reading import Reading
    from exporters.datamap.model import DataMap

RESULTS: Final[Mapping[str, _StrPromise]] = {
    Task.Status.DONE: gettext_lazy("searched"),
    Task.Status.WAIVED: gettext_lazy("left out by a privacy lead, with a reason"),
    Task.Status.CANCELLED: gettext_lazy("cancelled"),
}
RESTS_ON: Final[Mapping[Evidence | None, _StrPromise]] = {
    Evidence.TESTED: gettext_lazy("compared with a store that the system itself filled"),
    Evidence.DOCUMENTED: gettext_lazy("written from the documentation of the system"),
    Evidence.CLIENT_CODE: gettext_lazy("read from the code or the queries of whoever runs it"),
    Evidence.ASSUMED: gettext_lazy("assumed"),
    None: gettext_lazy("not stated"),
}


def searched(reading: Reading) -> Section:
    """Every configured store: what came of the search, and what its data map covers and rests on."""
    case = reading.case
    done = {task.store: task for task in case.tasks.filter(operation="collect").order_by("store")}
    rows = [_store(reading, name, done.get(name)) for name in stores_of(case.controller)]
    # A store that was searched and is not configured any more.
    rows += [_removed(reading, done[name]) for name in sorted(set(done) - set(stores_of(case.controller)) - {""})]
    started = reading.of({Action.START_COLLECTION.value})
    return Section(
        title=_("Systems searched"),
        text=() if started else (_("No search was started in this case."),),
        tables=(
            Table(
                "systems",
                _("Systems, what came of the search, and what their data map rests on"),
                (
                    _("System"),
                    _("Result"),
                    _("Records"),
                    _("When"),
                    _("Coverage of the map"),
                    _("The map is"),
                ),
                tuple(rows),
                widths=(18, 14, 8, 16, 18, 0),
            ),
            evidence_work.keys_used(reading),
            evidence_work.departments(reading),
        ),
    )


def _store(reading: Reading, name: str, task: Task | None) -> tuple[str, ...]:
    controller = reading.case.controller
    label = f"{label_of(stores_of(controller)[name], reading.language)} ({name})"
    data_map: DataMap | None = None
    try:
        data_map = getattr(open_by_name(controller, name), "data_map", None)
    except StoreError:
        return (label, *_result(reading, task), _("the store cannot be opened now"), "")
    if data_map is None:
        return (label, *_result(reading, task), _("no data map: somebody answers by hand"), str(RESTS_ON[None]))
    rests = f"{RESTS_ON[data_map.evidence_level]}; {data_map.name} {data_map.version}"
    return (label, *_result(reading, task), _coverage(reading, name, data_map), rests)


def _coverage(reading: Reading, name: str, data_map: DataMap) -> str:
    """Declared columns, and how many the last check found beside them; what may not be named is not counted (X-06)."""
    columns = sum(len(dataset.fields) for dataset in data_map.datasets.values())
    words = _("%(sets)s data sets, %(columns)s columns declared") % {"sets": len(data_map.datasets), "columns": columns}
    found = store_health.findings(reading.case.controller, name)
    if found is None:
        return words
    missed = found.get("missed", {}).get("column", 0)
    return words + "; " + _("%(n)s columns not declared at the last check") % {"n": missed}


def _removed(reading: Reading, task: Task) -> tuple[str, ...]:
    return (task.store, *_result(reading, task), _("no longer configured"), "")


def _result(reading: Reading, task: Task | None) -> tuple[str, str, str]:
    if task is None:
        return (_("not searched"), "", "")
    words = str(RESULTS.get(task.status, _("not finished")))
    result: dict[str, Any] = task.result
    rows = str(result.get("rows", "")) if task.status == Task.Status.DONE else ""
    return (words, rows, reading.at(task.finished_at))


def left_out(reading: Reading) -> Section:
    """How many places were taken out of the answer, where and for which reason; never what stood there (X-02, X-06, X-07)."""
    counts: Counter[tuple[str, str, str]] = Counter()
    spoken = [reason.value for reason in SPOKEN_OF]
    items = RedactionItem.objects.filter(case=reading.case, present=True)
    whole = items.filter(whole=RedactionItem.Whole.ACCEPTED)
    for store, dataset, reason in whole.filter(whole_reason__in=spoken).values_list("store", "dataset", "whole_reason"):
        counts[store, dataset, reason] += 1
    # Of an item that is withheld for a reason nobody may speak of, no mark and no box is counted either.
    marks = RedactionMark.objects.filter(item__in=items, state=RedactionMark.State.ACCEPTED, reason__in=spoken)
    marks = marks.exclude(item__whole=RedactionItem.Whole.ACCEPTED)
    for store, dataset, reason in marks.values_list("item__store", "item__dataset", "reason"):
        counts[store, dataset, reason] += 1
    boxes = RedactionBox.objects.filter(item__in=items).exclude(item__whole=RedactionItem.Whole.ACCEPTED)
    for store, dataset, reason in boxes.values_list("item__store", "item__dataset", "reason"):
        counts[store, dataset, reason] += 1
    rows = tuple(
        (store, dataset, str(CHOICES[Reason(reason)]), str(counts[store, dataset, reason]))
        for store, dataset, reason in sorted(counts)
    )
    return Section(
        title=_("What was taken out of the answer"),
        text=(
            _("Counted are places whose reason can be given. What the law may forbid to speak of is in no count."),
            *(() if rows else (_("No place is counted."),)),
        ),
        tables=(
            Table(
                "redactions",
                _("Places taken out, by reason (Article 15(4) GDPR)"),
                (_("System"), _("Data set"), _("Reason"), _("Places")),
                rows,
            ),
        ),
    )

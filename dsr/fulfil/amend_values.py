"""What the stores hold today of what a correction could be about, read for the sheet of a case (R-01, R-06).

Rows that hold the same value in the same column are one line: a name on forty invoices is one question. Records of what
happened are kept on the sheet only where they repeat what she says is wrong, or a field of her master data.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsr.cases import corrections
from dsr.cases.scope import stores_of
from dsr.fulfil.locate import row_keys
from dsr.fulfil.stores import open_by_name
from dsr.models import Subject as SubjectRow
from exporters.contract import Describes, Holds, Plans, Temporary
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime

    from dsr.cases.corrections import Asked
    from dsr.models import Case, Task
    from exporters.contract import DatasetInfo, FieldInfo, Held

NOT_CAPABLE = "not_capable"
MOST = 120
"""Lines of one store on a sheet."""
TRUE = "true"


def values(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Operation `values`: ask every store in which she was found; a store that cannot say is named, never left out."""
    case = task.case
    content = SubjectRow.objects.select_related("request").get(request=case.request).content()
    asked = corrections.asked_of(case)
    found: list[dict[str, Any]] = []
    unread: dict[str, str] = {}
    for store in stores_of(case.controller):
        check()
        keys = row_keys(content, store)
        exporter = open_by_name(case.controller, store)
        if not capable(exporter, Holds) or not capable(exporter, Plans):
            unread[store] = NOT_CAPABLE
        elif keys:
            found += _lines(store, exporter.held(keys), _described(exporter), asked)

    def effect() -> None:
        corrections.keep_values(case=case, values=found, unread=unread, now=now)

    return {"values": len(found), "stores": len({one["store"] for one in found}), "by_hand": len(unread)}, effect


def held_now(case: Case, store: str, check: Callable[..., None]) -> dict[tuple[str, tuple[str, ...], str], str | None]:
    """The values of one store by (dataset, row, column), keys as texts; empty where it cannot say."""
    content = SubjectRow.objects.select_related("request").get(request=case.request).content()
    exporter = open_by_name(case.controller, store)
    keys = row_keys(content, store)
    check()
    if not keys or not capable(exporter, Holds):
        return {}
    return {(one.row.dataset, tuple(map(str, one.row.values)), one.column): one.value for one in exporter.held(keys)}


def _described(exporter: Any) -> dict[tuple[str, str], tuple[DatasetInfo, FieldInfo]]:
    if not capable(exporter, Describes):
        raise Temporary("undescribed_dataset", exporter.name)
    return {(info.name, one.name): (info, one) for info in exporter.describe() for one in info.fields}


def _lines(
    store: str,
    held: Iterable[Held],
    described: Mapping[tuple[str, str], tuple[DatasetInfo, FieldInfo]],
    asked: Iterable[Asked],
) -> list[dict[str, Any]]:
    wrong = {text for one in asked for text in (fold(one.old),) if text}
    lines: dict[tuple[str, str, str | None], dict[str, Any]] = {}
    master = {_label(one) for _, one in described.values() if one.correct == TRUE}
    for one in held:
        known = described.get((one.row.dataset, one.column))
        if known is None or not _wanted(one, known[1], master, wrong):
            continue
        info, what = known
        line = lines.setdefault(
            (one.row.dataset, one.column, one.value),
            {
                "store": store,
                "dataset": one.row.dataset,
                "column": one.column,
                "keys": [],
                "value": one.value,
                "how": what.correct,
                "why": what.correct_why,
                "kind": one.kind,
                "category": what.category,
                "label": dict(what.label) or {"en": one.column},
                "dataset_label": dict(info.label),
                "recipients": [dict(name) for name in what.recipients],
                "shared": False,
                "more": one.more,
                "meaning": dict(what.values.get(str(one.value), {})) if what.values else {},
            },
        )
        line["keys"].append(list(one.row.values))
        line["shared"] = line["shared"] or one.shared
    # What is overwritten comes first: it is what people mean.
    return sorted(lines.values(), key=lambda line: line["how"] != TRUE)[:MOST]


def _label(one: FieldInfo) -> str:
    return str(one.label.get("en", ""))


def _wanted(one: Held, what: FieldInfo, master: set[str], wrong: set[str]) -> bool:
    """Whether somebody would look for it: master data; records only where they repeat it, or what she calls wrong."""
    if what.correct == TRUE and not what.free_text:
        return True
    text = fold(one.value or "")
    repeats = any(old in text for old in wrong)
    return bool(text) and (repeats or (_label(what) in master and not what.free_text))


def fold(text: str) -> str:
    """A value as two people would call it the same: no case, no blanks."""
    return "".join(text.split()).casefold()

"""A line of a plan as everybody on the case may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsr.output.inputs import words
from exporters.contract import Treatment

if TYPE_CHECKING:
    from exporters.contract import PlanLine
    from exporters.description import DatasetInfo


def summed(store: str, exporter: Any, line: PlanLine) -> dict[str, Any]:
    """A line as everybody on the case may see it: counts, laws and end dates, no key and no value."""
    info = next((item for item in exporter.describe() if item.name == line.dataset), None)
    return {
        "store": store,
        "dataset": line.dataset,
        "label": _label(info, line) if info else {"en": line.dataset},
        "category": info.category if info else "",
        "recipients": [words(name, "en") for name in info.recipients] if info and line.writes else [],
        "condition": dict(info.retention.text) if info else {},
        "purpose": dict(info.purpose) if info else {},
        "document_class": line.document_class,
        "treatment": line.treatment.value,
        "count": line.count,
        "growing": line.growing,
        "fields": [{"column": change.column, "strategy": change.strategy} for change in line.fields],
        "link": line.link,
        "law": line.law,
        "mark": line.mark,
        "year": line.document_year,
        "until": line.keep_until.isoformat() if line.keep_until else None,
        "reason": line.reason.value if line.reason else "",
    }


def _label(info: DatasetInfo, line: PlanLine) -> dict[str, str]:
    """What the line is about; of a row that stays, the columns that are left to a person."""
    if line.treatment is not Treatment.MANUAL:
        return dict(info.label)
    asked = {change.column for change in line.fields}
    columns = [field for field in info.fields if field.name in asked]
    named = {of: ", ".join(words(field.label, of) for field in columns) for of in info.label} if columns else {}
    return {of: f"{label} ({named[of]})" if of in named else label for of, label in info.label.items()}

"""A line of a plan as everybody on the case may see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dsr.output.inputs import words

if TYPE_CHECKING:
    from exporters.contract import PlanLine


def summed(store: str, exporter: Any, line: PlanLine) -> dict[str, Any]:
    """A line as everybody on the case may see it: counts, laws and end dates, no key and no value."""
    info = next((item for item in exporter.describe() if item.name == line.dataset), None)
    return {
        "store": store,
        "dataset": line.dataset,
        "label": dict(info.label) if info else {"en": line.dataset},
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

"""The first page of the report: what there is, how much, since when; per system and per month, as pictures and as tables.

Each picture says its finding in its title and has its numbers beside it as a table, for those who cannot see it or do not
trust pictures (ux.md 5.2).
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from dsr.output import phrases
from dsr.output.chart import Bars, Chart, bars, chart
from dsr.output.inputs import words

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from dsr.output.survey import Survey


@dataclass(frozen=True, slots=True)
class StoreLine:
    """One system: how many data sets and records, the first and the last day that a record bears."""

    label: str
    sets: int
    rows: int
    first: date | None
    last: date | None


@dataclass(frozen=True, slots=True)
class Summary:
    """What the first page shows. `undated`: how many records bear no date and stand in no month."""

    stores: tuple[StoreLine, ...]
    by_store: Bars | None
    by_month: Chart | None
    undated: int


def summary(surveys: Sequence[Survey], language: str) -> Summary:
    """Count `surveys` (each with at least one row) per system and per month."""
    groups: dict[str, list[Survey]] = {}
    for survey in surveys:
        groups.setdefault(survey.found.store, []).append(survey)
    stores = tuple(_line(items, language) for items in sorted(groups.values(), key=lambda items: items[0].found.own))
    months: Counter[str] = Counter()
    for survey in surveys:
        months.update(dict(survey.months))
    total = sum(survey.rows for survey in surveys)
    return Summary(
        stores=stores,
        by_store=bars(_("Records in each system"), [(line.label, line.rows) for line in stores]),
        by_month=chart(_("All systems together"), sorted(months.items())),
        undated=total - months.total(),
    )


def _line(items: Sequence[Survey], language: str) -> StoreLine:
    firsts = [survey.first for survey in items if survey.first]
    lasts = [survey.last for survey in items if survey.last]
    return StoreLine(
        label=words(items[0].found.store_label, language),
        sets=len(items),
        rows=sum(survey.rows for survey in items),
        first=min(firsts, default=None),
        last=max(lasts, default=None),
    )


def spans(line: StoreLine) -> str:
    """The days between which the records of a system lie; empty where they bear none."""
    if line.first is None or line.last is None:
        return ""
    if line.first == line.last:
        return phrases.day(line.first)
    return _("%(first)s to %(last)s") % {"first": phrases.day(line.first), "last": phrases.day(line.last)}

"""How long the law keeps a document, per country and class (rules 3.4.4, 3.4.5, 4.5), with the statute beside each row.

A row marked K or V/K may keep but never deletes by itself (4.0.11): the plan shows the mark and asks for the DPO's word.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from dsr.law.counting import add_months
from dsr.law.retention_rows import ROWS, Bound, DocumentClass, Mark, RetentionRule, StartRule

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

__all__ = [
    "ROWS",
    "Bound",
    "Dates",
    "DocumentClass",
    "Keep",
    "Mark",
    "NoRetentionRuleError",
    "RetentionRule",
    "StartRule",
    "case_file_until",
    "id_document_until",
    "keep_until",
    "rule_for",
]

# 4.5: the case file proves for three years from the end of the year of closure; an identity document goes at once.
CASE_FILE_YEARS: Final = 3
ID_DOCUMENT_DAYS: Final = 14


class NoRetentionRuleError(LookupError):
    """No row for this country, class and date: nothing here says that the law keeps it, and nothing may assume so."""


class Assumed(StrEnum):
    """A date the caller did not give and the computation had to take for granted; it bars deletion by itself."""

    FINANCIAL_YEAR = "financial_year"  # taken as the calendar year
    LAST_ENTRY = "last_entry"  # taken as the end of the calendar year
    TAX_DUE = "tax_due"  # taken as one month after the document


@dataclass(frozen=True, slots=True, kw_only=True)
class Dates:
    """The days a start rule may count from.

    `document` is the date of the document, of the dispatch of an invoice, or of the end of the contract, as the class says.
    """

    document: date
    financial_year_end: date | None = None
    last_entry: date | None = None
    tax_due: date | None = None


@dataclass(frozen=True, slots=True)
class Keep:
    """The answer: the last day of keeping (None where the law names an event instead of a date), and why."""

    until: date | None
    rule: RetentionRule
    assumed: tuple[Assumed, ...] = ()

    @property
    def may_delete(self) -> bool:
        """Whether a deletion may rest on this row alone (4.0.11)."""
        return self.until is not None and self.rule.mark is Mark.VERIFIED and not self.assumed


def _year_end(day: date) -> date:
    return date(day.year, 12, 31)


def _financial_year_end(dates: Dates) -> tuple[date, tuple[Assumed, ...]]:
    if dates.financial_year_end is not None:
        return dates.financial_year_end, ()
    return _year_end(dates.document), (Assumed.FINANCIAL_YEAR,)


def _last_entry(dates: Dates) -> tuple[date, tuple[Assumed, ...]]:
    if dates.last_entry is not None:
        return dates.last_entry, ()
    return _year_end(dates.document), (Assumed.LAST_ENTRY,)


def _tax_due_year_end(dates: Dates) -> tuple[date, tuple[Assumed, ...]]:
    if dates.tax_due is not None:
        return _year_end(dates.tax_due), ()
    return _year_end(add_months(dates.document, 1)), (Assumed.TAX_DUE,)


def _end_of_its_calendar_year(dates: Dates) -> tuple[date, tuple[Assumed, ...]]:
    day, assumed = _financial_year_end(dates)
    return _year_end(day), assumed


_STARTS: Final[Mapping[StartRule, Callable[[Dates], tuple[date, tuple[Assumed, ...]]]]] = {
    StartRule.DOC_DATE: lambda d: (d.document, ()),
    StartRule.END_CALENDAR_YEAR: lambda d: (_year_end(d.document), ()),
    # 1 January of the next year is the day after 31 December: the last day of the period is the same.
    StartRule.JAN1_NEXT_YEAR: lambda d: (_year_end(d.document), ()),
    StartRule.END_FINANCIAL_YEAR: _financial_year_end,
    StartRule.CALENDAR_YEAR_OF_FINANCIAL_YEAR: _end_of_its_calendar_year,
    StartRule.LAST_ENTRY: _last_entry,
    StartRule.TAX_DUE_YEAR_END: _tax_due_year_end,
}


def rule_for(
    country: str, document_class: DocumentClass, document_date: date, *, own: Sequence[RetentionRule] = ()
) -> RetentionRule:
    """The row for a document of that date, the controller's `own` rows first; raises NoRetentionRuleError."""
    for rule in (*own, *ROWS):
        if rule.country == country and rule.document_class is document_class and rule.covers(document_date):
            return rule
    raise NoRetentionRuleError(
        f"no retention row for {document_class.value} in {country} on {document_date.isoformat()}"
    )


def keep_until(
    country: str,
    document_class: DocumentClass,
    document_date: date,
    *,
    financial_year_end: date | None = None,
    last_entry: date | None = None,
    tax_due: date | None = None,
    own: Sequence[RetentionRule] = (),
) -> Keep:
    """How long this one document is kept: each has its own end, never one date for all (4.0.11).

    `country` is a two-letter code, `own` are rows the controller added. Raises NoRetentionRuleError. A date that is not given is assumed and named in `assumed`.
    """
    rule = rule_for(country, document_class, document_date, own=own)
    if rule.months is None:
        return Keep(None, rule)
    dates = Dates(document=document_date, financial_year_end=financial_year_end, last_entry=last_entry, tax_due=tax_due)
    start, assumed = _STARTS[rule.start](dates)
    return Keep(add_months(start, rule.months), rule, assumed)


def case_file_until(
    closed_on: date, *, country: str = "", own: Sequence[RetentionRule] = (), least_months: int = 0
) -> date | None:
    """Last day of keeping a case file: three years from the end of the calendar year of closure (4.0.8, 4.5).

    A controller's own row for case files in its country goes before that (six years in the United Kingdom); one without
    months keeps for good, which is None. `least_months` is what the regime demands whatever else is said (California: 24).
    """
    least = add_months(closed_on, least_months)
    for rule in own:
        if rule.country == country and rule.document_class is DocumentClass.CASE_FILE and rule.covers(closed_on):
            if rule.months is None:
                return None
            start, _assumed = _STARTS[rule.start](Dates(document=closed_on))
            return max(add_months(start, rule.months), least)
    return max(date(closed_on.year + CASE_FILE_YEARS, 12, 31), least)


def id_document_until(received_on: date) -> date:
    """The latest day an identity document may still be there; it goes right after the check (I-04, 4.5)."""
    return received_on + timedelta(days=ID_DOCUMENT_DAYS)

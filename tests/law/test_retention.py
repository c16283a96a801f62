"""Keep-until dates worked out by hand from the statutes of 3.4.4 and 3.4.5, and the case file of 4.5."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from dsr.law.retention import (
    ROWS,
    Bound,
    DocumentClass,
    Mark,
    NoRetentionRuleError,
    RetentionRule,
    case_file_until,
    id_document_until,
    keep_until,
    rule_for,
)

D = DocumentClass
BY_HAND = [
    ("DE", D.INVOICE, "2026-04-15", {}, "2034-12-31"),  # AO 147: eight years from the end of 2026
    ("DE", D.INVOICE, "2019-11-02", {}, "2027-12-31"),  # also for documents of before 2025
    ("DE", D.BOOKS, "2026-01-31", {}, "2036-12-31"),
    ("DE", D.BUSINESS_LETTER, "2026-01-31", {}, "2032-12-31"),
    ("DE", D.BILLING_TRAFFIC, "2026-04-15", {}, "2026-10-15"),  # TDDDG 10(2): six months after dispatch
    ("DE", D.BILLING_TRAFFIC, "2026-08-31", {}, "2027-02-28"),
    ("DE", D.TRAFFIC, "2026-04-15", {}, "2026-04-15"),
    ("DE", D.SUBSCRIBER_IDENTITY, "2026-03-31", {}, "2027-12-31"),  # end of the calendar year after the contract's end
    ("AT", D.INVOICE, "2026-04-15", {}, "2033-12-31"),
    ("AT", D.BILLING_TRAFFIC, "2026-04-15", {}, "2026-07-15"),  # TKG 167(2)
    ("AT", D.SUBSCRIBER_IDENTITY, "2026-03-31", {}, "2026-03-31"),
    ("FR", D.INVOICE, "2026-04-15", {"financial_year_end": date(2026, 6, 30)}, "2036-06-30"),
    ("FR", D.TAX_RECORD, "2026-04-15", {}, "2032-04-15"),
    ("FR", D.SUBSCRIBER_IDENTITY, "2026-06-14", {}, "2031-06-14"),  # five years after the contract's end
    ("FR", D.SUBSCRIPTION_PAYMENT, "2026-06-14", {}, "2027-06-14"),
    ("FR", D.SECURITY_LOG, "2026-11-30", {}, "2027-02-28"),
    ("IT", D.INVOICE, "2026-04-15", {"last_entry": date(2026, 12, 20)}, "2036-12-20"),  # c.c. 2220
    ("IT", D.BILLING_TRAFFIC, "2026-04-15", {}, "2026-10-15"),
    ("NL", D.INVOICE, "2026-04-15", {}, "2033-12-31"),
    ("ES", D.INVOICE, "2026-04-15", {"last_entry": date(2026, 12, 31)}, "2032-12-31"),
    ("PL", D.INVOICE, "2026-12-10", {"tax_due": date(2027, 1, 25)}, "2032-12-31"),  # the tax falls due in the next year
    ("BE", D.INVOICE, "2022-12-31", {}, "2029-12-31"),
    ("BE", D.INVOICE, "2023-01-01", {}, "2033-12-31"),  # ten years since 2023
    ("IE", D.INVOICE, "2026-04-15", {"financial_year_end": date(2026, 9, 30)}, "2032-09-30"),
    ("SE", D.INVOICE, "2026-04-15", {"financial_year_end": date(2026, 6, 30)}, "2033-12-31"),  # seventh year after 2026
    ("PT", D.INVOICE, "2026-04-15", {}, "2036-12-31"),
    ("GB", D.INVOICE, "2026-04-15", {}, "2032-04-15"),
    ("CH", D.INVOICE, "2026-04-15", {"financial_year_end": date(2026, 12, 31)}, "2036-12-31"),
]


@pytest.mark.parametrize(("country", "kind", "day", "more", "until"), BY_HAND)
def test_3_4_4_keep_until_by_hand(
    country: str, kind: DocumentClass, day: str, more: dict[str, Any], until: str
) -> None:
    assert keep_until(country, kind, date.fromisoformat(day), **more).until == date.fromisoformat(until)


@pytest.mark.parametrize("rule", ROWS, ids=lambda r: f"{r.country} {r.document_class} {r.valid_from}")
def test_4_0_11_only_a_verified_row_with_all_its_dates_may_delete(rule: RetentionRule) -> None:
    day = rule.valid_from or rule.valid_to or date(2026, 4, 15)
    told = keep_until(rule.country, rule.document_class, day, financial_year_end=day, last_entry=day, tax_due=day)
    assert told.rule is rule
    assert told.may_delete is (rule.mark is Mark.VERIFIED and rule.months is not None)
    if told.until is not None:
        assert told.until >= day
    assert rule.statute


def test_a_date_that_was_assumed_bars_deletion() -> None:
    guessed = keep_until("IT", D.INVOICE, date(2026, 4, 15))
    assert [a.value for a in guessed.assumed] == ["last_entry"]
    assert guessed.rule.mark is Mark.VERIFIED
    assert not guessed.may_delete
    assert keep_until("IT", D.INVOICE, date(2026, 4, 15), last_entry=date(2026, 12, 31)).may_delete


def test_an_event_instead_of_a_length_has_no_date() -> None:
    kept = keep_until("NL", D.BILLING_TRAFFIC, date(2026, 4, 15))
    assert kept.until is None
    assert not kept.may_delete


def test_4_0_11_each_document_has_its_own_end() -> None:
    ends = {keep_until("DE", D.INVOICE, date(year, 5, 1)).until for year in range(2019, 2027)}
    assert len(ends) == 8


def test_where_there_is_no_row_nothing_is_assumed() -> None:
    with pytest.raises(NoRetentionRuleError, match="no retention row for security_log in PL"):
        keep_until("PL", D.SECURITY_LOG, date(2026, 4, 15))


def test_rows_of_one_country_and_class_do_not_overlap() -> None:
    for rule in ROWS:
        for day in (date(2015, 1, 1), date(2022, 12, 31), date(2023, 1, 1), date(2026, 4, 15)):
            if rule.covers(day):
                twins = [
                    r
                    for r in ROWS
                    if (r.country, r.document_class) == (rule.country, rule.document_class) and r.covers(day)
                ]
                assert twins == [rule]


def test_telecom_ceilings_are_marked_as_ceilings() -> None:
    assert rule_for("DE", D.BILLING_TRAFFIC, date(2026, 1, 1)).bound is Bound.AT_MOST
    assert rule_for("DE", D.INVOICE, date(2026, 1, 1)).bound is Bound.AT_LEAST


def test_4_5_case_file_and_identity_document() -> None:
    assert case_file_until(date(2026, 3, 9)) == date(2029, 12, 31)
    assert id_document_until(date(2026, 3, 9)) == date(2026, 3, 23)

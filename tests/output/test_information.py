"""What Art. 15(1) and (2) say is tailored to the person: only what concerns the data found about her (A-04, A-08, A-12, A-13)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from dsr.output.information import Held, decisions, held, transfers
from dsr.output.inputs import AutomatedDecision, Transfer
from dsr.output.survey import survey
from exporters.contract import Kept
from tests.output import sample

CREDIT = {"en": "To judge a risk", "de": "Um ein Risiko einzuschätzen"}
DECISION = AutomatedDecision("Credit check", "we count", "prepayment", purpose=CREDIT)
TRANSFER = Transfer("Beispielbank AG", "Japan", "adequacy", "us", receives=sample.BANK)


def known(**changes: Any) -> tuple[Held, ...]:
    info = replace(sample.INVOICES, **changes)
    rows = [(f"R-{year}", f"{year}-03-05", "1", "x") for year in (2023, 2024, 2025)]
    found = sample.found("billing", "Billing", info, ("number", "issued_on", "amount", "text"), rows)
    return held([survey(found)], "en", keep_until=_keep)


def _keep(document_class: str, document_date: date | None) -> Kept | None:
    if document_class != "invoice" or document_date is None:
        return None
    return Kept(until=date(document_date.year + 8, 12, 31), law="§ 147 AO")


def test_a_12_a_decision_for_a_purpose_without_data_of_hers_does_not_concern_her() -> None:
    inquiry = replace(sample.INQUIRY, automated=(DECISION, AutomatedDecision("Always", "l", "e")))

    assert [one.name for one in decisions(inquiry, known(), "en")] == ["Always"]


def test_a_12_a_decision_names_the_data_it_uses() -> None:
    inquiry = replace(sample.INQUIRY, automated=(DECISION,))

    (one,) = decisions(inquiry, known(purpose=CREDIT), "en")

    assert (one.name, one.uses) == ("Credit check", ("Invoices (Billing)",))


def test_a_13_a_transfer_counts_only_where_its_recipient_got_data_of_hers() -> None:
    inquiry = replace(sample.INQUIRY, transfers=(TRANSFER,))

    assert transfers(inquiry, known(), "en") == ()
    assert transfers(inquiry, known(recipients=(sample.BANK,)), "en") == (TRANSFER,)


def test_a_08_each_year_of_documents_that_law_keeps_has_its_own_end() -> None:
    (item,) = known()

    (keeping,) = [one for one in item.keeping if one.law]
    assert keeping.ends == tuple((year, date(year + 8, 12, 31)) for year in (2023, 2024, 2025))


def test_a_08_what_no_law_keeps_has_a_period_and_no_end_per_year() -> None:
    (item,) = known(retention=sample.WEEK)

    assert [one.ends for one in item.keeping if not one.law] == [()]

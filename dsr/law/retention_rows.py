"""Rows of retention law; each is one country, one class of document, one interval of validity."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class DocumentClass(StrEnum):
    """What is kept. The comment says which day `document_date` is."""

    INVOICE = "invoice"  # invoices and vouchers; date of the document
    TAX_RECORD = "tax_record"  # where tax law has a period of its own; date of the document
    BOOKS = "books"  # books, journals, annual accounts; date of the last entry
    BUSINESS_LETTER = "business_letter"  # date of the letter
    REAL_ESTATE = "real_estate"  # records about land; date of the document
    OSS_RECORD = "oss_record"  # one-stop-shop registers; date of the transaction
    TRAFFIC = "traffic"  # connection data no longer needed; end of the connection
    BILLING_TRAFFIC = "billing_traffic"  # traffic data behind a bill; dispatch of the bill
    SUBSCRIBER_IDENTITY = "subscriber_identity"  # name, address, contract; end of the contract
    SUBSCRIPTION_PAYMENT = "subscription_payment"  # other subscription and payment data; end of the contract
    CONNECTION_SOURCE = "connection_source"  # which address was assigned to whom; end of the connection
    SECURITY_LOG = "security_log"  # date of the entry
    CRIME_RECORD = "crime_record"  # traffic kept for prosecutors only; end of the connection
    CASE_FILE = "case_file"  # our own file of a request (4.5); the day it was closed. Only controllers' own rows


class StartRule(StrEnum):
    """From which day the period runs."""

    DOC_DATE = "doc_date"
    END_CALENDAR_YEAR = "end_calendar_year"
    END_FINANCIAL_YEAR = "end_financial_year"
    CALENDAR_YEAR_OF_FINANCIAL_YEAR = "calendar_year_of_financial_year"
    JAN1_NEXT_YEAR = "jan1_next_year"
    LAST_ENTRY = "last_entry"
    TAX_DUE_YEAR_END = "tax_due_year_end"


class Mark(StrEnum):
    """How sure we are of a row."""

    VERIFIED = "V"  # checked in a stored source
    CORE_VERIFIED = "V/K"  # core checked, a detail that moves the date is from knowledge
    KNOWLEDGE = "K"


class Bound(StrEnum):
    """Whether the law says how long at least, or how long at most."""

    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionRule:
    """One row. `months` is None where the law names an event (paid, time-barred) instead of a length."""

    country: str
    document_class: DocumentClass
    months: int | None
    start: StartRule
    statute: str
    mark: Mark
    bound: Bound
    valid_from: date | None = None  # by date of the document
    valid_to: date | None = None

    def covers(self, day: date) -> bool:
        """Whether the row applies to a document of that date."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


_V, _VK, _K = Mark.VERIFIED, Mark.CORE_VERIFIED, Mark.KNOWLEDGE
_D, _S = DocumentClass, StartRule


def _books(
    country: str,
    kind: DocumentClass,
    years: int,
    start: StartRule,
    statute: str,
    *,
    mark: Mark,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> RetentionRule:
    """A row of bookkeeping or tax law, which keeps at least (3.4.4)."""
    return RetentionRule(
        country=country, document_class=kind, months=years * 12, start=start, statute=statute, mark=mark,
        bound=Bound.AT_LEAST, valid_from=valid_from, valid_to=valid_to,
    )  # fmt: skip


def _telecom(
    country: str,
    kind: DocumentClass,
    months: int | None,
    statute: str,
    mark: Mark,
    *,
    start: StartRule = StartRule.DOC_DATE,
    bound: Bound = Bound.AT_MOST,
) -> RetentionRule:
    """A row of telecom law, which mostly says how long at most (3.4.5)."""
    return RetentionRule(
        country=country, document_class=kind, months=months, start=start, statute=statute, mark=mark, bound=bound,
    )  # fmt: skip


_BOOKKEEPING: Final = (
    # Eight years apply to every document whose ten had not run out on 1 January 2025; for the older ones both have.
    _books("DE", _D.INVOICE, 8, _S.END_CALENDAR_YEAR, "AO 147(1),(3),(4); HGB 257; UStG 14b", mark=_VK),
    _books("DE", _D.BOOKS, 10, _S.END_CALENDAR_YEAR, "AO 147(3); HGB 257(4)", mark=_VK),
    _books("DE", _D.BUSINESS_LETTER, 6, _S.END_CALENDAR_YEAR, "AO 147(3); HGB 257(4)", mark=_VK),
    _books("FR", _D.INVOICE, 10, _S.END_FINANCIAL_YEAR, "C. com. L123-22", mark=_K),
    _books("FR", _D.TAX_RECORD, 6, _S.DOC_DATE, "LPF L102 B", mark=_V),
    _books("FR", _D.OSS_RECORD, 10, _S.END_CALENDAR_YEAR, "LPF L102 B", mark=_V),
    _books("NL", _D.INVOICE, 7, _S.END_CALENDAR_YEAR, "AWR 52(4); BW 2:10", mark=_V),
    _books("NL", _D.REAL_ESTATE, 9, _S.END_CALENDAR_YEAR, "Wet OB 34a", mark=_K),
    _books("NL", _D.OSS_RECORD, 10, _S.END_CALENDAR_YEAR, "Wet OB 28", mark=_K),
    _books("IT", _D.INVOICE, 10, _S.LAST_ENTRY, "c.c. 2220", mark=_V),
    _books("ES", _D.INVOICE, 6, _S.LAST_ENTRY, "C. Com. art. 30", mark=_V),
    _books("ES", _D.TAX_RECORD, 4, _S.TAX_DUE_YEAR_END, "LGT 66, 66 bis, 70", mark=_K),
    _books("PL", _D.INVOICE, 5, _S.TAX_DUE_YEAR_END, "VAT Act 112, 112a; Ordynacja 70 par. 1, 86", mark=_V),
    _books("PL", _D.BOOKS, 5, _S.END_FINANCIAL_YEAR, "accounting act 74", mark=_K),
    _books("AT", _D.INVOICE, 7, _S.END_CALENDAR_YEAR, "BAO 132; UGB 212", mark=_K),
    _books("AT", _D.REAL_ESTATE, 22, _S.END_CALENDAR_YEAR, "UStG 18(10)", mark=_K),
    _books(
        "BE",
        _D.INVOICE,
        7,
        _S.JAN1_NEXT_YEAR,
        "VAT Code 60 before the law of 20.11.2022",
        mark=_K,
        valid_to=date(2022, 12, 31),
    ),
    _books(
        "BE",
        _D.INVOICE,
        10,
        _S.JAN1_NEXT_YEAR,
        "VAT Code 60; law of 20.11.2022; CIR 315",
        mark=_V,
        valid_from=date(2023, 1, 1),
    ),
    _books("IE", _D.INVOICE, 6, _S.END_FINANCIAL_YEAR, "VATCA 2010 s.84; Companies Act 2014 s.285", mark=_V),
    _books("SE", _D.INVOICE, 7, _S.CALENDAR_YEAR_OF_FINANCIAL_YEAR, "Bokforingslagen 7:2", mark=_V),
    _books("PT", _D.INVOICE, 10, _S.END_CALENDAR_YEAR, "CIVA 52; CIRC 123; DL 28/2019", mark=_VK),
    _books("GB", _D.INVOICE, 6, _S.DOC_DATE, "VATA 1994 Sch. 11 para 6(3)", mark=_V),
    _books("GB", _D.OSS_RECORD, 10, _S.END_CALENDAR_YEAR, "VATA 1994 Sch. 3BA", mark=_K),
    _books("CH", _D.INVOICE, 10, _S.END_FINANCIAL_YEAR, "OR 958f", mark=_K),
)

_TELECOM: Final = (
    _telecom("DE", _D.TRAFFIC, 0, "TDDDG 9", _V),
    _telecom("DE", _D.BILLING_TRAFFIC, 6, "TDDDG 10(2)", _V),
    _telecom("DE", _D.SUBSCRIBER_IDENTITY, 12, "TKG 172", _K, start=_S.END_CALENDAR_YEAR, bound=Bound.AT_LEAST),
    _telecom("AT", _D.BILLING_TRAFFIC, 3, "TKG 2021 167(2)", _V),
    _telecom("AT", _D.SUBSCRIBER_IDENTITY, 0, "TKG 2021 166(3)", _V),
    _telecom("FR", _D.SUBSCRIBER_IDENTITY, 60, "CPCE L34-1 II bis", _V, bound=Bound.AT_LEAST),
    _telecom("FR", _D.SUBSCRIPTION_PAYMENT, 12, "CPCE L34-1 II bis", _V, bound=Bound.AT_LEAST),
    _telecom("FR", _D.CONNECTION_SOURCE, 12, "CPCE L34-1 II bis", _V, bound=Bound.AT_LEAST),
    _telecom("FR", _D.BILLING_TRAFFIC, 12, "CPCE L34-1 IV; R10-14; L34-2", _V),
    _telecom("FR", _D.SECURITY_LOG, 3, "CPCE R10-14 IV", _V),
    _telecom("IT", _D.BILLING_TRAFFIC, 6, "Codice privacy 123(2)", _VK),
    _telecom("IT", _D.CRIME_RECORD, 72, "Codice privacy 132; L. 167/2017 art. 24", _K, bound=Bound.AT_LEAST),
    _telecom("ES", _D.CONNECTION_SOURCE, 12, "Ley 25/2007", _K, bound=Bound.AT_LEAST),
    _telecom("ES", _D.BILLING_TRAFFIC, None, "Ley 11/2022: until the challenge period ends", _K),
    _telecom("PL", _D.CONNECTION_SOURCE, 12, "Prawo komunikacji elektronicznej 2024", _K, bound=Bound.AT_LEAST),
    _telecom("PL", _D.BILLING_TRAFFIC, None, "Prawo komunikacji elektronicznej 2024: until claims are barred", _K),
    _telecom("BE", _D.SUBSCRIPTION_PAYMENT, 12, "Law of 13.6.2005 art. 126 ff.", _K, bound=Bound.AT_LEAST),
    _telecom("BE", _D.BILLING_TRAFFIC, None, "Law of 13.6.2005 art. 122: until the challenge period ends", _K),
    _telecom(
        "IE", _D.SUBSCRIBER_IDENTITY, 12, "Communications (Retention of Data) Act 2011 s.3", _V, bound=Bound.AT_LEAST
    ),
    _telecom(
        "IE", _D.CONNECTION_SOURCE, 12, "Communications (Retention of Data) Act 2011 s.3A", _V, bound=Bound.AT_LEAST
    ),
    _telecom("NL", _D.BILLING_TRAFFIC, None, "Tw 11.5: until the challenge or payment period ends", _K),
    _telecom("SE", _D.BILLING_TRAFFIC, None, "LEK 2022:482 ch. 9: until paid or time-barred", _K),
    _telecom("PT", _D.BILLING_TRAFFIC, 6, "Lei 41/2004 art. 6; Lei 23/96 art. 10", _K),
    _telecom("GB", _D.BILLING_TRAFFIC, None, "PECR reg. 7-8: until proceedings are barred", _K),
)

ROWS: Final[tuple[RetentionRule, ...]] = _BOOKKEEPING + _TELECOM

"""An invented subscriber's data for the tests of letters, reports and packages: three stores, three alphabets, odd values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from dsr.output.inputs import Addressee, CaseHead, Found, Inquiry, Redaction, Searched, Sender, Transfer
from exporters.contract import (
    Batch,
    CellNote,
    DatasetInfo,
    Disclosure,
    FieldInfo,
    IdentifierKind,
    Note,
    Origin,
    Retention,
    Text,
    Whose,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

SENDER = Sender(
    name="Northwave",
    legal_name="Northwave Telecom GmbH",
    address=("Hafenstraße 12", "80331 Munich", "Germany"),
    contact="privacy@northwave.example.com",
    dpo="Otto Brandt",
    dpo_contact="dpo@northwave.example.com",
    authority="Bayerisches Landesamt für Datenschutzaufsicht",
    authority_address=("Promenade 18", "91522 Ansbach"),
    authority_url="https://www.lda.bayern.de",
    phone="+447700900100",
    notice_url="https://northwave.example.com/privacy",
)
HEAD = CaseHead(
    reference="DSR-2026-000123",
    right="access",
    received_on=date(2026, 5, 4),
    channel="portal",
    due_on=date(2026, 6, 5),
    language="en",
    written_at=datetime(2026, 5, 20, 8, 30, tzinfo=UTC),
    account_url="https://privacy.northwave.example.com/requests/DSR-2026-000123/",
)
ADDRESSEE = Addressee("Małgorzata Ευαγγελία Щерева", ("Fischergasse 3", "80469 Munich"))

CONTRACT: Text = {"en": "To carry out your contract", "de": "Um Ihren Vertrag zu erfüllen"}
SERVICE: Text = {"en": "To provide your connection", "de": "Um Ihren Anschluss bereitzustellen"}
YOU: Text = {"en": "you", "de": "Sie selbst"}
SYSTEM: Text = {"en": "our own systems", "de": "unsere eigenen Systeme"}
BANK: Text = {"en": "Beispielbank AG (direct debit)", "de": "Beispielbank AG (Lastschrift)"}
PRINTER: Text = {"en": "Beispieldruck GmbH (prints letters)", "de": "Beispieldruck GmbH (druckt Briefe)"}
YEARS = Retention(
    "invoice",
    {"en": "eight years after the year of the invoice", "de": "acht Jahre nach dem Rechnungsjahr"},
    "§ 147 AO",
)
WEEK = Retention(
    "traffic", {"en": "seven days after the end of the connection", "de": "sieben Tage nach Ende der Verbindung"}
)
SECRET: Text = {
    "en": "a password: disclosing it would endanger your account",
    "de": "ein Passwort: die Herausgabe gefährdet Ihr Konto",
}


def field(name: str, label: str, **changes: Any) -> FieldInfo:
    base = FieldInfo(
        name=name,
        label={"en": label, "de": f"{label} (de)"},
        category="master",
        purpose=CONTRACT,
        legal_basis="6(1)(b)",
        recipients=(),
        source=YOU,
        retention=YEARS,
        origin=Origin.PROVIDED,
    )
    return replace(base, **changes)


def dataset(name: str, label: str, fields: Sequence[FieldInfo], **changes: Any) -> DatasetInfo:
    base = DatasetInfo(
        name=name,
        label={"en": label, "de": f"{label} (de)"},
        category="master",
        purpose=CONTRACT,
        legal_basis="6(1)(b)",
        recipients=(),
        source=YOU,
        retention=YEARS,
        origin=Origin.PROVIDED,
        fields=tuple(fields),
    )
    return replace(base, **changes)


def found(
    store: str,
    label: str,
    info: DatasetInfo,
    columns: Sequence[str],
    rows: Iterable[Sequence[Any]],
    *,
    notes: Sequence[Note] = (),
    size: int = 500,
) -> Found:
    """A dataset whose spool is a list; batches of `size` rows, notes in the first."""
    kept = [tuple(row) for row in rows]

    def read() -> Iterable[Batch]:
        for start in range(0, len(kept), size):
            yield Batch(
                info.name, tuple(columns), tuple(kept[start : start + size]), tuple(notes) if start == 0 else ()
            )

    return Found(store=store, store_label={"en": label, "de": f"{label} (de)"}, info=info, read=read)


CUSTOMER = dataset(
    "customers",
    "Customer record",
    [
        field("customer_no", "Customer number", origin=Origin.GENERATED, source=SYSTEM),
        field("name", "Name"),
        field("email", "E-mail address"),
        field("phone", "Telephone number"),
        field("birth_date", "Date of birth"),
        field("iban", "Bank account (IBAN)", category="payment", recipients=(BANK,)),
        field("fax", "Fax number"),
        field("password_hash", "Password", category="credentials", disclosure=Disclosure.NEVER, reason=SECRET),
        field("note", "Note about you", origin=Origin.GENERATED, whose=Whose.SUBJECT, free_text=True),
    ],
)
CUSTOMER_ROW = (
    "NW-10024",
    "Małgorzata Ευαγγελία Щерева",
    "malgorzata+isp@example.com",
    "+447700900117",
    "1987-03-12",
    "DE02120300000000202051",
    None,
    'Asked for "quiet hours" <b>not</b> {{ before }} 9. \u202egnp.exe',
)
CUSTOMER_COLUMNS = ("customer_no", "name", "email", "phone", "birth_date", "iban", "fax", "note")
INVOICES = dataset(
    "invoices",
    "Invoices",
    [
        field("number", "Invoice number", origin=Origin.GENERATED),
        field("issued_on", "Date", origin=Origin.GENERATED),
        field("amount", "Amount", origin=Origin.GENERATED),
        field("text", "Text", origin=Origin.GENERATED),
    ],
    category="invoice",
    legal_basis="6(1)(c)",
    recipients=(PRINTER,),
    origin=Origin.GENERATED,
    source=SYSTEM,
)
SESSIONS = dataset(
    "radacct",
    "Connections",
    [
        field("username", "User name"),
        field("acctstarttime", "Start"),
        field("acctstoptime", "End"),
        field("framedipaddress", "IP address"),
        field("callingstationid", "Hardware address"),
        field("acctinputoctets", "Bytes received"),
        field("acctoutputoctets", "Bytes sent"),
        field("nasipaddress", "Access server"),
        field("acctterminatecause", "Reason for the end"),
        field("acctsessionid", "Session number"),
        field("connectinfo_start", "Line speed"),
    ],
    category="traffic",
    purpose=SERVICE,
    origin=Origin.OBSERVED,
    source=SYSTEM,
    retention=WEEK,
)
SESSION_COLUMNS = tuple(item.name for item in SESSIONS.fields)
CHECKS = dataset(
    "radcheck",
    "Access settings",
    [
        field("attribute", "Setting"),
        field("value", "Value", disclosure=Disclosure.PARTLY, reason=SECRET),
    ],
    category="credentials",
)


def sessions(count: int) -> Found:
    """Sessions three hours apart, the newest on 19 May 2026."""
    last = datetime(2026, 5, 19, 21, 0, tzinfo=UTC)
    rows = []
    for number in range(count):
        start = last - timedelta(hours=3 * (count - 1 - number))
        rows.append(
            (
                "malgorzata=2Bisp@example.com",
                start.strftime("%Y-%m-%dT%H:%M:%S"),
                (start + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S"),
                f"192.0.2.{number % 250 + 1}",
                "00-53-00-AA-BB-CC",
                number * 1000,
                number * 77,
                "198.51.100.1",
                "User-Request" if number % 3 else "Lost-Carrier",
                f"8000{number:04x}",
                "100000/40000",
            )
        )
    return found("radius", "Network log-in", SESSIONS, SESSION_COLUMNS, rows)


def everything(session_count: int = 240) -> tuple[Found, ...]:
    """What the sample subscriber has; the stores are not in the order of their names."""
    invoices = [
        (
            f"R-2026-{number:03d}",
            f"2026-{number:02d}-05",
            f"{-39.9 if number == 3 else 39.9:.2f}",
            "=HYPERLINK(0)" if number == 2 else "Fibre 100",
        )
        for number in range(1, 13)
    ]
    withheld = (Note(0, "value", CellNote.WITHHELD),)
    return (
        sessions(session_count),
        found(
            "radius",
            "Network log-in",
            CHECKS,
            ("attribute", "value"),
            [("Cleartext-Password", None), ("Framed-IP", "192.0.2.7")],
            notes=withheld,
        ),
        found("billing", "Billing", CUSTOMER, CUSTOMER_COLUMNS, [CUSTOMER_ROW]),
        found("billing", "Billing", INVOICES, ("number", "issued_on", "amount", "text"), invoices),
        found("tickets", "Support", dataset("tickets", "Tickets", [field("text", "Text")]), ("text",), []),
    )


INQUIRY = Inquiry(
    searched=(
        Searched("billing", {"en": "Billing", "de": "Abrechnung"}, True),
        Searched("radius", {"en": "Network log-in", "de": "Einwahl"}, True),
        Searched("tickets", {"en": "Support", "de": "Support"}, False),
    ),
    kinds=(IdentifierKind.CUSTOMER_NUMBER, IdentifierKind.EMAIL, IdentifierKind.PHONE, IdentifierKind.USERNAME),
    automated=(),
    transfers=(
        Transfer(
            "Example Cloud Inc.", "United States", "standard contractual clauses", "privacy@northwave.example.com"
        ),
    ),
    as_of=date(2026, 5, 19),
    redactions=(Redaction("billing", "customers", "the name of another person", 2),),
    remarks=("You asked about the call on 3 March: we made no recording of it.",),
)

"""An invented erasure: a contract that ended in March 2026, invoices since 2019, an open session (SC-03)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from dsr.output.erasure_inputs import Deferred, Erased, ErasureResult, Kept, Method, NotTold, ScannedStore, Verified
from exporters.contract import IdentifierKind

if TYPE_CHECKING:
    from exporters.contract import Text

PLAN = "5f" * 32
BILLING: Text = {"en": "Billing", "de": "Abrechnung"}
RADIUS: Text = {"en": "Network log-in", "de": "Einwahl"}
CUSTOMERS: Text = {"en": "Customer record", "de": "Kundendatensatz"}
INVOICES: Text = {"en": "Invoices", "de": "Rechnungen"}
STATUTE = "AO 147(1),(3),(4); HGB 257; UStG 14b"


def gone(dataset: str, label: Text, rows: int, method: Method = Method.DELETED, category: str = "support") -> Erased:
    return Erased(
        store="billing",
        dataset=dataset,
        store_label=BILLING,
        label=label,
        category=category,
        rows=rows,
        method=method,
    )


def invoices(year: int, rows: int = 12) -> Kept:
    """Invoices of one year, kept for eight years from its end (rules 3.4.4)."""
    return Kept(
        store="billing",
        dataset="invoice",
        store_label=BILLING,
        label=INVOICES,
        category="invoice",
        rows=rows,
        law=STATUTE,
        reason="invoice",
        year=year,
        until=date(year + 8, 12, 31),
        mark="V/K",
    )


CONSENTS = Kept(
    store="billing",
    dataset="consent",
    store_label=BILLING,
    label={"en": "Consents", "de": "Einwilligungen"},
    category="consent",
    rows=2,
    law="Art. 7(1) GDPR",
    reason="map",
    remark={"en": "to prove that you had agreed", "de": "um nachzuweisen, dass Sie eingewilligt hatten"},
    condition={
        "en": "three years after the consent ended",
        "de": "drei Jahre nach dem Ende der Einwilligung",
    },
)
SESSION = Deferred(
    store="radius",
    dataset="radacct",
    store_label=RADIUS,
    label={"en": "Connections", "de": "Verbindungen"},
    reason="waits",
    rows=1,
)
RESULT = ErasureResult(
    erased=(
        gone("support_ticket", {"en": "Tickets", "de": "Anfragen"}, 4),
        gone("profile", {"en": "Marketing profile", "de": "Werbeprofil"}, 1, category="marketing"),
        Erased(
            store="radius",
            dataset="radacct",
            store_label=RADIUS,
            label={"en": "Connections", "de": "Verbindungen"},
            category="traffic",
            rows=11_904,
            method=Method.DELETED,
        ),
        gone("client", CUSTOMERS, 1, Method.ANONYMISED, category="master"),
        gone("address", {"en": "Addresses", "de": "Anschriften"}, 1, Method.UNLINKED, category="master"),
    ),
    kept=(*(invoices(year) for year in range(2026, 2018, -1)), CONSENTS),
    deferred=(SESSION,),
    plan_sha256=PLAN,
    executed_on=date(2026, 5, 20),
    verified=Verified(
        at=datetime(2026, 5, 20, 22, 30, tzinfo=UTC),
        stores=(
            ScannedStore(store="billing", label=BILLING, tables=62, columns=711, hits={"kept": 96, "other": 3}),
            ScannedStore(store="radius", label=RADIUS, tables=9, columns=88, hits={"deferred": 1, "hers": 0}),
        ),
        identifiers={IdentifierKind.CUSTOMER_NUMBER: 1, IdentifierKind.EMAIL: 2, IdentifierKind.USERNAME: 1},
    ),
    suppression=True,
    backups="They are overwritten after 35 days, on 24 June 2026 at the latest.",
    recipients=("Beispielinkasso AG (debt collection)", "Beispielauskunft GmbH (credit bureau)"),
    not_told=(NotTold(name="Example Directory Ltd", reason="it has closed down"),),
)

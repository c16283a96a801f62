"""The tables of Northwave's invented billing system: what grew in fifteen years at a provider, good and bad.

Copied name blocks on invoices, notes that point anywhere, mails without a customer number, free text everywhere:
the places where personal data hides. The same definition serves SQLite, PostgreSQL and MariaDB.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

METADATA = sa.MetaData()


def _key() -> sa.Column[int]:
    return sa.Column("id", sa.Integer, primary_key=True)


def _to(target: str, *, null: bool = False) -> sa.Column[int]:
    """A foreign key column named after the table it points to, as the system's authors did."""
    table = target.partition(".")[0]
    singular = {"addresses": "address", "staff": "staff"}.get(table, table.removesuffix("s"))
    return sa.Column(f"{singular}_id", sa.Integer, sa.ForeignKey(target), nullable=null, index=True)


def _text(name: str, length: int, *, null: bool = True, index: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=null, index=index)


def _money(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Numeric(10, 2), nullable=False)


def _table(name: str, *columns: sa.Column[Any]) -> sa.Table:
    return sa.Table(name, METADATA, *columns, mysql_engine="InnoDB", mysql_charset="utf8mb4", mariadb_charset="utf8mb4")


_table("plans", _text("code", 16, null=False), _text("label", 80, null=False), _money("monthly_price"))
METADATA.tables["plans"].append_constraint(sa.PrimaryKeyConstraint("code"))

_table("staff", _key(), _text("login", 60, null=False), _text("name", 120), _text("email", 190), _text("role", 30))

_table(
    "addresses",
    _key(),
    _text("street", 160, null=False),
    _text("postcode", 16, null=False),
    _text("town", 120, null=False),
    _text("region", 80),
    _text("country", 2, null=False),
    sa.Column("latitude", sa.Float),
    sa.Column("longitude", sa.Float),
)

_table(
    "customers",
    _key(),
    _text("customer_no", 20, null=False, index=True),
    _text("kind", 10, null=False),
    _text("first_name", 120),
    _text("last_name", 120),
    _text("company_name", 160),
    _text("vat_id", 20),
    sa.Column("birth_date", sa.Date),
    _text("email", 190, index=True),
    _text("phone", 32),
    _text("landline", 32),
    _text("language", 5),
    _to("addresses.id", null=True),
    _text("iban", 34),
    _text("account_holder", 160),
    _text("portal_password_hash", 128),
    _text("status", 12, null=False),
    sa.Column("marketing_blocked", sa.Boolean, nullable=False),
    sa.Column("created_at", sa.DateTime, nullable=False),
    sa.Column("updated_at", sa.DateTime, nullable=False),
    sa.Column("cancelled_on", sa.Date),
)

_table(
    "contracts",
    _key(),
    _to("customers.id"),
    _text("contract_no", 24, null=False),
    sa.Column("plan_code", sa.String(16), sa.ForeignKey("plans.code"), nullable=False),
    sa.Column("signed_on", sa.Date, nullable=False),
    sa.Column("minimum_until", sa.Date),
    sa.Column("ended_on", sa.Date),
    _text("signature_file", 160),
)

_table(
    "services",
    _key(),
    _to("contracts.id"),
    _text("kind", 16, null=False),
    _text("radius_username", 128, index=True),
    _text("mac_address", 17),
    _text("ipv4", 15),
    _text("ipv6_prefix", 45),
    _text("phone_number", 32),
    _text("device_serial", 40),
    sa.Column("active", sa.Boolean, nullable=False),
)

_table(
    "invoices",
    _key(),
    _text("invoice_no", 24, null=False, index=True),
    _to("customers.id"),
    sa.Column("issued_on", sa.Date, nullable=False),
    sa.Column("due_on", sa.Date, nullable=False),
    # The buyer as of the day of issue: tax law wants the copy, so a correction must not rewrite it.
    _text("buyer_name", 160),
    _text("buyer_company", 160),
    _text("buyer_vat_id", 20),
    _text("buyer_street", 160),
    _text("buyer_postcode", 16),
    _text("buyer_town", 120),
    _text("buyer_country", 2),
    _text("buyer_email", 190),
    _money("net"),
    _money("vat"),
    _money("gross"),
    _text("status", 12, null=False),
    _text("pdf_file", 160),
)

_table(
    "invoice_items",
    _key(),
    _to("invoices.id"),
    _text("description", 255, null=False),
    sa.Column("quantity", sa.Integer, nullable=False),
    _money("amount"),
)

_table(
    "payments",
    _key(),
    _to("invoices.id"),
    sa.Column("paid_on", sa.Date, nullable=False),
    _money("amount"),
    _text("method", 16, null=False),
    _text("payer_name", 160),
    _text("payer_iban", 34),
    _text("reference", 140),
)

_table(
    "tickets",
    _key(),
    _text("ticket_no", 20, null=False),
    _to("customers.id"),
    _to("staff.id", null=True),
    _text("subject", 200),
    _text("status", 12, null=False),
    _text("channel", 12),
    _text("contact_email", 190),
    _text("contact_phone", 32),
    sa.Column("opened_at", sa.DateTime, nullable=False),
    sa.Column("closed_at", sa.DateTime),
)

_table(
    "ticket_messages",
    _key(),
    _to("tickets.id"),
    _text("author_kind", 10, null=False),
    _to("staff.id", null=True),
    sa.Column("sent_at", sa.DateTime, nullable=False),
    _text("from_ip", 45),
    sa.Column("body", sa.Text, nullable=False),
)

_table(
    "notes",
    _key(),
    _text("about_type", 16, null=False),
    sa.Column("about_id", sa.Integer, nullable=False, index=True),
    _to("staff.id"),
    sa.Column("written_at", sa.DateTime, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
)

_table(
    "consents",
    _key(),
    _to("customers.id"),
    _text("purpose", 40, null=False),
    sa.Column("given_at", sa.DateTime, nullable=False),
    sa.Column("withdrawn_at", sa.DateTime),
    _text("source", 40),
    _text("ip", 45),
    _text("wording_version", 20),
)

_table(
    "marketing_profiles",
    sa.Column("customer_id", sa.Integer, sa.ForeignKey("customers.id"), primary_key=True),
    _text("newsletter_email", 190),
    _text("segment", 40),
    sa.Column("churn_score", sa.Numeric(4, 3)),
    sa.Column("interests", sa.JSON),
    sa.Column("scored_at", sa.DateTime),
)

_table(
    "credit_checks",
    _key(),
    _to("customers.id"),
    _text("agency", 60, null=False),
    _text("agency_reference", 40),
    sa.Column("score", sa.Integer),
    sa.Column("checked_on", sa.Date, nullable=False),
)

_table(
    "portal_logins",
    _key(),
    _to("customers.id", null=True),
    _text("login", 190, null=False, index=True),
    sa.Column("at", sa.DateTime, nullable=False),
    _text("ip", 45),
    _text("user_agent", 255),
    sa.Column("success", sa.Boolean, nullable=False),
)

_table(
    "sent_mails",
    _key(),
    _text("to_email", 190, null=False, index=True),
    _text("subject", 200),
    sa.Column("sent_at", sa.DateTime, nullable=False),
    sa.Column("body", sa.Text),
)

_table(
    "audit_log",
    _key(),
    sa.Column("at", sa.DateTime, nullable=False),
    _to("staff.id", null=True),
    _text("action", 40, null=False),
    _text("entity_type", 16, null=False),
    sa.Column("entity_id", sa.Integer, nullable=False, index=True),
    sa.Column("details", sa.JSON),
)

_table(
    "prospects",
    _key(),
    _text("name", 160),
    _text("email", 190, index=True),
    _text("phone", 32),
    _text("street", 160),
    sa.Column("asked_at", sa.DateTime, nullable=False),
    _text("interest", 80),
)

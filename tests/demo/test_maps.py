from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dsr.demo import billing_schema, radius
from exporters.datamap.load import load

if TYPE_CHECKING:
    import sqlalchemy as sa

    from exporters.datamap.model import DataMap

SYSTEMS = Path(__file__).resolve().parents[2] / "exporters" / "systems"


def _map(name: str) -> DataMap:
    return load(SYSTEMS / name / "map.yaml", languages=("en", "de"))


@pytest.mark.parametrize(
    ("name", "metadata"),
    [("northwave_billing", billing_schema.METADATA), ("radius", radius.METADATA)],
    ids=["billing", "radius"],
)
def test_every_column_of_the_demo_stores_is_declared_and_none_is_invented(name: str, metadata: sa.MetaData) -> None:
    """House.md, idea 5: an undeclared column that looks personal would block erasure."""
    data_map = _map(name)
    declared = {dataset.table: set(dataset.fields) for dataset in data_map.datasets.values()}
    declared |= {table: set(ignored.columns) for table, ignored in data_map.ignored.items()}

    for table in metadata.sorted_tables:
        missing = {column.name for column in table.columns} - declared[table.name]
        assert missing == set(), table.name
    optional = {dataset.table for dataset in data_map.datasets.values() if dataset.optional}
    assert set(declared) - set(metadata.tables) - optional - set(data_map.ignored) == set()


def test_the_billing_map_declares_exactly_the_tables_there_are() -> None:
    data_map = _map("northwave_billing")

    tables = {dataset.table for dataset in data_map.datasets.values()} | set(data_map.ignored)

    assert tables == set(billing_schema.METADATA.tables)


def test_shared_contacts_find_nobody() -> None:
    """House.md, Locate: the household's landline and bank account lead to nobody in particular."""
    customers = _map("northwave_billing").datasets["customers"].fields

    assert [name for name, field in customers.items() if field.identifier and field.identifier.finds] == [
        "customer_no",
        "email",
        "phone",
    ]


def test_secrets_and_colleagues_are_never_disclosed() -> None:
    data_map = _map("northwave_billing")

    closed = {
        f"{dataset.name}.{field.name}"
        for dataset in data_map.datasets.values()
        for field in dataset.fields.values()
        if not field.collected
    }

    assert closed == {
        "customers.portal_password_hash",
        "tickets.staff_id",
        "ticket_messages.staff_id",
        "notes.staff_id",
        "audit_log.staff_id",
    }

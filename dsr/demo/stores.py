"""Builds the demo stores: billing and RADIUS, as SQLite files or on any engine SQLAlchemy can reach, and a folder of files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import sqlalchemy as sa

from dsr.demo import billing_schema, radius
from dsr.demo.billing_rows import Rows, master_rows
from dsr.demo.contact_rows import add_contacts
from dsr.demo.recordings import build_recordings

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

BILLING_FILE = "billing.sqlite3"
RADIUS_FILE = "radius.sqlite3"


def build_billing(engine: sa.Engine, *, today: date) -> None:
    """Create and fill the billing tables in the empty database behind `engine`, as of `today`.

    Raises what SQLAlchemy raises when a table exists already or the database refuses.
    """
    rows = master_rows(today)
    add_contacts(rows, today)
    _fill(engine, billing_schema.METADATA, rows)


def build_radius(engine: sa.Engine, *, today: date) -> None:
    """Create and fill FreeRADIUS's tables in the empty database behind `engine`, as of `today`."""
    _fill(engine, radius.METADATA, radius.radius_rows(today))


def build_files(directory: Path, *, today: date) -> tuple[Path, ...]:
    """Write the stores that are missing in `directory` and return the files (and the folder) written; what exists stays.

    A file appears under its name only when it is complete, so an interrupted start leaves no half store.
    """
    directory.mkdir(parents=True, exist_ok=True)
    written = []
    for name, build in ((BILLING_FILE, build_billing), (RADIUS_FILE, build_radius)):
        target = directory / name
        if target.exists():
            continue
        part = directory / f".{name}.{os.getpid()}"
        part.unlink(missing_ok=True)
        engine = sa.create_engine(f"sqlite:///{part}", poolclass=sa.NullPool)
        build(engine, today=today)
        engine.dispose()
        part.chmod(0o600)
        part.replace(target)
        written.append(target)
    recordings = build_recordings(directory, today=today)
    return (*written, recordings) if recordings else tuple(written)


def _fill(engine: sa.Engine, metadata: sa.MetaData, rows: Rows) -> None:
    with engine.begin() as connection:
        metadata.create_all(connection, checkfirst=False)
        for table in metadata.sorted_tables:
            if rows[table.name]:
                connection.execute(table.insert(), rows[table.name])
                _advance(connection, table)


def _advance(connection: sa.Connection, table: sa.Table) -> None:
    """Move PostgreSQL's sequence behind the numbers we wrote, so that the next row of the "live" system fits."""
    key = next(iter(table.primary_key.columns))
    if (
        connection.dialect.name != "postgresql"
        or not isinstance(key.type, sa.Integer)
        or table.name == "marketing_profiles"
    ):
        return
    sequence = sa.func.pg_get_serial_sequence(table.name, key.name)
    connection.execute(sa.select(sa.func.setval(sequence, sa.select(sa.func.max(key)).scalar_subquery())))

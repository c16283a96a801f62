"""Coverage names every column of a store and blocks where a personal-looking one is in no map (house.md, idea 5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import sqlalchemy as sa

from exporters.datamap.load import load
from exporters.discover.coverage import Treatment, coverage
from exporters.sql.schema import read_schema

if TYPE_CHECKING:
    from exporters.discover.coverage import ColumnCoverage
    from tests.exporters.discover.stand import Stand

MAP = """
map: stand
version: 1
title: {en: Stand}
languages: [en]
subjects: {person: {kind: record}}
purposes: {main: {en: to serve you}}
sources: {you: {en: you}}
retention:
  main: {class: contract, text: {en: as long as you are a customer}}
  tax: {class: invoice, law: section 147 AO, text: {en: ten years}}
reasons: {secret: {en: a password}}
defaults: {category: master, purpose: main, legal_basis: 6(1)(b), source: you, retention: main, origin: provided, erase: delete}
datasets:
  clients:
    label: {en: Clients}
    key: id
    links: [{foreign_key: id, references: subject.person}]
    fields: {id: {identifier: customer_number}, email: {}, pass: {label: password, never: secret}, tariff: {not_personal: a tariff}}
  invoices:
    label: {en: Invoices}
    key: id
    erase: keep
    retention: tax
    links: [{foreign_key: client_id, references: clients.id}]
    fields: {id: {}, client_id: {label: id}, phone: {erase: nullify}}
  cases:
    label: {en: Cases}
    key: id
    erase: manual
    links: [{foreign_key: client_id, references: clients.id}]
    fields: {id: {}, client_id: {label: id}, text: {label: description}}
not_personal:
  tariffs: {reason: a price list, columns: [id, title]}
by_hand:
  admins: {reason: staff, columns: [id, email]}
"""


def _covered(stand: Stand, *more: str) -> dict[tuple[str, str], ColumnCoverage]:
    stand.run(
        "CREATE TABLE clients (id integer PRIMARY KEY, email text, pass text, tariff integer)",
        "CREATE TABLE invoices (id integer PRIMARY KEY, client_id integer, phone text)",
        "CREATE TABLE cases (id integer PRIMARY KEY, client_id integer, text text)",
        "CREATE TABLE tariffs (id integer, title text)",
        "CREATE TABLE admins (id integer, email text)",
        *more,
    )
    path = stand.folder / "map.yaml"
    path.write_text(MAP, encoding="utf-8")
    with sa.create_engine(stand.url, poolclass=sa.pool.NullPool).connect() as connection:
        return {(one.table, one.column): one for one in coverage(load(path), read_schema(connection))}


def test_each_column_has_its_treatment_and_why(stand: Stand) -> None:
    found = _covered(stand)

    said = {place: (one.disclosed, one.treatment, one.why) for place, one in found.items()}
    assert said["clients", "email"] == ("exported", Treatment.ERASED, "delete")
    assert said["clients", "pass"] == ("never", Treatment.ERASED, "delete; a password")
    assert said["clients", "tariff"] == ("no", Treatment.NOT_PERSONAL, "a tariff")
    assert said["invoices", "client_id"] == ("exported", Treatment.KEPT, "section 147 AO")
    assert said["invoices", "phone"] == ("exported", Treatment.ERASED, "nullify")
    assert said["cases", "text"] == ("exported", Treatment.BY_HAND, "")
    assert said["tariffs", "title"] == ("no", Treatment.NOT_PERSONAL, "a price list")
    assert said["admins", "email"] == ("no", Treatment.BY_HAND, "staff")
    assert not [place for place, one in found.items() if one.blocks]
    assert len(found) == 14


def test_a_personal_looking_column_in_no_map_blocks(stand: Stand) -> None:
    found = _covered(
        stand,
        "ALTER TABLE clients ADD COLUMN birthday date",
        "ALTER TABLE tariffs ADD COLUMN x7 integer",
        "CREATE TABLE leads (email text)",
    )

    assert {place for place, one in found.items() if one.blocks} == {("clients", "birthday"), ("leads", "email")}
    assert found["clients", "birthday"].why == "looks like a personal detail"
    assert found["tariffs", "x7"].treatment is Treatment.UNDECLARED


def test_a_declared_column_that_is_gone_blocks(stand: Stand) -> None:
    found = _covered(stand, "ALTER TABLE clients DROP COLUMN email", "DROP TABLE cases")

    assert {place for place, one in found.items() if one.blocks} == {
        ("clients", "email"),
        ("cases", "id"),
        ("cases", "client_id"),
        ("cases", "text"),
    }

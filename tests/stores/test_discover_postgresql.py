"""Discovery on PostgreSQL: several schemas, identity keys that are UUIDs, network types, JSON, more rows than a sample."""

from __future__ import annotations

import json
import uuid

import pytest

from exporters.datamap.model import LinkType
from exporters.discover.find import discover
from exporters.discover.look import look
from exporters.identifiers import IdentifierKind
from tests import servers
from tests.exporters.discover.stand import PEOPLE, TODAY, named

pytestmark = pytest.mark.stores

SCHEMA = """
CREATE SCHEMA net;
CREATE TABLE subscriber (id uuid PRIMARY KEY, email text UNIQUE, "fullName" text, msisdn text, born date);
CREATE TABLE contract (id serial PRIMARY KEY, owner uuid REFERENCES subscriber (id), tariff text);
CREATE TABLE net.lease (id bigserial PRIMARY KEY, contract_id integer REFERENCES contract (id), addr inet, hw macaddr);
CREATE TABLE event (id bigserial PRIMARY KEY, at timestamptz DEFAULT now(), data jsonb);
CREATE VIEW active AS SELECT email FROM subscriber
"""


def test_types_and_schemas_of_postgresql() -> None:
    server = servers.postgresql()
    engine = server.engine(server.create())  # gone with the server
    keys = [uuid.UUID(int=n + 1) for n in range(len(PEOPLE))]
    with engine.begin() as connection:
        connection.exec_driver_sql(SCHEMA)
        for n, (first, last, email, phone, _, born) in enumerate(PEOPLE):
            rows = (
                ("INSERT INTO subscriber VALUES (%s, %s, %s, %s, %s)", (keys[n], email, f"{first} {last}", phone, born)),
                ("INSERT INTO contract (owner, tariff) VALUES (%s, 'DSL')", (keys[n],)),
                ("INSERT INTO net.lease (contract_id, addr, hw) VALUES (%s, %s, %s)",
                 (n + 1, f"198.51.100.{n + 1}", f"02:00:5e:00:00:{n:02x}")),
            )  # fmt: skip
            for statement, values in rows:
                connection.exec_driver_sql(statement, values)
        # The one row that names her lies between the two ends that are sampled.
        noise = "INSERT INTO event (data) SELECT json_build_object('n', n) FROM generate_series(1, 1500) n"
        connection.exec_driver_sql(noise)
        for person in PEOPLE[:2]:
            data = json.dumps({"user": {"mail": person[2]}})
            connection.exec_driver_sql("INSERT INTO event (data) VALUES (%s)", (data,))
        connection.exec_driver_sql(noise)

    with engine.connect() as connection:
        found = discover(connection, [named(0), named(1)], today=TODAY)

    assert found.person
    assert (found.person.table, found.person.column) == ("subscriber", "id")
    assert found.findings["net.lease", "addr"].kind is IdentifierKind.IP
    assert found.findings["net.lease", "hw"].kind is IdentifierKind.MAC
    assert found.findings["subscriber", "born"].proposed
    assert [(link.type, link.path) for link in found.links["event"]] == [(LinkType.JSON_PATH, "user.mail")]
    assert ("event", "data") in found.proposals


def test_a_table_too_large_to_search_keeps_its_sample() -> None:
    server = servers.postgresql()
    engine = server.engine(server.create())
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE people (id integer PRIMARY KEY, email text)")
        for n, person in enumerate(PEOPLE):
            connection.exec_driver_sql("INSERT INTO people VALUES (%s, %s)", (n, person[2]))
        # Each row takes its time: three are read in time, forty are not.
        connection.exec_driver_sql(
            "CREATE VIEW slow AS SELECT n, pg_sleep(0.05)::text || 'x' AS word FROM generate_series(1, 40) n"
        )

    with engine.connect() as connection:
        connection.exec_driver_sql("SET statement_timeout = 900")
        tables = look(connection, [named(0)], sample=3)

    assert tables["slow"].too_large
    assert len(tables["slow"].sample) == 3
    assert [row["email"] for row in tables["people"].searched] == [PEOPLE[0][2]]

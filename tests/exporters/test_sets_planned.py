"""Growing rows that `apply` changes as sets are counted in the store when they are planned, and decide as if they had been read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from exporters.contract import Identifier, IdentifierKind, PlanBlocked, Reason, Subject, Treatment, plan_hash
from exporters.journal import FileJournal
from exporters.registry import load_stores, open_store
from exporters.sql import plan as planning

if TYPE_CHECKING:
    from pathlib import Path

    from exporters.contract import PlanLine

ADA = Subject("Ada", (Identifier(IdentifierKind.EMAIL, "ada@example.com"),))
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
_TABLES = """
CREATE TABLE client (id INTEGER PRIMARY KEY, login VARCHAR(40), email VARCHAR(80), plan INTEGER);
CREATE TABLE session (id INTEGER PRIMARY KEY, client_id INTEGER REFERENCES client (id), device VARCHAR(40), stopped INTEGER);
CREATE TABLE visit (id INTEGER PRIMARY KEY, login VARCHAR(40), page VARCHAR(40) CHECK (page <> 'REFUSED'));
INSERT INTO client VALUES (1, 'ada', 'ada@example.com', 7), (2, 'bo', 'bo@example.com', 7);
"""
_MAP = """
map: pier
version: 1
title: {en: Pier}
languages: [en]
subjects:
  client: {kind: record}
purposes: {service: {en: to run the service}}
sources: {you: {en: you}}
retention:
  client: {class: subscriber_data, text: {en: while you are a customer}}
defaults:
  category: master
  purpose: service
  legal_basis: 6(1)(b)
  source: you
  retention: client
  origin: provided
  erase: delete
datasets:
  client:
    label: {en: Clients}
    key: id
    CLIENT
    links:
      - {foreign_key: id, references: subject.client}
    fields:
      id: {}
      login: {identifier: username, erase: nullify}
      email: {identifier: email, hint: true, erase: nullify}
      plan: {label: {en: Plan}, erase: leave}
  session:
    label: {en: Sessions}
    key: id
    growing: true
    wait_while: {stopped: null}
    links:
      - {foreign_key: client_id, references: client.id}
    fields:
      id: {}
      client_id: {label: id}
      device: {label: {en: Device}}
      stopped: {label: {en: Stopped}}
  visit:
    label: {en: Visits}
    key: id
    growing: true
    erase: anonymise
    links:
      - {same_value: login, references: client.login}
    fields:
      id: {erase: leave}
      login: {identifier: {kind: username, teaches: false}, erase: keyed_token}
      page: {label: {en: Page}, erase: constant}
"""


@dataclass(frozen=True)
class Pier:
    """A SQLite store whose sessions point at their client by a foreign key of the database."""

    folder: Path
    engine: sa.Engine

    def store(self, batch_rows: int = 20_000) -> Any:
        """A new exporter."""
        (self.folder / "stores.yaml").write_text(
            "stores:\n  pier:\n    controller: vik\n    system: sql\n    label: {en: Pier}\n    owner: Ida\n"
            f"    map: map.yaml\n    url: sqlite:///pier.sqlite3\n    batch_rows: {batch_rows}\n",
            encoding="utf-8",
        )
        return open_store(load_stores(self.folder / "stores.yaml")["pier"])

    def plan(self) -> tuple[PlanLine, ...]:
        """The plan to erase Ada."""
        store = self.store()
        lines: tuple[PlanLine, ...] = store.plan(ADA, store.locate(ADA).keys, right="erasure", now=NOW)
        return lines

    def apply(self, lines: tuple[PlanLine, ...], batch_rows: int) -> dict[str, int]:
        """Rows changed by dataset."""
        journal = FileJournal(self.folder / f"journal{batch_rows}")
        done = self.store(batch_rows).apply(lines, approval="a", now=NOW, check=lambda: None, journal=journal)
        return {lines[one.line].dataset: one.changed for one in done if lines[one.line].writes}

    def execute(self, *statements: str) -> None:
        """Change the store."""
        with self.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)


def pier(folder: Path, client: str = "", *, refused: str = "nothing") -> Pier:
    """A filled pier; `client`: what the map says about the dataset besides; `refused`: a text no visit may hold."""
    (folder / "map.yaml").write_text(_MAP.replace("CLIENT\n", f"{client}\n"), encoding="utf-8")
    made = Pier(folder, sa.create_engine(f"sqlite:///{folder / 'pier.sqlite3'}", poolclass=sa.pool.NullPool))
    made.execute(*_TABLES.replace("REFUSED", refused).strip().split(";\n"))
    with made.engine.begin() as connection:
        for n in range(1, 401):
            whose, stopped = 1 + (n % 4 == 0), n
            connection.exec_driver_sql("INSERT INTO session VALUES (?, ?, ?, ?)", (n, whose, f"d{n}", stopped))
            connection.exec_driver_sql("INSERT INTO visit VALUES (?, ?, ?)", (n, ("ada", "bo")[whose - 1], f"p{n}"))
    return made


def rows_read(monkeypatch: pytest.MonkeyPatch, made: Pier) -> tuple[PlanLine, ...]:
    """The plan as it is without counting in the store."""
    with monkeypatch.context() as patched:
        patched.setattr(planning, "counted", lambda _hers, _limits: {})
        return made.plan()


def without_rows(lines: tuple[PlanLine, ...]) -> list[PlanLine]:
    return sorted((replace(line, keys=()) for line in lines), key=repr)


def test_counted_and_read_rows_give_the_same_plan_and_the_same_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """House.md idea 3: an approval binds the same either way; open sessions wait, and hold what they point at."""
    made = pier(tmp_path, "erase: delete_unless_referred")
    made.execute("UPDATE session SET stopped = NULL WHERE id IN (1, 2, 4)", "UPDATE visit SET login = 'x' WHERE id = 7")

    counted, read = made.plan(), rows_read(monkeypatch, made)

    assert without_rows(counted) == without_rows(read)
    assert plan_hash(counted) == plan_hash(read)
    counts = {(line.dataset, line.treatment): line.count for line in counted}
    assert counts["session", Treatment.DELETE] == 298
    assert counts["visit", Treatment.ANONYMISE] == 299
    assert [line.count for line in counted if line.reason is Reason.WAITS] == [2]


def test_an_open_session_that_points_at_a_row_that_goes_blocks_the_plan(tmp_path: Path) -> None:
    made = pier(tmp_path)
    made.execute("UPDATE session SET stopped = NULL WHERE id = 1")

    with pytest.raises(PlanBlocked) as raised:
        made.plan()

    assert [one.code for one in raised.value.problems] == ["foreign_key"]


def test_a_rule_of_the_table_is_tried_on_rows_that_are_only_counted(tmp_path: Path) -> None:
    made = pier(tmp_path, refused="erased")

    with pytest.raises(PlanBlocked) as raised:
        made.plan()

    assert [(one.code, one.place) for one in raised.value.problems] == [("check", "pier.visit")]


def test_a_name_that_two_people_use_is_read_row_by_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = pier(tmp_path)
    made.execute("UPDATE client SET login = 'ada' WHERE id = 2")

    counted, read = made.plan(), rows_read(monkeypatch, made)

    assert plan_hash(counted) == plan_hash(read)
    assert without_rows(counted) == without_rows(read)


def test_sessions_that_point_at_her_record_by_a_foreign_key_go_in_batches_before_it(tmp_path: Path) -> None:
    """Decision 042: a set is no row outside the plan, though its rows are not listed."""
    made = pier(tmp_path)
    lines = made.plan()

    assert made.apply(lines, 50) == {"session": 300, "visit": 300, "client": 1}

    with made.engine.connect() as connection:
        left = connection.exec_driver_sql("SELECT count(*), max(client_id), min(client_id) FROM session").one()
    assert tuple(left) == (100, 2, 2)


def test_an_open_session_keeps_the_record_it_points_at_in_batches_too(tmp_path: Path) -> None:
    """Decision 042: what waits is read, so that applying in batches decides as planning did."""
    made = pier(tmp_path, "erase: delete_unless_referred")
    made.execute("UPDATE session SET stopped = NULL WHERE id = 1")
    lines = made.plan()

    assert made.apply(lines, 50) == {"session": 299, "visit": 300, "client": 1}

    with made.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT email, login FROM client WHERE id = 1").one() == (None, None)
        assert connection.exec_driver_sql("SELECT id FROM session WHERE client_id = 1").all() == [(1,)]

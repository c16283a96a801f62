"""Erasure while the store is busy, copies where nobody looks, and what a stranger's row may mean."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from exporters.contract import HitClass, PlanBlocked, Reason, Temporary, Treatment
from exporters.testing.checksums import checksums, touched
from tests.exporters import club

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def own(backend: str, tmp_path: Path) -> Iterator[club.Club]:
    """A club on each database."""
    with club.fresh(backend, tmp_path) as found:
        yield found


def test_a_row_somebody_else_holds_makes_it_temporary_and_nothing_is_written(own: club.Club) -> None:
    store = own.store()
    lines = store.plan(club.ADA, store.locate(club.ADA).keys, now=NOW, keep_until=club.law)
    before = checksums(own.engine)

    with own.engine.connect() as busy:
        busy.exec_driver_sql("UPDATE letters SET body = 'being edited' WHERE id = 2")
        with pytest.raises(Temporary) as raised:
            store.apply(lines, approval="a", now=NOW, check=lambda: None, keep_until=club.law)
        busy.rollback()

    assert raised.value.code in {"lock", "timeout"}
    assert touched(before, checksums(own.engine)) == set()
    store.apply(lines, approval="a", now=NOW, check=lambda: None, keep_until=club.law)
    assert own.ask("SELECT id FROM letters WHERE member_id = 1") == []


@pytest.mark.stores
def test_a_table_without_transactions_is_refused_when_planned(tmp_path: Path) -> None:
    with club.fresh("mariadb", tmp_path) as own:
        own.execute("ALTER TABLE visits ENGINE = MyISAM")
        store = own.store()

        with pytest.raises(PlanBlocked) as raised:
            store.plan(club.ADA, store.locate(club.ADA).keys, now=NOW, keep_until=club.law)

        assert [(one.code, one.place) for one in raised.value.problems] == [("no_transactions", "club.visits")]


@pytest.mark.stores
def test_a_materialised_view_is_searched_too(tmp_path: Path) -> None:
    with club.fresh("postgresql", tmp_path) as own:
        own.execute("CREATE MATERIALIZED VIEW directory AS SELECT full_name, email FROM members")
        store = own.store()
        keys = store.locate(club.ADA).keys
        lines = store.plan(club.ADA, keys, now=NOW, keep_until=club.law)
        store.apply(lines, approval="a", now=NOW, check=lambda: None, keep_until=club.law)

        found = store.residue(club.ADA, keys, now=NOW, lines=lines, keep_until=club.law)

        assert {(one.table, one.cls, one.stands) for one in found} == {("directory", HitClass.UNLINKED, True)}


def test_a_row_tied_to_two_people_is_left_to_a_person(own: club.Club) -> None:
    own.execute("INSERT INTO letters (id, member_id, reply_to, body) VALUES (7, 1, 4, 'Ada answers Cyd')")
    two = ("{foreign_key: member_id, references: members.id}\n    fields: {id: {}, member_id: {label: id}, reply_to",)
    link = "{foreign_key: member_id, references: members.id}\n      - {foreign_key: reply_to, references: letters.id}\n"
    store = own.store((two[0], f"{link}    fields: {{id: {{}}, member_id: {{label: id}}, reply_to"))

    lines = store.plan(club.ADA, store.locate(club.ADA).keys, now=NOW, keep_until=club.law)

    (left,) = [line for line in lines if line.dataset == "letters" and not line.writes]
    assert (left.treatment, left.reason, [key.values for key in left.keys]) == (
        Treatment.MANUAL,
        Reason.SHARED,
        [(7,)],
    )

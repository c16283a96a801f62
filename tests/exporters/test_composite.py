"""Links over several columns: a row is hers when all of them fit, on each database (house.md: Data map, Locate)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from exporters.contract import HitClass, Identifier, IdentifierKind, MatchStatus, Reason, Subject, Treatment
from exporters.datamap.composite import each_of, joined, named_together, taken_apart
from exporters.registry import ConfigError
from exporters.testing.checksums import touched
from tests.exporters import depot

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def own(backend: str, tmp_path: Path) -> Iterator[depot.Depot]:
    with depot.fresh(backend, tmp_path) as found:
        yield found


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[depot.Depot]:
    with depot.fresh("sqlite", tmp_path) as found:
        yield found


def _rows(store: Any, who: Subject) -> dict[str, list[tuple[Any, ...]]]:
    found: dict[str, list[tuple[Any, ...]]] = {}
    for batch in store.collect(who, store.locate(who).keys):
        found.setdefault(batch.dataset, []).extend(map(tuple, batch.rows))
    return found


def _short(rows: dict[str, list[tuple[Any, ...]]]) -> dict[str, list[tuple[str, ...]]]:
    """The first two columns."""
    return {name: [tuple(str(one) for one in row[:2]) for row in found] for name, found in rows.items()}


def _erase(store: Any, who: Subject) -> dict[tuple[str, Treatment], Any]:
    lines = store.plan(who, store.locate(who).keys, now=NOW, keep_until=depot.law)
    store.apply(lines, approval="a", now=NOW, check=lambda: None, keep_until=depot.law)
    return {(line.dataset, line.treatment): line for line in lines}


def test_only_rows_both_halves_of_whose_key_fit_are_hers(own: depot.Depot) -> None:
    store = own.store()

    assert _short(_rows(store, depot.ANN)) == {
        "clients": [("DE", "100")],
        "places": [("N", "1")],
        "orders": [("DE", "1")],
        "order_lines": [("DE", "1"), ("DE", "1")],
        "bills": [("10", "DE")],
        "reviews": [("1", "DE")],
    }
    assert _short(_rows(store, depot.BEA))["orders"] == [("AT", "1")]
    assert _short(_rows(store, depot.CEM))["reviews"] == [("3", "DE")]


@pytest.mark.parametrize(
    ("email", "country"), [("dee@example.com", "D"), ("eve@example.com", "D/E"), ("fay@example.com", "D~1E")]
)
def test_halves_that_would_read_alike_side_by_side_are_told_apart(own: depot.Depot, email: str, country: str) -> None:
    found = _short(_rows(own.store(), depot.client(email)))

    assert {name: [row[0] for row in rows] for name, rows in found.items()} == {
        "clients": [country],
        "orders": [country],
        "order_lines": [country],
    }


def test_halves_that_differ_in_case_are_two_people(own: depot.Depot) -> None:
    assert set(_rows(own.store(), depot.client("gus@example.com"))) == {"clients"}


def test_the_person_is_named_by_both_halves(own: depot.Depot) -> None:
    store = own.store()
    by_record = Subject("Ann", (Identifier(IdentifierKind.RECORD, "client/DE/100", "depot"),))

    assert [key.values for key in store.locate(depot.ANN).keys] == [("DE/100",)]
    assert store.locate(by_record).keys == store.locate(depot.ANN).keys
    half = Subject("x", (Identifier(IdentifierKind.RECORD, "client/100", "depot"),))
    assert store.locate(half).status is MatchStatus.NONE


def test_erasure_takes_her_rows_and_touches_nobody_else(own: depot.Depot) -> None:
    before = own.sums()

    lines = _erase(own.store(), depot.ANN)

    kept = lines["bills", Treatment.KEEP]
    assert (kept.count, kept.law) == (1, "tax law")
    assert lines["clients", Treatment.ANONYMISE].reason is Reason.REFERRED
    assert lines["places", Treatment.UNLINK].reason is Reason.SHARED
    assert lines["order_lines", Treatment.DELETE].count == 2
    assert {(table, key.replace(" ", "")) for table, key in touched(before, own.sums())} == {
        ("clients", "DE/100"),
        ("orders", "DE/1"),
        ("order_lines", "DE/1/1"),
        ("order_lines", "DE/1/2"),
        ("reviews", "1"),
    }
    ((email, name, zone, place),) = own.ask(
        "SELECT email, full_name, zone, place_no FROM clients WHERE country = 'DE' AND client_no = '100'"
    )
    assert (email, name, zone, place) == (None, None, None, None)


def test_a_client_nothing_refers_to_goes_whole(own: depot.Depot) -> None:
    lines = _erase(own.store(), depot.CEM)

    assert ("clients", Treatment.DELETE) in lines
    assert ("bills", Treatment.DELETE) in lines, "the bill of 2010 need not be kept"
    assert ("places", Treatment.DELETE) in lines, "nobody else is at S/1"
    assert own.ask("SELECT client_no FROM clients WHERE country = 'DE'") == [("100",)]


def test_the_search_after_an_erasure_tells_whose_a_row_is_by_both_halves(own: depot.Depot) -> None:
    store = own.store()
    keys = store.locate(depot.CEM).keys
    lines = store.plan(depot.CEM, keys, now=NOW, keep_until=depot.law)
    store.apply(lines, approval="a", now=NOW, check=lambda: None, keep_until=depot.law)
    own.execute(
        # A line of an order of hers that is gone, one of Bea's, one no key belongs to.
        "UPDATE reviews SET words = 'ask cem@example.com' WHERE id IN (2, 5)",
        "INSERT INTO reviews (id, land, who, words) VALUES (6, 'DE', '101', 'again cem@example.com')",
    )

    found = store.residue(depot.CEM, keys, now=NOW, lines=lines, keep_until=depot.law)

    assert {(one.table, one.column, one.count, one.cls) for one in found} == {
        ("reviews", "words", 1, HitClass.HERS),
        ("reviews", "words", 1, HitClass.OTHER),
        ("reviews", "words", 1, HitClass.UNLINKED),
    }


def test_a_row_without_a_half_is_nobodys(own: depot.Depot) -> None:
    own.execute("UPDATE reviews SET words = 'ann@example.com' WHERE id = 4")
    store = own.store()

    found = store.residue(depot.ANN, store.locate(depot.ANN).keys, now=NOW)

    assert ("reviews", HitClass.UNLINKED) in {(one.table, one.cls) for one in found}


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("references: [orders.country, orders.order_no]", "references: orders.country", "2 columns here and 1 there"),
        ("references: [orders.country, orders.order_no]", "references: [orders.country, clients.email]", "one dataset"),
        ("foreign_key: [country, order_no]", "foreign_key: [country, country]", "once"),
        ("foreign_key: [country, order_no]", "foreign_key: [country, number]", "'number' is not a field"),
        ("[orders.country, orders.order_no]", "[orders.country, orders.number]", "is not a field of this map"),
        ("foreign_key: [country, order_no]", "contains_value: [country, order_no]", "only foreign_key and same_value"),
        ("same_value: [land, who]", "any_case: true, same_value: [land, who]", "compared exactly"),
        ("references: subject.client}", "references: [subject.client, subject.other]}", "a person has one key"),
        ("kind: record", "kind: customer_number", "several columns name a record"),
        ("[clients.country, clients.client_no]}\n    fields:\n      id:", "[clients.country, clients.zone]}\n    fields:\n      id:", "does not name one person"),
    ],
)  # fmt: skip
def test_a_link_that_cannot_be_followed_is_refused_where_it_stands(
    sqlite: depot.Depot, old: str, new: str, complaint: str
) -> None:
    with pytest.raises(ConfigError, match=complaint) as raised:
        sqlite.store((old, new))
    assert "depot-map.yaml:" in str(raised.value)


def test_names_and_values_of_several_columns_can_be_taken_apart_again() -> None:
    for values in (("a", "b"), ("a/b", "c"), ("a", "b/c"), ("~1", "/"), ("", ""), ("~", "~0/~1")):
        text = joined(values)
        assert text is not None
        assert taken_apart(text) == values
    assert joined(("a", None)) is None
    assert each_of(named_together(("country", "client_no"))) == ("country", "client_no")

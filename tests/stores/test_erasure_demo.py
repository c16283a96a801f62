"""Erasing people of the demo's two stores on SQLite, MariaDB and PostgreSQL: the same outcome on each."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from dsr.demo.people import HOMONYMS, HOUSEHOLD, by_position, subscribers
from dsr.demo.stores import build_billing, build_radius
from exporters.contract import HitClass, Identifier, IdentifierKind, Kept, Reason, Subject, Treatment
from exporters.registry import load_stores, open_store
from exporters.testing.checksums import checksums, touched
from tests import servers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from exporters.contract import Match, PlanLine

TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MAPS = {"billing": "northwave_billing", "radius": "radius"}
STAYING = {"invoices", "invoice_items", "payments", "contracts", "consents"}


def german_law(document_class: str, day: date) -> Kept | None:
    """Eight years for invoices, six for business letters."""
    years = {"invoice": (8, "§ 147 AO"), "business_letter": (6, "§ 257 HGB")}.get(document_class)
    return Kept(date(day.year + years[0], 12, 31), years[1], "V") if years else None


def goes_on() -> None:
    """The case still stands."""


@dataclass
class House:
    """The two stores, as exporters and as their administrator sees them."""

    exporters: dict[str, Any]
    engines: dict[str, sa.Engine]

    def subject(self, position: int) -> tuple[Subject, dict[str, Match]]:
        """A subscriber with everything the stores teach about her."""
        person = by_position(position)
        known = (Identifier(IdentifierKind.CUSTOMER_NUMBER, person.customer_no, "billing"),)
        matches = {}
        for name in MAPS:
            matches[name] = self.exporters[name].locate(Subject(f"n{position}", known))
            taught = tuple(one.identifier for one in matches[name].learned if not one.shared)
            known = tuple(dict.fromkeys((*known, *taught)))
        return Subject(f"n{position}", known), matches

    def erase(self, name: str, who: Subject, match: Match, law: Any = german_law) -> tuple[PlanLine, ...]:
        """Plan and apply in one store."""
        exporter = self.exporters[name]
        lines: tuple[PlanLine, ...] = exporter.plan(who, match.keys, now=NOW, keep_until=law)
        exporter.apply(lines, approval="a", now=NOW, check=goes_on, keep_until=law)
        return lines

    def erase_from_billing(self, position: int, law: Any = german_law) -> tuple[PlanLine, ...]:
        """Plan and apply in the billing system."""
        who, matches = self.subject(position)
        return self.erase("billing", who, matches["billing"], law)

    def owners(self, name: str) -> dict[tuple[str, str], set[int]]:
        """Whose each row is, as an access request would say."""
        found: dict[tuple[str, str], set[int]] = {}
        for person in subscribers():
            who, matches = self.subject(person.n)
            for batch in self.exporters[name].collect(who, matches[name].keys):
                for row in batch.rows:
                    found.setdefault((batch.dataset, str(row[0])), set()).add(person.n)
        return found

    def ask(self, name: str, query: str, **values: object) -> list[Any]:
        """A question of the administrator."""
        with self.engines[name].connect() as connection:
            return list(connection.execute(sa.text(query), values).all())


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("mariadb", marks=[pytest.mark.stores, pytest.mark.slow]),
        pytest.param("postgresql", marks=[pytest.mark.stores, pytest.mark.slow]),
    ]
)
def house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    with ExitStack() as stack:
        engines, lines = {}, []
        for name, build in (("billing", build_billing), ("radius", build_radius)):
            url = f"sqlite:///{tmp_path / name}.sqlite3"
            if request.param != "sqlite":
                server = servers.mariadb() if request.param == "mariadb" else servers.postgresql()
                url = server.url(stack.enter_context(server.database()))
            engines[name] = sa.create_engine(url, poolclass=sa.pool.NullPool)
            build(engines[name], today=TODAY)
            (tmp_path / f"{name}.url").write_text(url)
            lines.append(
                f"  {name}:\n    controller: northwave\n    system: sql\n    label: {{en: {name}}}\n    owner: NOC\n"
                f"    map: {MAPS[name]}\n    url: file:{name}.url\n"
            )
        (tmp_path / "stores.yaml").write_text("stores:\n" + "".join(lines))
        configs = load_stores(tmp_path / "stores.yaml")
        yield House({name: open_store(configs[name]) for name in MAPS}, engines)


def test_erased_from_both_stores_without_a_trace_but_what_law_keeps(house: House) -> None:
    owners = {name: house.owners(name) for name in MAPS}
    for position in (HOMONYMS[1], HOUSEHOLD[0], 8, 13, 49, 50):
        who, matches = house.subject(position)
        for name in MAPS:
            before = checksums(house.engines[name])

            lines = house.erase(name, who, matches[name])

            changed = touched(before, checksums(house.engines[name]))
            assert changed
            assert {frozenset(owners[name][row]) for row in changed} == {frozenset({position})}
            assert not {table for table, _ in changed} & STAYING
            residue = house.exporters[name].residue(
                who, matches[name].keys, now=NOW, lines=lines, keep_until=german_law
            )
            standing = {(one.table, one.cls) for one in residue if one.stands}
            open_sessions = any(line.reason is Reason.WAITS for line in lines)
            assert standing == ({("radacct", HitClass.HERS)} if open_sessions else set()), position


def test_a_note_about_another_that_quotes_her_is_told_apart(house: House) -> None:
    who, matches = house.subject(HOMONYMS[2])

    lines = house.erase("billing", who, matches["billing"])

    residue = house.exporters["billing"].residue(
        who, matches["billing"].keys, now=NOW, lines=lines, keep_until=german_law
    )
    assert {(one.table, one.column, one.cls) for one in residue if one.stands} == {("notes", "body", HitClass.OTHER)}


def test_a_households_address_is_unlinked_and_goes_with_the_last_of_them(house: House) -> None:
    address = by_position(HOUSEHOLD[0]).address
    query = "SELECT street FROM addresses WHERE id = :id"
    before = checksums(house.engines["billing"])["addresses"][str(address.id)]

    for position in HOUSEHOLD[:-1]:
        lines = house.erase_from_billing(position)
        assert [line.dataset for line in lines if line.treatment is Treatment.UNLINK] == ["addresses"]
        assert house.ask("billing", "SELECT address_id FROM customers WHERE id = :n", n=position) == [(None,)]
        assert checksums(house.engines["billing"])["addresses"][str(address.id)] == before
    house.erase_from_billing(HOUSEHOLD[-1])

    assert house.ask("billing", query, id=address.id) == []


def test_when_the_period_has_ended_document_and_customer_go_as_well(house: House) -> None:
    def over(_: str, day: date) -> Kept:
        return Kept(date(day.year, 12, 31) if day.year < 2026 else date(2020, 1, 1), "a law", "V")

    former = 4

    lines = house.erase_from_billing(former, over)

    assert {line.treatment for line in lines if line.dataset in {"invoices", "customers"}} == {Treatment.DELETE}
    assert house.ask("billing", "SELECT id FROM invoices WHERE customer_id = :n", n=former) == []


def test_an_uncertain_period_keeps_but_never_deletes_by_itself_4_0_11(house: House) -> None:
    def unsure(_: str, day: date) -> Kept:
        return Kept(date(2020, 1, 1), "a law", "K", certain=False)

    former = 4
    before = checksums(house.engines["billing"])["invoices"]

    lines = house.erase_from_billing(former, unsure)

    waiting = [line for line in lines if line.dataset == "invoices"]
    assert {(line.treatment, line.reason, line.mark) for line in waiting} == {
        (Treatment.MANUAL, Reason.PERIOD_UNCERTAIN, "K")
    }
    assert checksums(house.engines["billing"])["invoices"] == before

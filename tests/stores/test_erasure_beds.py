"""Erasing three of 40 people from real programs' databases: nothing of theirs stays but what law keeps (E-b, 6.5.1).

Rows are compared by checksums read without the product's code.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from exporters.contract import HitClass, Kept, Match, MatchStatus, Permanent, Subject, Treatment
from exporters.testing.checksums import RowSums, checksums, touched
from tests.stores import beds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from exporters.contract import Outcome, PlanLine, Residue

pytestmark = [pytest.mark.stores, pytest.mark.slow]

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
BEDS = ("fossbilling", "radius")
ERASED = (4, 9, 12)
"""A Jean Doherty of three, a company of the first plan, the plus-address."""
KEPT_TABLES = {"invoice", "invoice_item", "transaction", "client_balance"}


def eight_years(document_class: str, day: date) -> Kept | None:
    """Invoices are kept to the end of the eighth year, nothing else is."""
    return Kept(date(day.year + 8, 12, 31), "§ 147 AO", "V") if document_class == "invoice" else None


def goes_on() -> None:
    """The case still stands."""


@dataclass
class Erased:
    """What erasing the three did to one set."""

    url: str
    exporter: Any
    before: RowSums
    after: RowSums
    owners: dict[tuple[str, str], int]
    plans: dict[int, tuple[PlanLine, ...]]
    outcomes: dict[int, tuple[Outcome, ...]]
    again: dict[int, tuple[Outcome, ...]]
    residues: dict[int, tuple[Residue, ...]]


def subject(n: int, exporters: dict[str, Any]) -> tuple[Subject, dict[str, Match]]:
    """A person with everything both stores teach about her."""
    person = beds.subscribers()[n - 1]
    billing = exporters["fossbilling"].locate(beds.by_email(person))
    named = beds.with_learned(person, billing, username=True)
    radius = exporters["radius"].locate(named)
    more = tuple(one.identifier for one in radius.learned if not one.shared)
    whole = Subject(named.reference, tuple(dict.fromkeys((*named.identifiers, *more))))
    return whole, {"fossbilling": billing, "radius": radius}


@pytest.fixture(scope="module")
def erased(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Erased]]:
    folder = tmp_path_factory.mktemp("erasing")
    with beds.own_copy("fossbilling") as billing, beds.own_copy("radius") as radius:
        urls = {"fossbilling": billing, "radius": radius}
        exporters = {bed: beds.open_bed(bed, folder, url) for bed, url in urls.items()}
        people = {one["n"]: subject(one["n"], exporters) for one in beds.subscribers()}
        yield {bed: _erase(bed, urls[bed], exporters[bed], people) for bed in BEDS}


def _erase(bed: str, url: str, exporter: Any, people: dict[int, tuple[Subject, dict[str, Match]]]) -> Erased:
    engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
    owners = {row: n for n, (who, _) in people.items() for row in beds.collect(exporter, who).rows}
    done = Erased(url, exporter, checksums(engine), {}, owners, {}, {}, {}, {})
    for n in ERASED:
        who, matches = people[n]
        keys = matches[bed].keys
        lines = exporter.plan(who, keys, now=NOW, keep_until=eight_years)
        done.plans[n] = lines
        for results in (done.outcomes, done.again):
            results[n] = exporter.apply(lines, approval=f"plan {n}", now=NOW, check=goes_on, keep_until=eight_years)
        done.residues[n] = exporter.residue(who, keys, now=NOW, lines=lines, keep_until=eight_years)
    done.after = checksums(engine)
    return done


@pytest.mark.parametrize("bed", BEDS)
def test_every_row_of_the_other_37_is_unchanged_to_the_byte(bed: str, erased: dict[str, Erased]) -> None:
    done = erased[bed]

    changed = touched(done.before, done.after)

    assert changed
    assert {done.owners.get(row) for row in changed} == set(ERASED)
    for jean in (8, 24):
        assert not [row for row in changed if done.owners.get(row) == jean]


@pytest.mark.parametrize("bed", BEDS)
def test_no_residue_but_the_invoices_law_keeps(bed: str, erased: dict[str, Erased]) -> None:
    for n in ERASED:
        assert [one for one in erased[bed].residues[n] if one.stands] == []
        kept = {one.table for one in erased[bed].residues[n] if one.cls is HitClass.KEPT}
        assert kept <= KEPT_TABLES


@pytest.mark.parametrize("bed", BEDS)
def test_a_search_without_the_products_code_finds_them_in_kept_tables_only(bed: str, erased: dict[str, Erased]) -> None:
    found = {
        cell.table
        for cell in beds.cells_at(erased[bed].url)
        for kind in beds.UNIQUE
        if beds.held(kind, cell.text) & set(ERASED)
    }

    assert found <= KEPT_TABLES
    assert found or bed == "radius"


def test_invoices_are_complete_and_true(erased: dict[str, Erased]) -> None:
    done = erased["fossbilling"]

    for table in ("invoice", "invoice_item", "client_balance"):
        assert done.before[table] == done.after[table]
    assert done.before["transaction"].keys() == done.after["transaction"].keys()


def test_each_document_year_has_its_own_end_and_law(erased: dict[str, Erased]) -> None:
    kept = [line for line in erased["fossbilling"].plans[9] if line.treatment is Treatment.KEEP]

    assert {line.dataset for line in kept} == {"invoice", "invoice_item", "transaction", "client_balance"}
    for line in kept:
        assert line.document_year is not None
        assert line.keep_until == date(line.document_year + 8, 12, 31)
        assert line.law == "§ 147 AO"


@pytest.mark.parametrize("bed", BEDS)
def test_the_second_time_changes_nothing(bed: str, erased: dict[str, Erased]) -> None:
    for n in ERASED:
        assert sum(one.changed for one in erased[bed].outcomes[n]) > 10
        assert sum(one.changed for one in erased[bed].again[n]) == 0


@pytest.mark.parametrize("bed", BEDS)
def test_counts_of_the_plan_are_what_was_done(bed: str, erased: dict[str, Erased]) -> None:
    for n in ERASED:
        for line, outcome in zip(erased[bed].plans[n], erased[bed].outcomes[n], strict=True):
            if line.treatment is Treatment.DELETE:
                assert outcome.changed == line.count, line.dataset
            if not line.writes:
                assert outcome.changed == 0


@pytest.fixture
def radius(tmp_path: Path) -> Iterator[tuple[Any, sa.Engine]]:
    """A radius bed of one's own: exporter and administrator."""
    with beds.own_copy("radius") as url:
        yield beds.open_bed("radius", tmp_path, url), sa.create_engine(url, poolclass=sa.pool.NullPool)


def _named(n: int) -> Subject:
    return beds.with_learned(beds.subscribers()[n - 1], Match(MatchStatus.NONE), username=True)


def test_an_open_session_waits_whole_and_goes_when_it_is_closed(radius: tuple[Any, sa.Engine]) -> None:
    exporter, engine = radius
    who = _named(12)
    keys = exporter.locate(who).keys
    with engine.begin() as connection:
        number = connection.exec_driver_sql(
            "SELECT max(radacctid) FROM radacct WHERE username = 'claire.smith11=2Bisp@example.com'"
        ).scalar_one()
        connection.execute(sa.text("UPDATE radacct SET acctstoptime = NULL WHERE radacctid = :id"), {"id": number})
    before = checksums(engine)

    lines = exporter.plan(who, keys, now=NOW)
    exporter.apply(lines, approval="first", now=NOW, check=goes_on)

    (waiting,) = [line for line in lines if line.treatment is Treatment.MANUAL]
    assert (waiting.dataset, waiting.count, waiting.reason) == ("radacct", 1, "waits")
    assert checksums(engine)["radacct"][str(number)] == before["radacct"][str(number)]
    assert [one for one in exporter.residue(who, keys, now=NOW, lines=lines) if one.stands]

    with engine.begin() as connection:
        connection.execute(sa.text("UPDATE radacct SET acctstoptime = now() WHERE radacctid = :id"), {"id": number})
    lines = exporter.plan(who, keys, now=NOW)
    exporter.apply(lines, approval="second", now=NOW, check=goes_on)

    assert str(number) not in checksums(engine)["radacct"]
    assert [one for one in exporter.residue(who, keys, now=NOW, lines=lines) if one.stands] == []


def test_rows_that_arrive_after_the_plan_are_erased_and_do_not_make_it_stale(radius: tuple[Any, sa.Engine]) -> None:
    exporter, engine = radius
    who = _named(12)
    keys = exporter.locate(who).keys
    lines = exporter.plan(who, keys, now=NOW)
    with engine.begin() as connection:
        insert = "INSERT INTO radpostauth (username, pass, reply, authdate) VALUES (:name, 'x', 'Access-Reject', now())"
        for spelling in ("claire.smith11=2Bisp@example.com", "CLAIRE.SMITH11=2BISP@EXAMPLE.COM"):
            connection.execute(sa.text(insert), {"name": spelling})

    outcomes = exporter.apply(lines, approval="a", now=NOW, check=goes_on)

    (at,) = [at for at, line in enumerate(lines) if line.dataset == "radpostauth"]
    assert outcomes[at].changed == lines[at].count + 2
    assert [one for one in exporter.residue(who, keys, now=NOW, lines=lines) if one.stands] == []


def test_a_row_that_became_somebody_elses_makes_the_plan_stale(radius: tuple[Any, sa.Engine]) -> None:
    exporter, engine = radius
    who = _named(9)
    lines = exporter.plan(who, exporter.locate(who).keys, now=NOW)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE userinfo SET username = 'somebody-else' WHERE id = 9")
    before = checksums(engine)

    with pytest.raises(Permanent) as raised:
        exporter.apply(lines, approval="a", now=NOW, check=goes_on)

    assert (raised.value.code, raised.value.place) == ("plan_stale", "radius.userinfo")
    assert touched(before, checksums(engine)) == set()

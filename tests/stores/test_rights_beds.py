"""One of three Jean Dohertys is corrected, restricted, lifted and objects in real programs' databases: the other 39 stay.

Rows are compared by checksums read without the product's code.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from exporters.contract import Change, Match, MatchStatus, PlanBlocked, Reason, RowKey, Treatment
from exporters.testing.checksums import checksums, touched
from tests.stores import beds

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from exporters.contract import PlanLine, Subject

pytestmark = [pytest.mark.stores, pytest.mark.slow]

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
JEAN, OTHER_JEANS = 8, (4, 24)
BEDS = ("fossbilling", "radius")


def goes_on() -> None:
    """The case still stands."""


class Bed:
    """A copy of a real database: exporter, administrator, whose each row is."""

    def __init__(self, name: str, url: str, folder: Path) -> None:
        self.name = name
        self.exporter: Any = beds.open_bed(name, folder, url)
        self.engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        self.who = self.subject(JEAN)
        self.keys = self.exporter.locate(self.who).keys

    def subject(self, n: int) -> Subject:
        """A person by her e-mail address, in the RADIUS bed by her user name as well."""
        person = beds.subscribers()[n - 1]
        if self.name == "radius":
            return beds.with_learned(person, Match(MatchStatus.NONE), username=True)
        return beds.by_email(person)

    def owners(self) -> dict[tuple[str, str], int]:
        """Whose each row is, asked person by person."""
        return {
            row: person["n"]
            for person in beds.subscribers()
            for row in beds.collect(self.exporter, self.subject(person["n"])).rows
        }

    def run(self, right: str, **more: Any) -> tuple[PlanLine, ...]:
        """Plan, apply, apply again (nothing happens), read back."""
        lines: tuple[PlanLine, ...] = self.exporter.plan(self.who, self.keys, right=right, now=NOW, **more)
        self.exporter.apply(lines, approval=right, now=NOW, check=goes_on)
        after = checksums(self.engine)
        again = self.exporter.apply(lines, approval=right, now=NOW, check=goes_on)
        assert sum(one.changed for one in again) == 0
        assert touched(after, checksums(self.engine)) == set()
        assert all((one.differs, one.gone) == (0, 0) for one in self.exporter.confirm(lines))
        return lines


@pytest.fixture
def bed(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bed]:
    """A bed of one's own."""
    with beds.own_copy(request.param) as url:
        yield Bed(request.param, url, tmp_path)


both = pytest.mark.parametrize("bed", BEDS, indirect=True)
fossbilling = pytest.mark.parametrize("bed", ["fossbilling"], indirect=True)
radius = pytest.mark.parametrize("bed", ["radius"], indirect=True)


def _changes(bed: Bed) -> tuple[Change, ...]:
    if bed.name == "radius":
        name = beds.subscribers()[JEAN - 1]["radius_user"]
        (number,) = _one(bed, f"SELECT id FROM userinfo WHERE username = '{name}'")
        row = RowKey("userinfo", (number,))
        return Change(row, "lastname", "Dôherty-Węgrzyn"), Change(row, "mobilephone", "+447700900199")
    row = RowKey("client", bed.keys[0].values)
    (invoice,) = _one(bed, f"SELECT min(id) FROM invoice WHERE client_id = {bed.keys[0].values[0]}")
    return (
        Change(row, "last_name", "Dôherty-Węgrzyn"),
        Change(row, "phone", "7700900199"),
        Change(RowKey("invoice", (invoice,)), "buyer_last_name", "Dôherty-Węgrzyn"),
    )


def _one(bed: Bed, question: str) -> tuple[Any, ...]:
    with bed.engine.connect() as connection:
        return tuple(connection.exec_driver_sql(question).one())


@both
def test_correcting_one_jean_doherty_touches_nobody_else(bed: Bed) -> None:
    """R-01, R-02: names and contact are overwritten, the issued invoice is annotated to the last column."""
    owners, before = bed.owners(), checksums(bed.engine)

    lines = bed.run("rectification", changes=_changes(bed))

    changed = touched(before, checksums(bed.engine))
    assert {owners[row] for row in changed} == {JEAN}
    wanted = {"fossbilling": {"client", "invoice"}, "radius": {"userinfo"}}[bed.name]
    assert {table for table, _ in changed} == wanted
    assert {one.treatment for one in lines if one.writes} <= {Treatment.CORRECT, Treatment.ANNOTATE}


@fossbilling
def test_an_issued_invoice_keeps_its_buyer_and_gets_a_note(bed: Bed) -> None:
    """R-02."""
    changes = _changes(bed)
    number = changes[-1].row.values[0]
    columns = ", ".join(name for (name,) in _columns(bed, "invoice") if name != "notes")
    before = _one(bed, f"SELECT {columns} FROM invoice WHERE id = {number}")

    lines = bed.run("rectification", changes=changes)

    assert _one(bed, f"SELECT {columns} FROM invoice WHERE id = {number}") == before
    (notes,) = _one(bed, f"SELECT notes FROM invoice WHERE id = {number}")
    assert notes.endswith("2026-11-22 correction requested, buyer_last_name: Dôherty-Węgrzyn")
    copies = {(one.dataset, one.fields[0].column) for one in lines if one.reason is Reason.COPY}
    assert ("invoice", "buyer_last_name") in copies, "the other issued invoices are listed, not rewritten"


def _columns(bed: Bed, table: str) -> list[tuple[str]]:
    with bed.engine.connect() as connection:
        question = (
            "SELECT column_name FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name = '%s'"
        )
        return [tuple(row) for row in connection.exec_driver_sql(question % table)]


@both
def test_restricting_and_lifting_leaves_every_byte_as_it_was(bed: Bed) -> None:
    """Q-03, Q-06."""
    owners, before = bed.owners(), checksums(bed.engine)

    lines = bed.run("restriction")

    changed = touched(before, checksums(bed.engine))
    assert {owners[row] for row in changed} == {JEAN}
    assert {one.treatment for one in lines if one.writes} == {Treatment.RESTRICT}
    bed.run("lift", applied=lines)
    assert touched(before, checksums(bed.engine)) == set()


@fossbilling
def test_lifting_does_not_wake_an_account_the_desk_has_closed_meanwhile(bed: Bed) -> None:
    lines = bed.run("restriction")
    with bed.engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE client SET status = 'canceled' WHERE id = {bed.keys[0].values[0]}")

    lift = bed.run("lift", applied=lines)

    assert [(one.treatment, one.reason) for one in lift] == [(Treatment.MANUAL, Reason.CHANGED_SINCE)]
    assert _one(bed, f"SELECT status FROM client WHERE id = {bed.keys[0].values[0]}") == ("canceled",)


@fossbilling
def test_fossbilling_has_no_switch_for_marketing_so_a_person_acts(bed: Bed) -> None:
    """O-03."""
    before = checksums(bed.engine)

    lines = bed.run("marketing_objection")

    assert [(one.treatment, one.reason, one.dataset) for one in lines] == [
        (Treatment.MANUAL, Reason.NO_SWITCH, "client")
    ]
    assert touched(before, checksums(bed.engine)) == set()


@radius
def test_radius_selects_nobody_for_marketing(bed: Bed) -> None:
    assert bed.run("marketing_objection") == ()


@fossbilling
def test_an_address_that_is_another_customers_is_refused(bed: Bed) -> None:
    """FOSSBilling keeps one account an address; the third Jean Doherty has this one."""
    taken = beds.subscribers()[OTHER_JEANS[0] - 1]["email"]

    with pytest.raises(PlanBlocked) as raised:
        bed.run("rectification", changes=(Change(RowKey("client", bed.keys[0].values), "email", taken),))

    (problem,) = raised.value.problems
    assert (problem.code, problem.place) == ("unique", "fossbilling.client.email")
    assert taken not in str(raised.value) + str(problem)

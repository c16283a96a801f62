"""ISPCare's map on an invented panel of 300 subscribers whose tables have other names, and on a real one of the same shape."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from exporters.contract import (
    Change,
    Identifier,
    IdentifierKind,
    Kept,
    MatchStatus,
    Permanent,
    PlanBlocked,
    RowKey,
    Severity,
    Subject,
    Treatment,
)
from exporters.registry import load_stores, open_store
from exporters.testing.checksums import checksums, touched
from exporters.testing.standins.people import subscriber
from tests import servers
from tests.systems import panel

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from exporters.testing.standins.people import Person

NOW = datetime(2026, 6, 15, 8, 0, tzinfo=UTC)
ANNA = subscriber(panel.ANNA)
SLOW = [pytest.mark.stores, pytest.mark.slow]


def law(document: str, day: date) -> Kept | None:
    """Invoices are kept to the end of the eighth year."""
    return Kept(date(day.year + 8, 12, 31), "tax law") if document == "invoice" else None


def goes_on() -> None:
    """The case still stands."""


def by(kind: IdentifierKind, value: str) -> Subject:
    """Somebody known by one thing."""
    return Subject("somebody", (Identifier(kind, value),))


def who(person: Person) -> Subject:
    """A subscriber by her e-mail address."""
    return by(IdentifierKind.EMAIL, person.email)


class Panel:
    """One database of the panel: its exporter, its administrator, whose each row is."""

    def __init__(self, url: str, folder: Path, owned: panel.Owned) -> None:
        self.folder, self.owned = folder, owned
        self.engine = sa.create_engine(url, poolclass=sa.pool.NullPool)
        (folder / "url").write_text(url, encoding="utf-8")
        self.exporter = self.opened()

    def opened(self, names: str = panel.NAMES, **more: str) -> Any:
        """The exporter with these names."""
        (self.folder / "names.yaml").write_text(names, encoding="utf-8")
        options = {"map": "ispcare", "names": "names.yaml", "url": "file:url", **more}
        lines = "".join(f"    {name}: {value}\n" for name, value in options.items())
        head = "stores:\n  panel:\n    controller: n\n    system: sql\n    label: {en: Panel}\n    owner: Care\n"
        (self.folder / "stores.yaml").write_text(head + lines, encoding="utf-8")
        return open_store(load_stores(self.folder / "stores.yaml")["panel"])

    def run(self, *statements: str) -> None:
        """Change the store behind the exporter's back."""
        with self.engine.begin() as connection:
            for statement in statements:
                connection.exec_driver_sql(statement)

    def hers(self, person: Person) -> set[tuple[str, str]]:
        """Her rows, as the fill knows them."""
        return {place for place, number in self.owned.items() if number == person.number}

    def collected(self, subject: Subject) -> dict[tuple[str, str], dict[str, Any]]:
        """Everything exported: by (table, key) the columns."""
        match = self.exporter.locate(subject)
        assert match.status is MatchStatus.FOUND
        datasets = self.exporter.data_map.datasets
        found: dict[tuple[str, str], dict[str, Any]] = {}
        for batch in self.exporter.collect(subject, match.keys):
            (key,) = datasets[batch.dataset].key
            for row in batch.rows:
                record = dict(zip(batch.columns, row, strict=True))
                found[datasets[batch.dataset].table, str(record[key])] = record
        return found

    def plan(self, person: Person, right: str = "erasure", **more: Any) -> Any:
        """The plan of a right."""
        keys = self.exporter.locate(who(person)).keys
        return self.exporter.plan(who(person), keys, right=right, now=NOW, keep_until=law, **more)

    def apply(self, lines: Any) -> int:
        """Carry it out; how many rows changed."""
        done = self.exporter.apply(lines, approval="a", now=NOW, check=goes_on, keep_until=law)
        return sum(one.changed for one in done)

    def left(self, person: Person) -> set[tuple[str, str]]:
        """Where values that are hers alone still stand, read without the product's code."""
        needles = [person.email, person.phone, person.mac, panel.second(person), person.username]
        needles += [f"{start}{person.number}" for start in panel.SECRETS]
        found = set()
        with self.engine.connect() as connection:
            metadata = sa.MetaData()
            metadata.reflect(connection)
            for table in metadata.sorted_tables:
                for row in connection.execute(sa.select(table)).mappings():
                    texts = {column: str(value).casefold() for column, value in row.items()}
                    found |= {(table.name, c) for c, text in texts.items() for one in needles if text == one.casefold()}
        return found


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, panel.Owned]:
    """The filled SQLite file, made once."""
    path = tmp_path_factory.mktemp("panel") / "panel.sqlite3"
    return path, panel.fill(f"sqlite:///{path}")


@pytest.fixture(params=["sqlite", pytest.param("mariadb", marks=SLOW)])
def own(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Panel]:
    """A panel of one's own."""
    if request.param == "sqlite":
        path, owned = request.getfixturevalue("template")
        shutil.copy(path, tmp_path / "panel.sqlite3")
        yield Panel(f"sqlite:///{tmp_path / 'panel.sqlite3'}", tmp_path, owned)
        return
    server = servers.mariadb()
    with server.database() as name:
        yield Panel(server.url(name), tmp_path, panel.fill(server.url(name)))


def test_the_map_and_the_panel_agree(own: Panel) -> None:
    assert [one for one in own.exporter.check() if one.severity is not Severity.INFO] == []


@pytest.mark.parametrize("number", [panel.ANNA, *(pytest.param(n, marks=pytest.mark.slow) for n in (35, 99, 107, 140))])
def test_everything_of_hers_and_nothing_of_the_other_299(own: Panel, number: int) -> None:
    person = subscriber(number)

    found = own.collected(who(person))

    assert set(found) == own.hers(person)
    assert not [secret for secret in panel.SECRETS if secret in str(found)]


def test_she_is_found_by_each_of_her_names(own: Panel) -> None:
    keys = own.exporter.locate(who(ANNA)).keys

    assert keys == (RowKey("subscriber", (str(ANNA.number),)),)
    for kind, value in (
        (IdentifierKind.USERNAME, ANNA.username),
        (IdentifierKind.USERNAME, panel.second(ANNA)),
        (IdentifierKind.PHONE, ANNA.phone),
        (IdentifierKind.MAC, ANNA.mac),
    ):
        assert own.exporter.locate(by(kind, value)).keys == keys, value


def test_rows_of_a_log_in_the_panel_has_deleted_are_found_by_its_name(own: Panel) -> None:
    """Its own delete leaves the network tables behind."""
    own.run(f"DELETE FROM pnl_line WHERE login = '{panel.second(ANNA)}'")

    found = own.collected(by(IdentifierKind.USERNAME, panel.second(ANNA)))

    assert {table for table, _ in found} == {"radcheck", "radusergroup", "radacct", "radpostauth"}


def test_corrected_restricted_and_given_back(own: Panel) -> None:
    before, row = checksums(own.engine), RowKey("subscriber", (str(ANNA.number),))

    assert own.apply(own.plan(ANNA, "rectification", changes=(Change(row, "street", "9 New Road"),))) == 1
    lines = own.plan(ANNA, "restriction")
    assert own.apply(lines) == 1
    with own.engine.connect() as connection:
        state = connection.exec_driver_sql(f"SELECT street, state FROM pnl_user WHERE uid = {ANNA.number}").one()
    assert tuple(state) == ("9 New Road", "blocked")
    assert own.apply(own.plan(ANNA, "lift", applied=lines)) == 1
    assert touched(before, checksums(own.engine)) == {("pnl_user", str(ANNA.number))}


@pytest.mark.parametrize(
    "number", [panel.ANNA, pytest.param(105, marks=pytest.mark.slow)], ids=["with an invoice", "without"]
)
def test_erased_and_the_other_299_unchanged(own: Panel, number: int) -> None:
    person = subscriber(number)
    before, keys, lines = checksums(own.engine), own.exporter.locate(who(person)).keys, own.plan(person)

    assert own.apply(lines) > 5

    assert touched(before, checksums(own.engine)) <= own.hers(person)
    kept = {("pnl_user", "login"), ("pnl_pay", "login")} if number % 3 else set()
    assert own.left(person) == kept
    residues = own.exporter.residue(who(person), keys, now=NOW, lines=lines, keep_until=law)
    assert [one for one in residues if one.stands] == []
    assert own.apply(lines) == 0
    with own.engine.connect() as connection:
        card = connection.exec_driver_sql(f"SELECT pin, used_login, worth FROM pnl_card WHERE serial = 'S{number}'")
        pin, login, worth = card.one()
    assert (login, worth) == ("erased", 10), "the card stays, without whoever used it"
    assert not pin.startswith("PIN-")


def test_passwords_and_pins_go_first(own: Panel) -> None:
    lines = [line for line in own.plan(ANNA) if line.writes]
    order = list(dict.fromkeys(line.dataset for line in lines))

    assert set(order[: order.index("radacct")]) >= {"radcheck", "radpostauth", "card", "userinfo"}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ("ALTER TABLE pnl_user ADD COLUMN mother_name varchar(40)", "column_undeclared"),
        ("CREATE TABLE pnl_lead (id integer, email varchar(90))", "table_undeclared"),
    ],
)
def test_what_looks_personal_and_is_in_no_map_refuses_the_erasure(own: Panel, change: str, code: str) -> None:
    own.run(change)
    before = checksums(own.engine)

    with pytest.raises(PlanBlocked) as raised:
        own.plan(ANNA)

    assert {one.code for one in raised.value.problems} == {code}
    assert touched(before, checksums(own.engine)) == set()


@pytest.mark.parametrize(
    "change", ["ALTER TABLE pnl_user DROP COLUMN tel", "DROP TABLE pnl_answer"], ids=["column", "table"]
)
def test_what_is_mapped_and_gone_refuses_the_erasure_even_after_the_approval(own: Panel, change: str) -> None:
    lines = own.plan(ANNA)
    own.run(change)
    before = checksums(own.engine)

    with pytest.raises(Permanent, match="schema_changed"):
        own.exporter.plan(who(ANNA), lines[0].persons, right="erasure", now=NOW, keep_until=law)
    with pytest.raises(Permanent, match="plan_stale"):
        own.apply(lines)

    assert touched(before, checksums(own.engine)) == set()


def test_a_plan_made_under_other_names_is_not_carried_out(own: Panel) -> None:
    lines = own.plan(ANNA)
    own.exporter = own.opened(panel.NAMES.replace("mac: cpe_mac", "mac: null"))
    before = checksums(own.engine)

    with pytest.raises(Permanent, match="plan_stale"):
        own.apply(lines)

    assert touched(before, checksums(own.engine)) == set()


def test_without_a_word_for_closed_accounts_a_person_restricts(own: Panel) -> None:
    own.exporter = own.opened(panel.NAMES.replace("status_restricted: blocked", "status_restricted: null"))

    assert {line.treatment for line in own.plan(ANNA, "restriction")} == {Treatment.MANUAL}

"""Strategies on a live store: fakes, scrubbed texts, coarser remainders and k (rules 6.2), encoded and PHP columns."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
import sqlalchemy as sa

from exporters.contract import Identifier, IdentifierKind, Kept, PlanBlocked, Subject, Treatment
from exporters.registry import load_stores, open_store
from tests import servers

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW = datetime(2026, 6, 1, tzinfo=UTC)
ANNA = Subject("Anna", (Identifier(IdentifierKind.EMAIL, "anna@example.org"),))
MAP = """\
map: clinic
version: 1
title: {en: Clinic}
languages: [en]
subjects: {member: {kind: record}}
purposes: {run: {en: to run it}}
sources: {you: {en: you}}
retention:
  member: {class: subscriber_data, text: {en: while a member}}
  bill: {class: invoice, law: tax law, text: {en: ten years}}
reasons: {secret: {en: a password}, note: {en: internal}}
defaults: {category: master, purpose: run, legal_basis: 6(1)(b), source: you, retention: member, origin: provided, erase: delete}
undisclosed:
  orders_of_court: {reason: secrecy, columns: [id, email]}
datasets:
  members:
    label: {en: Members}
    key: id
    erase: anonymise
    soft_delete: {deleted: {not: ['0']}}
    links:
      - {foreign_key: id, references: subject.member}
    fields:
      id: {}
      name: {label: {en: Name}, identifier: name, erase: nullify}
      email: {identifier: email, erase: fake}
      phone: {identifier: {kind: phone, finds: false}, erase: fake}
      last_ip: {label: {en: Address}, identifier: ip, encoded: ip_integer, erase: fake}
      password: {secret: secret, erase: constant}
      deleted: {label: {en: Deleted}, erase: leave}
  visits:
    label: {en: Visits}
    key: id
    erase: anonymise
    links:
      - {foreign_key: member, references: members.id}
    fields:
      id: {}
      member: {label: id, erase: nullify}
      born: {label: {en: Born}, identifier: birth_date, erase: {generalise: decade}}
      postcode: {label: {en: Postcode}, erase: {generalise: region}}
      at: {label: {en: Time}, encoded: unix_time, erase: {generalise: month}}
      tariff: {label: {en: Tariff}, erase: leave, quasi: true}
  bills:
    label: {en: Bills}
    key: id
    retention: bill
    erase: keep
    document_date: issued
    links:
      - {foreign_key: member, references: members.id}
    fields:
      id: {}
      member: {label: id}
      issued: {label: {en: Date}}
      note: {label: {en: Note}, free_text: true, erase: scrub}
      options: {label: {en: Options}, php: {tariff: {label: {en: Tariff}}, login.password: {label: {en: Password}, never: note}}}
"""
META = sa.MetaData()
MEMBERS = sa.Table(
    "members",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    *(sa.Column(name, sa.String(80)) for name in ("name", "email", "phone", "password")),
    sa.Column("last_ip", sa.BigInteger),
    sa.Column("deleted", sa.Integer, server_default="0"),
)
VISITS = sa.Table(
    "visits",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("member", sa.Integer),
    sa.Column("born", sa.Date),
    sa.Column("postcode", sa.String(10)),
    sa.Column("at", sa.BigInteger),
    sa.Column("tariff", sa.String(10)),
)
BILLS = sa.Table(
    "bills",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("member", sa.Integer),
    sa.Column("issued", sa.Date),
    sa.Column("note", sa.Text),
    sa.Column("options", sa.Text),
)
COURT = sa.Table(
    "orders_of_court", META, sa.Column("id", sa.Integer, primary_key=True), sa.Column("email", sa.String(80))
)
OPTIONS = 'a:2:{s:6:"tariff";s:4:"Fünf";s:5:"login";a:2:{s:4:"user";s:4:"anna";s:8:"password";s:7:"hunter2";}}'.replace(
    's:4:"Fünf"', 's:5:"Fünf"'
)
NOTE = "Anna Lind (ANNA@example.org) rang from +44 7700 900123 about bill 7; Annabel knows."


class Clinic:
    """A store of members, visits and bills."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url, self.folder = url, folder

    def store(self, text: str = MAP) -> Any:
        (self.folder / "clinic.yaml").write_text(text, encoding="utf-8")
        (self.folder / "url").write_text(self.url)
        (self.folder / "stores.yaml").write_text(
            "stores:\n  clinic:\n    controller: vik\n    system: sql\n    label: {en: Clinic}\n    owner: X\n"
            "    map: clinic.yaml\n    url: file:url\n"
        )
        return open_store(load_stores(self.folder / "stores.yaml")["clinic"])

    def rows(self, table: sa.Table, where: str = "1 = 1") -> list[dict[str, Any]]:
        with self.engine().connect() as connection:
            found = connection.execute(sa.select(table).where(sa.text(where)).order_by(table.c.id))
            return [dict(row._mapping) for row in found]

    def execute(self, statement: str) -> None:
        with self.engine().begin() as connection:
            connection.exec_driver_sql(statement)

    def engine(self) -> sa.Engine:
        return sa.create_engine(self.url, poolclass=sa.pool.NullPool)

    def fill(self, others: int = 30) -> Clinic:
        anna = {
            "id": 1, "name": "Anna Lind", "email": "anna@example.org", "phone": "+447700900123",
            "password": "hunter2", "last_ip": 3325256705, "deleted": 1,
        }  # fmt: skip
        members = [anna] + [
            anna | {"id": n, "name": f"Per {n}", "email": f"per{n}@example.org", "phone": None, "deleted": 0}
            for n in range(2, others + 2)
        ]
        moment = int(datetime(2026, 3, 14, 15, tzinfo=UTC).timestamp())
        visits = [
            {
                "id": n, "member": n, "born": date(1980 + n % 9, 2, 3), "postcode": f"80{n:03}",
                "at": moment + n * 3600, "tariff": "fast",
            }
            for n in range(1, others + 2)
        ]  # fmt: skip
        bills = [
            {"id": 1, "member": 1, "issued": date(2026, 1, 5), "note": NOTE, "options": OPTIONS},
            {"id": 2, "member": 2, "issued": date(2026, 1, 5), "note": NOTE, "options": OPTIONS},
        ]
        META.create_all(self.engine())
        with self.engine().begin() as connection:
            connection.execute(MEMBERS.insert(), members)
            connection.execute(VISITS.insert(), visits)
            connection.execute(BILLS.insert(), bills)
            connection.execute(COURT.insert(), [{"id": 1, "email": "anna@example.org"}])
        return self


@contextmanager
def fresh(backend: str, folder: Path) -> Iterator[Clinic]:
    if backend == "sqlite":
        yield Clinic(f"sqlite:///{folder / 'clinic.sqlite3'}", folder)
        return
    server = servers.mariadb() if backend == "mariadb" else servers.postgresql()
    with server.database() as database:
        yield Clinic(server.url(database), folder)


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param("mariadb", marks=[pytest.mark.stores, pytest.mark.slow]),
        pytest.param("postgresql", marks=pytest.mark.stores),
    ]
)
def empty(request, tmp_path):
    with fresh(request.param, tmp_path) as found:
        yield found


def keep_until(_code: str, day: date) -> Kept | None:
    return Kept(until=date(day.year + 8, 12, 31), law="tax law")


def _erase(clinic: Clinic, text: str = MAP) -> tuple[Any, ...]:
    store = clinic.store(text)
    keys = store.locate(ANNA).keys
    lines: tuple[Any, ...] = store.plan(ANNA, keys, now=NOW, keep_until=keep_until)
    store.apply(lines, approval="x", now=NOW, check=lambda: None, keep_until=keep_until)
    return lines


def test_fakes_come_from_reserved_ranges_and_touch_nobody_else(empty: Clinic) -> None:
    clinic = empty.fill()
    before = clinic.rows(MEMBERS, "id > 1")

    _erase(clinic)

    (anna,) = clinic.rows(MEMBERS, "id = 1")
    assert anna["email"].endswith("@example.com")
    assert len(anna["email"]) == len("anna@example.org")
    assert anna["phone"].startswith("+447700900")
    assert anna["phone"] != "+447700900123" or anna["name"] is None
    network = anna["last_ip"] >> 8
    assert network in {0xC00002, 0xC63364, 0xCB0071}
    assert (anna["name"], anna["password"], anna["deleted"]) == (None, "erased", 1)
    assert clinic.rows(MEMBERS, "id > 1") == before


def test_applied_twice_the_fakes_stay(empty: Clinic) -> None:
    clinic = empty.fill()
    store = clinic.store()
    lines = store.plan(ANNA, store.locate(ANNA).keys, now=NOW, keep_until=keep_until)
    store.apply(lines, approval="x", now=NOW, check=lambda: None, keep_until=keep_until)
    first = clinic.rows(MEMBERS)

    store.apply(lines, approval="x", now=NOW, check=lambda: None, keep_until=keep_until)

    assert clinic.rows(MEMBERS) == first


def test_a_kept_text_loses_what_names_her_and_stays(empty: Clinic) -> None:
    clinic = empty.fill()

    lines = _erase(clinic)

    hers, other = clinic.rows(BILLS)
    assert hers["note"] == "[erased] ([erased]) rang from [erased] about bill 7; Annabel knows."
    assert other["note"] == NOTE
    kept = [line for line in lines if line.dataset == "bills"]
    assert {line.treatment for line in kept} == {Treatment.ANONYMISE, Treatment.KEEP}


def test_a_remainder_twenty_people_share_stays_coarse(empty: Clinic) -> None:
    clinic = empty.fill(others=19)

    _erase(clinic)

    (visit,) = clinic.rows(VISITS, "id = 1")
    assert (visit["member"], visit["born"], visit["postcode"]) == (None, date(1980, 1, 1), "80")
    assert visit["at"] == int(datetime(2026, 3, 1, tzinfo=UTC).timestamp())
    assert visit["tariff"] == "fast"


@pytest.mark.parametrize(
    "alone",
    [
        "UPDATE visits SET postcode = '99999' WHERE id = 5",
        "UPDATE visits SET born = '1979-12-31' WHERE id = 5",
        "UPDATE visits SET at = at + 3000000 WHERE id = 5",
        "UPDATE visits SET tariff = 'slow' WHERE id = 5",
        "UPDATE visits SET member = 6 WHERE id = 5",
        "UPDATE visits SET member = 1 WHERE id = 5",
    ],
)
def test_a_remainder_nineteen_people_share_is_nulled(empty: Clinic, alone: str) -> None:
    clinic = empty.fill(others=19)
    clinic.execute(alone)

    lines = _erase(clinic)

    for visit in clinic.rows(VISITS, "id = 1"):
        assert {visit[name] for name in ("member", "born", "postcode", "at", "tariff")} == {None}
    (line,) = (line for line in lines if line.dataset == "visits")
    assert {change.strategy for change in line.fields} == {"nullify"}


def test_the_approval_binds_how_coarse_the_remainder_is(empty: Clinic) -> None:
    clinic = empty.fill(others=10)
    store = clinic.store()
    lines = store.plan(ANNA, store.locate(ANNA).keys, now=NOW, keep_until=keep_until)
    clinic.execute("UPDATE visits SET member = member + 100 WHERE id > 20")
    for number in range(40, 70):
        clinic.execute(
            f"INSERT INTO visits (id, member, born, postcode, at, tariff) "
            f"SELECT {number}, {number}, born, postcode, at, tariff FROM visits WHERE id = 1"
        )

    store.apply(lines, approval="x", now=NOW, check=lambda: None, keep_until=keep_until)

    (visit,) = clinic.rows(VISITS, "id = 1")
    assert (visit["born"], visit["postcode"]) == (None, None)


def test_encoded_and_nested_values_are_readable_and_without_secrets(empty: Clinic) -> None:
    clinic = empty.fill()
    store = clinic.store()
    collected: dict[str, dict[str, Any]] = {}
    for batch in store.collect(ANNA, store.locate(ANNA).keys):
        collected[batch.dataset] = dict(zip(batch.columns, batch.rows[0], strict=True))

    assert collected["members"]["last_ip"] == "198.51.100.1"
    assert collected["members"]["deleted"] == 1, "a row marked as deleted is still hers"
    assert "password" not in collected["members"]
    assert collected["visits"]["at"].startswith("2026-03-14T16:00:00")
    assert collected["bills"]["options"] == {"tariff": "Fünf", "login": {"user": "anna"}}


def test_x_06_what_must_not_be_disclosed_is_named_by_nothing(empty: Clinic) -> None:
    store = empty.fill().store()
    keys = store.locate(ANNA).keys

    said = repr((store.check(), store.describe(), store.plan(ANNA, keys, now=NOW, keep_until=keep_until)))
    found = store.residue(ANNA, keys, now=NOW, keep_until=keep_until)

    assert "orders_of_court" not in said
    assert "orders_of_court" not in repr(found)
    assert store.searched()[0] == 3


def test_an_amount_is_not_made_coarser(tmp_path: Path) -> None:
    with fresh("sqlite", tmp_path) as clinic:
        store = clinic.fill().store(MAP.replace("encoded: unix_time, ", ""))
        with pytest.raises(PlanBlocked) as raised:
            store.plan(ANNA, store.locate(ANNA).keys, now=NOW, keep_until=keep_until)

    (problem,) = [one for one in raised.value.problems if one.code == "wrong_type"]
    assert problem.place == "clinic.visits.at"


def test_a_small_group_that_cannot_be_nulled_blocks_the_plan_with_the_reason(tmp_path: Path) -> None:
    with fresh("sqlite", tmp_path) as clinic:
        clinic.execute(
            "CREATE TABLE visits (id INTEGER PRIMARY KEY, member INTEGER, born DATE, postcode VARCHAR(10) NOT NULL, at BIGINT NOT NULL, tariff VARCHAR(10))"
        )
        store = clinic.fill(others=3).store()
        with pytest.raises(PlanBlocked) as raised:
            store.plan(ANNA, store.locate(ANNA).keys, now=NOW, keep_until=keep_until)

    (problem,) = raised.value.problems
    assert (problem.code, problem.place) == ("small_group", "clinic.visits.at")
    assert "fewer than 20 people" in problem.detail

"""Real programs' databases: each of the 40 people gets everything of hers and nothing of anybody else (A-01, A-02, X-04)."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from exporters.contract import Disclosure, Identifier, IdentifierKind, MatchStatus, Severity, Subject
from exporters.registry import load_stores, open_store
from exporters.testing.kit import ExporterKit
from tests.stores import beds

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.stores

BOTH = pytest.mark.parametrize("bed", ["fossbilling", pytest.param("radius", marks=pytest.mark.slow)])
_NAMES = json.loads((beds.BEDS / "subscribers.json").read_text(encoding="utf-8")) if beds.BEDS.is_dir() else []
EVERYBODY = pytest.mark.parametrize(
    "n", [pytest.param(one["n"], id=f"n{one['n']:02}-{one['first']}-{one['last']}".replace(" ", "-")) for one in _NAMES]
)
_FOLDER: list[Path] = []


@pytest.fixture(scope="module", autouse=True)
def _folder() -> Iterator[None]:
    _FOLDER[:] = [Path(tempfile.mkdtemp(prefix="dsr-beds-"))]
    yield
    shutil.rmtree(_FOLDER[0])
    exporter.cache_clear()
    collected.cache_clear()


@cache
def exporter(bed: str) -> Any:
    return beds.open_bed(bed, _FOLDER[0])


@cache
def collected(bed: str, n: int) -> beds.Collected:
    """Her data: in billing by her e-mail address, in RADIUS by what billing taught and her user name."""
    person = beds.subscribers()[n - 1]
    if bed == "fossbilling":
        return beds.collect(exporter(bed), beds.by_email(person))
    return beds.collect(exporter(bed), beds.with_learned(person, collected("fossbilling", n).match, username=True))


@cache
def closed_columns(bed: str) -> frozenset[tuple[str, str]]:
    """Columns the map never discloses."""
    return frozenset(
        (dataset.table, field.name)
        for dataset in exporter(bed).data_map.datasets.values()
        for field in dataset.fields.values()
        if field.disclosure is Disclosure.NEVER
    )


@BOTH
@EVERYBODY
def test_every_value_of_hers_is_collected(bed: str, n: int) -> None:
    hers = {
        cell.place
        for cell in beds.database(bed)
        for kind in beds.UNIQUE
        if beds.held(kind, cell.text) == {n} and cell.place[::2] not in closed_columns(bed)
    }

    found = {cell.place for cell in collected(bed, n).cells}

    assert hers
    assert hers - found == set()


@BOTH
@EVERYBODY
def test_nothing_of_the_other_39_is_collected(bed: str, n: int) -> None:
    foreign = [
        (cell.place, kind)
        for cell in collected(bed, n).cells
        for kind in beds.UNIQUE
        if beds.held(kind, cell.text) - {n}
    ]

    assert foreign == []


@EVERYBODY
def test_radius_finds_the_same_account_from_what_billing_taught(n: int) -> None:
    person = beds.subscribers()[n - 1]
    taught = beds.with_learned(person, collected("fossbilling", n).match, username=False)

    match = exporter("radius").locate(taught)

    assert match.status is MatchStatus.FOUND
    assert match.keys == collected("radius", n).match.keys


@BOTH
def test_no_row_is_handed_to_two_people(bed: str) -> None:
    owners = Counter(row for person in beds.subscribers() for row in collected(bed, person["n"]).rows)

    assert [row for row, people in owners.items() if people > 1] == []


@BOTH
def test_counts_equal_the_oracle(bed: str) -> None:
    cells = {cell for person in beds.subscribers() for cell in collected(bed, person["n"]).cells}
    counted = Counter(
        (cell.table, cell.column, kind) for cell in cells for kind in beds.KINDS if beds.held(kind, cell.text)
    )

    expected = {
        (*place, kind): rows
        for place, kinds in beds.oracle(bed).items()
        for kind, rows in kinds.items()
        if place not in closed_columns(bed)
    }
    assert dict(counted) == expected


def test_three_jean_dohertys_are_three_people() -> None:
    keys = [collected("fossbilling", n).match.keys[0].values for n in (4, 8, 24)]
    by_name = Subject("Jean Doherty", (Identifier(IdentifierKind.NAME, "Jean Doherty"),))

    assert keys == [("4",), ("8",), ("24",)]
    assert exporter("fossbilling").locate(by_name).status is MatchStatus.NONE
    assert exporter("radius").locate(by_name).status is MatchStatus.NONE


def test_plus_address_reaches_escaped_and_upper_case_rows() -> None:
    cells = collected("radius", 12).cells
    names = Counter((cell.table, cell.text) for cell in cells if cell.column == "username")

    assert names["radacct", "claire.smith11=2Bisp@example.com"] == 6
    assert names["radpostauth", "CLAIRE.SMITH11=2BISP@EXAMPLE.COM"] == 1
    assert names["userinfo", "claire.smith11+isp@example.com"] == 1


@pytest.mark.parametrize("spelling", [str.lower, str.upper, str.title])
def test_email_is_found_in_any_case_a01(spelling: Any) -> None:
    nilo = beds.subscribers()[12]
    subject = Subject("n=13", (Identifier(IdentifierKind.EMAIL, spelling(nilo["email"])),))

    assert exporter("fossbilling").locate(subject).keys == collected("fossbilling", 13).match.keys


def test_guest_without_a_customer_record_is_found_by_her_ticket() -> None:
    # Ticket 1 was sent by customer 10; the guest key must not make a second person of her.
    jules = collected("fossbilling", 10)

    assert jules.match.candidates == ()
    assert ("support_p_ticket", "1") in jules.rows
    assert any(cell.text.startswith("Opened public ticket") for cell in jules.cells)


@BOTH
def test_no_password_or_secret_link_leaves(bed: str) -> None:
    secret_columns = {
        "fossbilling": {("client", "pass"), ("invoice", "hash"), ("support_p_ticket", "hash")},
        "radius": {("radcheck", "value"), ("radpostauth", "pass")},
    }[bed]
    secrets = {cell.text for cell in beds.database(bed) if cell.place[::2] in secret_columns}

    texts = {cell.text for person in beds.subscribers() for cell in collected(bed, person["n"]).cells}

    assert secrets
    assert secrets & texts == set()


@BOTH
def test_every_table_and_column_is_declared(bed: str) -> None:
    problems = [problem for problem in exporter(bed).check() if problem.severity is not Severity.INFO]

    assert problems == []


@BOTH
def test_learned_identifiers_name_the_link_that_taught_them(bed: str) -> None:
    learned = {one.link: one.identifier for one in collected(bed, 1).match.learned}

    expected = {
        "fossbilling": {"client.email", "client.phone", "client.aid", "client_order.config.username"},
        "radius": {"userinfo.username", "userinfo.email", "userinfo.mobilephone"},
    }[bed]
    assert expected <= learned.keys()
    if bed == "fossbilling":
        assert learned["client.phone"].value == "+447700900101", "country code and number stand in two columns"
        assert learned["client.id"].store == "fossbilling", "a row number means nothing in another store"
        assert learned["client.aid"].store is None


class BedKit(ExporterKit):
    """The conformance kit on a real program's database; both people are called Jean Doherty."""

    bed = ""

    def exporter(self) -> Any:
        return exporter(self.bed)

    def known(self) -> Subject:
        return beds.by_email(beds.subscribers()[3])

    def namesake(self) -> Subject:
        return beds.by_email(beds.subscribers()[7])

    def unreachable(self) -> Any:
        path = _FOLDER[0] / f"{self.bed}-down-{os.getpid()}.yaml"
        url = "mariadb://root@localhost/gone?unix_socket=/nowhere/at/all"
        path.write_text(
            f"stores:\n  down:\n    controller: northwave\n    system: sql\n    label: {{en: Down}}\n    owner: NOC\n"
            f"    map: {self.bed}\n    url: {url}\n",
            encoding="utf-8",
        )
        return open_store(load_stores(path)["down"])


class TestRadius(BedKit):
    bed = "radius"


class TestFossbilling(BedKit):
    bed = "fossbilling"

"""A REST store reads: found, streamed, compared again, whatever the interface answers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from exporters.contract import CellNote, Identifier, IdentifierKind, MatchStatus, Permanent, Subject, Temporary
from exporters.document import ConfigError
from exporters.registry import load_stores, open_store
from tests.exporters.http import standin

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporters.http.store import RestStore


@pytest.fixture(scope="module")
def server() -> Iterator[standin.Standin]:
    with standin.running() as server:
        yield server


@pytest.fixture
def crm(server: standin.Standin, tmp_path: Path) -> RestStore:
    standin.reset(server)
    return standin.store(tmp_path, server.url)


def test_a_prefix_search_finds_only_the_person_meant(crm: RestStore) -> None:
    match = crm.locate(standin.ANNA)
    assert match.status is MatchStatus.FOUND
    assert [key.values for key in match.keys] == [("7",)]
    taught = {(one.identifier.kind.value, one.identifier.value, one.link) for one in match.learned}
    assert ("record", "client/7", "subject.client") in taught
    assert ("customer_number", "7", "clients.id") in taught
    assert ("name", "Anna O'Neill", "clients.name") in taught
    assert ("phone", "+447700900102", "contacts.phone") in taught


def test_a_number_of_the_house_is_not_looked_up_and_a_number_of_the_store_is(crm: RestStore) -> None:
    number = Identifier(IdentifierKind.CUSTOMER_NUMBER, "7")
    assert crm.locate(Subject("x", (number,))).status is MatchStatus.NONE
    own = Identifier(IdentifierKind.CUSTOMER_NUMBER, "7", store="crm")
    assert crm.locate(Subject("x", (own,))).status is MatchStatus.FOUND
    for odd in ("..", "", "7/invoices", "7?x=1"):
        odd_one = Identifier(IdentifierKind.CUSTOMER_NUMBER, odd, store="crm")
        assert crm.locate(Subject("x", (odd_one,))).status is MatchStatus.NONE


def test_two_persons_are_a_question(crm: RestStore) -> None:
    both = Subject("both", (*standin.ANNA.identifiers, *standin.OTHER_ANNA.identifiers))
    match = crm.locate(both)
    assert match.status is MatchStatus.AMBIGUOUS
    assert [candidate.key for candidate in match.candidates] == ["client/7", "client/8"]
    assert match.candidates[0].hint["clients.email"] == "A•••@e•••"


def test_everything_of_hers_and_nothing_else_over_pages_that_lie(crm: RestStore) -> None:
    batches = {batch.dataset: batch for batch in crm.collect(standin.ANNA, crm.locate(standin.ANNA).keys)}
    tickets = batches["tickets"]
    number = tickets.columns.index("id")
    assert sorted(str(row[number]) for row in tickets.rows) == ["1", "2", "3", "6", "7"], (
        "by number, by e-mail in any case, each once"
    )
    assert tickets.rows[0][tickets.columns.index("text")] == "ticket 1 & more"
    assert {note.code for note in tickets.notes} == {CellNote.ZERO_DATE}
    assert [row[0] for row in batches["invoices"].rows] == ["R-1", "R-2"]
    assert [row[2] for row in batches["contacts"].rows] == ["+447700900101", "+447700900102"]
    assert batches["clients"].columns == ("id", "email", "name", "status")


def test_a_shared_address_leads_nowhere(crm: RestStore, server: standin.Standin) -> None:
    server.rows["clients"]["9"]["contact"]["email"] = "anna@example.com"
    number = Identifier(IdentifierKind.CUSTOMER_NUMBER, "7", store="crm")
    who = Subject("x", (number,))
    rows = [row for batch in crm.collect(who, crm.locate(who).keys) if batch.dataset == "tickets" for row in batch.rows]
    assert sorted(str(row[0]) for row in rows) == ["1", "2", "6", "7"], (
        "ticket 3 has only the address two customers share"
    )
    assert [one.shared for one in crm.locate(who).learned if one.identifier.kind is IdentifierKind.EMAIL] == [True]


def test_check_says_how_far_it_sees(crm: RestStore, tmp_path: Path, server: standin.Standin) -> None:
    found = {(problem.severity.value, problem.code, problem.place) for problem in crm.check()}
    assert found == {("info", "not_listed", f"crm.{name}") for name in ("clients", "invoices", "contacts")}
    (tmp_path / "password").write_text("wrong", encoding="utf-8")
    denied = open_store(load_stores(tmp_path / "stores.yaml")["crm"])
    assert {problem.code for problem in denied.check() if problem.severity.value == "error"} == {"access_denied"}


def test_an_expired_session_is_renewed_and_nobody_notices(crm: RestStore, server: standin.Standin) -> None:
    first = list(crm.collect(standin.ANNA, crm.locate(standin.ANNA).keys))
    server.sessions.clear()
    assert list(crm.collect(standin.ANNA, crm.locate(standin.ANNA).keys)) == first


def test_a_store_that_is_down_is_temporary(tmp_path: Path) -> None:
    down = standin.store(tmp_path, "http://127.0.0.1:9/")
    with pytest.raises(Temporary):
        down.locate(standin.ANNA)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"url": "http://crm.example.com/"}, "https"),
        ({"networks": "10.0.0.0/33"}, "10.20.0.0/16"),
        ({"password": ""}, "signs in with 'password'"),
        ({"password": "secret"}, "clear text"),
        ({"profile": "nothing"}, "neither a .yaml file"),
        ({"typo": "1"}, "unknown option 'typo'"),
        ({"map": ""}, "needs 'map'"),
    ],
)
def test_a_wrong_configuration_is_refused_with_its_place(tmp_path: Path, change: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=r"stores\.yaml:\d+:\d+: ") as raised:
        standin.store(tmp_path, "http://127.0.0.1:9/", **change)
    assert words in str(raised.value)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("      author: {call: GET tickets, query: {author: '{value}'}, any_case: true}\n", "", "add find.author"),
        ("find:\n      number: {call: 'GET invoices/{value}', one: true, rows: invoice}\n", "find:\n", "find.number"),
        ("call: GET clients,", "call: FETCH clients,", "METHOD path"),
        ("writable: [remark]", "writable: [remarks]", "not a field"),
        ("style: page, param: page,", "style: page,", "needs 'param'"),
        ("  contacts:\n    rows: contacts\n", "  people:\n    rows: contacts\n", "no resource 'contacts'"),
    ],
)
def test_a_wrong_profile_is_refused(tmp_path: Path, old: str, new: str, words: str) -> None:
    text = Path(standin.HERE, "crm_rest.yaml").read_text(encoding="utf-8")
    assert old in text
    (tmp_path / "wrong.yaml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError) as raised:
        standin.store(tmp_path, "http://127.0.0.1:9/", profile="wrong.yaml")
    assert words in str(raised.value)


def test_an_error_with_status_200_is_an_error(crm: RestStore, server: standin.Standin, tmp_path: Path) -> None:
    text = Path(standin.HERE, "crm_rest.yaml").read_text(encoding="utf-8")
    (tmp_path / "strict.yaml").write_text(text.replace("absent: Not Found", "absent: Nobody"), encoding="utf-8")
    strict = standin.store(tmp_path, server.url, profile="strict.yaml")
    with pytest.raises(Permanent) as raised:
        strict.locate(Subject("x", (Identifier(IdentifierKind.CUSTOMER_NUMBER, "99", store="crm"),)))
    assert raised.value.code == "refused"
    assert "Not Found" not in str(raised.value)


def test_a_link_over_several_columns_is_refused_with_words(tmp_path: Path) -> None:
    text = Path(standin.HERE, "crm.yaml").read_text(encoding="utf-8")
    old, new = (
        "{same_value: author, references: clients.email}",
        ("{same_value: [client_id, author], references: [clients.id, clients.email]}"),
    )
    assert old in text
    (tmp_path / "wrong-map.yaml").write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(ConfigError, match="links over several columns are for SQL stores"):
        standin.store(tmp_path, "http://127.0.0.1:9/", map="wrong-map.yaml")


def test_a_page_beyond_the_last_may_be_missing_and_the_first_may_not(
    crm: RestStore, server: standin.Standin, tmp_path: Path
) -> None:
    keys = crm.locate(standin.ANNA).keys
    rows = [batch.rows for batch in crm.collect(standin.ANNA, keys)]
    server.strict_pages = True
    assert crm.locate(standin.ANNA).keys == keys
    assert [batch.rows for batch in crm.collect(standin.ANNA, keys)] == rows
    text = Path(standin.HERE, "crm_rest.yaml").read_text(encoding="utf-8").replace("GET tickets,", "GET tickets/of,")
    (tmp_path / "moved.yaml").write_text(text, encoding="utf-8")
    moved = standin.store(tmp_path, server.url, profile="moved.yaml")
    with pytest.raises(Permanent) as raised:
        list(moved.collect(standin.ANNA, keys))
    assert raised.value.code == "not_found"

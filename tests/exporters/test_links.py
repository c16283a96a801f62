"""Each kind of link takes her rows and leaves everybody else's, on each database (house.md: Locate, Data map)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from exporters.contract import CellNote, Identifier, IdentifierKind, MatchStatus, Subject
from tests.exporters import shop

if TYPE_CHECKING:
    from pathlib import Path

    from tests.exporters.shop import Shop

KIND = IdentifierKind


@pytest.fixture
def store(backend: str) -> Any:
    return shop.shared_for_reading(backend).store()


def _subject(kind: IdentifierKind, value: str, store: str | None = None) -> Subject:
    return Subject("somebody", (Identifier(kind, value, store),))


def _ids(store: Any, subject: Subject) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for batch in store.collect(subject, store.locate(subject).keys):
        found.setdefault(batch.dataset, []).extend(row[0] for row in batch.rows)
    return {name: sorted(ids) for name, ids in found.items()}


def test_everything_of_hers_by_every_kind_of_link(store: Any) -> None:
    assert _ids(store, shop.MIA) == {
        "customers": [1],
        "places": [1],
        "orders": [10, 11],  # 11 has no customer, it hangs on order 10
        "notes": [1, 2],  # not 3 and 4, whose numbers are of the other type
        "accounts": [1],
        "log": [1, 2],  # escaped, and escaped in capitals
        "events": [1, 4, 6, 10],  # not jemia@, not example.com.au, not order 100, not mia+homestead
        "guestbook": [2],
    }


def test_the_namesake_gets_her_own(store: Any) -> None:
    assert _ids(store, shop.OTHER_MIA) == {
        "customers": [2],
        "places": [2],
        "orders": [12],
        "notes": [5],
        "accounts": [2],
        "log": [3],
    }


def test_shared_email_is_ambiguous_with_masked_candidates(store: Any) -> None:
    match = store.locate(Subject("household", (shop.HOUSEHOLD,)))

    assert match.status is MatchStatus.AMBIGUOUS
    assert match.keys == ()
    assert [candidate.key for candidate in match.candidates] == ["customer/3", "customer/4"]
    assert [candidate.hint["customers.full_name"] for candidate in match.candidates] == ["O••••••", "P••••••"]
    assert "home@example.com" not in str([candidate.hint for candidate in match.candidates])


def test_a_person_chooses_and_the_shared_address_leads_nowhere(store: Any) -> None:
    ola = Subject("Ola", (shop.HOUSEHOLD, Identifier(KIND.RECORD, "customer/3", "shop")))

    match = store.locate(ola)

    assert match.status is MatchStatus.FOUND
    assert [candidate.key for candidate in match.candidates] == ["customer/4"], "somebody else shares it: look"
    assert {one.identifier.value for one in match.learned if one.shared} == {"home@example.com"}
    # Neither the guest book entry nor the bounced mail says whether Ola or Per is meant.
    assert _ids(store, ola) == {"customers": [3], "places": [3], "orders": [13]}


def test_a_row_shared_by_a_household_is_given_to_both(store: Any) -> None:
    both = [_subject(KIND.RECORD, f"customer/{number}", "shop") for number in (3, 4)]

    assert [_ids(store, subject)["places"] for subject in both] == [[3], [3]]
    assert [info.name for info in store.describe() if info.shared] == ["places"]


def test_accounts_that_differ_in_case_are_two_people(store: Any) -> None:
    assert _ids(store, _subject(KIND.USERNAME, "Tor"))["log"] == [4]
    assert _ids(store, _subject(KIND.USERNAME, "tor"))["log"] == [5]


def test_a_spelling_of_two_accounts_is_a_question(store: Any) -> None:
    match = store.locate(_subject(KIND.USERNAME, "TOR"))

    assert match.status is MatchStatus.AMBIGUOUS
    assert [candidate.key for candidate in match.candidates] == ["customer/5", "customer/6"]


def test_a_user_name_in_another_case_is_a_question_not_an_answer(store: Any) -> None:
    match = store.locate(_subject(KIND.USERNAME, "MIA+HOME"))

    assert (match.status, [one.key for one in match.candidates]) == (MatchStatus.AMBIGUOUS, ["customer/1"])


def test_a_log_outlives_its_account(store: Any) -> None:
    assert _ids(store, _subject(KIND.USERNAME, "gone")) == {"log": [7]}


def test_a_guest_has_no_customer_record(store: Any) -> None:
    match = store.locate(shop.EVA)

    assert [key.dataset for key in match.keys] == ["guest"]
    assert _ids(store, shop.EVA) == {"guestbook": [1]}


@pytest.mark.parametrize(
    "identifier",
    [
        Identifier(KIND.PHONE, "+44 7700 900401"),
        Identifier(KIND.PHONE, "00447700900401"),
        Identifier(KIND.CUSTOMER_NUMBER, "C-1"),
        Identifier(KIND.CUSTOMER_NUMBER, "C-1", "shop"),
        Identifier(KIND.CUSTOMER_NUMBER, "1", "shop"),
        Identifier(KIND.RECORD, "customer/1", "shop"),
        Identifier(KIND.USERNAME, "mia+home"),
    ],
    ids=lambda identifier: f"{identifier.kind}-{identifier.value}-{identifier.store}",
)
def test_every_identifier_finds_her(store: Any, identifier: Identifier) -> None:
    match = store.locate(Subject("Mia", (identifier,)))

    assert [key.values for key in match.keys] == [("1",)]


@pytest.mark.parametrize(
    "identifier",
    [
        Identifier(KIND.CUSTOMER_NUMBER, "1"),  # a row number means nothing without its store
        Identifier(KIND.CUSTOMER_NUMBER, "C-1", "another store"),
        Identifier(KIND.RECORD, "customer/99", "shop"),
        Identifier(KIND.RECORD, "nonsense", "shop"),
        Identifier(KIND.NAME, "Mia Lund"),
        Identifier(KIND.ADDRESS, "Kai 1"),
        Identifier(KIND.BIRTH_DATE, "1990-02-03"),
        Identifier(KIND.EMAIL, "mía@example.com"),  # equal for MariaDB
        Identifier(KIND.USERNAME, "mia+home "),  # equal for MariaDB
        Identifier(KIND.USERNAME, "mia=2Bhome"),  # a literal name, not an escape
        Identifier(KIND.EMAIL, "%@example.com"),
        Identifier(KIND.EMAIL, "mia_example.com"),
        Identifier(KIND.EMAIL, "' OR '1'='1"),
        Identifier(KIND.EMAIL, "\\' OR 1=1 -- "),
        Identifier(KIND.PHONE, "7700900401"),
        Identifier(KIND.IBAN, "DE05727630873821424105"),
    ],
    ids=lambda identifier: f"{identifier.kind}-{identifier.value}-{identifier.store}",
)
def test_what_must_not_find_anybody(store: Any, identifier: Identifier) -> None:
    assert store.locate(Subject("somebody", (identifier,))).status is MatchStatus.NONE


def test_two_identifiers_of_two_people_are_ambiguous(store: Any) -> None:
    both = Subject("mixed up", (*shop.MIA.identifiers, *shop.OTHER_MIA.identifiers))

    assert store.locate(both).status is MatchStatus.AMBIGUOUS


def test_secrets_stay_and_say_so(store: Any) -> None:
    batches = {batch.dataset: batch for batch in store.collect(shop.MIA, store.locate(shop.MIA).keys)}

    customer = dict(zip(batches["customers"].columns, batches["customers"].rows[0], strict=True))
    assert "password" not in customer
    assert customer["settings"] == {"theme": "dark", "router": {"ssid": "lund"}}
    assert "hunter" not in str(batches)
    assert "typed" not in str(batches)
    notes = {(note.column, note.code) for batch in batches.values() for note in batch.notes}
    assert notes == {
        ("settings", CellNote.PART_WITHHELD),
        ("picture", CellNote.BASE64),
        ("value", CellNote.WITHHELD),
        ("bytes", CellNote.BIG_INTEGER),
    }


def test_a_value_in_a_kept_column_is_disclosed_only_where_the_list_allows(store: Any) -> None:
    events = [batch for batch in store.collect(shop.MIA, store.locate(shop.MIA).keys) if batch.dataset == "events"]
    at = events[0].columns.index("value")

    assert {row[0]: row[at] for row in events[0].rows} == {1: None, 4: None, 6: "9", 10: None}


def test_json_with_secrets_that_cannot_be_parsed_is_withheld(open_shop: Shop) -> None:
    open_shop.execute("UPDATE customers SET settings = 'admin_password: hunter6' WHERE id = 1")
    store = open_shop.store()

    customers = next(store.collect(shop.MIA, store.locate(shop.MIA).keys))

    assert customers.rows[0][customers.columns.index("settings")] is None
    assert ("settings", CellNote.WITHHELD) in {(note.column, note.code) for note in customers.notes}


def test_more_numbers_than_one_statement_holds(open_shop: Shop) -> None:
    blank = {"parent": 10, "select": "x"}  # hers twice over: by customer and by parent
    open_shop.insert(shop.ORDERS, *({"id": n, "customerId": 1, **blank} for n in range(1000, 2100)))
    open_shop.insert(
        shop.NOTES, *({"id": n, "about": "order", "about_id": str(n), "body": "x"} for n in range(1000, 2100))
    )
    store = open_shop.store()

    ids = _ids(store, shop.MIA)

    assert ids["orders"] == [10, 11, *range(1000, 2100)]
    assert ids["notes"] == [1, 2, *range(1000, 2100)]
    first = [batch.rows for batch in store.collect(shop.MIA, store.locate(shop.MIA).keys)]
    assert first == [batch.rows for batch in store.collect(shop.MIA, store.locate(shop.MIA).keys)]


def test_two_records_tied_to_one_person_are_both_hers(store: Any) -> None:
    both = Subject("moved house", tuple(Identifier(KIND.RECORD, f"customer/{n}", "shop") for n in (1, 2)))

    ids = _ids(store, both)

    assert ids["customers"] == [1, 2]
    assert ids["log"] == [1, 2, 3]


@pytest.mark.parametrize(
    ("where", "ids"),
    [
        ("{about: order}", [2]),
        ("{about: [order, customer]}", [1, 2]),
        ("{about: {not: order}}", [1]),
        ("{body: null}", []),
        ("{body: {not: null}, about: customer}", [1]),
    ],
)
def test_a_dataset_may_be_a_part_of_its_table(backend: str, where: str, ids: list[int], tmp_path: Path) -> None:
    text = shop.MAP.read_text(encoding="utf-8")
    path = tmp_path / "part.yaml"
    path.write_text(text.replace("    label: {en: Notes}\n", f"    label: {{en: Notes}}\n    where: {where}\n"))
    part = shop.shared_for_reading(backend).store(f"part-{tmp_path.name}"[:40].lower().rstrip("-_"), map=str(path))

    assert _ids(part, shop.MIA).get("notes", []) == ids

"""Discovery on schemas that say little: no foreign keys, foreign words, attributes and values, JSON, kinds of rows."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from exporters.contract import Severity
from exporters.datamap.model import LinkType
from exporters.discover.model import Confidence, Role
from tests.exporters.discover.stand import PEOPLE

if TYPE_CHECKING:
    from tests.exporters.discover.stand import Stand

CAMEL = [
    "\nCREATE TABLE Subscribers (SubscriberId integer PRIMARY KEY, FirstName varchar(50), LastName varchar(50),\n    EMailAddress varchar(99), MobilePhone varchar(30), HomeStreet varchar(99), DateOfBirth date,\n    PasswordHash varchar(99), TariffCode varchar(9), CreatedBy varchar(30))",
    "\nCREATE TABLE Invoices (InvoiceId integer PRIMARY KEY, SubscriberId integer, BuyerName varchar(99), Total integer)",
    "\nCREATE TABLE InvoiceLines (LineId integer PRIMARY KEY, InvoiceId integer, LineText varchar(99))",
    "\nCREATE TABLE Tariffs (TariffId integer PRIMARY KEY, TariffCode varchar(9), Title varchar(50))",
    "\nCREATE TABLE Employees (EmployeeId integer PRIMARY KEY, FullName varchar(50), Email varchar(99))\n",
]


def _camel(stand: Stand) -> None:
    people = [
        (100 + n, first, last, email, phone, street, born, f"$2y$12${n}abc", "DSL", "boss")
        for n, (first, last, email, phone, street, born) in enumerate(PEOPLE)
    ]
    stand.run(
        *CAMEL,
        Subscribers=people,
        Invoices=[(500 + n, one[0], f"{one[1]} {one[2]}", 2990) for n, one in enumerate(people)],
        InvoiceLines=[(900 + n, 500 + n, f"DSL for {one[1]} {one[2]}, November") for n, one in enumerate(people)],
        Tariffs=[(1, "DSL", "DSL 100"), (2, "CABLE", "Cable 200")],
        Employees=[(1, "Olga Office", "olga@isp.example"), (2, "Tom Tower", "tom@isp.example")],
    )


def test_camel_case_without_foreign_keys(stand: Stand) -> None:
    _camel(stand)

    found = stand.look(0, 1)

    assert found.person
    assert (found.person.table, found.person.column) == ("Subscribers", "SubscriberId")
    assert set(found.links) == {"Subscribers", "Invoices", "InvoiceLines"}
    assert found.proposals == {
        ("Subscribers", "FirstName"),
        ("Subscribers", "LastName"),
        ("Subscribers", "EMailAddress"),
        ("Subscribers", "MobilePhone"),
        ("Subscribers", "HomeStreet"),
        ("Subscribers", "DateOfBirth"),
        ("Invoices", "BuyerName"),
        ("InvoiceLines", "LineText"),
    }
    assert found.findings["Subscribers", "PasswordHash"].role is Role.SECRET
    assert found.findings["Subscribers", "CreatedBy"].role is Role.STAFF
    assert found.findings["Subscribers", "TariffCode"].role is Role.ABOUT
    assert found.findings["Employees", "Email"].role is Role.OTHERS


def test_without_any_identifier_values_and_names_have_to_do(stand: Stand) -> None:
    _camel(stand)

    assert stand.look().proposals == stand.look(0, 1).proposals


def test_the_answered_draft_collects_one_person_and_nobody_else(stand: Stand) -> None:
    _camel(stand)
    found = stand.look(0, 1)

    store, rows = stand.store(found), stand.collected(found, 3)

    assert [p for p in store.check() if p.severity is Severity.ERROR] == []
    assert {name: len(lines) for name, lines in rows.items()} == {"Subscribers": 1, "Invoices": 1, "InvoiceLines": 1}
    assert rows["InvoiceLines"][0]["LineText"] == "DSL for Dara Sample, November"
    assert "PasswordHash" not in rows["Subscribers"][0]
    assert "CreatedBy" not in rows["Subscribers"][0]


def test_german_names_and_a_shared_address(stand: Stand) -> None:
    stand.run(
        "CREATE TABLE anschriften (anschrift_id integer PRIMARY KEY, strasse varchar(99), plz varchar(9), ort varchar(50))",
        "CREATE TABLE kunden (kundennr integer PRIMARY KEY, vorname varchar(50), nachname varchar(50), mail varchar(99),"
        " telefon varchar(30), geburtsdatum varchar(10), anschrift_id integer, kennwort varchar(30))",
        "CREATE TABLE vertraege (vertrag_id integer PRIMARY KEY, kunde_nr integer, tarif varchar(30))",
        "CREATE TABLE stoerungen (id integer PRIMARY KEY, vertrag_id integer, beschreibung text)",
        anschriften=[(n + 1, one[4], "12345", "Musterstadt") for n, one in enumerate(PEOPLE)],
        kunden=[(70 + n, o[0], o[1], o[2], o[3], o[5], n + 1, "x") for n, o in enumerate(PEOPLE)],
        vertraege=[(300 + n, 70 + n, "DSL 100") for n in range(5)],
        stoerungen=[(n, 300 + n, f"Kundin {one[0]} {one[1]} hat kein Netz") for n, one in enumerate(PEOPLE)],
    )

    found = stand.look(0, 1)
    rows = stand.collected(found, 2)

    assert {name: len(lines) for name, lines in rows.items()} == {
        "kunden": 1,
        "vertraege": 1,
        "stoerungen": 1,
        "anschriften": 1,
    }
    assert rows["anschriften"][0]["strasse"] == "Via Roma 7"
    assert ("anschriften", "strasse") in found.proposals
    assert ("anschriften", "ort") not in found.proposals
    assert stand.map(found).datasets["anschriften"].shared


def test_a_number_without_a_telling_name_is_seen_beside_the_persons_values(stand: Stand) -> None:
    _camel(stand)
    stand.run(
        "CREATE TABLE Calls (Pos integer PRIMARY KEY, Ref7 integer, Remark text)",
        Calls=[(n, 100 + n, f"asked to be reached at {one[3]}") for n, one in enumerate(PEOPLE[:4])],
    )

    (link,) = stand.look(0, 1).links["Calls"]

    assert (link.column, link.parent, link.parent_column) == ("Ref7", "Subscribers", "SubscriberId")


def test_attributes_and_values_keep_secrets_back(stand: Stand) -> None:
    _camel(stand)
    stand.run(
        "CREATE TABLE SubscriberExtras (Id integer PRIMARY KEY, SubscriberId integer, Attribute varchar(40), Value varchar(99))",
        SubscriberExtras=[(n, 100 + n % 5, ("Wifi-Password", "Language")[n // 5], f"v{n}") for n in range(10)],
    )

    found = stand.look(0, 1)
    rows = stand.collected(found, 0)["SubscriberExtras"]

    assert [row["Value"] for row in rows] == [None, "v5"]


def test_kinds_of_rows_and_json(stand: Stand) -> None:
    _camel(stand)
    stand.run(
        "CREATE TABLE Attachments (Id integer PRIMARY KEY, OwnerType varchar(20), OwnerId integer, FileName varchar(50))",
        "CREATE TABLE Events (Id integer PRIMARY KEY, Payload json)",
        Attachments=[(1, "invoice", 502, "a.pdf"), (2, "subscriber", 102, "b.pdf"), (3, "tariff", 1, "c.pdf")],
        Events=[
            (n, json.dumps({"who": {"mail": one[2], "api_token": f"secret{n}"}, "what": "login"}))
            for n, one in enumerate(PEOPLE)
        ],
    )

    found = stand.look(0, 1)
    rows = stand.collected(found, 2)

    assert [row["FileName"] for row in rows["Attachments"]] == ["a.pdf", "b.pdf"]
    assert [row["Id"] for row in rows["Events"]] == [2]
    assert "secret2" not in str(rows)
    assert ("Events", "Payload") in found.proposals


def test_an_address_in_a_sentence_links_a_log(stand: Stand) -> None:
    _camel(stand)
    stand.run(
        "CREATE TABLE SystemLog (Id integer PRIMARY KEY, Message text)",
        SystemLog=[(n, f"started job {n}") for n in range(40)] + [(50, f"Opened ticket for {PEOPLE[4][2]}")],
    )

    found = stand.look(0, 1)

    assert ("SystemLog", "Message") in found.proposals
    assert [row["Id"] for row in stand.collected(found, 4)["SystemLog"]] == [50]


def test_a_few_customers_among_many_strangers(stand: Stand) -> None:
    _camel(stand)
    strangers = [(n, f"stranger{n}@example.org", "07000") for n in range(60)]
    stand.run(
        "CREATE TABLE Leads (Id integer PRIMARY KEY, Reply varchar(99), Tel varchar(20))",
        Leads=[*strangers, (70, PEOPLE[1][2], "07001"), (71, PEOPLE[2][2], "07002")],
    )

    (link,) = stand.look(0, 1).links["Leads"]

    assert (link.type, link.column, link.parent_column, link.sure) == (
        LinkType.SAME_VALUE,
        "Reply",
        "EMailAddress",
        False,
    )


def test_addresses_kept_as_numbers_are_recognised_when_known(stand: Stand) -> None:
    stand.run(
        "CREATE TABLE clients (id integer PRIMARY KEY, login varchar(30), ip varchar(20), email varchar(99))",
        "CREATE TABLE nodes (id integer PRIMARY KEY, ownerid integer, ipaddr integer)",
        clients=[(n, f"sub{n:04}", f"198.51.100.{n}", one[2]) for n, one in enumerate(PEOPLE, 1)],
        nodes=[(40 + n, n, 0xC6336400 + n) for n in range(1, 6)],
    )

    finding = stand.look(0, 1).findings.get(("nodes", "ipaddr"))

    assert finding
    assert (finding.role, finding.confidence) == (Role.NAMES, Confidence.CERTAIN)


def test_an_empty_store_is_judged_by_names_and_proposes_nothing_as_seen(stand: Stand) -> None:
    stand.run(*CAMEL)

    found = stand.look()

    assert found.person
    assert found.person.table == "Subscribers"
    assert found.proposals == frozenset()
    assert found.findings["Subscribers", "EMailAddress"].confidence is Confidence.POSSIBLE
    assert stand.map(found).datasets["Invoices"].links


def test_a_store_without_persons_says_so(stand: Stand) -> None:
    stand.run("CREATE TABLE Tariffs (Id integer PRIMARY KEY, Title varchar(50))", Tariffs=[(1, "DSL 100")])

    found = stand.look(0)

    assert found.person is None
    assert found.proposals == frozenset()


def test_a_named_subscribers_row_is_found_between_the_sampled_ends(stand: Stand) -> None:
    _camel(stand)
    noise = [(n, f"nothing {n}") for n in range(2000)]
    noise[1000] = (1000, f"called {PEOPLE[0][3].replace('+44', '0')} back")
    stand.run("CREATE TABLE Journal (Id integer PRIMARY KEY, Entry text)", Journal=noise)

    assert ("Journal", "Entry") not in stand.look().proposals
    finding = stand.look(0).findings["Journal", "Entry"]

    assert finding.role is Role.OTHERS, "a telephone may be a household's: it links nobody, but is not overlooked"
    assert "named subscriber" in " ".join(finding.reasons)
    assert finding.proposed


def test_a_foreign_key_over_several_columns_is_proposed_as_one_link(stand: Stand) -> None:
    stand.run(
        "CREATE TABLE clients (country varchar(2), client_no integer, email varchar(99), full_name varchar(99),"
        " PRIMARY KEY (country, client_no))",
        "CREATE TABLE orders (country varchar(2), order_no integer, client_no integer, note varchar(99),"
        " PRIMARY KEY (country, order_no),"
        " FOREIGN KEY (country, client_no) REFERENCES clients (country, client_no))",
        clients=[(("DE", "AT")[n % 2], n // 2, one[2], f"{one[0]} {one[1]}") for n, one in enumerate(PEOPLE)],
        orders=[(("DE", "AT")[n % 2], 7, n // 2, "thanks") for n in range(2)],
    )

    found = stand.look(0, 1)

    assert [(link.column, link.parent, link.parent_column) for link in found.links["orders"]] == [
        ("country + client_no", "clients", "country + client_no")
    ]
    assert [link.columns for link in stand.map(found).datasets["orders"].links] == [("country", "client_no")]
    # Anna is DE/0 and Bruno AT/0: half a key leads nowhere.
    assert [row["country"] for row in stand.collected(found, 0)["orders"]] == ["DE"]
    assert [row["country"] for row in stand.collected(found, 1)["orders"]] == ["AT"]

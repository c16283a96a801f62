from __future__ import annotations

import ipaddress
import re
from collections import Counter
from datetime import date

import pytest

from dsr.demo import people
from dsr.demo.people import Person, by_position, iban, subscribers

DRAMA = re.compile(r"\+447700900\d{3}")


def test_same_people_every_time() -> None:
    first = subscribers()

    people.subscribers.cache_clear()

    assert subscribers() == first


def test_there_are_about_sixty_in_many_alphabets() -> None:
    assert 58 <= len(subscribers()) <= 66
    letters = "".join(person.name for person in subscribers())
    for sample in ("é", "ß", "Ş", "λ", "д", "ل", "נ", "王", "ő"):
        assert sample in letters


@pytest.mark.parametrize("person", subscribers(), ids=lambda person: f"n{person.n}")
def test_every_value_is_from_a_range_reserved_for_examples(person: Person) -> None:
    assert person.email == "" or person.email.rpartition("@")[2] in {"example.com", "example.net"}
    assert DRAMA.fullmatch(person.phone)
    assert ipaddress.ip_address(person.ipv4) in ipaddress.ip_network("203.0.113.0/24")
    assert ipaddress.ip_network(person.ipv6_prefix).subnet_of(ipaddress.IPv6Network("2001:db8::/32"))  # type: ignore[arg-type]
    assert person.mac.startswith("00-00-5E-00-53-")
    assert person.iban[4:12] == "00000000"


@pytest.mark.parametrize("field", ["customer_no", "email", "phone", "username", "mac", "ipv4", "ipv6_prefix"])
def test_unique_identifiers_are_unique(field: str) -> None:
    counts = Counter(str(getattr(person, field)).lower() for person in subscribers() if getattr(person, field))

    assert {value: count for value, count in counts.items() if count > 1} == {}


def test_three_different_people_are_called_maria_kowalska() -> None:
    same = [person for person in subscribers() if person.name == "Maria Kowalska"]

    assert tuple(person.n for person in same) == people.HOMONYMS
    assert len({person.born for person in same}) == 3
    assert len({person.address.id for person in same}) == 3


def test_household_shares_one_address_row_and_one_account() -> None:
    family = [by_position(n) for n in people.HOUSEHOLD]

    assert len({person.address.id for person in family}) == 1
    assert len({person.iban for person in family}) == 1
    others = {person.address.id for person in subscribers() if person.n not in people.HOUSEHOLD}
    assert family[0].address.id not in others


def test_plus_addresses_are_radius_user_names() -> None:
    assert all("+" in by_position(n).email for n in people.PLUS_ADDRESSES)
    assert "+" in by_position(8).username


def test_surnames_that_are_places_live_there() -> None:
    assert by_position(9).address.town.startswith("Lindenau")
    assert by_position(39).address.town == "Nordhafen"


def test_former_subscribers_left_before_today() -> None:
    today = date(2026, 11, 22)
    former = [person for person in subscribers() if person.left_on(today)]

    assert tuple(person.n for person in former) == people.FORMER
    assert all(person.joined_on(today) < (person.left_on(today) or today) < today for person in former)


def test_iban_has_the_check_digits_of_a_known_example() -> None:
    # The example of the IBAN registry for Germany.
    assert iban("DE", "370400440532013000") == "DE89370400440532013000"

"""Values as people type them: taken in any common spelling, refused in words that say what to do (ux.md 1.5)."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from dsr import values

GOOD = [
    ("iban", "ie29 aibk 9311 5212 3456 78", "IE29 AIBK 9311 5212 3456 78"),
    ("iban", "DE89-3704-0044-0532-0130-00", "DE89 3704 0044 0532 0130 00"),
    ("email", " maria@example.com ", "maria@example.com"),
    ("phone", "07700 900123", "07700 900123"),
    ("phone", "+44 7700 900123", "+44 7700 900123"),
    ("birth_date", "27 3 1985", "1985-03-27"),
    ("birth_date", "27.03.1985", "1985-03-27"),
    ("birth_date", "27/3/1985", "1985-03-27"),
    ("birth_date", "1985-03-27", "1985-03-27"),
    ("address", "Beispielweg 1\n10115 Berlin", "Beispielweg 1\n10115 Berlin"),
    ("address", "1 Example Street, London SW1A 1AA", "1 Example Street, London SW1A 1AA"),
    ("address", "ul. Przykładowa 1, 00-001 Warszawa", "ul. Przykładowa 1, 00-001 Warszawa"),
    ("address", "Odos Paradeigma 1, 105 57 Athina", "Odos Paradeigma 1, 105 57 Athina"),
    ("address", "1 Example Road, Dublin D02 AF30", "1 Example Road, Dublin D02 AF30"),
    ("name", " Maria Kowalska ", "Maria Kowalska"),
    ("a kind of another release", "x", "x"),
]
BAD = [
    ("iban", "12345678", "IBAN must start with two letters, like IE29AIBK93115212345678"),
    ("iban", "IE28AIBK93115212345678", "This IBAN has a typing mistake. Compare it with your bank card"),
    ("iban", "XX431234", "This IBAN is too short, too long, or not of a country that uses IBANs"),
    ("email", "maria", "E-mail address must have an @ sign, like name@example.org"),
    ("phone", "none", "Phone must be a number that can be called, like 07700 900123"),
    ("phone", "12", "Phone must be a number that can be called, like 07700 900123"),
    ("birth_date", "31 2 1985", "Enter a real date, like 27 3 1985"),
    ("birth_date", "March", "Enter a real date, like 27 3 1985"),
    ("birth_date", "27 3 0085", "Enter a real date, like 27 3 1985"),
    ("address", "Beispielweg 1, Berlin", "Address must have a postcode, like SW1A 1AA"),
    ("name", "  ", "Enter the correct value"),
]


@pytest.mark.parametrize(("kind", "typed", "kept"), GOOD)
def test_R_01_a_value_is_taken_as_people_write_it(kind, typed, kept):
    assert values.checked(kind, typed, country="GB") == kept


@pytest.mark.parametrize(("kind", "typed", "message"), BAD)
def test_R_01_a_value_that_cannot_be_right_says_why(kind, typed, message):
    with pytest.raises(ValidationError) as caught:
        values.checked(kind, typed, country="GB")
    assert caught.value.messages == [message]

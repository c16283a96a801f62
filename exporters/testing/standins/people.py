"""Three hundred invented subscribers, the same in every stand-in: namesakes, one mailbox for two, odd user names among them.

Nobody exists: example.com addresses, telephone numbers reserved for drama, test networks for IP addresses.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

SUBSCRIBERS = 300
ANNA, NAMESAKE, HOUSEMATE = 7, 107, 207
"""Numbers of the subscriber most tests are about, of another with her name, and of one who shares her street and number."""

_FIRST = [
    "Jean",
    "Ada",
    "Åsa",
    "Zoé",
    "Íñigo",
    "Maria",
    "Jürgen",
    "Ελένη",
    "Noa",
    "Piotr",
    "Sinéad",
    "Lars",
    "Layla",
    "Bob",
    "Chloë",
    "Dmitri",
    "Erik",
    "Fatima",
    "Gwen",
    "Hugo",
]
_LAST = [
    "Doherty",
    "O'Neill",
    "Weißmüller",
    "Kowalska",
    "Lefèvre",
    "Öberg",
    "Núñez",
    "Smith",
    "van't_Hoff",
    "Țurcanu",
    "Haddad",
    "Müller",
    "&",
    "Tan",
    "Ng",
    "Fry",
]
_STREETS = ("Test Street", "Example Road", "Sample Lane", "Muster-Straße")
_NET = 256
"""Addresses of one test network."""
_PLAIN = {"Ελένη": "eleni", "&": "and", "ß": "ss"}


@dataclass(frozen=True, slots=True)
class Person:
    """One subscriber. `number` is the customer number (1 to 300); `country` is ISO 3166, `phone` E.164, `born` ISO 8601."""

    number: int
    first: str
    last: str
    email: str
    phone: str
    username: str
    street: str
    city: str
    postcode: str
    country: str
    born: str
    ip: str
    mac: str
    company: str = ""

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"


@cache
def subscribers() -> tuple[Person, ...]:
    """All of them, in the order of their numbers."""
    return tuple(_person(number) for number in range(1, SUBSCRIBERS + 1))


def subscriber(number: int) -> Person:
    """One of them. Raises IndexError beyond the last."""
    return subscribers()[number - 1]


def _person(number: int) -> Person:
    # Twenty first and fifteen last names make each pair five times; a hundred apart is the same person by name.
    step = number % 100
    first, last = _FIRST[step % len(_FIRST)], _LAST[step * 7 % len(_LAST)].replace("_", " ")
    mailbox = f"{_latin(first)}.{_latin(last)}{number}"
    house = ANNA if number == HOUSEMATE else number
    return Person(
        number=number,
        first=first,
        last=last,
        email=f"{mailbox.title() if number % 9 == 0 else mailbox}{'+isp' if number % 11 == 0 else ''}@example.com",
        phone=f"+447700900{number:03d}",
        username=f"{_latin(first)}+{number}@isp.example" if number % 5 == 0 else f"{_latin(last)}{number}",
        street=f"{house} {_STREETS[house % len(_STREETS)]}",
        city="Testhausen" if number % 2 else "Exampleton",
        postcode=f"{10000 + house}",
        country=("DE", "GB", "US", "AT", "FR")[number % 5],
        born=f"{1940 + number % 60}-{number % 12 + 1:02d}-{number % 28 + 1:02d}",
        ip=f"198.51.100.{number}" if number < _NET else f"203.0.113.{number - _NET + 1}",
        mac=f"02:00:5E:00:{number // _NET:02X}:{number % _NET:02X}",
        company=f"{last} Networks & Sons" if number % 25 == 0 else "",
    )


def _latin(text: str) -> str:
    plain = _PLAIN.get(text) or "".join(_PLAIN.get(sign, sign) for sign in text)
    split = unicodedata.normalize("NFKD", plain).encode("ascii", "ignore").decode()
    return "".join(sign for sign in split.lower() if sign.isalnum())

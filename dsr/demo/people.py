"""The invented subscribers of Northwave, the same ones on every machine.

Every generated value lies in a range reserved for examples: example.com/net mailboxes, Ofcom's drama
telephone numbers, TEST-NET and 2001:db8 addresses, the documentation MAC block of RFC 7042, IBANs with a
bank code that no bank has. The traps are deliberate and named in `dsr/demo/README.md`.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from dsr.demo import names

SEED = 20261122
HOUSEHOLD = (16, 17, 18)
"""Customer positions (from 1) of the family that shares one row in the address table."""
HOMONYMS = (2, 6, 11)
"""Customer positions of three different people called Maria Kowalska."""
HEAVY = (1, 2, 5, 13, 16)
"""Customer positions with about 200 internet sessions; everybody else has few."""
PLUS_ADDRESSES = (4, 8, 20, 32)
"""Customer positions whose mailbox carries a plus sign; for 4, 8 and 20 it is the RADIUS user name as well."""
CAPITALISED = (10, 41)
"""Customer positions who typed their mailbox with a capital first letter."""
FORMER = (4, 7, 23, 29, 34, 45, 51)
"""Customer positions whose contract has ended."""
EMPTY_MAILBOX = 49
"""Customer position without any e-mail address: a subscriber served by letter and telephone."""


@dataclass(frozen=True, slots=True)
class Address:
    """One row of the address table; several subscribers may share it."""

    id: int
    street: str
    postcode: str
    town: str
    region: str
    country: str


@dataclass(frozen=True, slots=True)
class Person:
    """One subscriber. `left_days` and `joined_days` count days back from the day the stores are built."""

    n: int
    customer_no: str
    language: str
    first: str
    last: str
    company: str
    vat_id: str
    email: str
    phone: str
    born: date
    iban: str
    address: Address
    username: str
    mac: str
    ipv4: str
    ipv6_prefix: str
    plan: int
    joined_days: int
    left_days: int | None
    sessions: int

    @property
    def name(self) -> str:
        """First and last name as they stand on an envelope."""
        return f"{self.first} {self.last}"

    @property
    def bill_to(self) -> str:
        """The name an invoice is made out to: the company, if there is one."""
        return self.company or self.name

    def joined_on(self, today: date) -> date:
        """The first day of the contract when the stores are built on `today`."""
        return today - timedelta(days=self.joined_days)

    def left_on(self, today: date) -> date | None:
        """The day the contract ended, or None while it runs."""
        return None if self.left_days is None else today - timedelta(days=self.left_days)


def iban(country: str, bban: str) -> str:
    """Put the check digits of ISO 13616 before `bban`."""
    digits = "".join(str(int(sign, 36)) for sign in f"{bban}{country}00")
    return f"{country}{98 - int(digits) % 97:02d}{bban}"


def _mailbox(n: int, latin: str, rng: random.Random) -> str:
    if n == EMPTY_MAILBOX:
        return ""
    if n in PLUS_ADDRESSES:
        latin += "+isp"
    if n in CAPITALISED:
        latin = latin[0].upper() + latin[1:]
    return f"{latin}@example.{rng.choice(('com', 'net'))}"


def _addresses(rng: random.Random, count: int) -> list[Address]:
    """One address row per subscriber, except that the household has one row and those abroad live elsewhere."""
    abroad = {index + 1: rest for index, *rest in names.ABROAD}
    rows: list[Address] = []
    for n in range(1, count + 1):
        if n in HOUSEHOLD[1:]:
            rows.append(rows[HOUSEHOLD[0] - 1])
            continue
        if n in abroad:
            street, postcode, town, region, country = abroad[n]
        else:
            postcode, town, region = names.TOWNS[_home_town(n, rng)]
            street, country = (
                f"{rng.choice(names.STREETS)} {rng.randint(1, 98)}{rng.choice(('', '', '', 'a', ' b'))}",
                "DE",
            )
        rows.append(Address(n, street, postcode, town, region, country))
    return rows


def _home_town(n: int, rng: random.Random) -> int:
    """Subscribers whose surname is a place live in that place; a search by name finds the town as well."""
    index = rng.randrange(len(names.TOWNS))
    if n <= len(names.PERSONS):
        surname = names.PERSONS[n - 1][2]
        index = next((i for i, town in enumerate(names.TOWNS) if town[1].split()[0] == surname), index)
    return index


def _sessions(n: int, rng: random.Random) -> int:
    return rng.randint(190, 210) if n in HEAVY else rng.randint(4, 28)


@cache
def subscribers() -> tuple[Person, ...]:
    """All invented subscribers: natural persons first, then companies with their contact person."""
    rng = random.Random(SEED)
    entries = [(language, first, last, latin, "") for language, first, last, latin in names.PERSONS]
    entries += [("de", first, last, latin, company) for company, first, last, latin in names.COMPANIES]
    addresses = _addresses(rng, len(entries))
    people: list[Person] = []
    for n, (language, first, last, latin, company) in enumerate(entries, start=1):
        email = _mailbox(n, latin, rng)
        left = rng.randint(35, 900) if n in FORMER else None
        born = date(2010, 5, 9) if n == HOUSEHOLD[2] else date(1939, 1, 1) + timedelta(days=rng.randrange(365 * 67))
        people.append(
            Person(
                n=n,
                customer_no=f"NW-{100100 + n * 7}",
                language=language,
                first=first,
                last=last,
                company=company,
                vat_id=f"DE00000{n:04d}" if company else "",
                email=email,
                phone=f"+447700900{100 + n}",
                born=born,
                # One account pays for the whole household: a shared contact identifies nobody.
                iban=people[HOUSEHOLD[0] - 1].iban
                if n in HOUSEHOLD[1:]
                else iban("DE", f"00000000{rng.randrange(10**10):010d}"),
                address=addresses[n - 1],
                username=email if email and n % 4 == 0 else f"nw{n:05d}",
                mac=f"00-00-5E-00-53-{n:02X}",
                ipv4=f"203.0.113.{n + 10}",
                ipv6_prefix=f"2001:db8:{n:x}::/48",
                plan=4 if company else rng.randrange(4),
                joined_days=(left or 0) + rng.randint(420, 2600),
                left_days=left,
                sessions=_sessions(n, rng),
            )
        )
    return tuple(people)


def by_position(n: int) -> Person:
    """The subscriber at position `n`, counted from 1."""
    return subscribers()[n - 1]

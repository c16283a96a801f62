"""`store discover` on databases of real programs against what they really hold: how much is found, how much is wrong.

The oracle (`pii_map.txt`) lists every column that holds a value of one of 40 people; it looks for nine kinds of values
(e-mail address, user name, telephone, MAC and IP address, surname, street, date of birth, IBAN). A proposal is a column
discovery says names subscribers, by their values: not what merely tells something about them (a town, a tariff), nor a
guess from a name without any value. Each set is looked at with the identifiers of several pairs of subscribers, and
once without any; the worst pair counts.
"""

from __future__ import annotations

import sys
import time
from datetime import date
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from _pytest.outcomes import Skipped

from bench.measure import Board
from exporters.contract import Identifier, IdentifierKind, Subject
from exporters.discover.find import discover
from tests.stores import beds

if TYPE_CHECKING:
    from collections.abc import Mapping

SETS = ("fossbilling", "radius", "phpnuxbill")
PAIRS = ((2, 3), (10, 20), (4, 8), (12, 25), (7, 39))
"""Subscribers by number: guests with tickets, namesakes, an escaped plus-address, a company and nothing special."""
TODAY = date(2026, 11, 22)
FIELDS = {
    "email": IdentifierKind.EMAIL,
    "user": IdentifierKind.USERNAME,
    "radius_user": IdentifierKind.USERNAME,
    "phone": IdentifierKind.PHONE,
    "mac": IdentifierKind.MAC,
    "ip": IdentifierKind.IP,
    "iban": IdentifierKind.IBAN,
    "street": IdentifierKind.ADDRESS,
    "dob": IdentifierKind.BIRTH_DATE,
}


def subject(person: Mapping[str, Any]) -> Subject:
    """A subscriber with every identifier the operator may have."""
    name = Identifier(IdentifierKind.NAME, f"{person['first']} {person['last']}")
    known = (Identifier(kind, person[field]) for field, kind in FIELDS.items() if person[field])
    return Subject(f"n={person['n']}", (*known, name))


def measure(board: Board, bed: str) -> None:
    """The worst of all pairs, and what is found without any identifier."""
    engine = sa.create_engine(beds.bed_url(bed), poolclass=sa.pool.NullPool)
    wanted = set(beds.oracle(bed))
    found, wrong, slowest = 1.0, 0.0, 0.0
    for pair in ((), *PAIRS):
        subjects = [subject(beds.subscribers()[n - 1]) for n in pair]
        started = time.perf_counter()
        with engine.connect() as connection:
            proposed = discover(connection, subjects, today=TODAY).proposals
        took = time.perf_counter() - started
        share, off = len(wanted & proposed) / len(wanted), len(proposed - wanted) / max(1, len(proposed))
        if not pair:
            board.least(f"{bed}: columns found without any identifier", share * 100, 80, " %")
            board.most(f"{bed}: wrong proposals without any identifier", off * 100, 20, " %")
            continue
        found, wrong, slowest = min(found, share), max(wrong, off), max(slowest, took)
    board.least(f"{bed}: columns found, worst of {len(PAIRS)} pairs ({len(wanted)} columns)", found * 100, 95, " %")
    board.most(f"{bed}: wrong proposals, worst of {len(PAIRS)} pairs", wrong * 100, 10, " %")
    board.most(f"{bed}: seconds to look at the store", slowest, 30, " s")


def main() -> None:
    """Every set, or a line that says what is missing."""
    board = Board()
    try:
        for bed in SETS:
            measure(board, bed)
    except Skipped as reason:
        print(f"discover: skipped, {reason.msg}")
        sys.exit(0)
    board.leave()


if __name__ == "__main__":
    main()

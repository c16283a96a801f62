"""What a whole column of a batch becomes on its way into JSON: the same values and notes as `json_value` gives, faster.

A million sessions are fourteen million cells, and a function call for each is most of the time. So each rule here looks
at a column at once, lets it pass when nothing in it needs a change (nearly always), and takes the cells one by one
otherwise, through `json_value` itself. `tests/exporters/test_stream.py` compares both ways cell by cell.
"""

from __future__ import annotations

import json
import math
from datetime import date, datetime, time
from decimal import Decimal
from ipaddress import ip_address, ip_interface, ip_network
from typing import TYPE_CHECKING, Any, TypeAlias

from exporters.values import SAFE_INTEGER, ZERO_DATE, json_value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from exporters.contract import CellNote, JsonValue

Finished: TypeAlias = "tuple[Sequence[Any], list[tuple[int, CellNote]]]"
"""A column ready for a Batch, and the notes on its cells by their row in the batch."""
Finisher: TypeAlias = "Callable[[Sequence[Any]], Finished]"

_NUL = "\x00"
_SECONDS = len("2026-01-02T03:04:05")
_UTC = "+00"


def one_by_one(values: Sequence[Any], convert: Callable[[Any], tuple[JsonValue, CellNote | None]]) -> Finished:
    """Every cell through `convert`; NULL stays NULL."""
    finished: list[JsonValue] = []
    notes = []
    for at, value in enumerate(values):
        cell, note = (None, None) if value is None else convert(value)
        finished.append(cell)
        if note is not None:
            notes.append((at, note))
    return finished, notes


def same(values: Sequence[Any]) -> Finished:
    """Values that are JSON already and need no look: small integers, booleans."""
    return values, []


def _given(values: Sequence[Any]) -> Sequence[Any]:
    return [value for value in values if value is not None] if None in values else values


def texts(values: Sequence[Any]) -> Finished:
    """Texts, without NUL characters and without zero dates."""
    joined = "\n".join(_given(values))
    if _NUL in joined or ZERO_DATE in joined:
        return one_by_one(values, json_value)
    return values, []


def integers(values: Sequence[Any]) -> Finished:
    """Integers; those JSON readers would round become text."""
    given = _given(values)
    if given and (max(given) > SAFE_INTEGER or min(given) < -SAFE_INTEGER):
        return one_by_one(values, json_value)
    return values, []


def floats(values: Sequence[Any]) -> Finished:
    """Floating-point numbers, read from their text."""
    return one_by_one(values, lambda text: json_value(float(text)))


def numerics(values: Sequence[Any]) -> Finished:
    """Exact numbers, read from their text."""
    return one_by_one(values, lambda text: json_value(Decimal(text)))


def _finite(values: Sequence[Any]) -> Finished:
    return (values, []) if all(map(math.isfinite, _given(values))) else one_by_one(values, json_value)


def _isoformat(values: Sequence[Any]) -> Finished:
    return [value and value.isoformat() for value in values], []


_BY_TYPE: dict[type, Finisher] = {
    bool: same,
    int: integers,
    str: texts,
    float: _finite,
    datetime: _isoformat,
    date: _isoformat,
}


def anything(values: Sequence[Any]) -> Finished:
    """Values as a driver returned them. A column of one type goes at once, any other cell by cell."""
    types = set(map(type, values))
    types.discard(type(None))
    if not types:
        return values, []
    rule = _BY_TYPE.get(next(iter(types))) if len(types) == 1 else None
    return rule(values) if rule else one_by_one(values, json_value)


def local_moments(values: Sequence[Any]) -> Finished:
    """PostgreSQL's timestamp, which it shows with a blank in the middle; `infinity`, BC and year 10000 stay as shown."""
    return _moments(values, _SECONDS, "")


def moments(values: Sequence[Any]) -> Finished:
    """PostgreSQL's timestamptz, shown in UTC; else like `local_moments`."""
    return _moments(values, _SECONDS + len(_UTC), ":00")


def _moments(values: Sequence[Any], usual: int, end: str) -> Finished:
    given = _given(values)
    if set(map(len, given)) == {usual} and given is values:
        # All at once: the blank becomes a T, and the hours of the zone get their minutes.
        return (",".join(given).replace(" ", "T").replace(",", f"{end},") + end).split(","), []
    try:
        found = iter([moment.isoformat() for moment in map(datetime.fromisoformat, given)])
    except ValueError:
        return one_by_one(values, _postgresql_moment)
    return [None if text is None else next(found) for text in values], []


def _postgresql_moment(text: str) -> tuple[JsonValue, CellNote | None]:
    try:
        return datetime.fromisoformat(text).isoformat(), None
    except ValueError:
        return text, None


def times(values: Sequence[Any]) -> Finished:
    """PostgreSQL's time of day; 24:00:00, which Python does not know, stays as shown."""
    if set(map(len, _given(values))) <= {len("03:04:05")}:
        return values, []
    return one_by_one(values, _postgresql_time)


def _postgresql_time(text: str) -> tuple[JsonValue, CellNote | None]:
    try:
        return time.fromisoformat(text).isoformat(), None
    except ValueError:
        return text, None


def mysql_moments(values: Sequence[Any]) -> Finished:
    """Dates and times as MariaDB and MySQL write them; what is no date stays as it stands, zero dates are empty."""
    given = _given(values)
    try:
        # Checks more than it converts: the 30th of February and month 00 can be stored.
        found = list(map(datetime.fromisoformat, given))
    except ValueError:
        return one_by_one(values, _mysql_moment)
    if given is values:
        return [moment.isoformat() for moment in found], []
    return one_by_one(values, _mysql_moment)


def _mysql_moment(text: str) -> tuple[JsonValue, CellNote | None]:
    try:
        return datetime.fromisoformat(text).isoformat(), None
    except ValueError:
        return json_value(text)


def addresses(values: Sequence[Any]) -> Finished:
    """PostgreSQL's inet: an address, or an address in its network."""
    return _respelled(values, lambda text: str(ip_interface(text) if "/" in text else ip_address(text)))


def networks(values: Sequence[Any]) -> Finished:
    """PostgreSQL's cidr."""
    return _respelled(values, lambda text: str(ip_network(text)))


def _respelled(values: Sequence[Any], respell: Callable[[str], str]) -> Finished:
    # Only IPv6 has more than one spelling.
    if ":" not in "\n".join(_given(values)):
        return values, []
    return one_by_one(values, lambda text: (respell(text), None))


def documents(values: Sequence[Any]) -> Finished:
    """PostgreSQL's json and jsonb, from their text."""
    return one_by_one(values, lambda text: json_value(json.loads(text)))

"""PostgreSQL's values as the text it sends, whole columns of them, instead of what a driver makes of each.

What a driver does with every value of a million rows (read a moment, make an address) takes longer than the database
needs to find it, and is undone at once, because a file holds text. So the types of the table below are taken as the
text the server shows, which is what its own export writes; values of other types come as the driver reads them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import orjson
import psycopg
import sqlalchemy as sa

from exporters.sql import stream_values as rules
from exporters.sql.stream_json import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

_OPTION = "dsr_texts"
"""The execution option that names the types a statement takes as text."""

KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(("text", "varchar", "bpchar", "uuid", "macaddr", "date"), Kind(rules.texts, judged=True)),
    **dict.fromkeys(("int2", "int4", "bool"), Kind(rules.same, judged=True)),
    "int8": Kind(rules.integers, judged=True),
    "timestamp": Kind(rules.local_moments),
    "timestamptz": Kind(rules.moments),
    "time": Kind(rules.times),
    "inet": Kind(rules.addresses),
    "cidr": Kind(rules.networks),
    "numeric": Kind(rules.numerics),
    **dict.fromkeys(("float4", "float8"), Kind(rules.floats)),
    **dict.fromkeys(("json", "jsonb"), Kind(rules.documents)),
}
_BOOLEANS = {"t": True, "f": False, None: None}


def judged(kind: str) -> bool:
    """Whether links and conditions can be decided on this type as it arrives."""
    return kind not in KINDS or KINDS[kind].judged


def _integers(column: Sequence[str | None]) -> Sequence[int | None]:
    given = [text for text in column if text is not None] if None in column else column
    numbers = orjson.loads(f"[{','.join(given)}]")  # type: ignore[arg-type] # no None is left
    if len(given) == len(column):
        return list(numbers)
    left = iter(numbers)
    return [None if text is None else next(left) for text in column]


def _booleans(column: Sequence[str | None]) -> Sequence[bool | None]:
    return [_BOOLEANS[text] for text in column]


def _without_filling(column: Sequence[str | None]) -> Sequence[str | None]:
    """CHAR is filled up with blanks, which mean nothing."""
    return [None if text is None else text.rstrip(" ") for text in column]


TYPED: Mapping[str, Callable[[Sequence[Any]], Sequence[Any]]] = {
    **dict.fromkeys(("int2", "int4", "int8"), _integers),
    "bool": _booleans,
    "bpchar": _without_filling,
}
"""What a column of texts becomes before anything is decided on it."""


def usable(connection: sa.Connection) -> bool:
    """Whether this connection's texts are UTF-8 and its dates ISO 8601. SQL_ASCII stores bytes of any encoding."""
    status = connection.connection.dbapi_connection.info.parameter_status  # type: ignore[union-attr]
    return status("server_encoding") != "SQL_ASCII" and str(status("DateStyle")).startswith("ISO")


def options(connection: sa.Connection, kinds: Iterable[str]) -> Mapping[str, Any]:
    """The execution options of a statement on this connection that takes `kinds` as text."""
    if not sa.event.contains(connection, "before_cursor_execute", _take_texts):
        sa.event.listen(connection, "before_cursor_execute", _take_texts)
    return {_OPTION: frozenset(kinds)}


def _take_texts(_connection: Any, cursor: Any, _statement: str, _parameters: Any, context: Any, _many: bool) -> None:
    for kind in context.execution_options.get(_OPTION, ()) if context else ():
        cursor.adapters.register_loader(kind, _TEXTS)


def _c_loader() -> type[Any]:
    """How psycopg reads text where nobody changed it: in C, if it has that."""
    loader = psycopg.adapters.get_loader(psycopg.adapters.types["text"].oid, psycopg.pq.Format.TEXT)
    if loader is None:  # it has one for every type it knows
        raise LookupError("psycopg reads no text")
    return loader


_TEXTS = _c_loader()

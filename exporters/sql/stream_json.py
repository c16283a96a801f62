"""Columns a database can turn into JSON itself: by type, what to ask for and what is left to do afterwards.

One JSON text a row instead of fourteen values saves the driver's work, which is most of the time of a long read. Only
types whose JSON keeps every value are listed; a data set with any other column is read value by value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson
import sqlalchemy as sa

from exporters.sql import stream_values as rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from exporters.sql.schema import LiveColumn
    from exporters.sql.stream_values import Finisher


@dataclass(frozen=True, slots=True)
class Kind:
    """How a type goes through JSON. `judged`: links and conditions can be decided on the value as it arrives."""

    finish: Finisher
    as_text: bool = False
    judged: bool = False


class UnreadableError(Exception):
    """The database's JSON cannot be read; the row must be read value by value."""


_TEXT = Kind(rules.texts, judged=True)
_SHOWN = Kind(rules.texts, as_text=True, judged=True)
_SMALL = Kind(rules.same, judged=True)
_LARGE = Kind(rules.integers, judged=True)
_NUMERIC = Kind(rules.numerics, as_text=True)
_FLOAT = Kind(rules.floats, as_text=True)

_POSTGRESQL: Mapping[str, Kind] = {
    **dict.fromkeys(("int2", "int4", "bool"), _SMALL),
    "int8": _LARGE,
    **dict.fromkeys(("text", "varchar", "bpchar", "citext", "uuid", "macaddr", "date"), _TEXT),
    "timestamp": Kind(rules.local_moments),
    "timestamptz": Kind(rules.moments),
    "inet": Kind(rules.addresses),
    "cidr": Kind(rules.networks),
    "numeric": _NUMERIC,
    **dict.fromkeys(("float4", "float8"), _FLOAT),
    **dict.fromkeys(("json", "jsonb"), Kind(rules.documents, as_text=True)),
}
# Not here: binary types (JSON is text), longtext (MariaDB's own name for JSON), time, bit and year.
_MYSQL: Mapping[str, Kind] = {
    **dict.fromkeys(("tinyint", "smallint", "mediumint", "int"), _SMALL),
    "bigint": _LARGE,
    # As text also texts: columns of different collations do not go into one function.
    **dict.fromkeys(("char", "varchar", "tinytext", "text", "mediumtext"), _SHOWN),
    **dict.fromkeys(("enum", "set", "uuid", "inet4", "inet6"), _SHOWN),
    **dict.fromkeys(("datetime", "timestamp"), Kind(rules.mysql_moments)),
    "date": Kind(rules.texts),
    "decimal": _NUMERIC,
    **dict.fromkeys(("float", "double"), _FLOAT),
}
_KINDS = {"postgresql": _POSTGRESQL, "mysql": _MYSQL, "mariadb": _MYSQL}
_POSTGRESQL_ARGUMENTS = 100
"""So many arguments a function of PostgreSQL takes."""


def kind_of(dialect: str, column: LiveColumn) -> Kind | None:
    """How this column goes through JSON; None when it does not."""
    return _KINDS.get(dialect, {}).get(column.type)


def usable(connection: sa.Connection, columns: int) -> bool:
    """Whether this database can hand on `columns` values as one JSON text."""
    dialect = connection.dialect.name
    if dialect != "postgresql":
        return dialect in _KINDS
    if columns > _POSTGRESQL_ARGUMENTS:
        return False
    # SQL_ASCII stores bytes of any encoding, and JSON must be UTF-8.
    return connection.exec_driver_sql("SHOW server_encoding").scalar() != "SQL_ASCII"


def as_array(dialect: str, expressions: Sequence[sa.ColumnElement[Any]]) -> sa.ColumnElement[Any]:
    """The expressions as one JSON text, an array."""
    if dialect == "postgresql":
        return sa.cast(sa.func.json_build_array(*expressions), sa.Text)
    return sa.func.json_array(*expressions)


def as_text(dialect: str, expression: sa.ColumnElement[Any]) -> sa.ColumnElement[Any]:
    """The expression as the database writes it."""
    return sa.cast(expression, sa.Text if dialect == "postgresql" else sa.CHAR)


def parse(found: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """The rows of a batch of JSON texts. UnreadableError when there is a NULL (too long for the server) or no JSON."""
    try:
        return list(orjson.loads(f"[{','.join([text for (text,) in found])}]"))
    except (TypeError, ValueError):
        raise UnreadableError from None

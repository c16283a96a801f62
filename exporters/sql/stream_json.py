"""Columns MariaDB and MySQL can turn into JSON themselves: by type, what to ask for and what is left to do afterwards.

One JSON text a row instead of fourteen values saves the driver's work, which is most of the time of a long read. Only
types whose JSON keeps every value are listed; a data set with any other column is read value by value.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

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


_SHOWN = Kind(rules.texts, as_text=True, judged=True)
_SMALL = Kind(rules.same, judged=True)
_LARGE = Kind(rules.integers, judged=True)
_NUMERIC = Kind(rules.numerics, as_text=True)
_FLOAT = Kind(rules.floats, as_text=True)

# Not here: binary types (JSON is text), longtext (MariaDB's own name for JSON), time, bit and year.
KINDS: Mapping[str, Kind] = {
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


def kind_of(column: LiveColumn) -> Kind | None:
    """How this column goes through JSON; None when it does not."""
    return KINDS.get(column.type)


def parse(found: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """The rows of a batch of JSON texts. UnreadableError when there is a NULL (too long for the server) or no JSON."""
    try:
        return list(orjson.loads(f"[{','.join([text for (text,) in found])}]"))
    except (TypeError, ValueError):
        raise UnreadableError from None

"""Several columns that name a row together: written as one name, compared as one text.

A link over `[country, customer_no]` goes through the whole walk as a link over one column called `country + customer_no`,
whose value is the text `DE/10001`. The halves are escaped as RFC 6901 (JSON pointers) escapes them, so that no two pairs
have one text; a pair with an empty half (NULL) is no value at all, as in SQL.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_AND = " + "
BETWEEN = "/"
"""Between two values, none of which can hold it once it is escaped."""
ESCAPES = (("~", "~0"), ("/", "~1"))
"""In this order when a value is escaped, backwards when it is read."""


def named_together(columns: Iterable[str]) -> str:
    """The one name of several columns; a single column keeps its own."""
    return _AND.join(columns)


def each_of(name: str) -> tuple[str, ...]:
    """The columns such a name stands for."""
    return tuple(name.split(_AND))


def can_be_named(column: str) -> bool:
    """Whether the name of a column can be part of such a name."""
    return _AND not in column


def joined(values: Iterable[str | None]) -> str | None:
    """One text for the values of several columns; None when one of them is NULL."""
    given = list(values)
    texts = [_escaped(value) for value in given if value is not None]
    return BETWEEN.join(texts) if len(texts) == len(given) else None


def _escaped(value: str) -> str:
    for plain, escaped in ESCAPES:
        value = value.replace(plain, escaped)
    return value


def _plain(text: str) -> str:
    for plain, escaped in reversed(ESCAPES):
        text = text.replace(escaped, plain)
    return text


def taken_apart(text: str) -> tuple[str, ...]:
    """The values of the columns in their order."""
    return tuple(map(_plain, text.split(BETWEEN)))

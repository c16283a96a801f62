"""One stored value as it leaves the house: decoded, opened where it holds JSON or PHP values, closed parts taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from exporters.contract import CellNote, Disclosure
from exporters.datamap.encoded import decode
from exporters.datamap.model import Nesting
from exporters.datamap.nested import NotReadableError, read_nested, remove
from exporters.values import json_value

if TYPE_CHECKING:
    from collections.abc import Callable

    from exporters.contract import JsonValue
    from exporters.datamap.model import Field

Cell: TypeAlias = "tuple[JsonValue, CellNote | None]"


def reader(field: Field) -> Callable[[object], Cell]:
    """How one value of this field is read. Plain columns cost nothing beyond `json_value`."""
    closed = [tuple(part.name.split(".")) for part in field.parts if part.disclosure is Disclosure.NEVER]
    if closed or (field.parts and field.nesting is Nesting.PHP):
        return lambda stored: _opened(stored, field.nesting, closed)
    if field.encoded is not None:
        encoded = field.encoded
        return lambda stored: json_value(decode(encoded, stored))
    return json_value


def _opened(stored: Any, nesting: Nesting, closed: list[tuple[str, ...]]) -> Cell:
    """A nested value without its closed parts. What cannot be read cannot be searched for them and stays here."""
    if stored is None:
        return None, None
    try:
        value = read_nested(stored, nesting)
    except NotReadableError:
        return (None, CellNote.WITHHELD) if closed else json_value(stored)
    removed = [path for path in closed if remove(value, path)]
    return json_value(value)[0], CellNote.PART_WITHHELD if removed else None

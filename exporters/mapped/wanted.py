"""What a row shall look like after a line, and images of rows that can be compared without being kept."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any

from exporters.anonymise.strategies import ERASED, RunKey, generalise, is_token, token
from exporters.datamap.model import Erase
from exporters.sql.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from exporters.contract import FieldChange
    from exporters.datamap.model import Dataset
    from exporters.mapped.source import Row

ABLE = frozenset(
    {Erase.NULLIFY, Erase.CONSTANT, Erase.RANDOM_TOKEN, Erase.KEYED_TOKEN, Erase.GENERALISE},
)
"""Strategies these stores carry out; where the map wants another one, a person does it."""


def wanted(dataset: Dataset, fields: Iterable[FieldChange], row: Row, key: RunKey) -> dict[str, str | None]:
    """The columns of the row that must get another value, with that value; empty when it is as it should be."""
    found: dict[str, str | None] = {}
    for change in fields:
        current = row.values.get(change.column)
        value = _value(dataset, change, current, key)
        if (value or "") != (text_of(current) or ""):
            found[change.column] = value
    return found


def _value(dataset: Dataset, change: FieldChange, current: object, key: RunKey) -> str | None:
    field = dataset.fields[change.column]
    kind = field.identifier.kind if field.identifier else None
    text = text_of(current)
    if not text or change.strategy == Erase.NULLIFY:
        return None
    match Erase(change.strategy):
        case Erase.CONSTANT:
            return field.terms.constant or ERASED
        case Erase.GENERALISE:
            return generalise(kind, current)
        case Erase.KEYED_TOKEN:
            return text if is_token(text) else token(kind, None, key.digits(kind, text))
        case _:
            return text if is_token(text) else token(kind, None)


def image(secret: bytes, dataset: Dataset, columns: Iterable[str], row: Row | None) -> str:
    """A keyed hash of what matters about a row: key, links and `columns`; of a row that is gone, of its absence.

    Empty text and nothing are one image: interfaces turn the one into the other.
    """
    names = sorted({*columns, *(link.column for link in dataset.links)})
    values: Mapping[str, Any] = row.values if row else {}
    seen = [[*row.key(dataset)], [[name, text_of(values.get(name)) or ""] for name in names]] if row else None
    return hmac.new(secret, json.dumps([dataset.name, seen]).encode(), "sha256").hexdigest()

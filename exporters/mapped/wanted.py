"""What a row shall look like after a line, and images of rows that can be compared without being kept."""

from __future__ import annotations

import hmac
import json
from typing import TYPE_CHECKING, Any

from exporters.anonymise.fakes import fake, is_fake
from exporters.anonymise.strategies import ERASED, RunKey, generalise, is_token, token
from exporters.datamap.encoded import decode, encode
from exporters.datamap.model import Erase
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from exporters.contract import FieldChange
    from exporters.datamap.model import Dataset, Field
    from exporters.identifiers import IdentifierKind
    from exporters.mapped.source import Row
    from exporters.mapped.walk import Walk

ABLE = frozenset(
    {
        *(Erase.NULLIFY, Erase.CONSTANT, Erase.RANDOM_TOKEN, Erase.KEYED_TOKEN),
        *(Erase.GENERALISE, Erase.FAKE, Erase.SCRUB),
    }
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
        case Erase.GENERALISE | Erase.FAKE as how:
            return _reserved(field, current, text) if how is Erase.FAKE else _coarser(field, current)
        case Erase.SCRUB:
            return key.scrubber(text)
        case Erase.KEYED_TOKEN:
            return text if is_token(text) else token(kind, None, key.digits(kind, text))
        case _:
            return text if is_token(text) else token(kind, None)


def _coarser(field: Field, current: object) -> str | None:
    kind = field.identifier.kind if field.identifier else None
    return _stored(field, generalise(kind, _read(field, current), field.terms.coarse))


def _reserved(field: Field, current: object, text: str) -> str | None:
    kind = field.identifier.kind if field.identifier else None
    said = text_of(_read(field, current)) or ""
    return text if is_fake(kind, said) else _stored(field, fake(kind, said))


def _read(field: Field, current: object) -> object:
    return decode(field.encoded, current) if field.encoded else current


def _stored(field: Field, text: str | None) -> str | None:
    return encode(field.encoded, text) if field.encoded and text is not None else text


def known(walk: Walk) -> Iterator[tuple[IdentifierKind, str]]:
    """Her identifiers in the rows of every dataset that is hers alone: what scrubbed texts lose."""
    for dataset in walk.data_map.datasets.values():
        fields = [field for field in dataset.fields.values() if field.identifier] if not dataset.shared else []
        for row in walk.all(dataset).values() if fields else ():
            for field in fields:
                text = text_of(_read(field, row.values.get(field.name)))
                if text and field.identifier:
                    yield field.identifier.kind, text


def image(secret: bytes, dataset: Dataset, columns: Iterable[str], row: Row | None) -> str:
    """A keyed hash of what matters about a row: key, links and `columns`; of a row that is gone, of its absence.

    Empty text and nothing are one image: interfaces turn the one into the other.
    """
    names = sorted({*columns, *(link.column for link in dataset.links)})
    values: Mapping[str, Any] = row.values if row else {}
    seen = [[*row.key(dataset)], [[name, text_of(values.get(name)) or ""] for name in names]] if row else None
    return hmac.new(secret, json.dumps([dataset.name, seen]).encode(), "sha256").hexdigest()

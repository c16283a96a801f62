"""Rows of several tables in one statement: a page that needs a few rows of many tables asks the database once (decision 090).

Each queryset becomes one branch of a UNION ALL that gives its rows as JSON arrays; what comes back are ordinary instances. A branch
has no order and no limit, because compound statements of SQLite know neither inside: whoever asks sorts.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import models
from django.db.models import Count, F, Func, Value
from django.db.models.functions import JSONArray

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.db.models import Model, QuerySet

_WHICH, _ROW = "together_which", "together_row"


class _Hex(Func):
    """Bytes as text: JSON has none."""

    function = "HEX"
    output_field = models.TextField()

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="ENCODE(%(expressions)s, 'hex')", **context)


class _Json(Func):
    """A JSON column as JSON and not as the text that SQLite keeps it in."""

    template = "%(expressions)s"
    output_field = models.JSONField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        return self.as_sql(compiler, connection, template="JSON(%(expressions)s)", **context)


_TRANSPORT: Final[Mapping[type[models.Field[Any, Any]], type[Func]]] = {
    models.BinaryField: _Hex,
    models.JSONField: _Json,
}


def together(
    rows: Mapping[str, QuerySet[Any]], counts: Mapping[str, QuerySet[Any]] | None = None
) -> tuple[dict[str, list[Any]], dict[str, int]]:
    """The rows of each queryset under its name, unordered, and how many rows each of `counts` has; one statement.

    Columns that a queryset defers stay deferred; `select_related` and annotations are not carried over. ValueError for a queryset
    with a limit, and for one name twice.
    """
    if rows.keys() & (counts or {}).keys():
        raise ValueError("one name for rows and for a number")
    branches = [_branch(name, one) for name, one in rows.items()]
    branches += [_counting(name, one) for name, one in (counts or {}).items()]
    found: dict[str, list[Any]] = {name: [] for name in rows}
    numbers = dict.fromkeys(counts or {}, 0)
    if not branches:
        return found, numbers
    first, *others = branches
    loaders = {name: _Loader(one) for name, one in rows.items()}
    for name, told in first.union(*others, all=True) if others else first:
        values = json.loads(told) if isinstance(told, str) else told
        if name in numbers:
            numbers[name] = int(values[0])
        else:
            found[name].append(loaders[name].instance(values))
    return found, numbers


def _branch(name: str, wanted: QuerySet[Any]) -> Any:
    if wanted.query.is_sliced:
        raise ValueError("a branch of one statement has no limit")
    columns = [_TRANSPORT.get(type(one), F)(one.attname) for one in _fields(wanted)]
    plain = wanted.order_by().select_related(None)
    labelled = plain.annotate(**{_WHICH: Value(name), _ROW: JSONArray(*columns)})
    return labelled.values_list(_WHICH, _ROW)


def _counting(name: str, wanted: QuerySet[Any]) -> Any:
    labelled = wanted.order_by().annotate(**{_WHICH: Value(name)}).values(_WHICH)
    return labelled.annotate(**{_ROW: JSONArray(Count("pk"))}).values_list(_WHICH, _ROW)


def _fields(wanted: QuerySet[Any]) -> list[Any]:
    """The columns that the queryset loads; the others are deferred on the instances, as usual."""
    names, deferring = wanted.query.deferred_loading
    every = wanted.model._meta.concrete_fields  # noqa: SLF001 -- Django's own name for its public API
    if deferring:
        return [one for one in every if not {one.name, one.attname} & set(names)]
    return [one for one in every if one.primary_key or {one.name, one.attname} & set(names)]


class _Loader:
    """Makes instances of one model from values as JSON says them."""

    def __init__(self, wanted: QuerySet[Any]) -> None:
        self.model: type[Model] = wanted.model
        self.fields = _fields(wanted)
        self.names = [one.attname for one in self.fields]
        self.database = wanted.db

    def instance(self, values: list[Any]) -> Any:
        """One row."""
        said = [_value(field, value) for field, value in zip(self.fields, values, strict=True)]
        return self.model.from_db(self.database, self.names, said)


def _value(field: Any, value: Any) -> Any:
    if value is None:
        return None
    if isinstance(field, models.BinaryField):
        return bytes.fromhex(value)
    if isinstance(field, models.JSONField):
        return value
    target = field.target_field if field.is_relation else field
    known = target.to_python(value)
    # SQLite keeps moments without their zone, which is UTC.
    return known.replace(tzinfo=UTC) if isinstance(known, datetime) and known.tzinfo is None else known


def attach(owner: Model, relation: str, rows: list[Any]) -> None:
    """Let `owner.<relation>.all()` be these rows from now on, as after a prefetch; they must be all there are, in their order."""
    field: Any = owner._meta.get_field(relation)  # noqa: SLF001
    for row in rows:
        field.field.set_cached_value(row, owner)
    known: Any = getattr(owner, relation).get_queryset()
    known._result_cache, known._prefetch_done = rows, True  # noqa: SLF001 -- what Django's own prefetch does
    vars(owner).setdefault("_prefetched_objects_cache", {})[relation] = known


def attach_one(owner: Model, relation: str, row: Model | None) -> None:
    """The same for the one row at the other end of a one-to-one; None says that there is none."""
    field: Any = owner._meta.get_field(relation)  # noqa: SLF001
    field.set_cached_value(owner, row)
    if row is not None:
        field.remote_field.set_cached_value(row, owner)


def attached(owner: Model, relation: str) -> list[Any] | None:
    """The rows that were read with their owner; None when a reader has to ask for them, narrowed to what it needs."""
    known = vars(owner).get("_prefetched_objects_cache", {})
    return list(known[relation]) if relation in known else None

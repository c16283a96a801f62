"""Whether what a generalised row still says is shared by enough people: k of at least 20 (rules 6.2, 6.5.4).

Asked when the plan is made, with ranges an index can answer, and answered early: the question is only whether there are
enough. Where there are not, generalised values and the columns the map calls `quasi` are nulled, or made constant where the
column refuses NULL. The approval then binds that decision; applying does not ask again.
"""

from __future__ import annotations

import ipaddress
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.anonymise.strategies import ERASED, generalise
from exporters.contract import FieldChange, Treatment
from exporters.datamap.encoded import decode, encode
from exporters.datamap.model import Coarse, Encoding, Erase
from exporters.identifiers import IdentifierKind
from exporters.sql.engine import restart_clock
from exporters.sql.match import bound, comparable, conditions
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from exporters.contract import PlanLine
    from exporters.datamap.model import Dataset, Field
    from exporters.sql.hers import Hers
    from exporters.sql.live import Limits
    from exporters.sql.schema import LiveTable

K = 20
"""People who must share a combination, herself included (POLICY in rules 6.2)."""
MOST_COMBINATIONS = 500
"""More different combinations in one person's rows are a trail, which singles her out by itself."""

_Bounds = tuple[date, date]


def minimised(
    hers: Hers, dataset: Dataset, fields: tuple[FieldChange, ...], limits: Limits, approved: Iterable[PlanLine]
) -> tuple[FieldChange, ...]:
    """The changes of a dataset whose rows stay, stricter where its remainder is shared by too few.

    `approved`: the lines being applied; what they say about this dataset stands.
    """
    asked = tuple(_asked(dataset, fields))
    if dataset.terms.erase is Erase.KEEP or not any(one.terms.erase is Erase.GENERALISE for one in asked):
        return fields
    bound_by = [line for line in approved if line.dataset == dataset.name and line.treatment is Treatment.ANONYMISE]
    if bound_by:
        fallen = any(change.strategy != Erase.GENERALISE.value for change in bound_by[0].fields if _is(asked, change))
    else:
        fallen = _too_few(hers, dataset, asked)
    if not fallen:
        return fields
    kept = [change for change in fields if not _is(asked, change)]
    return (*kept, *(FieldChange(field.name, _stricter(field, limits).value) for field in asked))


def _is(fields: tuple[Field, ...], change: FieldChange) -> bool:
    return any(field.name == change.column for field in fields)


def _asked(dataset: Dataset, fields: tuple[FieldChange, ...]) -> Iterable[Field]:
    """What remains of a row: generalised columns, and those left alone that say a little."""
    changed = {change.column: change.strategy for change in fields}
    for field in dataset.fields.values():
        left = field.quasi and field.name not in changed and field.name not in dataset.key
        if left or changed.get(field.name) == Erase.GENERALISE.value:
            yield field


def _stricter(field: Field, limits: Limits) -> Erase:
    at = limits.columns[field.name.lower()]
    roomy = at.length is None or at.length >= len(field.terms.constant or ERASED)
    wordy = at.type.upper().startswith(("CHAR", "VARCHAR", "TEXT", "CHARACTER"))
    if at.nullable or at.values or not (roomy and wordy) or limits.alone_unique(field.name):
        return Erase.NULLIFY  # where the column refuses NULL as well, the plan is blocked and says so
    return Erase.CONSTANT


def _too_few(hers: Hers, dataset: Dataset, fields: tuple[Field, ...]) -> bool:
    """Whether one of her rows would belong to a group of fewer than K people."""
    table = hers.tables[dataset.name]
    probes = hers.walk.probes(dataset)
    present = [field for field in fields if table.has(field.name)]
    if not probes or not present:
        return False
    mine = sa.or_(*(clause for probe in probes for clause in probe.clauses))
    base = conditions(table, dataset.where)
    columns = [table.column(field.name).sql for field in present]
    wanted = sa.select(*columns).select_from(table.sql).where(mine, *base).distinct().limit(MOST_COMBINATIONS + 1)
    restart_clock(hers.connection)
    found = hers.connection.execute(wanted).all()
    if len(found) > MOST_COMBINATIONS:
        return True
    groups = {tuple(map(_remains, present, row)): row for row in found}
    return not all(
        _enough(
            hers, dataset, table, mine, [_alike(table, field, value) for field, value in zip(present, row, strict=True)]
        )
        for row in groups.values()
    )


def _enough(
    hers: Hers, dataset: Dataset, table: LiveTable, mine: Any, alike: list[sa.ColumnElement[bool] | None]
) -> bool:
    """Whether at least K - 1 other people have such rows. A group nothing is known about holds everybody."""
    group = [clause for clause in alike if clause is not None]
    if not group:
        return True
    owner = table.column(dataset.links[0].column).sql
    others = (
        sa.select(owner)
        .select_from(table.sql)
        .where(*group, *conditions(table, dataset.where), owner.is_not(None), sa.not_(mine))
        .distinct()
        .limit(K - 1)
    )
    restart_clock(hers.connection)
    return len(hers.connection.execute(others).all()) >= K - 1


def _remains(field: Field, value: object) -> str | None:
    """What will be left of a value, as text."""
    if field.terms.erase is not Erase.GENERALISE:
        return text_of(value)
    kind = field.identifier.kind if field.identifier else None
    return generalise(kind, decode(field.encoded, value) if field.encoded else value, field.terms.coarse)


def _alike(table: LiveTable, field: Field, value: object) -> sa.ColumnElement[bool] | None:
    """The rows that would look the same in this column; None when nothing remains of the value."""
    column = table.column(field.name)
    if value is None:
        return None if field.terms.erase is Erase.GENERALISE else column.sql.is_(None)
    if field.terms.erase is not Erase.GENERALISE:
        return comparable(column) == bound(value if column.family == "integer" else text_of(value))
    coarse = _remains(field, value)
    if coarse is None:
        return None
    kind = field.identifier.kind if field.identifier else None
    known = decode(field.encoded, value) if field.encoded else value
    if kind is IdentifierKind.IP:
        return _network(field, comparable(column), column.sql, coarse)
    span = _span(known, coarse, field.terms.coarse)
    if span is None:
        return comparable(column).like(_escaped(coarse) + "%", escape="/")
    low, high = (_bound(field, day) for day in span)
    return sa.and_(column.sql >= low, column.sql < high)


def _span(known: object, coarse: str, how: Coarse | None) -> _Bounds | None:
    """The first day of a coarser date's range and the first day after it; None where the value is no date."""
    try:
        first = date.fromisoformat(coarse[:10])
    except ValueError:
        return None
    timed = isinstance(known, datetime) or " " in str(known) or "T" in str(known)
    match how or (Coarse.MONTH if timed else Coarse.DECADE):
        case Coarse.MONTH:
            return first, date(first.year + first.month // 12, first.month % 12 + 1, 1)
        case Coarse.YEAR:
            return first, date(first.year + 1, 1, 1)
        case _:
            return first, date(first.year + 10, 1, 1)


def _bound(field: Field, day: date) -> sa.BindParameter[Any]:
    text = day.isoformat()
    return bound(int(encode(Encoding.UNIX_TIME, text) or 0) if field.encoded is Encoding.UNIX_TIME else text)


def _network(field: Field, text: Any, column: Any, coarse: str) -> sa.ColumnElement[bool] | None:
    address = ipaddress.ip_address(coarse)
    four = address.version == 4  # noqa: PLR2004
    if field.encoded is Encoding.IP_INTEGER:
        network = ipaddress.ip_network(f"{address}/{24 if four else 48}")
        return sa.and_(column >= bound(int(network[0])), column <= bound(int(network[-1])))
    if field.encoded is not None:
        return sa.false()  # the database cannot compare these: nobody is known to share the network
    start = coarse.rpartition(".")[0] + "." if four else coarse.rstrip(":") + ":"
    return text.like(_escaped(start) + "%", escape="/")  # type: ignore[no-any-return]


def _escaped(text: str) -> str:
    return text.replace("/", "//").replace("%", "/%").replace("_", "/_")

"""Whether a plan can be carried out to its end: asked when it is made, so that applying it cannot fail half way.

Reads only. Each problem names the place and what to change in the data map or the store.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from exporters.contract import Problem, Severity, Treatment
from exporters.sql.change import changes, obstacles
from exporters.sql.check import compare
from exporters.sql.engine import restart_clock
from exporters.sql.match import bound
from exporters.sql.rows import BATCH
from exporters.sql.write import with_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from exporters.datamap.model import Dataset
    from exporters.sql.change import Changed
    from exporters.sql.hers import Native
    from exporters.sql.live import ForeignKey
    from exporters.sql.plan import Planned, Work
    from exporters.sql.schema import LiveSchema, LiveTable


def problems(connection: sa.Connection, live: LiveSchema, planned: Planned, *, store: str) -> Iterator[Problem]:
    """Everything that stands against the plan."""
    yield from (one for one in compare(planned.hers.data_map, live, store=store) if one.severity is Severity.ERROR)
    writing = [work for work in planned.work if work.line.writes]
    for work in writing:
        yield from _columns(connection, planned, work, store)
    yield from outside(connection, planned, writing, store=store)


def _problem(place: str, code: str, detail: str) -> Problem:
    return Problem(Severity.ERROR, code, place, detail)


def _columns(connection: sa.Connection, planned: Planned, work: Work, store: str) -> Iterator[Problem]:
    table = planned.hers.tables[work.dataset.name]
    limits = planned.limits.tables[table.name]
    if not limits.identifies(work.dataset.key):
        place = f"{store}.{work.dataset.table}"
        yield _problem(place, "key_not_unique", "no unique key covers the columns the map calls its key")
    if not limits.transactional:
        place = f"{store}.{work.dataset.table}"
        yield _problem(
            place, "no_transactions", "a rollback would not bring its rows back: convert the table to InnoDB"
        )
    found = changes(work.dataset, work.line.fields, limits)
    clear = True
    for changed in found:
        for code, detail in obstacles(changed, table, limits):
            clear = False
            yield _problem(f"{store}.{work.dataset.table}.{changed.column}", code, detail)
    if clear and found and work.keys:
        yield from _checks(connection, work, table, limits.checks, found, store=store)


def _checks(
    connection: sa.Connection,
    work: Work,
    table: LiveTable,
    checks: tuple[tuple[str, str], ...],
    found: tuple[Changed, ...],
    *,
    store: str,
) -> Iterator[Problem]:
    """Try the table's CHECK rules on the rows as they would become, without writing anything."""
    new = {changed.column.lower(): changed for changed in found}
    for name, rule in checks:
        if not any(column in rule.lower() for column in new):
            continue
        shown = [
            (
                sa.cast(sa.null(), column_type(column.type)) if new[low].sample() is None else bound(new[low].sample())
            ).label(column.name)
            if low in new
            else column.sql
            for low, column in table.columns.items()
        ]
        become = (
            sa.select(*shown)
            .select_from(table.sql)
            .where(with_keys(connection, table, work.dataset.key, work.keys[:BATCH]))
            .subquery(table.sql.name)
        )
        restart_clock(connection)
        broken = sa.select(sa.func.count()).select_from(become).where(sa.not_(sa.literal_column(f"({rule})")))
        if connection.execute(broken).scalar_one():
            place = f"{store}.{work.dataset.table}"
            yield _problem(place, "check", f"the rule {name or rule} of the table refuses what the map would write")


def column_type(name: str) -> sa.types.TypeEngine[Any]:
    """Enough of a type for a NULL inside a CHECK rule."""
    return sa.Integer() if "int" in name else sa.Text()


def outside(
    connection: sa.Connection,
    planned: Planned,
    writing: Iterable[Work],
    *,
    store: str,
    only: Mapping[str, Sequence[Native]] | None = None,
) -> Iterator[Problem]:
    """Rows that are not in the plan and point at rows it deletes: the database would refuse, or change them silently.

    `only`: the rows that go right now, by dataset, where the others of `writing` went before or follow.
    """
    deleted = {work.dataset.name: work for work in writing if work.line.treatment is Treatment.DELETE}
    tables = planned.hers.tables
    for name, work in deleted.items():
        going = work.keys if only is None else only.get(name, ())
        target = tables[work.dataset.name]
        for key in planned.limits.pointing_at(target.name):
            if going and _pointing_from_outside(
                connection, planned, key, dataset=work.dataset, keys=going, deleted=deleted
            ):
                does = (
                    f"and the database would {key.on_delete} it" if key.on_delete else "and the database would refuse"
                )
                yield _problem(
                    f"{store}.{key.table}.{','.join(key.columns)}",
                    "foreign_key",
                    f"a row outside the plan points at a row of {target.name} that goes, {does}: "
                    "declare the table in the map, or let the row stay (delete_unless_referred)",
                )


def _pointing_from_outside(
    connection: sa.Connection,
    planned: Planned,
    key: ForeignKey,
    *,
    dataset: Dataset,
    keys: Sequence[Native],
    deleted: Mapping[str, Work],
) -> bool:
    tables = planned.hers.tables
    target = tables[dataset.name]
    holders = [name for name, table in tables.items() if table.name == key.table]
    # Several datasets may share the table; a row that goes with any of them does not stay behind.
    going = {one for name in holders if name in deleted for one in deleted[name].keys}
    cut = {name for name in holders if _cuts(planned, name, key)}
    names = holders or [""]
    source = tables[holders[0]].sql if holders else _plain_table(key.table)
    # Rows of a set are known by their condition alone.
    sets = {name: one.where for name, one in planned.hers.apart.items() if name in holders and name in cut | {*deleted}}
    behind = [sa.case((where, 1), else_=0) == 0 for where in sets.values()]
    own = planned.hers.data_map.datasets
    for at in range(0, len(keys), BATCH):
        gone = with_keys(connection, target, dataset.key, keys[at : at + BATCH])
        aim: Any = sa.select(*(sa.column(name) for name in key.target_columns)).select_from(target.sql).where(gone)
        pointer = sa.tuple_(*map(sa.column, key.columns)) if len(key.columns) > 1 else sa.column(key.columns[0])
        for name in names:
            shown = [tables[name].column(one).sql for one in own[name].key] if name else [sa.literal(1)]
            restart_clock(connection)
            found = sa.select(*shown).select_from(source).where(pointer.in_(aim), *behind)
            rows = connection.execute(found).all()
            hers: set[Native] = set(planned.hers.rows(own[name]).rows) if name in cut else set()
            if any(tuple(row) not in going | hers for row in rows):
                return True
    return False


def _plain_table(name: str) -> sa.TableClause:
    schema, _, table = name.rpartition(".")
    return sa.table(table, schema=schema or None)


def _cuts(planned: Planned, holder: str, key: ForeignKey) -> bool:
    """Whether the plan nulls the pointing columns in her rows of `holder`."""
    for work in planned.work:
        if work.dataset.name == holder and work.line.treatment is Treatment.ANONYMISE:
            nulled = {change.column.lower() for change in work.line.fields if change.strategy == "nullify"}
            return any(column.lower() in nulled for column in key.columns)
    return False

"""Streams a dataset column by column in batches: as JSON the database made where it can, else value by value.

Both ways run the same statement over the same rows in the same order, with every identifier bound and every name from
the validated map. Memory holds one batch: the widest row decides how many rows that is, and a value too large for any
program to open comfortably is left out with a note.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from exporters.sql.once import Once
from exporters.sql.rows import fetch, statements
from exporters.sql.stream_json import UnreadableError
from exporters.sql.stream_sizes import measure
from exporters.sql.stream_ways import Way, ways

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    import sqlalchemy as sa

    from exporters.datamap.model import Dataset
    from exporters.sql.match import Probe
    from exporters.sql.schema import LiveTable
    from exporters.sql.stream_values import Finisher


@dataclass(frozen=True, slots=True)
class Block:
    """Some rows, all hers, as columns. `finish` makes a column fit for JSON; `cut` are the rows whose value was left out."""

    columns: Mapping[str, Sequence[Any]]
    finish: Mapping[str, Finisher]
    cut: Mapping[str, frozenset[int]]
    rows: int


def stream(
    connection: sa.Connection, dataset: Dataset, table: LiveTable, columns: Sequence[str], probes: Sequence[Probe],
    *, judged: Sequence[str] = (), by_value: bool = False,
) -> Iterator[Block]:  # fmt: skip
    """All rows any probe accepts, each once, with `columns` (and the key) as named in the map.

    `judged`: columns whose values somebody decides on, so that they must arrive as the database types them.
    `by_value`: do not take the fast way even where it is open.
    """
    deciding = (*judged, *(probe.link.column for probe in probes))
    needed = tuple(dict.fromkeys((*columns, *dataset.key, *deciding)))
    sizes = measure(connection, dataset, table, needed, probes)
    withheld = {field.name: field.withhold for field in dataset.fields.values() if field.withhold}
    found = list(ways(connection, table, needed, frozenset(deciding), sizes, withheld=withheld))
    possible = found[-1 if by_value else 0 :]
    asked = [
        [statement.execution_options(**way.options) for statement in statements(dataset, table, way.select, probes)]
        for way in possible
    ]
    # One statement cannot return a row twice; several can, when a row is hers in two ways.
    once = Once(table, probes) if len(asked[0]) > 1 else None
    blocks = (
        _selected(
            _block(needed, way, rows, sizes.cut), dataset.key, probes, partial(once.fresh, number) if once else None
        )
        for number, attempt in enumerate(zip(*asked, strict=True))
        for way, rows in _read(connection, possible, attempt, sizes.rows)
    )
    return _filled(blocks, sizes.rows)


def _filled(blocks: Iterator[Block], rows: int) -> Iterator[Block]:
    """The blocks, those of many statements that found little put together; none is held back when it is full."""
    waiting: Block | None = None
    for block in blocks:
        if waiting is None or (waiting.finish is block.finish and waiting.rows + block.rows <= rows):
            waiting = block if waiting is None else _joined(waiting, block)
        else:
            yield waiting
            waiting = block
        if waiting.rows >= rows:
            yield waiting
            waiting = None
    if waiting is not None and waiting.rows:
        yield waiting


def _read(
    connection: sa.Connection, possible: Sequence[Way], attempt: Sequence[sa.Select[Any]], size: int
) -> Iterator[tuple[Way, Sequence[Sequence[Any]]]]:
    """Read one statement the first way; should that fail in the middle, the rest the last way, in the same order."""
    done = 0
    for way, statement in zip(possible, attempt, strict=True):
        skip = done
        pieces = fetch(connection, statement, rows=size, ahead=True)
        for found in pieces:
            try:
                rows = way.read(found)
            except UnreadableError:
                _drain(pieces)
                break
            fresh = rows[skip:]
            skip = max(0, skip - len(rows))
            done += len(fresh)
            if fresh:
                yield way, fresh
        else:
            return


def _drain(pieces: Iterator[Sequence[Any]]) -> None:
    """Read on to the end: hanging up would lose the state of the store that this reading began with."""
    for _ in pieces:
        pass


def _block(names: Sequence[str], way: Way, rows: Sequence[Sequence[Any]], cut: Sequence[str]) -> Block:
    read: list[Sequence[Any]] = list(zip(*rows, strict=True))
    columns = dict(zip(names, read[: len(names)], strict=True))
    columns |= {name: typed(columns[name]) for name, typed in way.typed.items()}
    flags = dict(zip(cut, read[len(names) :], strict=True))
    left_out = {name: frozenset(at for at, flag in enumerate(flags[name]) if flag) for name in cut}
    return Block(columns, way.finish, left_out, len(rows))


def _selected(
    block: Block,
    key: Sequence[str],
    probes: Sequence[Probe],
    fresh: Callable[[Sequence[Any], tuple[Any, ...]], bool] | None,
) -> Block:
    keep = _hers(block, probes)
    if fresh is not None:
        # Asked about rows that are nobody's as well: it must know of all that a statement gave.
        values = zip(*(block.columns[probe.link.column] for probe in probes), strict=True)
        keys = zip(*(block.columns[name] for name in key), strict=True)
        new = {at for at, (own, named) in enumerate(zip(values, keys, strict=True)) if fresh(own, named)}
        keep = [at for at in (range(block.rows) if keep is None else keep) if at in new]
    return block if keep is None else _only(block, keep)


def _hers(block: Block, probes: Sequence[Probe]) -> list[int] | None:
    """The rows a probe accepts; None for all of them, which is nearly always."""
    verdicts = []
    for probe in probes:
        values = block.columns[probe.link.column]
        try:
            known = {value: probe.accepts(value) for value in set(values)}
            verdict = [known[value] for value in values] if not all(known.values()) else None
        except TypeError:  # a document that no set can hold
            verdict = [probe.accepts(value) for value in values]
        if verdict is None:
            return None
        verdicts.append(verdict)
    return [at for at in range(block.rows) if any(verdict[at] for verdict in verdicts)]


def _only(block: Block, keep: Sequence[int]) -> Block:
    cut = {name: frozenset(new for new, old in enumerate(keep) if old in rows) for name, rows in block.cut.items()}
    columns = {name: [values[at] for at in keep] for name, values in block.columns.items()}
    return Block(columns, block.finish, cut, len(keep))


def _joined(first: Block, second: Block) -> Block:
    """Two blocks as one: many statements that found little each make one batch."""
    columns = {name: [*values, *second.columns[name]] for name, values in first.columns.items()}
    cut = {name: rows | {first.rows + at for at in second.cut[name]} for name, rows in first.cut.items()}
    return Block(columns, first.finish, cut, first.rows + second.rows)

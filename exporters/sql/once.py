"""Tells the rows that one of several statements has given before, when a dataset cannot be asked for in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exporters.datamap.model import LinkType

if TYPE_CHECKING:
    from collections.abc import Sequence

    from exporters.sql.match import Probe
    from exporters.sql.schema import LiveTable

_BY_VALUE = frozenset({LinkType.FOREIGN_KEY, LinkType.SAME_VALUE, LinkType.ESCAPED_VALUE})


class Once:
    """Asked for each row of each statement, in the order of `rows.statements`.

    Where links compare whole values, a statement gives either all rows with one stored value or none. So the values are
    remembered, each with the statement that first gave it: no more than the walk holds anyway, however many rows have
    them. Other links (a value inside a text, a link with a condition) remember the keys, some hundred bytes a row.
    """

    def __init__(self, table: LiveTable, probes: Sequence[Probe]) -> None:
        """`probes`: those whose clauses are the statements."""
        self._probe_of = [at for at, probe in enumerate(probes) for _ in probe.clauses]
        self._first: list[dict[Any, int]] = [{} for _ in probes]
        self._by_value = all(_compares_values(table, probe) for probe in probes)
        self._keys: set[tuple[Any, ...]] = set()

    def fresh(self, statement: int, values: Sequence[Any], key: tuple[Any, ...]) -> bool:
        """Whether no earlier statement gave this row; `values`: what stands in the column of each probe's link."""
        if not self._by_value:
            if key in self._keys:
                return False
            self._keys.add(key)
            return True
        probe = self._probe_of[statement]
        own = self._first[probe].setdefault(values[probe], statement) == statement
        return own and not any(values[at] in self._first[at] for at in range(probe))


def _compares_values(table: LiveTable, probe: Probe) -> bool:
    link = probe.link
    plain = len(link.columns) == 1 and table.column(link.column).family in {"integer", "text"}
    return plain and link.type in _BY_VALUE and not link.when

"""What kept texts lose: the identifiers that stand in her rows, read before any of them is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporters.anonymise.scrub import Scrubber, scrubs
from exporters.datamap.encoded import decode
from exporters.sql.rows import read_rows
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporters.contract import IdentifierKind
    from exporters.datamap.model import Dataset
    from exporters.sql.hers import Hers
    from exporters.sql.plan import Planned


def scrubber_of(planned: Planned) -> Scrubber:
    """Her identifiers, if a line of the plan scrubs: those of every dataset whose rows are hers alone."""
    if not any(scrubs(work.line) for work in planned.work):
        return Scrubber(())
    return Scrubber(known(planned))


def known(planned: Planned) -> Iterator[tuple[IdentifierKind, str]]:
    """Her identifiers in the rows of every dataset that is hers alone."""
    hers = planned.hers
    datasets = (one for one in hers.data_map.datasets.values() if one.name in hers.tables and not one.shared)
    return (found for dataset in datasets for found in _known(hers, dataset))


def _known(hers: Hers, dataset: Dataset) -> Iterator[tuple[IdentifierKind, str]]:
    table = hers.tables[dataset.name]
    fields = [one for one in dataset.fields.values() if one.identifier and table.has(one.name)]
    probes = hers.walk.probes(dataset)
    if not fields or not probes:
        return
    seen: set[tuple[IdentifierKind, str]] = set()
    for row in read_rows(hers.connection, dataset, table, tuple(field.name for field in fields), probes):
        for field, value in zip(fields, row, strict=True):
            text = text_of(decode(field.encoded, value) if field.encoded else value)
            if text and field.identifier and (field.identifier.kind, text) not in seen:
                seen.add((field.identifier.kind, text))
                yield field.identifier.kind, text

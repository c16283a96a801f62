"""Plans as JSON, for sealed storage, and the hash an approval binds."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from typing import TYPE_CHECKING, Any

from exporters.cells import CellChange
from exporters.plans import ERASURE, FieldChange, PlanLine, Reason, RowKey, Treatment

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PLAN_FORMAT = 1
"""Version of the JSON form; part of every hash."""


def lines_to_json(lines: Iterable[PlanLine]) -> list[dict[str, Any]]:
    """The lines as values JSON can hold, complete: for sealed storage."""
    return [_to_json(line) for line in lines]


def lines_from_json(stored: Iterable[Mapping[str, Any]]) -> tuple[PlanLine, ...]:
    """The lines `lines_to_json` wrote. Raises KeyError, TypeError or ValueError when it is not such a list."""
    return tuple(_from_json(one) for one in stored)


def plan_hash(lines: Iterable[PlanLine]) -> str:
    """SHA-256 (hex) over what an approval binds: rules and listed keys, not the counts of growing lines.

    The order of the lines does not matter; two lines that are alike do.
    """
    bound = sorted(_canonical({**_to_json(line), "count": None, **_cells_bound(line)}) for line in lines)
    return hashlib.sha256(_canonical([PLAN_FORMAT, bound]).encode()).hexdigest()


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def _cells_bound(line: PlanLine) -> dict[str, Any]:
    """The cells with digests for values and without their salt: a hash that is shown must not let values be guessed."""
    if not line.cells:
        return {}
    return {
        "cells": [
            [list(one.key), one.column, one.before, one.digest(one.value), one.digest(one.previous), one.append]
            for one in line.cells
        ]
    }


def _to_json(line: PlanLine) -> dict[str, Any]:
    # A line of an erasure is written as before there were other rights, so that stored plans keep their hash.
    more: dict[str, Any] = {} if line.right == ERASURE else {"right": line.right}
    if line.cells:
        more["cells"] = [
            [list(one.key), one.column, one.before, one.value, one.previous, one.append, one.salt] for one in line.cells
        ]
    return more | {
        "store": line.store,
        "dataset": line.dataset,
        "treatment": line.treatment.value,
        "link": line.link,
        "filter": line.filter,
        "fields": [[change.column, change.strategy] for change in line.fields],
        "keys": [list(key.values) for key in line.keys],
        "count": line.count,
        "growing": line.growing,
        "reason": line.reason.value if line.reason else None,
        "document_class": line.document_class,
        "document_year": line.document_year,
        "law": line.law,
        "mark": line.mark,
        "keep_until": line.keep_until.isoformat() if line.keep_until else None,
        "persons": [[person.dataset, *person.values] for person in line.persons],
        "rule": line.rule,
    }


def _from_json(stored: Mapping[str, Any]) -> PlanLine:
    return PlanLine(
        store=stored["store"],
        dataset=stored["dataset"],
        treatment=Treatment(stored["treatment"]),
        link=stored["link"],
        filter=stored["filter"],
        fields=tuple(FieldChange(column, strategy) for column, strategy in stored["fields"]),
        keys=tuple(RowKey(stored["dataset"], tuple(values)) for values in stored["keys"]),
        count=stored["count"],
        growing=stored["growing"],
        reason=Reason(stored["reason"]) if stored["reason"] else None,
        document_class=stored["document_class"],
        document_year=stored["document_year"],
        law=stored["law"],
        mark=stored["mark"],
        keep_until=date.fromisoformat(stored["keep_until"]) if stored["keep_until"] else None,
        persons=tuple(RowKey(dataset, tuple(values)) for dataset, *values in stored["persons"]),
        rule=stored["rule"],
        right=stored.get("right", ERASURE),
        cells=tuple(
            CellChange(tuple(key), column, before, value, previous, append, salt)
            for key, column, before, value, previous, append, salt in stored.get("cells", ())
        ),
    )

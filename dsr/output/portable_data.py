"""The machine files of a portability package: data.json or data.jsonl, fields.csv, excluded.csv, and their schema (P-04).

The format has a name and a version of its own, `dsr-portable/1`, because other controllers read it: what it may hold is
published as a JSON Schema, in every package and at an address of the portal.
"""

from __future__ import annotations

import functools
import json
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from dsr.law.portability import RULES, Exclusion
from dsr.output import phrases
from dsr.output.cells import to_csv, to_json
from dsr.output.files import BYTE_ORDER_MARK, csv_lines
from dsr.output.inputs import words
from dsr.output.machine import JSON_LINES_FROM
from dsr.output.portable_fields import judge
from dsr.wording import portability

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dsr.output.aside import Aside
    from dsr.output.inputs import CaseHead, Sender
    from dsr.output.portable_fields import Excluded, Types
    from dsr.output.survey import Survey
    from exporters.contract import FieldInfo

SCHEMA: Final = "dsr-portable/1"
SCHEMA_FILE: Final = "schema/dsr-portable-1.schema.json"
_SCHEMA_AT: Final = Path(__file__).parent / "schemas" / "dsr-portable-1.schema.json"
_FIELDS: Final = ("file", "column", "name", "type", "origin", "legal_basis", "about_others")
_EXCLUDED: Final = ("system", "data", "column", "name", "reason", "explanation", "rule", "records")


@functools.cache
def schema_bytes() -> bytes:
    """The published JSON Schema of `dsr-portable/1` as it lies in every package."""
    return _SCHEMA_AT.read_bytes()


def portable_schema() -> dict[str, Any]:
    """The same schema, for the page that publishes it."""
    return dict(json.loads(schema_bytes()))


class Described:
    """A surveyed data set with the types of its columns, ready to be written."""

    def __init__(self, survey: Survey, types: Types, language: str) -> None:
        self.survey, self.types, self._language = survey, types, language

    @property
    def store(self) -> str:
        """The store it is in."""
        return self.survey.found.store

    def about(self) -> dict[str, Any]:
        """Name, label, number of rows, columns."""
        info = self.survey.found.info
        present = set(self.survey.columns)
        return {
            "name": info.name,
            "label": words(info.label, self._language),
            "count": self.survey.rows,
            "columns": [self._column(item) for item in info.fields if item.name in present],
        }

    def _column(self, item: FieldInfo) -> dict[str, Any]:
        about = self._terms(item)
        column = {"name": about.pop("name"), "label": about.pop("label"), "type": self.types.of(item.name), **about}
        if item.parts:
            column["parts"] = [self._terms(part) for part in item.parts]
        return column

    def _terms(self, item: FieldInfo) -> dict[str, Any]:
        return {
            "name": item.name,
            "label": words(item.label, self._language) or item.name,
            "origin": item.origin.value,
            "legal_basis": item.legal_basis,
            "about_others": judge(item).others,
        }


def data_file(
    head: CaseHead, sender: Sender, described: Sequence[Described], rows: Aside, *, schema_url: str
) -> tuple[str, Iterator[bytes]]:
    """The name of the data file and its bytes: JSON, or JSON Lines from JSON_LINES_FROM bytes of rows on.

    `rows` were rendered by the surveys, in this order, one JSON object a line.
    """
    meta = {
        "schema": SCHEMA,
        "schema_url": schema_url,
        "case": head.reference,
        "controller": sender.legal_name,
        "contact": sender.contact,
        "language": head.language,
        "written_at": head.written_at.isoformat(),
    }
    if sum(item.survey.json_bytes for item in described) >= JSON_LINES_FROM:
        return "data.jsonl", _json_lines(meta, described, rows, head.language)
    return "data.json", _json(meta, described, rows, head.language)


def _json(meta: dict[str, Any], described: Sequence[Described], rows: Aside, language: str) -> Iterator[bytes]:
    yield to_json(meta)[:-1].encode() + b',"stores":[\n'
    for number, (store, group) in enumerate(groupby(described, key=lambda item: item.store)):
        datasets = list(group)
        opening = {"name": store, "label": words(datasets[0].survey.found.store_label, language)}
        yield (b",\n" if number else b"") + to_json(opening)[:-1].encode() + b',"datasets":[\n'
        for position, item in enumerate(datasets):
            yield (b",\n" if position else b"") + to_json(item.about())[:-1].encode() + b',"rows":[\n'
            yield from _rows(rows, item.survey, between=b",\n")
            yield b"\n]}"
        yield b"\n]}"
    yield b"\n]}\n"


def _json_lines(meta: dict[str, Any], described: Sequence[Described], rows: Aside, language: str) -> Iterator[bytes]:
    yield to_json({"type": "package", **meta}).encode() + b"\n"
    for item in described:
        found = item.survey.found
        label = words(found.store_label, language)
        about = {"type": "dataset", "store": item.store, "store_label": label, **item.about()}
        yield to_json(about).encode() + b"\n"
        place = {"type": "row", "store": item.store, "dataset": found.info.name}
        opening = to_json(place)[:-1].encode() + b',"values":'
        yield opening
        yield from _rows(rows, item.survey, between=b"}\n" + opening)
        yield b"}\n"


def _rows(rows: Aside, survey: Survey, *, between: bytes) -> Iterator[bytes]:
    """The rows of a data set with `between` in place of the ends of their lines, of which the last one falls away."""
    left = survey.json_bytes + survey.rows
    for piece in rows.take(left):
        left -= len(piece)
        yield (piece if left else piece[:-1]).replace(b"\n", between)


def fields_csv(described: Iterable[Described], paths: Mapping[tuple[str, str], str]) -> Iterator[bytes]:
    """fields.csv: what every column of every CSV file means, its type, where its values come from and on which basis."""
    yield BYTE_ORDER_MARK + csv_lines([_FIELDS])
    for item in described:
        about = item.about()
        path = paths[item.store, about["name"]]
        for column in about["columns"]:
            yield _line(path, column["name"], column)
            for part in column.get("parts", ()):
                yield _line(path, f"{column['name']}: {part['name']}", {"type": "", **part})


def _line(path: str, name: str, column: Mapping[str, Any]) -> bytes:
    others = "yes" if column["about_others"] else "no"
    cells = (path, name, column["label"], column["type"], column["origin"], column["legal_basis"], others)
    return csv_lines([[to_csv(cell) for cell in cells]])


def excluded_csv(excluded: Iterable[Excluded], language: str) -> Iterator[bytes]:
    """excluded.csv: what Article 20 does not cover and the copy therefore lacks, each with its reason (P-09, X-02).

    What must not be spoken of is in no data map, so it is not here either (X-06).
    """
    yield BYTE_ORDER_MARK + csv_lines([_EXCLUDED])
    for item in excluded:
        cells = (
            words(item.store_label, language),
            words(item.dataset_label, language),
            item.column,
            words(item.label, language),
            item.code.value,
            explained(item, language),
            RULES[item.code],
            phrases.number(item.rows) if item.rows else "",
        )
        yield csv_lines([[to_csv(cell) for cell in cells]])


def explained(item: Excluded, language: str) -> str:
    """The reason in words: the data map's own for what is secret, the law's for everything else."""
    own = words(item.reason, language) if item.code is Exclusion.SECRET else ""
    return own or str(portability.EXCLUSIONS[item.code])

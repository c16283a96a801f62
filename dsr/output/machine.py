"""The files for programs: data.json or data/…/*.jsonl, csv/fields.csv (what columns mean), csv/notes.csv (what was changed).

They stream: memory holds one batch, however long a list of sessions is.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from dsr.output import phrases
from dsr.output.cells import to_csv, to_json
from dsr.output.decoded import legend_of
from dsr.output.files import BYTE_ORDER_MARK, DISCLOSED, checked, csv_lines
from dsr.output.inputs import words
from dsr.output.manifest import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from dsr.output.aside import Aside
    from dsr.output.inputs import CaseHead, Sender
    from dsr.output.survey import Survey
    from exporters.contract import DatasetInfo, FieldInfo

JSON_LINES_FROM = 50_000_000
"""From so many bytes of rows each data set has a file of its own, which a program reads line by line (P-04)."""

ABOUT = "data/package.json"
"""Beside such files: the facts of the case and of all data sets, which data.json holds itself."""

_LEGEND = (
    "file", "column", "label", "disclosed", "reason", "category", "purpose", "legal_basis", "source", "origin", "recipients",
    "storage_period", "storage_law", "values",
)  # fmt: skip


def _meta(head: CaseHead, sender: Sender) -> dict[str, Any]:
    return {
        "schema": SCHEMA,
        "case": head.reference,
        "right": head.right,
        "controller": sender.legal_name,
        "contact": sender.contact,
        "language": head.language,
        "written_at": head.written_at.isoformat(),
    }


def data_json(head: CaseHead, sender: Sender, surveys: Sequence[Survey], rows: Aside) -> Iterator[bytes]:
    """data.json, one document: facts of the case, then stores, their data sets, their rows.

    `rows` were rendered by the surveys, in this order, one JSON object a line.
    """
    yield to_json(_meta(head, sender))[:-1].encode() + b',"stores":[\n'
    by_store = groupby(surveys, key=lambda survey: survey.found.store)
    for number, (store, group) in enumerate(by_store):
        datasets = list(group)
        opening = {"name": store, "label": words(datasets[0].found.store_label, head.language)}
        yield (b",\n" if number else b"") + to_json(opening)[:-1].encode() + b',"datasets":[\n'
        for position, survey in enumerate(datasets):
            about = {**describe(survey.found.info, head.language), "count": survey.rows}
            yield (b",\n" if position else b"") + to_json(about)[:-1].encode() + b',"rows":[\n'
            yield from _rows(rows, survey, between=b",\n")
            yield b"\n]}"
        yield b"\n]}"
    yield b"\n]}\n"


def data_lines(survey: Survey, rows: Aside) -> Iterator[bytes]:
    """One data set as JSON Lines: each line a row, exactly as in data.json."""
    return rows.take(survey.json_bytes + survey.rows)


def about(
    head: CaseHead, sender: Sender, surveys: Sequence[Survey], files: Mapping[tuple[str, str], str]
) -> Iterator[bytes]:
    """data/package.json: what data.json says beside the rows, and in which file the rows of each data set are."""
    datasets = [
        {
            "store": survey.found.store,
            "store_label": words(survey.found.store_label, head.language),
            "file": files[survey.found.store, survey.found.info.name],
            **describe(survey.found.info, head.language),
            "count": survey.rows,
        }
        for survey in surveys
    ]
    yield to_json({**_meta(head, sender), "datasets": datasets}).encode() + b"\n"


def _rows(rows: Aside, survey: Survey, *, between: bytes) -> Iterator[bytes]:
    """The rows of a data set with `between` in place of the ends of their lines, of which the last one falls away."""
    left = survey.json_bytes + survey.rows
    for piece in rows.take(left):
        left -= len(piece)
        # A line feed inside a value is written \\n, so every one that is seen is the end of a row.
        yield (piece if left else piece[:-1]).replace(b"\n", between)


def describe(info: DatasetInfo, language: str) -> dict[str, Any]:
    """A data set and its columns in words, for the reader of the machine file."""
    return {
        "name": info.name,
        **_terms(info, language),
        "columns": [_column(item, language) for item in info.fields if item.label],
    }


def _column(item: FieldInfo, language: str) -> dict[str, Any]:
    about: dict[str, Any] = {"name": item.name, **_terms(item, language), "disclosed": disclosed(item)}
    if item.reason:
        about["reason"] = words(item.reason, language)
    if meanings := legend_of(item, language):
        about["values"] = meanings
    if item.parts:
        about["parts"] = [_column(part, language) for part in item.parts]
    return about


def _terms(item: DatasetInfo | FieldInfo, language: str) -> dict[str, Any]:
    return {
        "label": words(item.label, language),
        "category": item.category,
        "purpose": words(item.purpose, language),
        "legal_basis": item.legal_basis,
        "recipients": [words(name, language) for name in item.recipients],
        "source": words(item.source, language),
        "origin": item.origin.value,
        "storage_period": words(item.retention.text, language),
        "storage_law": item.retention.law,
    }


def disclosed(item: FieldInfo) -> str:
    """`yes`, `partly` or `no`."""
    if item.disclosure not in DISCLOSED:
        return "no"
    return "partly" if item.reason else "yes"


def legend(surveys: Sequence[Survey], paths: Mapping[tuple[str, str], str], language: str) -> Iterator[bytes]:
    """csv/fields.csv: one line for every column of every CSV file, withheld ones with the reason."""
    yield BYTE_ORDER_MARK + csv_lines([_LEGEND])
    for survey in surveys:
        path = paths[survey.found.store, survey.found.info.name]
        lines = _legend_lines(survey.found.info.fields, path, "", language) if survey.rows else ()
        yield csv_lines([to_csv(cell) for cell in line] for line in lines)


def _legend_lines(fields: Iterable[FieldInfo], path: str, prefix: str, language: str) -> Iterator[tuple[str, ...]]:
    for item in fields:
        if not item.label:
            continue  # not personal: neither handed out nor held back
        terms = _terms(item, language)
        yield (
            path,
            prefix + item.name,
            terms["label"],
            disclosed(item),
            words(item.reason, language),
            phrases.category(item.category),
            terms["purpose"],
            phrases.legal_basis(item.legal_basis),
            terms["source"],
            str(phrases.ORIGINS[item.origin]),
            "; ".join(terms["recipients"]),
            terms["storage_period"],
            terms["storage_law"],
            legend_of(item, language),
        )
        yield from _legend_lines(item.parts, path, f"{prefix}{item.name}: ", language)


def notes(surveys: Sequence[Survey], paths: Mapping[tuple[str, str], str]) -> Iterator[bytes]:
    """csv/notes.csv: each value that had to be changed or withheld, by file, row (1 is the first after the header), column."""
    yield BYTE_ORDER_MARK + csv_lines([("file", "row", "column", "note", "meaning")])
    for survey in surveys:
        if survey.notes:
            path = paths[survey.found.store, survey.found.info.name]
            yield from _notes(survey, path)


def _notes(survey: Survey, path: str) -> Iterator[bytes]:
    before = 1
    for batch in checked(survey.found):
        yield csv_lines(
            (path, str(before + note.row), to_csv(note.column), note.code.value, str(phrases.NOTES[note.code]))
            for note in batch.notes
        )
        before += len(batch)

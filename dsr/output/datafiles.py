"""The data files of a package in the order in which they stand in it: JSON, CSV, schema.

Everything was rendered once, while it was surveyed, and is handed on from where it waits (dsr.output.aside). Each file is
read to its end before the next one is asked for.
"""

from __future__ import annotations

import hashlib
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from dsr.output import machine, schema
from dsr.output.manifest import FileFact
from dsr.output.names import csv_paths, line_paths, schema_path
from dsr.output.pdf import MAX_ATTACHED_BYTES, Attachment

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from dsr.output.inputs import CaseHead, Sender
    from dsr.output.survey import Rendered, Survey

DATA = "data.json"


@dataclass(frozen=True, slots=True)
class DataFile:
    """One file: its path, its bytes in pieces, and about how many they are (0: few)."""

    path: str
    chunks: Iterable[bytes] = field(repr=False)
    expected: int = 0


class DataFiles:
    """All data files of one package. `paths` are those of the CSV files, by store and data set."""

    def __init__(
        self, head: CaseHead, sender: Sender, surveys: tuple[Survey, ...], rendered: Rendered, kinds: schema.Kinds
    ) -> None:
        self._head, self._sender, self._surveys, self._rendered, self._kinds = head, sender, surveys, rendered, kinds
        self._filled = [survey for survey in surveys if survey.rows]
        self._json_bytes = sum(survey.json_bytes for survey in surveys)
        places = [_place(survey) for survey in surveys]
        self.paths: Mapping[tuple[str, str], str] = csv_paths(places)
        self._lines = line_paths(places) if self._json_bytes >= machine.JSON_LINES_FROM else {}

    def each(self) -> Iterator[DataFile]:
        """Every file, from the beginning each time this is called."""
        self._rendered.json.rewind()
        self._rendered.csv.rewind()
        yield from self._json()
        if self._filled:
            yield from self._csv()
        yield from self._schemas()

    def _json(self) -> Iterator[DataFile]:
        rows = self._rendered.json
        if not self._lines:
            chunks = machine.data_json(self._head, self._sender, self._filled, rows)
            yield DataFile(DATA, chunks, expected=2 * self._json_bytes)
            return
        yield DataFile(machine.ABOUT, machine.about(self._head, self._sender, self._filled, self._lines))
        for survey in self._filled:
            size = survey.json_bytes + survey.rows
            yield DataFile(self._lines[_place(survey)], machine.data_lines(survey, rows), expected=size)

    def _csv(self) -> Iterator[DataFile]:
        for survey in self._surveys:
            chunks = self._rendered.csv.take(survey.csv_bytes)
            if survey.rows:
                yield DataFile(self.paths[_place(survey)], chunks, expected=survey.csv_bytes)
            else:
                deque(chunks, maxlen=0)  # no more than a header
        yield DataFile("csv/fields.csv", machine.legend(self._filled, self.paths, self._head.language))
        if any(survey.notes for survey in self._filled):
            yield DataFile("csv/notes.csv", machine.notes(self._filled, self.paths))

    def _schemas(self) -> Iterator[DataFile]:
        language = self._head.language
        if not self._lines:
            yield DataFile(schema.DATA_SCHEMA, [schema.data_schema(self._filled, self._kinds, language)])
        for survey in self._filled if self._lines else ():
            path = schema_path(self._lines[_place(survey)])
            yield DataFile(path, [schema.lines_schema(survey, self._kinds, language)])
        files = self._lines or dict.fromkeys(map(_place, self._filled), DATA)
        yield DataFile(schema.FIELDS, [schema.field_list(self._filled, files, self._kinds, language)])

    def attachments(self) -> tuple[Attachment, ...]:
        """The data as files inside the PDF report; none when together they pass MAX_ATTACHED_BYTES (ux.md 5.2)."""
        if self._json_bytes + sum(survey.csv_bytes for survey in self._surveys) > MAX_ATTACHED_BYTES:
            return ()
        found, left = [], MAX_ATTACHED_BYTES
        for file in self.each():
            if file.path.startswith("schema/"):
                break
            content = b"".join(file.chunks)
            left -= len(content)
            name = file.path.rpartition("/")[2]
            found.append(Attachment(name, content, file.path, "Data" if file.path == DATA else "Supplement"))
        return tuple(found) if left >= 0 else ()

    def facts(self) -> tuple[FileFact, ...]:
        """Size and SHA-256 of the files with rows, for a report that cannot carry them; what it says must come true."""
        self._rendered.json.rewind()
        found = [_fact(file) for file in self._json()]
        found += [FileFact(self.paths[_place(survey)], survey.csv_bytes, survey.csv_sha256) for survey in self._filled]
        return tuple(found)


def _fact(file: DataFile) -> FileFact:
    digest, size = hashlib.sha256(), 0
    for chunk in file.chunks:
        digest.update(chunk)
        size += len(chunk)
    return FileFact(file.path, size, digest.hexdigest())


def _place(survey: Survey) -> tuple[str, str]:
    return survey.found.store, survey.found.info.name

"""A tree of recordings, scans or chats with an index by customer number and date, as a source of rows."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from exporters.contract import JsonValue, Permanent, Problem, Severity, Temporary
from exporters.mapped.source import Row
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from exporters.datamap.model import DataMap, Dataset
    from exporters.files.objects import Objects


@dataclass(slots=True)
class TreeSource:
    """Rows are lines of the index whose file is there: a line whose file is gone is no recording any more.

    `index` names the CSV beside the files (UTF-8, with a header), `path` its column with the file's name. The index
    belongs to the system that writes it: erasing deletes files, never edits the index.

    A top folder that the map lists under `undisclosed` is not there for anything: no file of it is found, named, counted,
    handed out or searched (rule X-06).
    """

    objects: Objects
    data_map: DataMap
    store: str
    index: str
    path: str

    def asks(self, dataset: str) -> frozenset[str] | None:
        """By anything: the index is read whole, in a stream."""
        return None

    def rows(self, dataset: Dataset, column: str, values: Collection[str]) -> Iterator[Row]:
        """The lines that may match; whether their files are there is only asked for those."""
        wanted = {_squeezed(value) for value in values}
        for record in self._lines():
            if _squeezed(record.get(column) or "") in wanted and (row := self._row(dataset, record)) is not None:
                yield row

    def every(self, dataset: Dataset) -> Iterator[Row]:
        """Every line whose file is there."""
        return (row for record in self._lines() if (row := self._row(dataset, record)) is not None)

    def one(self, dataset: Dataset, key: tuple[str, ...]) -> Row | None:
        """The file with this name."""
        for record in self._lines():
            if tuple(record.get(name) or "" for name in dataset.key) == key:
                return self._row(dataset, record)
        return None

    def can_delete(self, dataset: str) -> bool:
        """Files can be deleted."""
        return True

    def can_change(self, dataset: str, columns: Collection[str]) -> bool:
        """A recording cannot be corrected or anonymised by program."""
        return False

    def delete(self, dataset: Dataset, row: Row) -> None:
        """Delete the file with all its versions."""
        self.objects.delete(text_of(row.values[self.path]) or "")

    def change(self, dataset: Dataset, row: Row, values: Mapping[str, JsonValue]) -> None:
        """Refused."""
        raise Permanent("not_capable", self.store)

    def rule(self, dataset: str) -> JsonValue:
        """What is deleted."""
        return ["files", self.index, self.path]

    def check(self) -> list[Problem]:
        """Whether the index is there, has the map's columns, and names files that are there, and all of them."""
        (dataset,) = self.data_map.datasets.values()
        try:
            first = next(self._lines(), None)
        except Permanent as error:
            return [Problem(Severity.ERROR, error.code, f"{self.store}.{self.index}", "the index cannot be read")]
        place, fields = self.store, dataset.fields
        found = [
            *(("undeclared_column", name, "the data map lacks it") for name in sorted(set(first or {}) - set(fields))),
            *(("missing_column", name, "the index lacks it") for name in sorted(set(fields) - set(first or fields))),
        ]
        problems = [Problem(Severity.ERROR, code, f"{place}.{name}", detail) for code, name, detail in found]
        strays = sum(1 for _ in self.outside())
        if strays:
            detail = f"{strays} files without a line of the index, or lines without a file: whose they are is not known"
            problems.append(Problem(Severity.WARNING, "not_indexed", place, detail))
        return problems

    def outside(self) -> Iterator[tuple[str, Any]]:
        """Names of files without a line, and lines without a file: both may still name a person."""
        indexed = {self.index}
        for record in self._lines():
            name = record.get(self.path) or ""
            indexed.add(name)
            if self.objects.size(name) is None:
                yield self.index, record
        for name in self.objects.names():
            if name not in indexed and not self._unspoken(name):
                yield "files", {"name": name}

    def _unspoken(self, name: str) -> bool:
        return self.data_map.undisclosed(PurePosixPath(name).parts[0]) if name else False

    def _row(self, dataset: Dataset, record: dict[str, str]) -> Row | None:
        size = self.objects.size(record.get(self.path) or "")
        if size is None:
            return None
        return Row({name: record.get(name) for name in dataset.fields}, record)

    def _lines(self) -> Iterator[dict[str, str]]:
        """The lines of the index, streamed. Raises Permanent("bad_file")."""
        place = f"{self.store}.{self.index}"
        text = io.TextIOWrapper(
            io.BufferedReader(_Raw(self.objects.read(self.index))), encoding="utf-8-sig", newline=""
        )
        try:
            for record in csv.DictReader(text, strict=True):
                if not self._unspoken(record.get(self.path) or ""):
                    yield record
        except (UnicodeDecodeError, csv.Error):
            raise Permanent("bad_file", place) from None
        except Permanent as error:
            raise Permanent("no_index" if error.code == "not_found" else error.code, place) from None
        except Temporary:
            raise
        finally:
            text.close()


def _squeezed(text: str) -> str:
    """Letters and digits alone, without case: no spelling the caller would accept is lost by comparing these."""
    return re.sub(r"[\W_]", "", text.casefold())


class _Raw(io.RawIOBase):
    """Chunks as a file that can be read once."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks, self._rest = chunks, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int:
        while not self._rest:
            chunk = next(self._chunks, None)
            if chunk is None:
                return 0
            self._rest = chunk
        given = self._rest[: len(buffer)]
        buffer[: len(given)] = given
        self._rest = self._rest[len(given) :]
        return len(given)

# ruff: noqa: S101 - tests, written as a library
"""Conformance checks for locate, collect, describe and check."""

from __future__ import annotations

import hashlib
import json
import tracemalloc
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING

import pytest

from exporters.contract import (
    Attaches,
    Checks,
    Collects,
    Describes,
    Disclosure,
    IdentifierKind,
    Locates,
    MatchStatus,
    Subject,
)
from exporters.testing.hooks import Hooks, needs

if TYPE_CHECKING:
    from exporters.contract import Batch, FieldInfo, FileRef

_DISCLOSED = {Disclosure.EXPORTED, Disclosure.PARTLY}
_MOST_ROWS = 5_000
_MOST_FILES = 5_000
_LARGEST_CHUNK = 16 * 2**20
"""Bytes: about what a database driver must hold at once."""
_SOME = 15_000
"""Rows: by then batches are as large as they get."""
_MANY = 30_000
_MORE_BYTES = 4_000_000
_TELLING = 5
"""Signs: a shorter value occurs in other texts by chance."""


class ReadingChecks(Hooks):
    """What every exporter that reads must do."""

    @needs(Locates, hooks=("known",))
    def test_known_subject_is_found_with_keys_and_learned_links(self) -> None:
        match = self.found(self.known())
        assert match.keys, "FOUND without a key: give the keys collect() starts from"
        nameless = [learned.identifier.kind.value for learned in match.learned if not learned.link]
        assert not nameless, f"learned without the link that taught it (`client.email`): {nameless}"

    @needs(Locates, hooks=("known",))
    def test_locating_twice_gives_the_same_answer(self) -> None:
        exporter = self.exporter()
        assert exporter.locate(self.known()) == exporter.locate(self.known()), (
            "locate() answers differently the second time: sort keys, candidates and learned identifiers"
        )

    @needs(Locates)
    def test_unknown_subject_is_none_and_has_no_keys(self) -> None:
        match = self.exporter().locate(self.unknown())
        assert match.status is MatchStatus.NONE, f"locate() says {match.status} about somebody the store does not know"
        assert match.keys == (), "NONE with keys: collect() would hand out a stranger's data"

    @needs(Attaches, Locates, hooks=("known",))
    def test_files_are_what_they_are_described_as(self) -> None:
        exporter = self.exporter()
        for batch in exporter.attachments(self.known(), self.found(self.known()).keys):
            assert len(batch.files) <= _MOST_FILES, "references come in batches: a person may have ten thousand files"
            for one in batch.files:
                if one.withheld:
                    assert not one.name, "a file that is held back is not named either"
                    continue
                first = self._streamed(one)
                assert first == self._streamed(one), "open() does not start anew at every call"
                assert first[0] == one.size, f"open() gives {first[0]} bytes, the reference says {one.size}"
                assert one.sha256 in {"", first[1]}, "the bytes do not have the hash the reference states"
        assert list(exporter.attachments(self.unknown(), ())) == [], "without keys there is no file to hand out"

    @staticmethod
    def _streamed(one: FileRef) -> tuple[int, str]:
        size, digest = 0, hashlib.sha256()
        for chunk in one.open():
            assert len(chunk) <= _LARGEST_CHUNK, "open() streams: no file is held whole"
            size += len(chunk)
            digest.update(chunk)
        return size, digest.hexdigest()

    @needs(Collects)
    def test_no_keys_no_data(self) -> None:
        assert list(self.exporter().collect(self.unknown(), ())) == [], "without keys there is nothing to hand out"

    @needs(Locates, hooks=("known",))
    def test_a_name_alone_finds_nobody(self) -> None:
        names = [one.identifier for one in self.found(self.known()).learned if not one.identifier.unique]
        match = self.exporter().locate(Subject("by name", tuple(names)))
        assert match.status is MatchStatus.NONE, "names, addresses and leased IP addresses never lead to a person"

    @needs(Locates, Collects, hooks=("known",))
    def test_collect_is_a_lazy_stream(self) -> None:
        exporter, subject = self.exporter(), self.known()
        stream = exporter.collect(subject, exporter.locate(subject).keys)
        assert isinstance(stream, Iterator), (
            f"collect() returned a {type(stream).__name__}: make it a generator that yields a Batch at a time"
        )

    @needs(Locates, Collects, hooks=("known",))
    def test_batches_are_of_moderate_size(self) -> None:
        sizes = {(batch.dataset, len(batch.rows)) for batch in self.stream(self.known())}
        assert sizes, "the known subject should have data"
        odd = {one for one in sizes if not 0 < one[1] <= _MOST_ROWS}
        assert not odd, f"batches hold 1 to {_MOST_ROWS} rows, not: {sorted(odd)}"

    @needs(Locates, Collects, hooks=("known", "grow"))
    def test_memory_does_not_grow_with_the_rows(self) -> None:
        self.grow(_SOME)
        few, before = self._read_all()
        self.grow(_MANY)
        many, after = self._read_all()
        assert many >= few + _MANY, f"{many} rows of {few + _MANY}: some are lost"
        more = after - before
        assert more < _MORE_BYTES, f"{more} bytes for {_MANY} rows more: read them through a cursor, keep none"

    def _read_all(self) -> tuple[int, int]:
        """Read everything of the known subject and keep nothing: rows, and bytes at the worst moment."""
        exporter, subject = self.exporter(), self.known()
        stream = exporter.collect(subject, exporter.locate(subject).keys)
        if not isinstance(stream, Iterator):
            pytest.skip("collect() is no stream: another check says so")
        tracemalloc.start()
        try:
            rows = sum(len(batch.rows) for batch in stream)
            return rows, tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    @needs(Locates, Collects, hooks=("known",))
    def test_collect_can_be_stopped_and_started_again(self) -> None:
        exporter, subject = self.exporter(), self.known()
        keys = exporter.locate(subject).keys
        first, again = ([_shape(one) for one in islice(exporter.collect(subject, keys), 1)] for _ in range(2))
        assert first == again, "a second collect() did not begin at the beginning: keep no position in the exporter"

    @needs(Locates, Collects, hooks=("known",))
    def test_order_is_stable(self) -> None:
        first = [(one.dataset, one.columns, list(map(repr, one.rows))) for one in self.stream(self.known())]
        again = [(one.dataset, one.columns, list(map(repr, one.rows))) for one in self.stream(self.known())]
        moved = sorted({one[0] for one, other in zip(first, again, strict=False) if one != other})
        assert first == again, f"rows come in another order the second time, sort by the primary key: {moved}"

    @needs(Locates, Collects, hooks=("known",))
    def test_values_are_json(self) -> None:
        for batch in self.stream(self.known()):
            for row in batch.rows:
                assert len(row) == len(batch.columns), f"{batch.dataset}: a row is not as wide as its columns"
                for column, value in zip(batch.columns, row, strict=True):
                    assert _is_json(value), (
                        f"{batch.dataset}.{column}: {type(value).__name__} is not JSON; money as text, dates in "
                        "ISO 8601, bytes as UTF-8 or base64, no NaN (exporters.values does it)"
                    )
                    assert "\\u0000" not in json.dumps(value), f"{batch.dataset}.{column}: a NUL breaks PostgreSQL, PDF"

    @needs(Locates, Collects, Describes, hooks=("known",))
    def test_describe_covers_every_column_and_nothing_closed_appears(self) -> None:
        described = {info.name: {field.name: field for field in info.fields} for info in self.exporter().describe()}
        for batch in self.stream(self.known()):
            assert batch.dataset in described, f"{batch.dataset} is handed out and not described"
            for column in batch.columns:
                assert column in described[batch.dataset], f"{batch.dataset}.{column} is not described"
                field = described[batch.dataset][column]
                assert field.disclosure in _DISCLOSED, f"{batch.dataset}.{column} must never be disclosed"

    @needs(Describes)
    def test_describe_says_everything_the_report_needs(self) -> None:
        for info in self.exporter().describe():
            for name in ("label", "purpose", "legal_basis"):
                assert getattr(info, name), f"{info.name} has no {name} (rules A-05, A-07)"
            assert info.retention.text, f"{info.name} does not say how long it is kept"
            for field in info.fields:
                _is_described(info.name, field)

    @needs(Locates, Collects, Describes, hooks=("known", "namesake"))
    def test_namesakes_are_not_mixed(self) -> None:
        shared = {info.name for info in self.exporter().describe() if info.shared}
        first, second = set(self.rows(self.known())), set(self.rows(self.namesake()))
        assert second, "the namesake must be somebody the store knows"
        common = {row[0] for row in first & second if row[0] not in shared}
        assert not common, f"rows handed to both persons, follow unique identifiers only: {sorted(common)}"

    @needs(Locates, Collects, hooks=("known", "namesake"))
    def test_no_foreign_identifier_appears(self) -> None:
        namesake = self.namesake()
        learned = [one.identifier for one in self.found(namesake).learned if not one.shared]
        own = {one.identifier.normalised for one in self.found(self.known()).learned}
        foreign = [
            identifier
            for identifier in (*namesake.identifiers, *learned)
            if identifier.unique and identifier.kind is not IdentifierKind.RECORD and len(identifier.value) > _TELLING
            if identifier.normalised not in own
        ]
        assert foreign, "the namesake has no identifier of her own: choose another"
        for batch in self.stream(self.known()):
            text = json.dumps(batch.rows, ensure_ascii=False, default=str)
            kinds = [one.kind.value for one in foreign if one.value in text]
            assert not kinds, f"{batch.dataset} holds the namesake's {kinds}: rule X-04"

    @needs(Checks)
    def test_check_finds_no_error(self) -> None:
        problems = [problem for problem in self.exporter().check() if problem.severity.value == "error"]
        assert problems == [], "map and store differ; `manage.py store check` says the same"


def _shape(batch: Batch) -> tuple[str, tuple[str, ...], list[str]]:
    """A batch without the order of its rows."""
    return batch.dataset, batch.columns, sorted(map(repr, batch.rows))


def _is_json(value: object) -> bool:
    try:
        return bool(json.loads(json.dumps(value, allow_nan=False)) == value)
    except (TypeError, ValueError):
        return False


def _is_described(dataset: str, field: FieldInfo) -> None:
    if field.disclosure is not Disclosure.NOT_PERSONAL:
        assert field.label, f"{dataset}.{field.name} has no label"
    if field.disclosure in {Disclosure.NEVER, Disclosure.PARTLY}:
        assert field.reason, f"{dataset}.{field.name} is kept back without a reason (rule X-02)"

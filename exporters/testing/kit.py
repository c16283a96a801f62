# ruff: noqa: S101 - these are tests, their names say what they prove
"""What every exporter must do, ours or a client's: subclass `ExporterKit` in a test module and fill in three methods.

    class TestOurBilling(ExporterKit):
        def exporter(self): return open_store(config)
        def known(self): return Subject("known", (Identifier(IdentifierKind.EMAIL, "anna@example.com"),))
        def namesake(self): return Subject("namesake", (Identifier(IdentifierKind.EMAIL, "anna@example.net"),))

`unreachable` is worth the trouble: a store that is down must make the case wait, not fail.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

import pytest

from exporters.contract import Batch, Disclosure, FieldInfo, Identifier, IdentifierKind, MatchStatus, Subject, Temporary

if TYPE_CHECKING:
    from exporters.contract import JsonValue, Match

NOBODY = Subject(
    "nobody",
    (
        Identifier(IdentifierKind.EMAIL, "nobody.at.all@example.org"),
        Identifier(IdentifierKind.USERNAME, "no-such-user"),
        Identifier(IdentifierKind.PHONE, "+447700900999"),
    ),
)
_DISCLOSED = {Disclosure.EXPORTED, Disclosure.PARTLY}
_MOST_ROWS = 5_000


class ExporterKit:
    """The conformance tests. Methods that are not overridden and raise NotImplementedError skip what needs them."""

    def exporter(self) -> Any:
        """A new exporter on a store that holds `known` and `namesake`."""
        raise NotImplementedError

    def known(self) -> Subject:
        """A person the store knows, named by identifiers that are hers alone."""
        raise NotImplementedError

    def namesake(self) -> Subject:
        """Another person of the store, with the same name if it has one."""
        raise NotImplementedError

    def unreachable(self) -> Any:
        """An exporter whose store does not answer."""
        raise NotImplementedError

    def test_known_subject_is_found_with_keys_and_learned_links(self) -> None:
        match = self._locate(self.known())
        assert match.keys, "FOUND without a key to collect from"
        assert all(learned.link for learned in match.learned), "each learned identifier names the link that taught it"

    def test_locating_twice_gives_the_same_answer(self) -> None:
        exporter = self.exporter()
        assert exporter.locate(self.known()) == exporter.locate(self.known())

    def test_unknown_subject_is_none_and_yields_nothing(self) -> None:
        exporter = self.exporter()
        match = exporter.locate(NOBODY)
        assert match.status is MatchStatus.NONE
        assert match.keys == ()
        assert list(exporter.collect(NOBODY, match.keys)) == []

    def test_a_name_alone_finds_nobody(self) -> None:
        names = [one.identifier for one in self._locate(self.known()).learned if not one.identifier.unique]
        match = self.exporter().locate(Subject("by name", tuple(names)))
        assert match.status is MatchStatus.NONE, "names, addresses and leased IP addresses never lead to a person"

    def test_collect_streams_batches_of_moderate_size(self) -> None:
        stream = self._collect(self.known())
        assert isinstance(stream, Iterator), "collect must stream, not build a list"
        assert all(0 < len(batch.rows) <= _MOST_ROWS for batch in stream)

    def test_collect_can_be_stopped_and_started_again(self) -> None:
        exporter, subject = self.exporter(), self.known()
        keys = exporter.locate(subject).keys
        first = list(islice(exporter.collect(subject, keys), 1))
        assert first == list(islice(exporter.collect(subject, keys), 1))

    def test_order_and_content_are_stable(self) -> None:
        assert list(self._collect(self.known())) == list(self._collect(self.known()))

    def test_values_are_json(self) -> None:
        for batch in self._collect(self.known()):
            for row in batch.rows:
                assert len(row) == len(batch.columns), batch.dataset
                text = json.dumps(row, allow_nan=False)
                assert "\\u0000" not in text, f"{batch.dataset}: a NUL breaks PostgreSQL and PDF"

    def test_describe_covers_every_column_and_nothing_closed_appears(self) -> None:
        described = {info.name: {field.name: field for field in info.fields} for info in self.exporter().describe()}
        for batch in self._collect(self.known()):
            assert batch.dataset in described
            for column in batch.columns:
                assert column in described[batch.dataset], f"{batch.dataset}.{column} is not described"
                field = described[batch.dataset][column]
                assert field.disclosure in _DISCLOSED, f"{batch.dataset}.{column} must never be disclosed"

    def test_describe_says_everything_the_report_needs(self) -> None:
        for info in self.exporter().describe():
            assert info.label
            assert info.purpose, info.name
            assert info.legal_basis, info.name
            assert info.retention.text, info.name
            for field in info.fields:
                self._is_described(info.name, field)

    def test_namesakes_are_not_mixed(self) -> None:
        known, namesake = self._or_skip(self.known), self._or_skip(self.namesake)
        shared = {info.name for info in self.exporter().describe() if info.shared}
        first, second = self._rows(known), self._rows(namesake)
        assert second, "the namesake must be somebody the store knows"
        common = {row for row in first & second if row[0] not in shared}
        assert not common, f"rows handed to both persons in {sorted({row[0] for row in common})}"

    def test_no_foreign_identifier_appears(self) -> None:
        known, namesake = self._or_skip(self.known), self._or_skip(self.namesake)
        learned = [one.identifier for one in self._locate(namesake).learned if not one.shared]
        own = {one.identifier.normalised for one in self._locate(known).learned}
        foreign = [
            identifier.value
            for identifier in (*namesake.identifiers, *learned)
            if identifier.unique and identifier.kind is not IdentifierKind.RECORD and len(identifier.value) > 5  # noqa: PLR2004
            if identifier.normalised not in own
        ]
        text = json.dumps([batch.rows for batch in self._collect(known)], ensure_ascii=False)
        assert foreign
        assert not [value for value in foreign if value in text]

    def test_store_down_is_temporary_and_says_nothing_about_anybody(self) -> None:
        exporter, subject = self._or_skip(self.unreachable), self.known()
        keys = self._locate(subject).keys
        stream = exporter.collect(subject, keys)  # lazy: nothing happens yet
        for ask in (lambda: exporter.locate(subject), lambda: next(stream), exporter.check):
            with pytest.raises(Temporary) as raised:
                ask()
            self._is_silent(raised.value, subject)

    def test_check_finds_no_error(self) -> None:
        problems = [problem for problem in self.exporter().check() if problem.severity.value == "error"]
        assert problems == []

    def _or_skip(self, method: Any) -> Any:
        try:
            return method()
        except NotImplementedError:
            pytest.skip(f"{type(self).__name__} does not say {method.__name__}()")

    def _locate(self, subject: Subject) -> Match:
        match: Match = self.exporter().locate(subject)
        assert match.status is MatchStatus.FOUND, f"{subject.reference} should be known to this store"
        return match

    def _collect(self, subject: Subject) -> Iterator[Batch]:
        exporter = self.exporter()
        stream: Iterator[Batch] = exporter.collect(subject, exporter.locate(subject).keys)
        return stream

    def _rows(self, subject: Subject) -> set[tuple[str, str]]:
        return {
            (batch.dataset, _fingerprint(batch.columns, row)) for batch in self._collect(subject) for row in batch.rows
        }

    def _is_described(self, dataset: str, field: FieldInfo) -> None:
        if field.disclosure is not Disclosure.NOT_PERSONAL:
            assert field.label, f"{dataset}.{field.name} has no label"
        if field.disclosure in {Disclosure.NEVER, Disclosure.PARTLY}:
            assert field.reason, f"{dataset}.{field.name} is kept back without a reason (rule X-02)"

    def _is_silent(self, error: Temporary, subject: Subject) -> None:
        for identifier in subject.identifiers:
            assert identifier.value not in str(error), "an error must not name a person"
        assert error.__suppress_context__ or error.__context__ is None, "the driver's own error may quote a value"


def _fingerprint(columns: tuple[str, ...], row: tuple[JsonValue, ...]) -> str:
    return json.dumps(dict(zip(columns, row, strict=True)), sort_keys=True)

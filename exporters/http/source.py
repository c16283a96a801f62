"""A web interface as a source of rows, by the profile's calls."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

from exporters.contract import JsonValue, Permanent, Problem, Severity
from exporters.http.message import Reply, Request, UnusableValueError, at, filled
from exporters.http.records import accepted, nested, records_of, row_of
from exporters.mapped.source import FateUnknown, Row
from exporters.values import text_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from exporters.datamap.model import DataMap, Dataset
    from exporters.http.client import HttpClient
    from exporters.http.profile import Call, Profile, Resource


@dataclass(slots=True)
class RestSource:
    """Asks and changes one store. Dataset names are tables in the data map and resources in the profile."""

    client: HttpClient
    profile: Profile
    data_map: DataMap
    store: str

    def asks(self, dataset: str) -> frozenset[str] | None:
        """The columns with a `find` call."""
        return frozenset(self._resource(dataset).find)

    def rows(self, dataset: Dataset, column: str, values: Collection[str]) -> Iterator[Row]:
        """One call a value; where the store ignores case, one a value whatever its case."""
        resource = self._resource(dataset.name)
        call = resource.find[column]
        asked: set[str] = set()
        for value in sorted(values):
            seen = value.casefold() if call.any_case else value
            if seen not in asked:
                asked.add(seen)
                yield from self._read(dataset, resource, call, {"value": value})

    def every(self, dataset: Dataset) -> Iterator[Row] | None:
        """All rows where the profile has a call for them."""
        resource = self._resource(dataset.name)
        return self._read(dataset, resource, resource.every, {}) if resource.every else None

    def one(self, dataset: Dataset, key: tuple[str, ...]) -> Row | None:
        """The row as it is now, by the first column of its key."""
        for row in self.rows(dataset, dataset.key[0], [key[0]]):
            if row.key(dataset) == key:
                return row
        return None

    def can_delete(self, dataset: str) -> bool:
        """Whether the profile has a `delete` call."""
        return self._resource(dataset).delete is not None

    def can_change(self, dataset: str, columns: Collection[str]) -> bool:
        """Whether the profile's `change` call writes all these columns."""
        change = self._resource(dataset).change
        return change is not None and change.writable.issuperset(columns)

    def delete(self, dataset: Dataset, row: Row) -> None:
        """Delete the row; that it is gone already is as good."""
        call = self._resource(dataset.name).delete
        if call is None:
            raise Permanent("not_capable", self._place(dataset))
        self._write(dataset, self._request(call, self._facts(row)))

    def change(self, dataset: Dataset, row: Row, values: Mapping[str, JsonValue]) -> None:
        """Write some columns of the row."""
        resource = self._resource(dataset.name)
        change = resource.change
        if change is None or not change.writable.issuperset(values):
            raise Permanent("not_capable", self._place(dataset))
        facts = self._facts(row)
        sent: dict[str, Any] = {
            change.sends.get(name, resource.columns.get(name, name)): "" if value is None and change.empty else value
            for name, value in values.items()
        }
        if change.lock:
            sent[change.lock] = row.raw.get(change.lock) if isinstance(row.raw, dict) else None
        request = self._request(change.call, facts)
        if request.form is not None:
            pairs = ((name, text_of(value) or "") for name, value in sent.items())
            request = Request(request.method, request.path, request.query, form=(*request.form, *pairs))
        else:
            fixed = request.json if isinstance(request.json, dict) else {}
            body = {**fixed, **nested(sent.items())}
            request = Request(request.method, request.path, request.query, json=[body] if change.in_list else body)
        self._write(dataset, request)

    def rule(self, dataset: str) -> JsonValue:
        """Name, version and write calls of the profile."""
        return [self.profile.name, self.profile.version, self._resource(dataset).words]

    def check(self) -> list[Problem]:
        """Ask for something nobody has: whether the store answers, lets us in, and answers as the profile says."""
        found = []
        for dataset in self.data_map.datasets.values():
            resource = self._resource(dataset.name)
            column = next(iter(resource.find))
            try:
                for _ in self.rows(dataset, column, ["0"]):
                    break
            except Permanent as error:
                found.append(Problem(Severity.ERROR, error.code, error.place, f"asked by {column}"))
        return found

    def outside(self) -> Iterator[tuple[str, Any]]:
        """Nothing: what no resource names cannot be asked for."""
        return iter(())

    def _resource(self, dataset: str) -> Resource:
        return self.profile.resources[self.data_map.datasets[dataset].table]

    def _place(self, dataset: Dataset) -> str:
        return f"{self.store}.{dataset.name}"

    def _read(self, dataset: Dataset, resource: Resource, call: Call, facts: Mapping[str, str]) -> Iterator[Row]:
        place = self._place(dataset)
        path = resource.rows if call.rows is None else call.rows
        try:
            request = self._request(call, facts)
        except UnusableValueError:
            return
        added = {name: filled(text, facts, quoted=False) for name, text in call.adds}

        # An address without a value of the person is a list of the system, which is there whoever is asked for; only a page
        # beyond its last one may be missing.
        listed = "{" not in call.path

        asked = count()

        def fetch(page: Request) -> tuple[Reply, Any]:
            return self._answer(page, place, listed=listed and next(asked) == 0)

        paging = self.profile.paging if call.paging is None else call.paging
        answers = (
            iter([fetch(request)[1]])
            if call.one
            else paging.pages(request, fetch, lambda data: len(records_of(data, path, place)), place)
        )
        for data in answers:
            for record in records_of(data, path, place):
                whole = self._detailed(resource, record, place)
                if whole is not None:
                    yield row_of(whole, resource, dataset.fields, added, unescape=self.profile.unescape_html)

    def _detailed(self, resource: Resource, record: dict[str, Any], place: str) -> dict[str, Any] | None:
        call = resource.detail
        if call is None:
            return record
        facts = {name: text_of(value) or "" for name, value in record.items() if not isinstance(value, dict | list)}
        _, data = self._answer(self._request(call, facts), place)
        found = records_of(data, resource.rows if call.rows is None else call.rows, place)
        return {**record, **found[0]} if found else None

    def _answer(self, request: Request, place: str, *, listed: bool = False) -> tuple[Reply, Any]:
        """A reply and its data; None as data where there is no such row.

        Raises Permanent("not_found") where the interface itself is not there: a `listed` address always is, and a web server's
        page is no word about a row. Otherwise a wrong `url` would find nobody and call everybody erased.
        """
        reply = self.client.read(request, place, absent=bool(self.profile.absent_status))
        if reply.status in self.profile.absent_status:
            if listed or not self._says_absent(reply, place):
                raise Permanent("not_found", place)
            return reply, None
        data = reply.data(place)
        return reply, data if accepted(data, self.profile.envelope, place) else None

    def _write(self, dataset: Dataset, request: Request) -> None:
        place = self._place(dataset)
        reply = self.client.write(request, place)
        gone = reply.status in {404, 410}
        if gone and (reply.status not in self.profile.absent_status or not self._says_absent(reply, place)):
            raise Permanent("not_found", place)
        if gone or not reply.content.strip():
            return  # what became of it is read again by the caller
        if self.profile.envelope.ok_at:
            try:
                data = reply.data(place)
            except Permanent:
                # A fatal error of the application behind a good status: it may have happened before or after the write.
                raise FateUnknown(place) from None
            accepted(data, self.profile.envelope, place)

    def _says_absent(self, reply: Reply, place: str) -> bool:
        """Whether a refusal is a word about the row: the interface's own, and where the profile says so, for this reason."""
        if not _of_the_interface(reply, place):
            return False
        reason = self.profile.absent_at
        if not reason:
            return True
        said = str(at(reply.data(place), reason))
        return said in self.profile.absent_is or said.startswith(self.profile.absent_begins)

    def _request(self, call: Call, facts: Mapping[str, str]) -> Request:
        """The call with its values. Raises UnusableValueError, KeyError for a column the row does not have."""
        return Request(
            call.method,
            filled(call.path, facts, quoted=True),
            tuple((name, filled(text, facts, quoted=False)) for name, text in call.query),
            json=None
            if call.json is None
            else nested((name, filled(text, facts, quoted=False)) for name, text in call.json),
            form=None
            if call.form is None
            else tuple((name, filled(text, facts, quoted=False)) for name, text in call.form),
        )

    def _facts(self, row: Row) -> dict[str, str]:
        return {name: text_of(value) or "" for name, value in row.values.items()}


def _of_the_interface(reply: Reply, place: str) -> bool:
    """Whether a refusal is the interface's own: JSON or nothing, and not the page of a web server before it."""
    if not reply.content.strip():
        return True
    try:
        reply.data(place)
    except Permanent:
        return False
    return True

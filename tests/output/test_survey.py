"""What one reading of a collected dataset says."""

from __future__ import annotations

import hashlib
from datetime import date

import pytest

from dsr.output.files import checked, csv_chunks
from dsr.output.inputs import Found, OutputError
from dsr.output.survey import NEWEST, survey
from exporters.contract import Batch, CellNote, Disclosure, Note
from tests.output import sample
from tests.output.sample import dataset, field, found


def table(*rows: tuple[object, ...], columns: tuple[str, ...] = ("a", "b"), size: int = 2) -> Found:
    return found("s", "S", dataset("d", "D", [field(name, name.upper()) for name in columns]), columns, rows, size=size)


def test_counts_and_hashes_are_those_of_the_file() -> None:
    item = sample.sessions(1_203)

    result = survey(item)

    written = b"".join(csv_chunks(result.columns, checked(item)))
    assert result.rows == 1_203
    assert result.csv_bytes == len(written)
    assert result.csv_sha256 == hashlib.sha256(written).hexdigest()


def test_newest_rows_come_first_and_months_are_counted() -> None:
    result = survey(sample.sessions(1_203))

    assert result.when == "acctstarttime"
    assert (result.first, result.last) == (date(2025, 12, 20), date(2026, 5, 19))
    assert len(result.newest) == NEWEST
    starts = [str(row[1]) for row in result.newest]
    assert starts == sorted(starts, reverse=True)
    assert starts[0] == "2026-05-19T21:00:00"
    assert [month for month, _count in result.months] == [
        "2025-12",
        "2026-01",
        "2026-02",
        "2026-03",
        "2026-04",
        "2026-05",
    ]
    assert sum(count for _month, count in result.months) == 1_203


def test_constant_and_empty_columns_are_known() -> None:
    result = survey(table(("x", None), ("x", ""), ("x", None)))

    assert dict(result.constant) == {"a": "x"}
    assert result.filled == {"a"}


def test_nothing_found_is_a_survey_too() -> None:
    result = survey(table())

    assert (result.rows, result.columns, result.when, result.newest) == (0, (), None, ())


def test_date_of_birth_dates_nothing() -> None:
    assert survey(table(("1987-03-12", 1), ("1987-03-12", 2))).when is None


@pytest.mark.parametrize("value", ["2026-13-01", "2026-05-04 sometime", "", 5, "x2026-05-04"])
def test_column_with_another_value_is_no_date(value: object) -> None:
    rows = [("2026-05-04", 1), ("2026-06-04", 2), ("2026-07-04", 3)]
    broken = table(*rows, (value, 4))

    assert survey(table(*rows)).when == "a"
    assert survey(broken).when == ("a" if value == "" else None)


def test_time_beats_day_and_open_ends_are_last() -> None:
    rows = [("2026-01-01", "2026-05-04T10:00:00"), ("2026-02-01", None), ("2026-03-01", "2026-05-05T10:00:00")]

    result = survey(table(*rows))

    assert result.when == "b"
    assert [row[1] for row in result.newest] == ["2026-05-05T10:00:00", "2026-05-04T10:00:00", None]


def test_withheld_value_is_marked_not_empty() -> None:
    info = dataset("d", "D", [field("a", "A"), field("b", "B", disclosure=Disclosure.PARTLY, reason=sample.SECRET)])
    item = found("s", "S", info, ("a", "b"), [("x", None), ("y", None)], notes=(Note(0, "b", CellNote.WITHHELD),))

    result = survey(item)

    assert result.newest == (("x", "[withheld]"), ("y", None))
    assert dict(result.notes) == {CellNote.WITHHELD: 1}
    assert b"x,[withheld]\r\ny,\r\n" in b"".join(csv_chunks(result.columns, checked(item)))


@pytest.mark.parametrize("disclosure", [Disclosure.NEVER, Disclosure.NOT_PERSONAL])
def test_column_that_must_not_leave_stops_everything(disclosure: Disclosure) -> None:
    info = dataset("d", "D", [field("a", "A"), field("secret", "Secret", disclosure=disclosure)])

    with pytest.raises(OutputError) as stopped:
        survey(found("s", "S", info, ("a", "secret"), [("x", "hunter2")]))

    assert (stopped.value.code, stopped.value.place) == ("column_not_disclosable", "s.d.secret")


def test_column_that_nobody_described_stops_everything() -> None:
    with pytest.raises(OutputError, match=r"column_not_disclosable: s\.d\.extra"):
        survey(found("s", "S", dataset("d", "D", [field("a", "A")]), ("a", "extra"), [("x", "y")]))


@pytest.mark.parametrize("second", [Batch("d", ("b", "a"), (("y", "x"),)), Batch("other", ("a", "b"), (("x", "y"),))])
def test_columns_that_change_on_the_way_stop_everything(second: Batch) -> None:
    item = table()
    mixed = Found(item.store, item.store_label, item.info, lambda: [Batch("d", ("a", "b"), (("x", "y"),)), second])

    with pytest.raises(OutputError, match="columns_changed"):
        survey(mixed)


def test_values_stay_out_of_repr() -> None:
    assert "malgorzata" not in repr(survey(sample.sessions(5)))

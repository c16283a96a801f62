"""Values in words: codes, flags, sizes and durations as the data map explains them (A-02, A-14: codes are explained)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from dsr.output.decoded import decoded, duration, legend_of, readable
from exporters.contract import Shown
from tests.output import sample

if TYPE_CHECKING:
    from exporters.contract import JsonValue

STATUS = sample.field("status", "Status", values={"A": {"en": "active", "de": "aktiv"}, "0": {"en": "ended"}})
FLAG = sample.field("flag", "Flag", shown=Shown.YES_NO)
SIZE = sample.field("octets", "Octets", shown=Shown.BYTES)
TIME = sample.field("seconds", "Seconds", shown=Shown.SECONDS)


@pytest.mark.parametrize(
    ("value", "language", "said"),
    [
        ("A", "en", "active"),
        ("A", "de", "aktiv"),
        ("A ", "en", "active"),
        (0, "en", "ended"),
        (False, "en", "ended"),
        ("Z", "en", "Z"),
        (None, "en", ""),
        ("", "en", ""),
    ],
)
def test_a_14_codes_are_words_in_the_readers_language_and_unknown_ones_stay(
    value: JsonValue, language: str, said: str
) -> None:
    assert decoded(value, STATUS, language) == said


@pytest.mark.parametrize(
    ("value", "said"),
    [(0, "no"), (1, "yes"), ("0", "no"), (True, "yes"), (False, "no"), ("Y", "yes"), ("n", "no"), (7, "7"), ("?", "?")],
)
def test_flags_are_yes_and_no_and_anything_else_stays(value: JsonValue, said: str) -> None:
    assert decoded(value, FLAG, "en") == said


@pytest.mark.parametrize(
    ("value", "said"), [(812, "812 bytes"), ("6200000", "6.2 MB"), (-1, "-1"), ("n/a", "n/a"), (1.5, "1.5")]
)
def test_bytes_have_a_unit_a_person_reads(value: JsonValue, said: str) -> None:
    assert decoded(value, SIZE, "en") == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0, "0 s"), (59, "59 s"), (725, "12 min 5 s"), (7_500, "2 h 5 min"), (86_400 * 3 + 14_400, "3 d 4 h")],
)
def test_durations_have_two_units(seconds: int, said: str) -> None:
    assert duration(seconds) == said
    assert decoded(str(seconds), TIME, "en") == said


@pytest.mark.parametrize("value", ["0000-00-00", "0000-00-00 00:00:00", "0000-00-00T00:00:00.000000"])
def test_the_date_that_is_none_reads_not_set(value: str) -> None:
    assert readable(value) == "not set"


def test_legend_explains_what_the_files_keep_as_it_was() -> None:
    assert legend_of(STATUS, "de") == "A = aktiv; 0 = ended"
    assert [legend_of(item, "en") for item in (FLAG, SIZE, TIME)] == [
        "0 = no; 1 = yes",
        "number of bytes",
        "number of seconds",
    ]
    assert legend_of(sample.field("plain", "Plain"), "en") == ""

"""Working days: the overrides, the places, and the two functions pages use (T-07, T-08, A4, A5)."""

from __future__ import annotations

from datetime import date
from itertools import pairwise

import pytest
from dateutil.easter import easter

from dsr.law.calendars import (
    CALENDAR_VERSION,
    OVERRIDES,
    OVERRIDES_VERSION,
    Calendar,
    DateOutOfRangeError,
    Override,
    Scope,
    UnknownPlaceError,
    disputed_name,
    easter_sunday,
    holiday_name,
    is_working_day,
    parse_place,
)
from dsr.law.regimes import EU_AND_EEA, REGIMES, UnknownRegimeError, regime, regime_of


def test_easter_agrees_with_an_independent_library() -> None:
    assert all(easter_sunday(year) == easter(year) for year in range(1900, 2200))


@pytest.mark.parametrize("override", OVERRIDES, ids=lambda o: f"{o.place} {o.name} {o.first}")
def test_every_override_does_what_it_says_in_its_years_only(override: Override) -> None:
    for year in {max(override.first, 2019), min(override.last, 2035)}:
        day = override.on(year)
        assert day is not None
        name = holiday_name(day, override.place)
        assert (name is not None) is override.holiday, (day, name)
    assert override.on(override.first - 1) is None
    assert override.on(override.last + 1) is None


@pytest.mark.parametrize(
    ("day", "place", "working"),
    [
        ("2026-08-15", "DE-BY", False),  # Saturday anyway
        ("2025-08-15", "DE-BY", False),
        ("2025-08-15", "DE-SL", False),
        ("2025-08-15", "DE-BE", True),
        ("2026-12-26", "FR", False),  # Saturday
        ("2025-12-26", "FR", True),
        ("2025-12-26", "FR-57", False),
        ("2025-12-26", "FR-6AE", False),
        ("2026-06-15", "GB-SCT", False),
        ("2026-06-15", "GB-ENG", True),
        ("2026-07-13", "GB-NIR", False),
        ("2027-06-25", "SE", True),
        ("2026-06-19", "SE", True),
        ("2025-12-24", "PL", False),
        ("2024-12-24", "PL", True),
        ("2028-10-04", "IT", False),
        ("2024-10-04", "IT", True),
        ("2026-11-02", "ES-MD", False),
        ("2026-11-02", "ES", True),
    ],
)
def test_t08_working_days(day: str, place: str, working: bool) -> None:
    assert is_working_day(date.fromisoformat(day), place) is working


def test_a4_national_scope_ignores_the_subdivision_except_in_the_united_kingdom() -> None:
    assert is_working_day(date(2026, 6, 4), "DE-BY", Scope.NATIONAL)
    assert not is_working_day(date(2026, 11, 30), "GB-SCT", Scope.NATIONAL)


def test_a4_local_days() -> None:
    peace = date(2025, 8, 8)
    assert not is_working_day(peace, "DE-BY", Scope.SUBDIVISION, {peace})
    assert holiday_name(peace, "DE-BY", Scope.SUBDIVISION, {peace}) == ""
    assert Calendar("DE-BY", removed=frozenset({date(2025, 8, 15)})).is_working_day(date(2025, 8, 15))


def test_holiday_names_come_in_the_language_asked_for() -> None:
    day = date(2026, 6, 4)
    assert holiday_name(day, "DE-BY", language="de") == "Fronleichnam"
    assert holiday_name(day, "DE-BY", language="en-gb") == "Corpus Christi"
    assert holiday_name(day, "DE-BY", language="el") == "Corpus Christi"
    assert holiday_name(date(2026, 6, 5), "DE-BY") is None


def test_a5_disputed_days_have_names() -> None:
    assert disputed_name(date(2026, 4, 3), "NL") == "Good Friday"
    assert disputed_name(date(2026, 12, 31), "SE") == "New Year's Eve"
    assert disputed_name(date(2026, 12, 31), "DE") is None


@pytest.mark.parametrize(
    ("place", "hint"),
    [
        ("GB", "GB-ENG"),
        ("XX", "DE-BY"),
        ("", "DE-BY"),
        ("DE-ZZ", "BB, BE"),
        ("SE-1", "no subdivisions"),
        ("US-cal", "CA"),
    ],
)
def test_an_unknown_place_is_refused_with_a_hint(place: str, hint: str) -> None:
    with pytest.raises(UnknownPlaceError, match=hint):
        parse_place(place)


def test_case_and_departments_are_forgiven() -> None:
    assert parse_place("de-by") == ("DE", "BY")
    assert parse_place("FR-68") == ("FR", "6AE")


def test_years_without_data_are_refused() -> None:
    with pytest.raises(DateOutOfRangeError):
        is_working_day(date(2010, 1, 1), "DE")


def test_shifting_counts_working_days_only() -> None:
    calendar = Calendar("DE")
    assert calendar.shift(date(2026, 4, 2), 1) == date(2026, 4, 7)  # over Good Friday and Easter Monday
    assert calendar.shift(date(2026, 4, 7), -1) == date(2026, 4, 2)
    assert calendar.shift(date(2026, 4, 4), 0) == date(2026, 4, 4)


def test_the_version_names_the_data_and_the_overrides() -> None:
    assert CALENDAR_VERSION.endswith(OVERRIDES_VERSION)


def test_1_6_regime_rows_of_one_code_do_not_overlap_and_have_ids_of_their_own() -> None:
    assert len({row.row_id for row in REGIMES}) == len(REGIMES)
    for code in {row.code for row in REGIMES}:
        rows = sorted((row for row in REGIMES if row.code == code), key=lambda row: row.valid_from)
        for earlier, later in pairwise(rows):
            assert earlier.valid_to is not None
            assert earlier.valid_to < later.valid_from
        assert rows[-1].valid_to is None


def test_1_6_the_united_kingdom_changes_on_5_february_2026() -> None:
    assert regime("UK_GDPR", date(2026, 2, 4)).row_id == "UK_GDPR@2018-05-25"
    assert regime("UK_GDPR", date(2026, 2, 5)).row_id == "UK_GDPR@2026-02-05"


def test_a_regime_follows_from_the_place() -> None:
    assert {regime_of(country) for country in EU_AND_EEA} == {"EU_GDPR"}
    found = [regime_of(place) for place in ("GB-SCT", "CH-ZH", "US-CA", "BR", "CA-QC", "de-by")]
    assert found == ["UK_GDPR", "CH_FADP", "US_CCPA", "BR_LGPD", "CA_QC25", "EU_GDPR"]
    for place in ("US-TX", "CA-ON", "JP"):
        with pytest.raises(UnknownRegimeError):
            regime_of(place)

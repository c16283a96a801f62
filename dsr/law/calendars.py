"""Working days of a place on a date (T-07, T-08): the `holidays` package plus a dated table of what it leaves open.

A place is a country or subdivision code: "DE", "DE-BY", "GB-SCT", "FR-57". The scope NATIONAL ignores the subdivision (A4).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from typing import TYPE_CHECKING, Final

import holidays

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

# Bump when the table below changes; stored with every due date, so that a recomputation can be explained.
OVERRIDES_VERSION: Final = "2026-11-21"
CALENDAR_VERSION: Final = f"holidays {version('holidays')} + overrides {OVERRIDES_VERSION}"

_SATURDAY: Final = 5
_ONE_DAY: Final = timedelta(days=1)
# Years a caller may ask for; outside them the holiday data are a guess and a typing mistake is likelier.
FIRST_YEAR: Final = 2018
LAST_YEAR: Final = 2099


class Scope(StrEnum):
    """Whose holidays count (A4): those of the answering establishment's subdivision, or the country's only."""

    SUBDIVISION = "subdivision"
    NATIONAL = "national"


class UnknownPlaceError(ValueError):
    """The place is not a code this calendar knows; the message says what to write instead."""


class DateOutOfRangeError(ValueError):
    """The date lies outside the years the holiday data cover."""


@dataclass(frozen=True, slots=True)
class Override:
    """One correction: in `place`, from year to year inclusive, this day is (or is not) a holiday.

    The day is a month and day, a weekday (Monday 0) on or after one, or a distance in days from Easter Sunday.
    `name` is English, for the explanation.
    """

    place: str
    holiday: bool
    name: str
    source: str
    month_day: tuple[int, int] | None = None
    weekday: int | None = None
    easter: int | None = None
    first: int = FIRST_YEAR
    last: int = LAST_YEAR

    def on(self, year: int) -> date | None:
        """The day in this year, or None outside the validity."""
        if not self.first <= year <= self.last:
            return None
        if self.month_day is None:
            return easter_sunday(year) + timedelta(days=self.easter or 0)
        day = date(year, *self.month_day)
        return day if self.weekday is None else day + timedelta(days=(self.weekday - day.weekday()) % 7)


OVERRIDES: Final = (
    # Most Bavarian municipalities have a Catholic majority; where the answering one has not, name 15 August in `removed`.
    Override("DE-BY", True, "Assumption Day", "BayFTG Art. 1(2)", month_day=(8, 15)),
    # A5: the time-limit act equates these days with Sundays, labour practice does not; the earlier date is the safe one.
    Override("NL", False, "Good Friday", "Algemene termijnenwet art. 3; policy A5", easter=-2),
    Override("NL", False, "Liberation Day", "Algemene termijnenwet art. 3; policy A5", month_day=(5, 5)),
    Override("SE", False, "Midsummer's Eve", "lag 1930:173; policy A5", month_day=(6, 19), weekday=4),
    Override("SE", False, "Christmas Eve", "lag 1930:173; policy A5", month_day=(12, 24)),
    Override("SE", False, "New Year's Eve", "lag 1930:173; policy A5", month_day=(12, 31)),
    # Calendars are dated: these two days changed their nature.
    Override("PL", False, "Christmas Eve", "ustawa of 2024, from 1.2.2025", month_day=(12, 24), last=2024),
    Override("PL", True, "Christmas Eve", "ustawa of 2024, from 1.2.2025", month_day=(12, 24), first=2025),
    Override("IT", False, "Saint Francis of Assisi", "L. 260/1949 as amended", month_day=(10, 4), last=2025),
    Override("IT", True, "Saint Francis of Assisi", "L. 260/1949 as amended", month_day=(10, 4), first=2026),
    # One day only, by proclamation.
    Override(
        "GB-SCT", True, "Bank holiday by proclamation", "proclamation 2026", month_day=(6, 15), first=2026, last=2026
    ),
)

# Departments people write for the region the package knows: Alsace keeps the local law of Alsace-Moselle (L3134-13).
_ALIASES: Final[Mapping[tuple[str, str], str]] = {("FR", "67"): "6AE", ("FR", "68"): "6AE"}
# A5: the days that are disputed rather than settled; a due date on one of them carries a warning.
DISPUTED: Final[Mapping[str, tuple[Override, ...]]] = {
    place: tuple(o for o in OVERRIDES if o.place == place and "A5" in o.source) for place in ("NL", "SE")
}


def easter_sunday(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (anonymous computus)."""
    century = year // 100
    golden = year % 19
    moon = (century - century // 4 - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    moon -= (moon // 28) * (1 - (moon // 28) * (29 // (moon + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    offset = moon - weekday
    month = 3 + (offset + 40) // 44
    return date(year, month, offset + 28 - 31 * (month // 4))


@lru_cache(maxsize=256)
def parse_place(place: str) -> tuple[str, str | None]:
    """Country and subdivision of a code such as "DE-BY"; raises UnknownPlaceError with a hint.

    The United Kingdom has no common calendar, so "GB" alone is refused (rules 2, calendar data warnings).
    """
    country, _, subdivision = place.strip().upper().partition("-")
    known = holidays.list_supported_countries()
    if country not in known:
        raise UnknownPlaceError(
            f"{place!r} is not a known place; write a country such as DE or a subdivision such as DE-BY"
        )
    subdivision = _ALIASES.get((country, subdivision), subdivision)
    if country == "GB" and not subdivision:
        raise UnknownPlaceError("GB has no common calendar; name the nation: GB-ENG, GB-SCT, GB-WLS or GB-NIR")
    if subdivision and subdivision not in known[country]:
        codes = ", ".join(sorted(code for code in known[country] if code.isupper() or code.isdigit()))
        raise UnknownPlaceError(f"{place!r} is not a known place; {country} knows {codes or 'no subdivisions'}")
    return country, subdivision or None


@lru_cache(maxsize=1024)
def _holidays(place: str, scope: Scope, year: int, language: str) -> Mapping[date, str]:
    """All holidays of one year with their names; the overrides win over the package."""
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise DateOutOfRangeError(f"holidays are known for {FIRST_YEAR} to {LAST_YEAR}, not for {year}")
    country, subdivision = parse_place(place)
    if scope is Scope.NATIONAL and country != "GB":
        subdivision = None
    days = dict(holidays.country_holidays(country, subdiv=subdivision, years=year, expand=False, language=language))
    for override in OVERRIDES:
        where, _, part = override.place.partition("-")
        day = override.on(year)
        if day is None or where != country or (part and part != subdivision):
            continue
        if override.holiday:
            days.setdefault(day, override.name)
        else:
            days.pop(day, None)
    return days


@lru_cache(maxsize=1024)
def _days_off(place: str, scope: Scope, year: int) -> frozenset[date]:
    """The holidays of one year without their names: asked for every day the clock steps over."""
    return frozenset(_holidays(place, scope, year, "en_US"))


@lru_cache(maxsize=512)
def _language(country: str, language: str) -> str:
    """The package's code for a language, English where it has no names in it."""
    supported = holidays.country_holidays(country, years=FIRST_YEAR).supported_languages or ()
    wanted = language.replace("-", "_").lower()
    for code in supported:
        if code.lower() == wanted or code.lower().split("_")[0] == wanted.split("_")[0]:
            return str(code)
    return "en_US"


@dataclass(frozen=True, slots=True)
class Calendar:
    """The working days of one place.

    `extra` are local holidays (Augsburg, 8 August), `removed` days that are none here (a Protestant Bavarian commune on
    15 August). Every method may raise UnknownPlaceError, or DateOutOfRangeError outside 2018-2099.
    """

    place: str
    scope: Scope = Scope.SUBDIVISION
    extra: frozenset[date] = frozenset()
    removed: frozenset[date] = frozenset()

    def holiday_name(self, day: date, *, language: str = "en") -> str | None:
        """The name of the holiday, "" for a day named in `extra`, None for a day that is no holiday here."""
        country, _ = parse_place(self.place)
        if day in self.removed:
            return None
        name = _holidays(self.place, self.scope, day.year, _language(country, language)).get(day)
        return "" if name is None and day in self.extra else name

    def is_working_day(self, day: date) -> bool:
        """Whether the day is neither Saturday, Sunday nor a public holiday (T-08)."""
        if day.weekday() >= _SATURDAY:
            return False
        return day in self.removed or (day not in self.extra and day not in _days_off(self.place, self.scope, day.year))

    @property
    def version(self) -> str:
        """The data, the table of corrections and the controller's own days: stored with every due date (rules 1.3)."""
        own = sorted(day.isoformat() for day in self.extra), sorted(day.isoformat() for day in self.removed)
        local = f" + own {sha256(repr(own).encode()).hexdigest()[:8]}" if any(own) else ""
        return CALENDAR_VERSION + (f" ({self.scope.value})" if self.scope is not Scope.SUBDIVISION else "") + local

    def roll(self, day: date) -> date:
        """The day itself when it is a working day, else the first working day after it (T-07)."""
        while not self.is_working_day(day):
            day += _ONE_DAY
        return day

    def shift(self, day: date, count: int) -> date:
        """The working day `count` working days after the day, or before it when `count` is negative.

        The day itself is not counted: +3 from a Monday is Thursday (T-13), -4 from a Friday is Monday (T-24).
        """
        step = _ONE_DAY if count > 0 else -_ONE_DAY
        for _ in range(abs(count)):
            day += step
            while not self.is_working_day(day):
                day += step
        return day


def holiday_name(
    day: date, place: str, scope: Scope = Scope.SUBDIVISION, extra: Collection[date] = (), *, language: str = "en"
) -> str | None:
    """`Calendar.holiday_name` for one question; `language` falls back to English where the package has no names in it."""
    return Calendar(place, scope, frozenset(extra)).holiday_name(day, language=language)


def is_working_day(day: date, place: str, scope: Scope = Scope.SUBDIVISION, extra: Collection[date] = ()) -> bool:
    """`Calendar.is_working_day` for one question."""
    return Calendar(place, scope, frozenset(extra)).is_working_day(day)


def disputed_name(day: date, place: str) -> str | None:
    """The name of a day some would call a holiday and we do not (A5), or None."""
    country, _ = parse_place(place)
    for override in DISPUTED.get(country, ()):
        if override.on(day.year) == day:
            return override.name
    return None

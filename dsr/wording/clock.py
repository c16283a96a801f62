"""The arithmetic of a due date in sentences: "4 June 2026 is Corpus Christi in Bavaria; next working day Fri 5 June 2026"."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from django.utils.translation import get_language, ngettext_lazy, pgettext
from django.utils.translation import gettext_lazy as _

from dsr.law import calendars
from dsr.law.clock import ClockCode, SuspensionKind, WarningCode
from dsr.wording.dates import day, short_weekday

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django.utils.functional import _StrPromise

LINES: Final[Mapping[str, _StrPromise]] = {
    ClockCode.RECEIVED: _("received %(on_weekday)s"),
    ClockCode.CONTESTED: _("contested %(on_weekday)s"),
    ClockCode.MONTHS: ngettext_lazy("one month ends %(on_weekday)s", "%(count)s months end %(on_weekday)s", "count"),
    ClockCode.MONTHS_EXTENDED: _("with the extension, %(count)s months from receipt end %(on_weekday)s"),
    ClockCode.DAYS: ngettext_lazy("one day ends %(on_weekday)s", "%(count)s days end %(on_weekday)s", "count"),
    ClockCode.DAYS_EXTENDED: _("with the extension, %(count)s days from receipt end %(on_weekday)s"),
    ClockCode.BUSINESS_DAYS: ngettext_lazy(
        "one business day ends %(on_weekday)s", "%(count)s business days end %(on_weekday)s", "count"
    ),
    ClockCode.NO_SUCH_DAY: _("that month has no day %(day)s, so its last day counts"),
    ClockCode.SUSPENDED: ngettext_lazy(
        "one day does not count: %(kind)s asked %(start)s, answered %(end)s",
        "%(days)s days do not count: %(kind)s asked %(start)s, answered %(end)s",
        "days",
    ),
    ClockCode.SHIFTED: ngettext_lazy(
        "one day later is %(on_weekday)s", "%(days)s days later is %(on_weekday)s", "days"
    ),
    ClockCode.RESTARTED: _("%(kind)s asked %(start)s, answered %(end)s: the period runs from %(on_weekday)s"),
    ClockCode.COOLING: _(
        "costs announced %(start)s: the period runs after %(days)s days to think, from %(on_weekday)s"
    ),
    ClockCode.QUESTION_WITHOUT_EFFECT: _("%(kind)s asked %(start)s: this does not stop the clock here"),
    ClockCode.QUESTION_TOO_LATE: _(
        "%(kind)s asked %(start)s, after the period had ended on %(limit)s: this stops nothing"
    ),
    ClockCode.PAUSED: _("the clock stands still since %(start_weekday)s: %(kind)s asked, no answer yet"),
    ClockCode.WEEKEND: _("%(on)s is a %(weekday)s"),
    ClockCode.HOLIDAY: _("%(on)s is %(name)s in %(place)s"),
    ClockCode.NEXT_WORKING_DAY: _("next working day %(on_weekday)s"),
    ClockCode.DATE_NAMED: _("with the extension we named %(on_weekday)s"),
    ClockCode.TOLD: _("this would be %(later_weekday)s, but we told you %(on_weekday)s, and that stays"),
    ClockCode.DUE: _("last day %(on_weekday)s, until midnight"),
    ClockCode.ACT_BY: _("our own target is %(on_weekday)s"),
}

WARNINGS: Final[Mapping[str, _StrPromise]] = {
    WarningCode.AUTHORITIES_DIFFER: _(
        "Some authorities count the rest of the month with 30 days and would come to %(other)s."
    ),
    WarningCode.REGIONAL_HOLIDAY: _(
        "The date rests on a regional holiday. The national calendar alone gives %(other)s."
    ),
    WarningCode.DISPUTED_DAY: _("%(on)s (%(name)s) is a holiday for some; it is not counted as one here, to be safe."),
    WarningCode.QUERY_LATE: _("The question of %(start)s left later than three working days after receipt."),
    WarningCode.QUERY_RISKY: _(
        "The question of %(start)s left on day %(day)s. An authority may disregard so late a pause."
    ),
    WarningCode.QUERY_AFTER_END: _("The question of %(start)s came after the period had ended. It stops nothing."),
}

KINDS: Final[Mapping[SuspensionKind, _StrPromise]] = {
    SuspensionKind.IDENTITY: _("identity"),
    SuspensionKind.CLARIFICATION: _("a detail"),
    SuspensionKind.FEE: _("a fee"),
}

_WEEKDAYS: Final = {5: _("Saturday"), 6: _("Sunday")}
_LOCAL_HOLIDAY: Final = _("a local holiday")

# As they stand after "in". A place without an entry is shown by its code.
PLACES: Final[Mapping[str, _StrPromise]] = {
    "AT": _("Austria"),
    "BE": _("Belgium"),
    "BG": _("Bulgaria"),
    "BR": _("Brazil"),
    "CA-QC": _("Quebec"),
    "CH": _("Switzerland"),
    "CH-ZH": _("the canton of Zurich"),
    "CY": _("Cyprus"),
    "CZ": _("Czechia"),
    "DE": _("Germany"),
    "DE-BB": _("Brandenburg"),
    "DE-BE": _("Berlin"),
    "DE-BW": _("Baden-Württemberg"),
    "DE-BY": _("Bavaria"),
    "DE-HB": _("Bremen"),
    "DE-HE": _("Hesse"),
    "DE-HH": _("Hamburg"),
    "DE-MV": _("Mecklenburg-Western Pomerania"),
    "DE-NI": _("Lower Saxony"),
    "DE-NW": _("North Rhine-Westphalia"),
    "DE-RP": _("Rhineland-Palatinate"),
    "DE-SH": _("Schleswig-Holstein"),
    "DE-SL": _("Saarland"),
    "DE-SN": _("Saxony"),
    "DE-ST": _("Saxony-Anhalt"),
    "DE-TH": _("Thuringia"),
    "DK": _("Denmark"),
    "EE": _("Estonia"),
    "ES": _("Spain"),
    "ES-CT": _("Catalonia"),
    "ES-MD": _("Madrid"),
    "FI": _("Finland"),
    "FR": _("France"),
    "FR-57": _("Moselle"),
    "FR-67": _("Alsace"),
    "FR-68": _("Alsace"),
    "FR-6AE": _("Alsace"),
    "GB-ENG": _("England"),
    "GB-NIR": _("Northern Ireland"),
    "GB-SCT": _("Scotland"),
    "GB-WLS": _("Wales"),
    "GR": _("Greece"),
    "HR": _("Croatia"),
    "HU": _("Hungary"),
    "IE": _("Ireland"),
    "IS": _("Iceland"),
    "IT": _("Italy"),
    "LI": _("Liechtenstein"),
    "LT": _("Lithuania"),
    "LU": _("Luxembourg"),
    "LV": _("Latvia"),
    "MT": _("Malta"),
    "NL": _("the Netherlands"),
    "NO": _("Norway"),
    "PL": _("Poland"),
    "PT": _("Portugal"),
    "RO": _("Romania"),
    "SE": _("Sweden"),
    "SI": _("Slovenia"),
    "SK": _("Slovakia"),
    "US-CA": _("California"),
}


def day_with_weekday(value: date) -> str:
    """The same with a short weekday: "Thu 4 June 2026"."""
    pattern = pgettext("short weekday, then a day in a sentence", "%(weekday)s %(day)s")
    return pattern % {"weekday": short_weekday(value), "day": day(value)}


def holiday(on: date, place: str, fallback: str) -> str:
    """The name of a holiday in the active language; a local one has no name in the calendars."""
    scope = calendars.Scope.SUBDIVISION if "-" in place else calendars.Scope.NATIONAL
    name = calendars.holiday_name(on, place, scope, language=get_language() or "en")
    return name or fallback or str(_LOCAL_HOLIDAY)


def place_name(place: str) -> str:
    """A place as it stands after "in"."""
    code = place.strip().upper()
    return str(PLACES.get(code, code))


def sentence(code: str, params: Mapping[str, Any]) -> str:
    """One line of the arithmetic, or one warning, in the active language. Raises KeyError for an unknown code."""
    words: dict[str, Any] = dict(params)
    if "place" in params:
        words["name"] = holiday(params["on"], str(params["place"]), str(params.get("name", "")))
        words["place"] = place_name(str(params["place"]))
    if "kind" in params:
        words["kind"] = KINDS[SuspensionKind(params["kind"])]
    for key, value in params.items():
        if isinstance(value, date):
            words[key] = day(value)
            words[f"{key}_weekday"] = day_with_weekday(value)
            if value.weekday() in _WEEKDAYS:
                words.setdefault("weekday", _WEEKDAYS[value.weekday()])
    text = LINES[code] if code in LINES else WARNINGS[code]
    return str(text % words)

"""What a stored value means to a person: words for codes, yes and no for flags, sizes and durations with their unit (A-02, A-14).

Only the report prints these; the data files keep every value as the store has it, and csv/fields.csv says what it means.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from dsr.output import phrases
from dsr.output.cells import plain
from dsr.output.inputs import words
from exporters.contract import Shown

if TYPE_CHECKING:
    from exporters.contract import FieldInfo, JsonValue

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d(?::\d\d)?)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?")
_NO_DATE = re.compile(r"0000-00-00(?:[T ]00:00:00(?:\.0+)?)?")
_WHOLE = re.compile(r"-?\d{1,18}")
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def readable(value: JsonValue) -> str:
    """A value as a person reads it: `2026-05-19 21:00:00` instead of `2026-05-19T21:00:00.000000`."""
    text = plain(value)
    if _NO_DATE.fullmatch(text):
        return _("not set")
    moment = _MOMENT.fullmatch(text)
    return " ".join(part for part in moment.groups() if part) if moment else text


def decoded(value: JsonValue, info: FieldInfo | None, language: str) -> str:
    """A value of the field `info` in words; a code that its data map does not name is shown as it is."""
    if info is None or value is None or value == "":
        return readable(value)
    if info.values:
        return meaning(value, info, language) or readable(value)
    match info.shown:
        case Shown.YES_NO:
            return _flag(value)
        case Shown.BYTES if (number := _number(value)) is not None and number >= 0:
            return phrases.size(number)
        case Shown.SECONDS if (number := _number(value)) is not None and number >= 0:
            return duration(number)
        case _:
            return readable(value)


def meaning(value: JsonValue, info: FieldInfo, language: str) -> str:
    """The words for a code; empty when nobody said what it means."""
    text = str(int(value)) if isinstance(value, bool) else plain(value)
    for spelling in (text, plain(value), text.strip()):
        if spelling in info.values:
            return words(info.values[spelling], language)
    return ""


def _flag(value: JsonValue) -> str:
    text = plain(value).strip().lower()
    if text in {"0", "false", "no", "n", "f", "off", "0.0"}:
        return _("no")
    if text in {"1", "true", "yes", "y", "t", "on", "1.0", "-1"}:
        return _("yes")
    return readable(value)


def _number(value: JsonValue) -> int | None:
    if isinstance(value, bool):
        return None
    text = plain(value).strip()
    return int(text) if _WHOLE.fullmatch(text) else None


def duration(seconds: int) -> str:
    """A duration in the two largest units that count: "45 s", "12 min 5 s", "2 h 5 min", "3 d 4 h"."""
    if seconds < _MINUTE:
        return _("%(s)s s") % {"s": seconds}
    if seconds < _HOUR:
        return _("%(min)s min %(s)s s") % {"min": seconds // _MINUTE, "s": seconds % _MINUTE}
    if seconds < _DAY:
        return _("%(h)s h %(min)s min") % {"h": seconds // _HOUR, "min": seconds % _HOUR // _MINUTE}
    return _("%(d)s d %(h)s h") % {"d": phrases.number(seconds // _DAY), "h": seconds % _DAY // _HOUR}


def legend_of(info: FieldInfo, language: str) -> str:
    """What csv/fields.csv says of a field's values: `A = active; T = ended`, or the unit of its numbers."""
    if info.values:
        return "; ".join(f"{code} = {words(text, language)}" for code, text in info.values.items())
    match info.shown:
        case Shown.YES_NO:
            return _("0 = no; 1 = yes")
        case Shown.BYTES:
            return _("number of bytes")
        case Shown.SECONDS:
            return _("number of seconds")
        case None:
            return ""

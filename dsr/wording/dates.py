"""Days and months as a sentence has them in each language: 4 June 2026, 4. Juni 2026, 1er juin 2026, 4 de junho de 2026.

A table instead of Django's formats, which write months with capitals in Italian and Portuguese and zeros before days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.utils.formats import date_format
from django.utils.translation import get_language

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

# Django date formats; "E" is the form a month takes after a day.
_DAYS: Final[Mapping[str, str]] = {"de": "j. F Y", "es": r"j \d\e F \d\e Y", "pt": r"j \d\e F \d\e Y", "pl": "j E Y"}
_MONTHS: Final[Mapping[str, str]] = {"es": r"F \d\e Y", "pt": r"F \d\e Y"}
_SMALL_MONTHS: Final = frozenset({"es", "fr", "it", "nl", "pl", "pt"})


def day(value: date) -> str:
    """A date in a sentence: "4 June 2026"; day first in every language, also in English."""
    language = _language()
    text = _cased(date_format(value, _DAYS.get(language, "j F Y")), language)
    return f"1er{text[1:]}" if language == "fr" and value.day == 1 else text


def month(value: date) -> str:
    """The month of a date: "May 2026", "maio de 2026"."""
    language = _language()
    return _cased(date_format(value, _MONTHS.get(language, "F Y")), language)


def short_month(value: date) -> str:
    """The month of a date in three letters, for an axis: "Oct", "ott"."""
    return _cased(date_format(value, "M"), _language())


def short_weekday(value: date) -> str:
    """The day of the week in two or three letters: "Thu", "Do", "cz"."""
    return _cased(date_format(value, "D"), _language())


def _language() -> str:
    return (get_language() or "en").partition("-")[0]


def _cased(text: str, language: str) -> str:
    """Names of months and days have small letters except in English and German."""
    return text.lower() if language in _SMALL_MONTHS else text

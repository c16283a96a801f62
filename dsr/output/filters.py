"""Template filters of letters, reports and packages: dates, counts and sizes in the language's form."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django import template

from dsr.output import phrases

if TYPE_CHECKING:
    from datetime import date

register = template.Library()


@register.filter
def day(value: date) -> str:
    """`{{ case.received_on|day }}`: 4 May 2026."""
    return phrases.day(value)


@register.filter
def count(value: int) -> str:
    """`{{ rows|count }}`: 11,904."""
    return phrases.number(value)


@register.filter
def filesize(value: int) -> str:
    """`{{ file.size|filesize }}`: 6.2 MB."""
    return phrases.size(value)

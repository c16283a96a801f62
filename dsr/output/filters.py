"""Template filters of letters, reports and packages: dates, counts and sizes in the language's form."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from django import template
from django.utils.html import format_html

from dsr.output import phrases, upright

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

register = template.Library()
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


@register.filter
def linked(value: str) -> str:
    """`{{ sender.contact|linked }}`: an e-mail or web address of the controller as a link, anything else as text."""
    if _EMAIL.fullmatch(value):
        return format_html('<a href="mailto:{0}">{0}</a>', value)
    if value.startswith(("https://", "http://")):
        return format_html('<a href="{0}">{0}</a>', value)
    return value


@register.filter
def day(value: date) -> str:
    """`{{ case.received_on|day }}`: 4 May 2026."""
    return phrases.day(value)


@register.filter
def minute(value: datetime) -> str:
    """`{{ signed.at|minute }}`: 20 May 2026, 08:30 UTC; in the zone of the value, whose name stands beside it."""
    return f"{phrases.day(value)}, {value:%H:%M %Z}"


@register.filter
def count(value: int) -> str:
    """`{{ rows|count }}`: 11,904."""
    return phrases.number(value)


@register.filter
def records(value: int) -> str:
    """`{{ rows|records }}`: 11,904 records."""
    return phrases.records(value)


@register.filter
def datasets(value: int) -> str:
    """`{{ sets|datasets }}`: 15 data sets, after "in" or "from"."""
    return phrases.datasets(value)


@register.filter
def places(value: int) -> str:
    """`{{ item.count|places }}`: 3 places."""
    return phrases.places(value)


@register.filter
def filesize(value: int) -> str:
    """`{{ file.size|filesize }}`: 6.2 MB."""
    return phrases.size(value)


@register.filter
def runs_on(record: Sequence[tuple[str, str]]) -> bool:
    """`{% if record|runs_on %}`: whether a record is too long to be kept on one page."""
    return upright.runs_on(record)

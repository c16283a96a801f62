"""The pieces pages are made of: icons, deadline words and bars, tags, tables' pages. Built in to every template."""

from __future__ import annotations

import re
from datetime import date
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _, ngettext

register = template.Library()

_ICONS = settings.BASE_DIR / "dsr" / "static" / "vendor" / "icons"
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
# Heat of a deadline in days left: late or today, up to three, up to seven, up to a fortnight, more (ux.md 2.2).
HEAT = ((0, "late"), (3, "late"), (7, "soon"), (14, "calm"))


@lru_cache(maxsize=128)
def _icon(name: str) -> str:
    if not re.fullmatch(r"[a-z0-9-]+", name):
        raise ValueError("an icon's name has small letters, digits and hyphens")
    svg = _COMMENT.sub("", (_ICONS / f"{name}.svg").read_text(encoding="utf-8")).strip()
    inner = svg[svg.index(">") + 1 : svg.rindex("</svg>")].strip()
    return (
        '<svg class="icon" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="2" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">{inner}</svg>'
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative inline icon; the words beside it carry the meaning."""
    return mark_safe(_icon(name))  # noqa: S308 -- our own vendored file, chosen by name


@register.simple_tag
def tag(text: str, kind: str = "") -> SafeString:
    """A status in words on a coloured ground; `kind`: ok, warn, bad, info or nothing."""
    return format_html('<span class="tag{}">{}</span>', f" tag-{kind}" if kind else "", text)


def days_words(left: int) -> str:
    """`2 days overdue`, `Due today`, `5 days left`: words first, never a colour alone."""
    if left < 0:
        return ngettext("%(n)s day overdue", "%(n)s days overdue", -left) % {"n": -left}
    if left == 0:
        return _("Due today")
    return ngettext("%(n)s day left", "%(n)s days left", left) % {"n": left}


def heat(left: int) -> str:
    """The class of a deadline's words."""
    return next((name for limit, name in HEAT if left <= limit), "calm")


@register.inclusion_tag("ui/deadline.html")
def deadline(due_on: date | None, received_on: date, today: date, note: str = "") -> dict[str, Any]:
    """A deadline in words, a bar of the share of the period that is used, and the date; `due_on` None: the clock is paused."""
    if due_on is None:
        return {"paused": True, "note": note}
    left = (due_on - today).days
    whole = max(1, (due_on - received_on).days)
    used = min(100, max(0, round(100 * (today - received_on).days / whole)))
    kind = heat(left)
    bar = {"late": "meter-bad", "soon": "meter-warn"}.get(kind, "")
    return {"words": days_words(left), "kind": kind, "used": used, "bar": bar, "due_on": due_on, "note": note}


@register.filter
def widget_kind(field: Any) -> str:
    """`choices` for radios and ticks, which need a fieldset; `tick` for one box; `text` for the rest."""
    kind = getattr(field.field.widget, "input_type", "")
    if kind in {"radio"} or (kind == "checkbox" and getattr(field.field.widget, "allow_multiple_selected", False)):
        return "choices"
    return "tick" if kind == "checkbox" else "text"


@register.filter
def filesize(size: int) -> str:
    """Bytes in words: `24 kB`, `4.1 MB`."""
    value, unit = float(size), "B"
    for unit in ("B", "kB", "MB", "GB"):
        if value < 1000 or unit == "GB":  # noqa: PLR2004 -- decimal units, as file managers show them
            break
        value /= 1000
    return f"{value:.0f} {unit}" if unit in {"B", "kB"} or value >= 100 else f"{value:.1f} {unit}"  # noqa: PLR2004

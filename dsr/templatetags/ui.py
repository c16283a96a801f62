"""The pieces pages are made of: icons, deadline words and bars, tags, notices, dates. Built in to every template."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format, number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsr import wording

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from django.forms import BoundField

register = template.Library()

_ICONS = settings.BASE_DIR / "dsr" / "static" / "vendor" / "icons"
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_NAME = re.compile(r"[a-z0-9-]+")
KINDS = ("", "ok", "warn", "bad", "info")
# Heat of a deadline by days left: up to three or late, up to a week, more (ux.md 2.2). Words come first, colour second.
HEAT = ((3, "late"), (7, "soon"))
# The five classes of the bar: 0 more than a fortnight, 1 more than a week, 2 more than three days, 3 the last days, 4 today or late.
HEAT_CLASSES = ((0, 4), (3, 3), (7, 2), (14, 1))
BARS = {"late": "meter-bad", "soon": "meter-warn", "calm": ""}
_KILO = 1000
_ONE_DIGIT = 10


@lru_cache(maxsize=128)
def _icon(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError("an icon's name has small letters, digits and hyphens")
    svg = _COMMENT.sub("", (_ICONS / f"{name}.svg").read_text(encoding="utf-8")).strip()
    inner = svg[svg.index(">") + 1 : svg.rindex("</svg>")].strip()
    return (
        '<svg class="icon" viewBox="0 0 24 24" width="20" height="20" fill="none" stroke="currentColor" stroke-width="2" '
        f'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">{inner}</svg>'
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    """A decorative inline icon; the words beside it carry the meaning. An unknown name raises FileNotFoundError."""
    return mark_safe(_icon(name))  # noqa: S308 -- our own vendored file, chosen by name


def _known(kind: str) -> str:
    """The kind if there is one of that name; a typing error in a template must not pass as plain grey."""
    if kind not in KINDS:
        raise ValueError(f"unknown kind {kind!r}: one of {', '.join(filter(None, KINDS))}")
    return kind


@register.simple_tag
def tag(text: str, kind: str = "") -> SafeString:
    """A status in words on a coloured ground; `kind`: ok, warn, bad, info or nothing."""
    return format_html('<span class="tag{}">{}</span>', f" tag-{kind}" if _known(kind) else "", text)


@register.simple_block_tag
def notice(content: str, kind: str = "info") -> SafeString:
    """A paragraph the reader must not miss, with a bar in the colour of `kind` (ok, warn, bad, info)."""
    return format_html(
        '<div class="notice{}">{}</div>', "" if _known(kind) in {"", "info"} else f" notice-{kind}", content
    )


@register.inclusion_tag("ui/empty.html")
def empty(title: str, text: str = "", icon_name: str = "inbox") -> dict[str, str]:
    """What a list shows when it has nothing: a sentence, and what to do about it."""
    return {"title": title, "text": text, "icon_name": icon_name}


@register.inclusion_tag("ui/timeline.html")
def timeline(items: Sequence[Any]) -> dict[str, Sequence[Any]]:
    """Steps done, the one going on and those to come: mappings or objects with state (done, now, next), title, when, text."""
    return {"items": items}


@register.inclusion_tag("ui/pagination.html", takes_context=True)
def pagination(context: template.RequestContext, page: Any) -> dict[str, Any]:
    """Which rows are shown of how many, with links that keep the filters of the address."""
    return {"page": page, "request": context.request}


def days_words(left: int) -> str:
    """`2 days overdue`, `Due today`, `5 days left`: words first, never a colour alone. `left` in calendar days."""
    if left < 0:
        return ngettext("%(n)s day overdue", "%(n)s days overdue", -left) % {"n": -left}
    if left == 0:
        return _("Due today")
    return ngettext("%(n)s day left", "%(n)s days left", left) % {"n": left}


def heat(left: int) -> str:
    """The class of a deadline's words for `left` calendar days."""
    return next((name for limit, name in HEAT if left <= limit), "calm")


def heat_class(left: int) -> int:
    """The class of a deadline's bar for `left` calendar days, 0 (calm) to 4 (today or late)."""
    return next((number for limit, number in HEAT_CLASSES if left <= limit), 0)


def _period(due_on: date, received_on: date, today: date) -> dict[str, Any]:
    """What both forms of a deadline show; `used` is the share of the period that is over, in percent."""
    left = (due_on - today).days
    whole = max(1, (due_on - received_on).days)
    used = min(100, max(0, round(100 * (today - received_on).days / whole)))
    kind = heat(left)
    return {
        "words": days_words(left),
        "kind": kind,
        "used": used,
        "bar": BARS[kind],
        "heat": heat_class(left),
        "due_on": due_on,
    }


_METER = (
    '<svg class="meter" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
    '<rect class="meter-back" width="100" height="8"/><rect class="meter-fill {}" width="{}" height="8"/></svg>'
)


@register.simple_tag
def deadline(
    due_on: date | None, received_on: date, today: date, note: str = "", projected: date | None = None
) -> SafeString:
    """For a row of a list: words, a bar of the share that is used, the date; `due_on` None: the clock stands still.

    Then `projected`, the date it would have if it went on today, gives the bar. Written here and not in a template, because a page
    has fifty of them.
    """
    day_meant = due_on or projected
    period = _period(day_meant, received_on, today) if day_meant else None
    bar = format_html(_METER, period["bar"], period["used"]) if period else ""
    if due_on is None or period is None:
        words, kind = _("Clock stopped"), "soon"
        below = format_html('<span class="deadline-note">{}</span>', note) if note else ""
    else:
        words, kind = period["words"], period["kind"]
        told = f"{wording.day(due_on)} · {note}" if note else wording.day(due_on)
        below = format_html('<time class="deadline-note" datetime="{}">{}</time>', due_on.isoformat(), told)
    heated = f" heat-{period['heat']}" if period else ""
    return format_html(
        '<span class="deadline{}"><span class="{}">{}</span>\n{}\n{}</span>', heated, kind, words, bar, below
    )


@register.inclusion_tag("ui/deadline_large.html")
def deadline_large(due_on: date | None, received_on: date, today: date, note: str = "") -> dict[str, Any]:
    """The same for the card of one case: large words, the date spelled out with its weekday, the bar."""
    if due_on is None:
        return {"paused": True, "note": note}
    return {**_period(due_on, received_on, today), "note": note}


@register.filter
def day(value: date | None) -> str:
    """A date spelled out as everywhere in the product: `22 December 2026`, `22. Dezember 2026`."""
    return wording.day(value) if value else ""


@register.filter
def weekday(value: date | None) -> str:
    """A date with its day of the week, for people who plan: `Tue 22 December 2026`."""
    return wording.day_with_weekday(value) if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """Date and time in the controller's zone: `22 November 2026, 10:14`."""
    if not value:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{wording.day(local.date())}, {date_format(local, 'H:i')}"


@register.filter
def stamp(value: datetime | None) -> str:
    """The same as `moment` inside `<time datetime>`, for machines as well."""
    if not value:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return format_html('<time datetime="{}">{}</time>', local.isoformat(timespec="minutes"), moment(value))


@register.filter
def initials(name: str) -> str:
    """`Mara Example` -> `ME`, for the round mark of a member of staff."""
    words = [word for word in str(name).replace("-", " ").split() if word[0].isalnum()]
    return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


@register.filter
def filesize(size: int) -> str:
    """Bytes in words, in decimal units as file managers show them: `812 bytes`, `24 kB`, `4.1 MB`."""
    if size < _KILO:
        return ngettext("%(n)s byte", "%(n)s bytes", size) % {"n": size}
    value, units = size / _KILO, iter(("kB", "MB", "GB", "TB"))
    unit = next(units)
    while round(value) >= _KILO:
        value, unit = value / _KILO, next(units)
    places = 0 if unit == "kB" or value >= _ONE_DIGIT else 1
    return f"{number_format(round(value, places), decimal_pos=places)} {unit}"


@register.filter
def widget_kind(field: BoundField) -> str:
    """How a field is grouped: `choices` (radios, ticks) and `parts` (several boxes) need a fieldset, `tick` is one box, or `text`."""
    widget = field.field.widget
    kind = getattr(widget, "input_type", "")
    if kind == "radio" or (kind == "checkbox" and getattr(widget, "allow_multiple_selected", False)):
        return "choices"
    if getattr(widget, "widgets", None):
        return "parts"
    return "tick" if kind == "checkbox" else "text"


@register.filter
def first_id(field: BoundField) -> str:
    """The id of the first box a person can type into or tick: where a link of the error summary leads."""
    if widget_kind(field) in {"choices", "parts"}:
        return f"{field.auto_id}_0"
    return field.id_for_label


@register.simple_tag
def question(field: BoundField) -> SafeString:
    """The only field of a page: its label or legend is the page's h1, so that the question is said once (ux.md 1.1)."""
    renderer = field.form.renderer
    name = field.template_name  # the field's own or the renderer's, as for as_field_group()
    return mark_safe(renderer.render(name, {"field": field, "page": True}))  # noqa: S308 -- rendered by Django's template

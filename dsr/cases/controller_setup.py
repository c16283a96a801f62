"""Changing what a controller says of itself and how its dates are counted: by section, checked, an event of the set-up chain."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from dsr.cases import clock
from dsr.cases.duties import Duty
from dsr.cases.letter_facts import FACTS
from dsr.cases.perform import RefusedError, insist
from dsr.cases.setup import differences, record_setup
from dsr.law.calendars import UnknownPlaceError, parse_place
from dsr.law.workflow import Refusal
from dsr.models import Case, Controller

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from dsr.law.workflow import Actor
    from dsr.models import SetupEvent

LONGEST_TEXT: Final = 1000
LOOKED_AT: Final = 200
"""Open cases whose new dates a preview computes one by one; of more it says how many are counted anew, and no more."""
DECISION: Final = ("name", "logic", "effect")
TRANSFER: Final = ("recipient", "country", "safeguard", "copy_from")


class Section(StrEnum):
    """What is changed together: one form, one duty, one event."""

    FACTS = "facts"
    PERIODS = "periods"
    PLACE = "place"
    STATEMENTS = "statements"


@dataclass(frozen=True, slots=True)
class _Rules:
    """The columns of a section, who may change them, and whether the dates of open cases follow them."""

    fields: tuple[str, ...]
    duty: Duty
    dates: bool = False
    reason: bool = False


SECTIONS: Final[Mapping[Section, _Rules]] = {
    Section.FACTS: _Rules((*FACTS, "notice_version"), Duty.WORD_LETTERS),
    Section.PERIODS: _Rules(
        ("buffer_days", "cooling_hours", "approval_days", "package_days", "backup_days"), Duty.PERIODS, dates=True
    ),
    # No. 26: jurisdiction and calendar are the data protection officer's, with a reason.
    Section.PLACE: _Rules(
        ("country", "subdivision", "holiday_scope", "timezone"), Duty.CALENDAR, dates=True, reason=True
    ),
    Section.STATEMENTS: _Rules(("automated_decisions", "transfers", "backups"), Duty.WORD_LETTERS),
}
_MOVING: Final = frozenset({"country", "subdivision", "holiday_scope", "timezone", "buffer_days"})
_RANGES: Final[Mapping[str, tuple[int, int]]] = {
    "buffer_days": (0, 27),
    "cooling_hours": (0, 168),
    "approval_days": (1, 60),
    "package_days": (7, 90),
    "backup_days": (1, 3660),
}


@dataclass(frozen=True, slots=True)
class Touched:
    """What a change does to open cases: how many are counted anew, and of the first `looked_at` how many get other dates."""

    open: int
    looked_at: int
    earlier: int
    later: int
    held: int
    """Dates that would become later, and stay because the person was told the earlier one (no. 26)."""


@transaction.atomic
def change(
    *,
    controller: Controller,
    section: Section,
    values: Mapping[str, Any],
    actor: Actor,
    now: datetime,
    note: str = "",
) -> SetupEvent | None:
    """Set columns of one section; None when nothing differs. What a sent letter says stays as it was.

    Where dates follow (time zone, place, holidays, buffer), the next ticks count every open case anew, never to a later day
    than the person was told (rules 1.3, no. 26). RefusedError: role, a value that cannot be, a missing reason. KeyError for
    a column of another section.
    """
    rules = SECTIONS[section]
    insist(actor, rules.duty)
    if unknown := set(values) - set(rules.fields):
        raise KeyError(min(unknown))
    row = Controller.objects.select_for_update(no_key=True).get(pk=controller.pk)
    changes = differences({name: getattr(row, name) for name in values}, _clean(values))
    if not changes:
        return None
    if rules.reason and not note.strip():
        raise RefusedError(Refusal("reason_missing", {}))
    for name, (_before, after) in changes.items():
        setattr(row, name, after)
    check(row, changes)
    Controller.objects.filter(pk=row.pk).update(**{name: after for name, (_before, after) in changes.items()})
    recount = Case.objects.of(row).open().update(calendar_version="") if _MOVING & changes.keys() else 0
    controller.refresh_from_db()
    data = {"section": section.value, "changes": changes} | ({"cases": recount} if recount else {})
    return record_setup(
        controller=controller, kind="controller_changed", actor=actor, now=now, data=data, note=note.strip()
    )


def _clean(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value.strip() if isinstance(value, str) else value for name, value in values.items()}


def check(row: Controller, names: Mapping[str, Any]) -> None:
    """RefusedError unless the columns `names` of this unsaved controller can be as they are."""
    others = [field.name for field in Controller._meta.fields if field.name not in names]  # noqa: SLF001 -- documented Django
    try:
        row.clean_fields(exclude=others)
    except ValidationError as error:
        raise RefusedError(Refusal("setting_wrong", {"field": min(error.message_dict)})) from None
    for name, (least, most) in _RANGES.items():
        if name in names and not least <= getattr(row, name) <= most:
            raise RefusedError(Refusal("setting_range", {"least": least, "most": most}))
    if {"country", "subdivision"} & names.keys():
        try:
            parse_place(row.place)
        except UnknownPlaceError:
            raise RefusedError(Refusal("place_unknown", {"place": row.place})) from None
    for name, keys in (("automated_decisions", DECISION), ("transfers", TRANSFER)):
        if name in names and not _stated(getattr(row, name), keys):
            raise RefusedError(Refusal("statement_incomplete", {}))
    if row.backups is not None and "backups" in names and not any(row.backups.values()):
        raise RefusedError(Refusal("statement_incomplete", {}))


def _stated(rows: Any, keys: tuple[str, ...]) -> bool:
    """Nothing said yet, nothing to state, or every statement with each of its parts."""
    if rows is None:
        return True
    return all(all(0 < len(str(one.get(key, "")).strip()) <= LONGEST_TEXT for key in keys) for one in rows)


def touched(*, controller: Controller, values: Mapping[str, Any], now: datetime) -> Touched:
    """What saving `values` would do to the dates of open cases; writes nothing. RefusedError for values that cannot be."""
    changed = {name: value for name, value in _clean(values).items() if getattr(controller, name) != value}
    if not _MOVING & changed.keys():
        return Touched(0, 0, 0, 0, 0)
    then = Controller.objects.get(pk=controller.pk)
    for name, value in changed.items():
        setattr(then, name, value)
    check(then, changed)
    rows = Case.objects.of(controller).open()
    total = rows.count()
    if total > LOOKED_AT:
        return Touched(total, 0, 0, 0, 0)
    earlier = later = held = 0
    for case in rows.select_related("request").prefetch_related("suspensions").defer("sealed", "request__sealed"):
        case.controller = then
        fresh = clock.recomputed(case, now=now)
        told = clock.never_later_than_told(case, fresh)
        held += told["due_on"] != fresh["due_on"]
        before, after = case.act_by_on, told["act_by_on"]
        if before and after:
            earlier += after < before
            later += after > before
    return Touched(total, total, earlier, later, held)

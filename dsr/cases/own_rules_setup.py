"""Changing a controller's own ladder and its own retention rows (rules 1.7, 3.4.4): checked, and an event of the set-up chain.

The tables in `dsr.law` stay as they are; what is written here goes before them (`dsr.cases.own_rules`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F

from dsr.cases.duties import Duty
from dsr.cases.own_rules import ladder_of
from dsr.cases.perform import RefusedError, insist
from dsr.cases.setup import differences, record_setup
from dsr.law.ladder import LADDER, Anchor, RungCode
from dsr.law.retention import Mark
from dsr.law.terms import Role
from dsr.law.workflow import Refusal
from dsr.models import Case, LadderRow, RetentionRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from dsr.law.ladder import Rung
    from dsr.law.workflow import Actor
    from dsr.models import Controller, RowId, SetupEvent

TOLD: Final = (Role.HANDLER, Role.REVIEWER, Role.LEAD, Role.DPO)
"""Who may stand on a rung. The rungs of the system are law: the acknowledgement, and what follows a date that passed."""
EARLIEST: Final = -27
TUNED: Final = tuple(rung.code for rung in LADDER if Role.SYSTEM not in rung.roles)
MOVED: Final = tuple(
    rung.code for rung in LADDER if rung.anchor is Anchor.ACT_BY and rung.days < 0 and rung.code in TUNED
)
"""Rungs whose day may change; the others have theirs from the law (T-13) or from what they are for (the last day)."""
RETENTION: Final = ("country", "document_class", "months", "start", "statute", "bound", "valid_from", "valid_to")


@transaction.atomic
def set_ladder(
    *,
    controller: Controller,
    days: Mapping[RungCode, int],
    roles: Mapping[RungCode, Sequence[Role]],
    actor: Actor,
    now: datetime,
) -> SetupEvent | None:
    """Give the controller its own ladder: `days` before the act-by date for MOVED, `roles` for TUNED; None when nothing differs.

    The next tick looks at every open case with it; a rung that was climbed is not climbed again. RefusedError: role, a day
    that makes no sense, rungs in the wrong order, a rung for nobody.
    """
    insist(actor, Duty.LADDER)
    before = ladder_of(controller)
    after = [_tuned(rung, days, roles) for rung in LADDER]
    given = [row["days"] for row in after if row["code"] in MOVED]
    if any(not EARLIEST <= day < 0 for day in given) or given != sorted(given) or len(set(given)) != len(given):
        raise RefusedError(Refusal("ladder_days", {"earliest": -EARLIEST}))
    if any(not row["roles"] for row in after):
        raise RefusedError(Refusal("ladder_nobody", {}))
    changes = differences({rung.code.value: _said(rung.days, rung.roles) for rung in before}, _all_said(after))
    if not changes:
        return None
    LadderRow.objects.of(controller).delete()
    if _all_said(after) != {rung.code.value: _said(rung.days, rung.roles) for rung in LADDER}:
        LadderRow.objects.bulk_create(LadderRow(controller=controller, **row) for row in after)
    Case.objects.of(controller).open().filter(next_rung_on__isnull=False).update(next_rung_on=F("received_on"))
    return record_setup(controller=controller, kind="ladder_changed", actor=actor, now=now, data={"changes": changes})


def _tuned(rung: Rung, days: Mapping[RungCode, int], roles: Mapping[RungCode, Sequence[Role]]) -> dict[str, Any]:
    told = roles.get(rung.code, rung.roles) if rung.code in TUNED else rung.roles
    if rung.code in TUNED:
        told = [role for role in TOLD if role in told]
    return {
        "code": rung.code,
        "anchor": rung.anchor,
        "days": days.get(rung.code, rung.days) if rung.code in MOVED else rung.days,
        "roles": [role.value for role in told],
        "states": sorted(state.value for state in rung.states),
    }


def _said(days: int, roles: Sequence[Role | str]) -> str:
    """A rung in the event: its days, then who hears of it."""
    return f"{days}: {', '.join(sorted(str(role) for role in roles))}"


def _all_said(rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    return {row["code"].value: _said(row["days"], row["roles"]) for row in rows}


@transaction.atomic
def add_retention(*, controller: Controller, values: Mapping[str, Any], actor: Actor, now: datetime) -> RetentionRow:
    """Add an own retention row; it goes before the row of the law for the same country, class and days.

    Whoever enters it answers for it, so it has the mark V: a deletion may rest on it (4.0.11). RefusedError: role, a row
    without statute, days in the wrong order, a row that overlaps another own one.
    """
    insist(actor, Duty.RETENTION)
    row = RetentionRow(controller=controller, mark=Mark.VERIFIED, **{name: values[name] for name in RETENTION})
    row.statute = row.statute.strip()
    if row.valid_from and row.valid_to and row.valid_to < row.valid_from:
        raise RefusedError(Refusal("retention_days", {}))
    try:
        row.clean_fields()
    except ValidationError as error:
        raise RefusedError(Refusal("setting_wrong", {"field": min(error.message_dict)})) from None
    if _overlapping(row):
        raise RefusedError(Refusal("retention_overlaps", {}))
    row.save(force_insert=True)
    data = {"row": str(row.pk), "changes": {name: [None, values[name]] for name in RETENTION}}
    record_setup(controller=controller, kind="retention_row_added", actor=actor, now=now, data=data)
    return row


def _overlapping(row: RetentionRow) -> bool:
    """Whether another own row answers for some of the same days; the first found would win, which nobody could see."""
    for other in RetentionRow.objects.of(row.controller).filter(country=row.country, document_class=row.document_class):
        begins_before_end = not (other.valid_to and row.valid_from) or row.valid_from <= other.valid_to
        ends_after_begin = not (other.valid_from and row.valid_to) or row.valid_to >= other.valid_from
        if begins_before_end and ends_after_begin:
            return True
    return False


@transaction.atomic
def remove_retention(*, controller: Controller, row_id: RowId, actor: Actor, now: datetime) -> None:
    """Take an own retention row back: the law's row counts again. Nothing happens when it is gone already."""
    insist(actor, Duty.RETENTION)
    row = RetentionRow.objects.of(controller).filter(pk=row_id).first()
    if row is None:
        return
    data = {"row": str(row.pk), "changes": {name: [getattr(row, name), None] for name in RETENTION}}
    row.delete()
    record_setup(controller=controller, kind="retention_row_removed", actor=actor, now=now, data=data)

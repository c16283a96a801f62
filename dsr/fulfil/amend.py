"""Rectification in the stores: plan over all of them, apply and read back each, look again later (R-01, R-02, R-06, 5.2 no. 5).

Only `apply` writes, and only an approved plan. A value that does not fit is refused while planning, with the reason for each
field; a value that somebody changed meanwhile makes the plan stale before anything is written.
"""

from __future__ import annotations

import hashlib
import secrets
from typing import TYPE_CHECKING, Any

import phonenumbers
from django.utils.translation import gettext as _

from dsr.cases import correction_plans, corrections, plans, rechecks
from dsr.cases.scope import stores_of
from dsr.fulfil import amend_shown, contact, erase
from dsr.fulfil.amend_values import NOT_CAPABLE
from dsr.fulfil.carrying import counted
from dsr.fulfil.journal import RowJournal
from dsr.fulfil.locate import NeedsPersonError, row_keys, subject_of
from dsr.fulfil.stores import open_by_name
from dsr.models import Plan, Task
from dsr.models import Subject as SubjectRow
from dsr.vault import canonical
from exporters.amending import RECTIFICATION
from exporters.contract import (
    Applies,
    Change,
    Confirms,
    Permanent,
    PlanBlocked,
    Plans,
    Problem,
    RowKey,
    Severity,
    Temporary,
    lines_from_json,
)
from exporters.registry import capable

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from dsr.cases.corrections import Value
    from dsr.models import Case
    from exporters.contract import PlanLine

_COUNTRY = 2
"""Letters of a country's code."""


def plan(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Operation `plan`: what a correction would write in every store, under one hash. Reads only.

    NeedsPersonError `plan_blocked` where a value does not fit; the task's result names each field and the reason.
    """
    case = task.case
    content = SubjectRow.objects.select_related("request").get(request=case.request).content()
    made = amend_shown.Drafted()
    problems: list[Problem] = []
    for store, (changes, values) in _wanted(case).items():
        check()
        exporter = open_by_name(case.controller, store)
        problems += _unknown_countries(store, values)
        if not capable(exporter, Plans) or not capable(exporter, Applies):
            made.by_hand(case, store, values)
            continue
        subject = subject_of(case.request, content["identifiers"])
        try:
            lines = exporter.plan(subject, row_keys(content, store), right=RECTIFICATION, now=now, changes=changes)
        except PlanBlocked as error:
            problems += error.problems
            continue
        made.add(case, store, exporter, lines, values)
    if problems:
        found = [{"place": one.place, "code": one.code, "detail": one.detail} for one in problems]
        Task.objects.filter(pk=task.pk).update(result={"problems": found})
        raise NeedsPersonError("plan_blocked", ", ".join(sorted({f"{one.place} ({one.code})" for one in problems})))
    for store, sentence in amend_shown.statements(case):
        made.hand.setdefault(store, []).append(sentence)
    old = _old_contact(case, content, now) if corrections.tells_old_contact(case) else None
    if old == "":
        first = next(iter(made.stores or made.hand), "")
        made.hand.setdefault(first, []).append(
            _(
                "No e-mail address is on file. Tell her of the change at the old address or number before the new one is used."
            )
        )
    kept: dict[str, Any] = {"stores": made.stores, "shown": made.shown, "hand": made.hand}
    kept |= {"tells_old": old is not None, "old_contact": old or ""}
    # What was read and what people are asked to do is approved too; the salt keeps short values from being guessed.
    kept["salt"] = secrets.token_hex(16)
    made.hashes.append(["", hashlib.sha256(canonical(kept)).hexdigest()])

    def effect() -> None:
        correction_plans.keep(case=case, content=kept, summary=made.summary, hashes=made.hashes, now=now)

    return {"lines": len(made.summary)}, effect


def _wanted(case: Case) -> dict[str, tuple[tuple[Change, ...], list[tuple[Value, str]]]]:
    """By store: what is to change there, row by row, and the same for people to read."""
    sheet = corrections.sheet_of(case)
    values = corrections.values_of(sheet)
    found: dict[str, tuple[tuple[Change, ...], list[tuple[Value, str]]]] = {}
    for item in corrections.decided_of(sheet):
        for at, new in item.fields:
            one = values[at]
            changes, shown = found.get(one.store, ((), []))
            more = tuple(Change(RowKey(one.dataset, key), one.column, new) for key in one.keys)
            found[one.store] = (*changes, *more), [*shown, (one, new)]
    return found


def _unknown_countries(store: str, values: list[tuple[Value, str]]) -> list[Problem]:
    """A country that does not exist, in a column that holds codes of countries: a database would take it."""
    return [
        Problem(Severity.ERROR, "unknown_country", f"{store}.{one.dataset}.{one.column}", _("write its code, like DE"))
        for one, new in values
        if one.column.lower().endswith("country")
        and len(one.value or "") == _COUNTRY
        and new not in phonenumbers.SUPPORTED_REGIONS
    ]


def _old_contact(case: Case, content: dict[str, Any], now: datetime) -> str:
    """The e-mail address on file before anything changes; its store remembers it, so that the new one counts as new (I-07)."""
    found = ""
    for item in content.get("identifiers", []):
        if item["kind"] != "customer_number" or item.get("store") not in stores_of(case.controller):
            continue
        where = {"controller": case.controller, "store": item["store"], "customer_number": item["value"]}
        held = contact.on_file(case.controller, item["store"], item["value"])
        for kind in ("email", "phone"):
            if getattr(held, kind):
                contact.new_until(held, kind, now=now, **where)
        found = found or held.email
    return found


def apply(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Operation `apply` of a rectification: write one store's lines of the approved plan, and read them back.

    StoppedError when the case does not want it any more; Permanent `plan_stale` sends the case back for another plan.
    """
    case = task.case
    approved = correction_plans.in_force(case)
    if approved is None:
        raise plans.StoppedError
    exporter = open_by_name(case.controller, task.store)
    if not capable(exporter, Applies):
        raise NeedsPersonError(NOT_CAPABLE, task.store)
    lines = lines_from_json(approved.content()["stores"][task.store])
    begun: list[bool] = []

    def look() -> None:
        check()
        if not begun:
            correction_plans.begin_store(task=task, plan_id=approved.pk, now=now)
        else:
            correction_plans.look_again(case=case, plan_id=approved.pk, store=task.store)
        begun.append(True)

    try:
        counts = _written(exporter, lines, str(approved.pk), look, RowJournal(approved, task.store), now)
    except Permanent as error:
        if error.code == "plan_stale":
            erase.back_for_a_new_plan(case, error, now)
        raise
    return {**counts, "plan_sha256": approved.sha256}, lambda: None


def _written(  # noqa: PLR0917 -- private, two callers
    exporter: Any,
    lines: tuple[PlanLine, ...],
    approval: str,
    look: Callable[[], None],
    journal: RowJournal | None,
    now: datetime,
) -> dict[str, Any]:
    outcomes = exporter.apply(lines, approval=approval, now=now, check=look, journal=journal)
    differs = [done for done in exporter.confirm(lines) if done.differs] if capable(exporter, Confirms) else []
    if differs:
        # Somebody wrote over it between our write and our reading; the next try sees whether that is the old value again.
        raise Temporary("changed_since", lines[differs[0].line].store)
    return counted(lines, outcomes)


def recheck(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Operation `recheck`: read the corrected fields of one store again (SC-08: the nightly feed does not restore the old value).

    Anything else than what was written leaves the task with a person, and the office is told.
    """
    found = rechecks.plan_to_read(task.case, task.store)
    if found is None:
        return {"rows": 0}, lambda: None
    exporter = open_by_name(task.case.controller, task.store)
    if not capable(exporter, Confirms):
        raise NeedsPersonError(NOT_CAPABLE, task.store)
    check()
    lines = lines_from_json(found.content()["stores"].get(task.store, []))
    confirmed = exporter.confirm(lines)
    places = sorted({lines[done.line].dataset for done in confirmed if done.differs})
    differs = sum(done.differs for done in confirmed)
    if differs:
        rechecks.came_back(case=task.case, plan=found, store=task.store, differs=differs, places=places, now=now)
        raise NeedsPersonError("came_back", ", ".join(f"{task.store}.{name}" for name in places))

    def effect() -> None:
        rechecks.holds(case=task.case, plan=found, store=task.store, now=now)

    return {"rows": sum(done.holds for done in confirmed), "gone": sum(done.gone for done in confirmed)}, effect


def write_again(task: Task, check: Callable[..., None], *, now: datetime) -> tuple[dict[str, Any], Callable[[], None]]:
    """Operation `write_again`: the approved values once more, where the old ones came back; the same plan, the same check.

    What stands there must be what stood there when the plan was approved: any third value is a person's to judge.
    """
    found: Plan | None = rechecks.plan_to_read(task.case, task.store)
    if found is None:
        raise plans.StoppedError
    exporter = open_by_name(task.case.controller, task.store)
    lines = lines_from_json(found.content()["stores"].get(task.store, []))

    def look() -> None:
        check()
        rechecks.look_again(case=task.case, plan=found, store=task.store)

    try:
        # Without the journal of the first time, which says that everything is done.
        counts = _written(exporter, lines, str(found.pk), look, None, now)
    except Permanent as error:
        if error.code == "plan_stale":
            raise NeedsPersonError("third_value", error.place) from None
        raise

    def effect() -> None:
        rechecks.written_again(case=task.case, plan=found, store=task.store, now=now)

    return {**counts, "plan_sha256": found.sha256}, effect

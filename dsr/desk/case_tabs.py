"""Which pages a case has: by its right, its state and who looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext as _

from dsr.cases import by_hand, recipient_notices
from dsr.desk.access import Duty, Sight, duty_refusal, sees
from dsr.fulfil.locate import COPIES
from dsr.law.decisions import BY_DECISION
from dsr.law.rights import FEE, Right
from dsr.law.workflow import BEFORE_COLLECTING, OPEN, State

if TYPE_CHECKING:
    from dsr.desk.access import DeskRequest
    from dsr.models import Case


def plan_url(case: Case) -> str:
    """Where the plan of a right that changes stores is made and decided; empty when there is nothing to plan yet."""
    if Right(case.right) is not Right.ERASURE or State(case.state) in BEFORE_COLLECTING | {State.COLLECTING}:
        return ""
    return reverse("desk:plan", args=[case.pk])


def tabs_of(request: DeskRequest, case: Case, current: str) -> list[dict[str, Any]]:
    """The pages of a case this person may open, in their order; `current` is the one that is open."""
    names = {
        "case": _("Overview"),
        "messages": _("Messages"),
        "letters": _("Letters"),
        "files": _("Files"),
        "decision": _("Sign-offs"),
        "notes": _("Notes"),
        "history": _("History"),
    }
    if not sees(request.actor, Sight.PERSON):
        del names["messages"], names["notes"]
    if duty_refusal(request.actor, Duty.AUTHORITY) is None:
        names["authority"] = _("Authority’s matters")
    if duty_refusal(request.actor, Duty.EVIDENCE_PACK) is None:
        names["evidence-packs"] = _("For the authority")
    if sees(request.actor, Sight.PERSON) and plan_url(case):
        names = {"case": names.pop("case"), "plan": _("Plan"), **names}
    if sees(request.actor, Sight.PERSON):
        own = _own_tabs(case)
        if "decide" in own:  # where the work is stands beside the overview, as a plan does
            names = {"case": names.pop("case"), "decide": own.pop("decide"), **names}
        names |= own
    if Right(case.right) is Right.ERASURE and case.first_applied_at:
        names["after-erasure"] = _("After the erasure")
    if Right(case.right) is Right.PORTABILITY and sees(request.actor, Sight.DATA):
        names = {"case": names.pop("case"), "transmission": _("Transmission"), **names}
    if Right(case.right) in COPIES and sees(request.actor, Sight.DATA):
        names["redaction"] = _("Redaction")
    return [
        {"url": reverse(f"desk:{name}", args=[case.pk]), "label": label, "current": name == current}
        for name, label in names.items()
    ]


def _own_tabs(case: Case) -> dict[str, str]:
    """Pages that only some rights have: what is decided in words, what people change by hand, Art. 12(5)."""
    names = {}
    right, state = Right(case.right), State(case.state)
    if state in OPEN:
        names["consultation"] = _("Consultation")
    if right is Right.RECTIFICATION and state not in BEFORE_COLLECTING | {State.COLLECTING}:
        names["corrections"] = _("Corrections")
    if right in BY_DECISION and state not in BEFORE_COLLECTING | {State.COLLECTING}:
        names["decide"] = _("Decide")
    if any(task.operation == by_hand.OPERATION for task in case.tasks.all()) or right is Right.AUTOMATED_DECISION:
        names["by-hand"] = _("By hand")
    if right in recipient_notices.CHANGES and (state is State.NOTIFYING or case.closed_at):
        names["case-recipients"] = _("Recipients")
    if right in FEE and state in OPEN:
        names["evidence"] = _("Unfounded or excessive")
    return names

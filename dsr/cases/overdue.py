"""A case that is late: reported by the table once, with an incident for the authority and L-19 to the person (no. 23, 4.0.6)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import translation
from django.utils.translation import gettext as _

from dsr import wording
from dsr.cases import letters
from dsr.cases.actors import SYSTEM
from dsr.cases.clock import local_date
from dsr.cases.own_rules import calendar_of
from dsr.cases.perform import RefusedError, perform
from dsr.law.letter_elements import Element
from dsr.law.letters import LetterCode
from dsr.law.workflow import Action, Refusal
from dsr.models import Case, Incident

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date, datetime

# The new day L-19 names: short, because the time of the law is over. A policy.
PROMISE = timedelta(days=14)


def report(*, case: Case, now: datetime, next_rung_on: date | None, data: Mapping[str, Any]) -> Case:
    """Report a late case; never closes it. The caller holds the transaction. RefusedError when it is not late after all."""
    moved = perform(
        case_id=case.pk,
        action=Action.REPORT_OVERDUE,
        actor=SYSTEM,
        now=now,
        seen_version=case.version,
        changes={"next_rung_on": next_rung_on},
        data={**data, "due_on": case.due_on, "letter": LetterCode.OVERDUE_NOTICE.value},
        extra_facts={"letter_ready": True},
    )
    if moved.due_on is None:
        raise RefusedError(Refusal("not_overdue", {}))
    Incident.objects.create(
        controller=moved.controller, case=moved, kind=Incident.Kind.OVERDUE, due_on=moved.due_on, opened_at=now
    )
    _apologise(moved, moved.due_on, now)
    return moved


def promised_on(case: Case, now: datetime) -> date:
    """The working day by which L-19 promises the answer."""
    return calendar_of(case.controller).roll(local_date(case.controller, now) + PROMISE)


def _apologise(case: Case, due_on: date, now: datetime) -> None:
    """L-19: sorry, where it stands, a new date, where to complain (5.1)."""
    with translation.override(case.request.language):
        until = wording.day(promised_on(case, now))
        elements = {
            Element.APOLOGY: _("We had to answer you by %(date)s and have not. We are sorry.")
            % {"date": wording.day(due_on)},
            Element.CASE_STATE: _("Where it stands: %(state)s.")
            % {"state": wording.subject_state(case.state, case.right).headline},
            Element.NEW_DATE: _("You will have our answer by %(date)s.") % {"date": until},
        }
    letters.send(case=case, code=LetterCode.OVERDUE_NOTICE, elements=elements, now=now)

"""The early ends and the extension: withdrawn, refused, extended; each with its letter and with what the law asks before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dsr import wording
from dsr.cases import clock, letters, pauses, tasks
from dsr.cases.perform import perform, staff_id
from dsr.law.letter_elements import Element
from dsr.law.letters import REFUSALS, LetterCode, Outcome
from dsr.law.rights import Right
from dsr.law.workflow import Action, Actor
from dsr.models import Case, RowId

if TYPE_CHECKING:
    from datetime import date, datetime

    from dsr.cases.letter_content import Elements


@transaction.atomic
def withdraw(
    *,
    case_id: RowId,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    proof: str = "",
    paragraph: str = "",
) -> Case:
    """The person takes the request back, herself in the portal or in writing to staff (`proof` says where it is kept).

    Not once the first line of a plan is applied (4.2 no. 19, 4.0.1). L-18 confirms; a new request is possible at any time.
    """
    case = Case.objects.select_related("controller", "request").get(pk=case_id)
    pauses.end(case=case, now=now)
    case = perform(
        case_id=case_id,
        action=Action.WITHDRAW,
        actor=actor,
        now=now,
        seen_version=seen_version,
        data={"letter": LetterCode.WITHDRAWAL_CONFIRMED.value},
        note=proof,
        extra_facts={"withdrawal_confirmed": bool(proof.strip())},
    )
    tasks.cancel_open(case=case)
    letters.send(
        case=case, code=LetterCode.WITHDRAWAL_CONFIRMED, elements={}, paragraph=paragraph, actor=actor, now=now
    )
    return case


def _sentence(text: str) -> str:
    """The text with a full stop; some grounds have their own."""
    return text if text.endswith((".", "!", "?")) else f"{text}."


@transaction.atomic
def refuse(
    *,
    case_id: RowId,
    ground: str,
    reason: str,
    advice: str,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    paragraph: str = "",
    balancing: str = "",
    **facts: Any,
) -> Case:
    """Refuse with a ground, reasons in fact and what the person can do, on or before the first-month date (T-19, T-20).

    The letter with authority and court is written in the same transaction, that of the right (L-07, L-10, L-15); an
    incomplete one refuses the whole. `balancing` says how the reasons of an objection were weighed. What 12(5) and a late
    refusal ask for is on file (`dsr.cases.consultation`); `facts` are those of the form (`late_refusal`).
    """
    case = Case.objects.select_related("controller", "request").get(pk=case_id)
    pauses.end(case=case, now=now)
    code = REFUSALS[Right(case.right)]
    case = perform(
        case_id=case_id,
        action=Action.REFUSE,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes={
            "ground": ground,
            "decider_id": staff_id(actor),
            **({"late_refusal": True} if facts.get("late_refusal") else {}),
        },
        data={"ground": ground, "letter": code.value},
        note=reason,
        extra_facts={
            "ground": ground,
            "reason_given": bool(reason.strip()),
            "letter_ready": True,
            **facts,
        },
    )
    tasks.cancel_open(case=case)
    with translation.override(case.request.language):
        elements = _refused(case, ground, reason.strip(), advice.strip(), balancing.strip())
    letters.send(
        case=case,
        code=code,
        elements=elements,
        outcome=Outcome.REFUSED,
        paragraph=paragraph,
        actor=actor,
        now=now,
    )
    return case


def _refused(case: Case, ground: str, reason: str, advice: str, balancing: str) -> Elements:
    """The sentences of the refusal in the active language, for the letter of the right (rules 5.1)."""
    said = _sentence(_("We cannot do what you asked for: %(ground)s") % {"ground": wording.ground(ground)})
    law = wording.ground_law(ground, case.right)
    if Right(case.right) is Right.OBJECTION:
        return {
            Element.DECISION: said,
            Element.BALANCING: balancing,
            Element.REASONS_FACT: _paragraphs(reason, advice),
            Element.REASONS_LAW: law,
        }
    if Right(case.right) is Right.RECTIFICATION:
        return {Element.REASONS_FACT: _paragraphs(said, reason, advice), Element.REASONS_LAW: law}
    return {
        Element.GROUND: said,
        Element.REASONS_FACT: reason,
        Element.REASONS_LAW: law,
        Element.WHAT_YOU_CAN_DO: advice,
    }


def _paragraphs(*texts: str) -> str:
    return "\n\n".join(text for text in texts if text)


@transaction.atomic
def extend(
    *,
    case_id: RowId,
    reason: str,
    text: str,
    meanwhile: str,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    paragraph: str = "",
) -> Case:
    """Extend once to three months from receipt, told with individual reasons within the first month (T-16, T-17, T-18)."""
    case = Case.objects.select_related("controller", "request").get(pk=case_id)
    case.extended = True
    dates = clock.recomputed(case, now=now)
    case = perform(
        case_id=case_id,
        action=Action.EXTEND,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes={**dates, "extended": True, "told_due_on": dates["due_on"]},
        data={"reason": reason, "letter": LetterCode.EXTENSION_NOTICE.value, **clock.dates_data(dates)},
        note=text,
        extra_facts={"ground": reason, "reason_given": bool(text.strip()), "letter_ready": True},
    )
    with translation.override(case.request.language):
        elements = {
            Element.INDIVIDUAL_REASONS: text.strip(),
            Element.NEW_DATE: _new_date(dates["due_on"]),
            Element.DELIVERED_MEANWHILE: meanwhile.strip(),
        }
    letters.send(
        case=case, code=LetterCode.EXTENSION_NOTICE, elements=elements, paragraph=paragraph, actor=actor, now=now
    )
    return case


def _new_date(due_on: date | None) -> str:
    """The date L-05 names. While a question is open there is none yet: the mail after the answer says it (T-10, T-17)."""
    if due_on is None:
        return _("We have three months instead of one. When you have answered our question we tell you the exact day.")
    return _("We answer at the latest on %(date)s.") % {"date": wording.day(due_on)}


@transaction.atomic
def close_not_identified(
    *,
    case_id: RowId,
    doubt: str,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    paragraph: str = "",
) -> Case:
    """Close a case whose subject did not show who she is, after a reminder and 30 days of silence (no. 4, T-15, Art. 12(6)).

    `doubt` says in the lead's words why the identity was not certain. L-07b tells what was asked when, how to go on with
    the request, and where to complain.
    """
    case = Case.objects.select_related("controller", "request").get(pk=case_id)
    question = case.suspensions.filter(ended_at__isnull=True).first()
    case = perform(
        case_id=case_id,
        action=Action.CLOSE_NOT_IDENTIFIED,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes={"decider_id": staff_id(actor)},
        data={
            "letter": LetterCode.NOT_IDENTIFIED.value,
            "asked_on": question.started_on if question else None,
            "reminded_on": clock.local_date(case.controller, question.reminded_at)
            if question and question.reminded_at
            else None,
        },
        note=doubt,
        extra_facts={"reason_given": bool(doubt.strip()), "letter_ready": bool(doubt.strip())},
    )
    tasks.cancel_open(case=case)
    with translation.override(case.request.language):
        elements = {
            Element.REASONS_FACT: doubt.strip(),
            Element.REASONS_LAW: _("We may only hand out or change data when we know who asks (Art. 12(6) GDPR)."),
            Element.QUERY_HISTORY: _asked_when(case),
        }
    letters.send(
        case=case,
        code=LetterCode.NOT_IDENTIFIED,
        elements=elements,
        outcome=Outcome.REFUSED,
        paragraph=paragraph,
        actor=actor,
        now=now,
    )
    pauses.end(case=case, now=now)
    return case


def _asked_when(case: Case) -> str:
    """The dates of question and reminder, in the language of the letter."""
    lines = []
    for row in case.suspensions.filter(kind="identity").order_by("started_at"):
        asked = wording.day(row.started_on)
        lines.append(_("We asked you on %(date)s.") % {"date": asked})
        if row.reminded_at:
            reminded = wording.day(clock.local_date(case.controller, row.reminded_at))
            lines.append(_("We reminded you on %(date)s.") % {"date": reminded})
    return " ".join([*lines, _("We have not received an answer.")])

"""The person does not agree with the outcome (rules 4.2 nos. 20, 21): contested, then assessed again or upheld by somebody else.

The month of Art. 12(3) was for the first answer. Looking again has an internal clock (4.1): it is counted from the day of
the objection by the same function, and L-20 names its last day, so that it is a promise all the same (decision 074).
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dsr import wording
from dsr.cases import answer_letters, clock, letters, messages, tasks
from dsr.cases.clock import local_date
from dsr.cases.perform import RefusedError, perform, staff_id
from dsr.law.letter_elements import Element
from dsr.law.letters import LetterCode, Outcome
from dsr.law.regimes import regime
from dsr.law.workflow import Action, Actor, Refusal, State
from dsr.models import Case, EventNote, RowId

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from dsr.models import Upload

MAX_REASON = 5000


@transaction.atomic
def contest(
    *,
    case_id: RowId,
    reason: str,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    paragraph: str = "",
    files: Sequence[Upload] = (),
    received_on: date | None = None,
) -> Case:
    """Dispute the outcome, in the person's own words or in those of a lead who received them (no. 20); L-20 confirms.

    Her words join the conversation and, sealed, the event. Whoever decided the first time is noted, because somebody else
    has to look at it now (4.3). `received_on`: the controller's day on which an objection by letter, mail or phone reached us
    (T-02), today by default; the internal clock and the time to confirm it (T-45) count from it. RefusedError: no reason, an
    open case, an archived one in the portal (4.0.8), `contest_in_future`, `contest_before_answer`.
    """
    words = reason.strip()[:MAX_REASON]
    if not words:
        raise RefusedError(Refusal("reason_missing", {}))
    case = Case.objects.select_related("controller", "request").get(pk=case_id)
    if actor.kind == "subject" and case.state == State.ARCHIVED:
        raise RefusedError(Refusal("wrong_state", {"state": case.state, "right": case.right}))
    since = _received_at(case, received_on, now)
    case.contested_at = since
    dates = clock.recomputed(case, now=now)
    case = perform(
        case_id=case_id,
        action=Action.CONTEST,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes={
            **dates,
            "contested_at": since,
            "told_due_on": dates["due_on"],
            "first_reviewer_id": case.decider_id,
        },
        data={
            "letter": LetterCode.CONTEST_ACKNOWLEDGEMENT.value,
            "received_on": local_date(case.controller, since),
            "confirm_by": confirm_by(case),
            **clock.dates_data(dates),
        },
        note=words,
    )
    if actor.kind == "subject":
        messages.from_subject(request=case.request, text=words, now=now, files=files)
    with translation.override(case.request.language):
        elements = {Element.ANSWER_DATE: _answer_date(dates["due_on"])}
    letters.send(
        case=case,
        code=LetterCode.CONTEST_ACKNOWLEDGEMENT,
        elements=elements,
        paragraph=paragraph,
        actor=actor,
        now=now,
    )
    return case


def words_of(case: Case) -> str:
    """What the person says against the outcome, as last noted; empty where nobody contested it.

    An objection by letter or phone stands nowhere else but in the history: it is no message of the conversation.
    """
    rows = EventNote.objects.of(case.controller).filter(event__case=case, event__action=Action.CONTEST.value)
    row = rows.select_related("event__case").order_by("-event__seq").first()
    return str(row.content()["text"]) if row else ""


def _received_at(case: Case, received_on: date | None, now: datetime) -> datetime:
    """When the objection reached us: now, or noon of an earlier day of the controller, never before the answer."""
    today = local_date(case.controller, now)
    if received_on is None or received_on == today:
        return now
    if received_on > today:
        raise RefusedError(Refusal("contest_in_future", {}))
    if case.closed_at is not None and received_on < local_date(case.controller, case.closed_at):
        raise RefusedError(Refusal("contest_before_answer", {"day": local_date(case.controller, case.closed_at)}))
    noon = datetime.combine(received_on, time(12), ZoneInfo(case.controller.timezone))
    # On the day of the answer itself it came after the answer.
    return noon if case.closed_at is None else max(noon, case.closed_at)


def confirm_by(case: Case) -> date | None:
    """The last day on which the law wants a complaint confirmed (T-45, DPA 2018 s.164A); None where it names none."""
    if case.contested_at is None:
        return None
    day = local_date(case.controller, case.contested_at)
    found = regime(case.regime, day)
    if found.complaint_ack_days is None or (found.complaint_ack_from and day < found.complaint_ack_from):
        return None
    return day + timedelta(days=found.complaint_ack_days)


def _answer_date(due_on: date | None) -> str:
    """The promise of L-20 (rules 5.1)."""
    if due_on is None:
        return _("We answer you as soon as we can.")
    return _("We answer you at the latest on %(date)s.") % {"date": wording.day(due_on)}


@transaction.atomic
def reassess(*, case_id: RowId, note: str, actor: Actor, now: datetime, seen_version: int | None = None) -> Case:
    """Open a contested case again (no. 21), by a lead who did not decide it the first time (4.3); `note` says what to look at.

    What was approved the first time is bound to nothing any more; what was sent stays where the person finds it.
    """
    if not note.strip():
        raise RefusedError(Refusal("reason_missing", {}))
    case = perform(
        case_id=case_id,
        action=Action.REASSESS,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes={
            "manifest_sha256": "",
            "approved_sha256": "",
            "ground": "",
            "preparer": None,
            "decider": None,
            "late_refusal": False,
        },
        note=note.strip(),
    )
    answer_letters.give_up(case=case)
    return case


@transaction.atomic
def uphold(
    *,
    case_id: RowId,
    reason: str,
    law: str,
    advice: str,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    paragraph: str = "",
) -> Case:
    """Stay with the outcome (no. 21): closed as before, with a letter of reasons, authority and court (Art. 12(4)).

    `reason`, `law` and `advice` are whole sentences in the language of the request. RefusedError for whoever decided the
    first time, and where the first outcome is not known; IncompleteLetterError when the letter lacks something.
    """
    case = perform(
        case_id=case_id,
        action=Action.UPHOLD,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes={"decider_id": staff_id(actor)},
        data={"letter": LetterCode.REFUSAL.value},
        note=reason,
        extra_facts={"reason_given": bool(reason.strip()), "letter_ready": True},
    )
    tasks.cancel_open(case=case)
    with translation.override(case.request.language):
        elements = {
            Element.GROUND: _("You did not agree with our answer. We looked at your case again, and the answer stays."),
            Element.REASONS_FACT: reason.strip(),
            Element.REASONS_LAW: law.strip(),
            Element.WHAT_YOU_CAN_DO: advice.strip(),
        }
    letters.send(
        case=case,
        code=LetterCode.REFUSAL,
        elements=elements,
        outcome=Outcome.REFUSED,
        paragraph=paragraph,
        actor=actor,
        now=now,
    )
    return case

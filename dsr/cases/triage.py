"""Requests in free words: the person says what she wants, the office says which right that is (rules 4.1, 4.3, T-02, T-26).

The month runs from the day her words came in. Until somebody has sorted it such a case takes no step but these, an
extension, a withdrawal and the report that it is late. What the office understood is told to her, and she says once by one
press that she meant something else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dsr import wording
from dsr.cases import at_once, clock, endings, intake, messages
from dsr.cases.actors import SYSTEM
from dsr.cases.facts import facts_of
from dsr.cases.perform import RefusedError, perform, staff_id
from dsr.law.rights import IDENTITY_MINIMUM, Right
from dsr.law.workflow import Action, Actor, Refusal, State, refusal
from dsr.models import Case, Event, Request, User

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from dsr.models import RowId


@transaction.atomic
def classify(
    *,
    case_id: RowId,
    rights: Sequence[Right],
    actor: Actor,
    now: datetime,
    note: str = "",
    seen_version: int | None = None,
) -> list[Case]:
    """Say which rights a request in free words is about; several are further cases of it with the same receipt (T-26).

    Dates are computed anew for the right that it is; the person is told by message and mail what was understood (`note` is the
    office's own sentence to her). Returns the cases, one a right. RefusedError: none chosen, one she asked for already, or the table's.
    """
    if not rights or len(set(rights)) != len(rights):
        raise RefusedError(Refusal("rights_missing"))
    request = Request.objects.select_related("controller").get(cases__pk=case_id)
    cases = list(request.cases.select_related("controller", "request").order_by("right"))
    asked = {case.right for case in cases if not case.unclassified}
    if asked & {right.value for right in rights}:
        raise RefusedError(Refusal("right_asked_already"))
    waiting = sorted((case for case in cases if case.unclassified and case.is_open), key=lambda c: c.pk != case_id)
    kept = {case.right: case for case in waiting if case.right in {right.value for right in rights}}
    free = [case for case in waiting if case.right not in kept]
    if not waiting:
        raise RefusedError(Refusal("classified_already"))
    found = []
    for right in rights:
        case = kept.get(right.value) or (free.pop(0) if free else None)
        seen = seen_version if case is not None and case.pk == case_id else None
        found.append(_further(request, right, actor, now) if case is None else _say(case, right, actor, now, seen))
    for case in free:  # sorted anew into fewer rights than before: she has said that she did not mean this one
        endings.withdraw(
            case_id=_say(case, Right(case.right), actor, now, None).pk, actor=actor, now=now, proof=_unmeant()
        )
    _accept(request, found, now)
    at_once.begin_all(request=request, now=now)
    _tell(request, rights, note, actor, now)
    return found


def _unmeant() -> str:
    return _("The person said that the request was understood wrongly and meant something else.")


def _say(case: Case, right: Right, actor: Actor, now: datetime, seen: int | None) -> Case:
    """Settle that a case is about this right: one step, one event, dates of the right."""
    before, case.right = case.right, right.value
    dates = clock.never_later_than_told(case, clock.recomputed(case, now=now))
    return perform(
        case_id=case.pk,
        action=Action.CLASSIFY,
        actor=actor,
        now=now,
        seen_version=seen,
        changes={**dates, "right": right.value, "unclassified": False, "handler_id": staff_id(actor)},
        data={"right": right.value, "right_before": before, **clock.dates_data(dates)},
    )


def _further(request: Request, right: Right, actor: Actor, now: datetime) -> Case:
    return intake.open_case(
        request=request,
        right=right,
        actor=actor,
        now=now,
        identity_open=request.identity_level < IDENTITY_MINIMUM[right],
    )


def _accept(request: Request, cases: list[Case], now: datetime) -> None:
    """Whoever had proved who she is before it was sorted does not wait for that again (I-02)."""
    for case in cases:
        facts = facts_of(case, now=now)
        if request.identity_level and refusal(facts, Action.ACCEPT, SYSTEM) is None:
            perform(
                case_id=case.pk, action=Action.ACCEPT, actor=SYSTEM, now=now, data={"level": request.identity_level}
            )


def _tell(request: Request, rights: Sequence[Right], note: str, actor: Actor, now: datetime) -> None:
    with translation.override(request.language):
        understood = "\n".join(f"- {wording.right_asked(right)}" for right in rights)
        text = _("We have read what you wrote. We understand that you want this:") + f"\n{understood}"
        if note.strip():
            text += f"\n\n{note.strip()}"
        text += "\n\n" + _("Is that not what you meant? Tell us on the page of your request. You lose no time.")
    _say_to_her(request, text, actor, now)


def _say_to_her(request: Request, text: str, actor: Actor, now: datetime) -> None:
    author = User.objects.get(pk=actor.id)
    messages.from_office(request=request, text=text, author=author, now=now)


def may_be_unsorted(case: Case, actor: Actor, *, now: datetime) -> bool:
    """Whether the person still has the button that says she meant something else."""
    return refusal(facts_of(case, now=now), Action.UNSORT, actor) is None


def may_be_misread(request: Request, actor: Actor, *, now: datetime) -> bool:
    """The same for any case of a request; asks no more than one query where nothing was sorted by the office."""
    sorted_here = Event.objects.filter(case__request=request, action=Action.CLASSIFY.value)
    return sorted_here.exists() and any(may_be_unsorted(case, actor, now=now) for case in _open_cases(request))


@transaction.atomic
def not_meant(*, request: Request, text: str, actor: Actor, now: datetime) -> None:
    """The person says that the office understood her wrongly, once: what has not gone further waits to be sorted again.

    `text` is a message to the office, in her words. RefusedError when nothing can be sorted anew; a message is possible at any time.
    """
    if not text.strip():
        raise RefusedError(Refusal("words_missing"))
    cases = [case for case in _open_cases(request) if may_be_unsorted(case, actor, now=now)]
    if not cases:
        raise RefusedError(Refusal("unsorted_already"))
    facts: dict[str, Any] = {
        "sorted_before": True,
        "unsorted_before": False,
    }  # of the request, whose cases go one by one
    for case in cases:
        perform(
            case_id=case.pk,
            action=Action.UNSORT,
            actor=actor,
            now=now,
            seen_version=case.version,
            changes={"unclassified": True},
            extra_facts=facts,
        )
    messages.from_subject(request=request, text=text, now=now)


def _open_cases(request: Request) -> list[Case]:
    rows = request.cases.select_related("controller", "request").filter(
        state__in=[State.RECEIVED.value, State.ASSESSING.value]
    )
    return list(rows)


@transaction.atomic
def answer_question(*, case_id: RowId, text: str, actor: Actor, now: datetime, seen_version: int | None = None) -> Case:
    """What she wrote is a question about something else, not about her data: it is answered by message, and the case is closed.

    The controller takes no action on what came in as a request, so it is closed as one that is refused, with the reason, the authority and the court
    (Art. 12(4)); only a lead decides that. `text` is the answer. She can say that it was a request after all (CONTEST).
    """
    case = perform(
        case_id=case_id,
        action=Action.ANSWER_QUESTION,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes={"decider_id": staff_id(actor)},
        extra_facts={"reason_given": bool(text.strip())},
        note=text.strip(),
    )
    controller = case.controller
    with translation.override(case.request.language):
        law = _(
            "We have read this as a question and not as a request about your personal data, so we have closed the request. If you"
            " meant a request, tell us on this page. You can also complain to %(authority)s, and you can go to court."
        ) % {"authority": controller.authority_name}
    _say_to_her(case.request, f"{text.strip()}\n\n{law}", actor, now)
    return case

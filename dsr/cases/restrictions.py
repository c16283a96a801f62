"""Restriction (Art. 18) and the pause while an objection is weighed (21(1)): set at once, told before it is lifted, lifted.

4.0.2: a standing policy stands in for the second person, and somebody looks at it afterwards. What stands is a row
(Q-04): ground, data, since when, until when at least. 18(3): nothing is lifted without L-13, a week before (Q-06).
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import IntegrityError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from dsr import wording
from dsr.cases import by_hand, letters, restricted_who, restriction_stores, use_stops
from dsr.cases.clock import local_date
from dsr.cases.duties import Duty
from dsr.cases.perform import ConflictError, RefusedError, insist, perform, record, staff_id
from dsr.law.guards import LIFT_NOTICE_DAYS
from dsr.law.letter_elements import Element
from dsr.law.letters import LetterCode, Outcome
from dsr.law.policies import POLICIES
from dsr.law.restricting import RestrictionScope
from dsr.law.rights import RestrictionGround, Right
from dsr.law.workflow import Action, Refusal
from dsr.models import Case, Restriction

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

    from dsr.cases.letter_content import Elements
    from dsr.law.workflow import Actor
    from dsr.models import RowId


_SCOPES: Final = {Right.OBJECTION: RestrictionScope.USES}
"""What a right restricts unless somebody says otherwise."""


def open_of(case: Case) -> Restriction | None:
    """The restriction that stands, or None."""
    rows = Restriction.objects.filter(case=case, ended_at__isnull=True).select_related("case__request")
    found: Restriction | None = rows.first()
    return found


@transaction.atomic
def restrict(
    *,
    case_id: RowId,
    ground: str,
    what: str,
    duration: str,
    instruction: str,
    actor: Actor,
    now: datetime,
    stores: Sequence[str] | None = None,
    release_after: date | None = None,
    scope: str = "",
    parts: Sequence[str] = (),
    look_again: bool = False,
    seen_version: int | None = None,
) -> Case:
    """Restrict now, under the policy of the right: the row, the step, one task for each store, in one transaction (no. 22).

    `what` and `duration` are sentences for the person, in her language; `instruction` is for people who look after stores
    that no program can set. `scope` (RestrictionScope): everything by default, of an objection the uses in `parts`; `parts`
    of DATASETS are `store.dataset`. RefusedError with the table's reason (ground, identity, restricted already), `scope_empty`
    for datasets that are none, `already_erased` when an earlier request had everything of the person erased, unless staff says to
    `look_again` (a backup was restored, she is a customer anew): then each store says what it holds. ConflictError when the case
    moved meanwhile.
    """
    case = Case.objects.select_related("controller", "request").get(pk=case_id)
    right = Right(case.right)
    chosen = RestrictionGround.OBJECTION_PENDING.value if right is Right.OBJECTION else ground
    if not (what.strip() and instruction.strip()):
        raise RefusedError(Refusal("reason_missing", {}))
    reach = RestrictionScope(scope) if scope else _SCOPES.get(right, RestrictionScope.PERSON)
    if reach is RestrictionScope.DATASETS and not any("." in part for part in parts):
        raise RefusedError(Refusal("scope_empty", {}))
    if not look_again and restricted_who.erased_before(case.request):
        raise RefusedError(Refusal("already_erased", {}))
    policy = POLICIES[right]
    case = perform(
        case_id=case_id,
        action=Action.RESTRICT_NOW,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes={"ground": chosen if right is Right.RESTRICTION else "", "handler_id": staff_id(actor)},
        data={
            "ground": chosen,
            "policy": policy.id,
            "policy_sha256": policy.sha256,
            "release_after": release_after,
            "scope": reach.value,
            "parts": sorted(parts),
            **({"look_again": True} if look_again else {}),
        },
        note=instruction,
        extra_facts={"ground": chosen},
    )
    said = {"what": what.strip(), "duration": duration.strip()}
    row = _set(case, chosen, said, release_after, (reach, sorted(parts)), actor, now)
    restricted_who.keep(row, restricted_who.proved(case.request), now=now)
    restriction_stores.begin(case=case, row=row, instruction=instruction, stores=stores, now=now)
    return case


def _set(  # noqa: PLR0917 -- private, one caller
    case: Case,
    ground: str,
    said: dict[str, str],
    release_after: date | None,
    reach: tuple[RestrictionScope, list[str]],
    actor: Actor,
    now: datetime,
) -> Restriction:
    row = Restriction(
        controller=case.controller,
        case=case,
        scope=reach[0].value,
        parts=reach[1],
        ground=ground,
        set_at=now,
        changed_at=now,
        set_by_id=staff_id(actor),
        release_after=release_after,
    )
    row.put(said)
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError:
        raise ConflictError from None
    return row


@transaction.atomic
def stop_consent(
    *,
    case_id: RowId,
    instruction: str,
    actor: Actor,
    now: datetime,
    stores: Sequence[str] | None = None,
    seen_version: int | None = None,
) -> Case:
    """A withdrawn consent stops counting now, under the policy: one task for each store (7(3), O-09, 4.0.2)."""
    if not instruction.strip():
        raise RefusedError(Refusal("reason_missing", {}))
    policy = POLICIES[Right.CONSENT_WITHDRAWAL]
    case = perform(
        case_id=case_id,
        action=Action.STOP_NOW,
        actor=actor,
        now=now,
        seen_version=seen_version,
        changes={"handler_id": staff_id(actor)},
        data={"policy": policy.id, "policy_sha256": policy.sha256},
        note=instruction,
    )
    codes, _texts = use_stops.withdrawn(case)
    if use_stops.begin(case=case, uses=codes, instruction=instruction, stores=stores, now=now):
        return case
    begun = by_hand.begin(case=case, instruction=instruction, stores=stores, now=now)
    restriction_stores.keep_for_review(case, [task.store for task in begun], now=now)
    return case


def elements_set(case: Case) -> Elements:
    """The sentences of L-12 in the active language, from the row that stands. RefusedError when nothing is restricted."""
    row = open_of(case)
    if row is None:
        raise RefusedError(Refusal("not_restricted", {}))
    said = row.content()
    ground = RestrictionGround(row.ground)
    lasts = [str(said["duration"])] if said["duration"] else []
    if row.release_after:
        lasts.append(_("It lasts at least until %(day)s.") % {"day": wording.day(row.release_after)})
    return {
        Element.GROUND: f"{wording.say(ground)}.",  # the words name the article
        Element.RESTRICTED_DATA: str(said["what"]),
        Element.DURATION: " ".join(lasts) or _("It lasts as long as the reason for it."),
    }


@transaction.atomic
def announce_lift(
    *,
    case_id: RowId,
    result: str,
    reason: str,
    law: str,
    lift_on: date,
    actor: Actor,
    now: datetime,
    seen_version: int | None = None,
    paragraph: str = "",
) -> Case:
    """Tell the person before the restriction ends, with the result of the check and the ways to object (L-13, 18(3), Q-06).

    RefusedError: `lift_day_too_early` for a day less than a week ahead or before the day the restriction lasts through.
    """
    case = Case.objects.select_related("controller", "request").get(pk=case_id)
    row, today = open_of(case), local_date(case.controller, now)
    earliest = at_earliest(row, today)
    if row is not None and lift_on < earliest:
        raise RefusedError(Refusal("lift_day_too_early", {"earliest": earliest}))
    case = perform(
        case_id=case_id,
        action=Action.ANNOUNCE_LIFT,
        actor=actor,
        now=now,
        seen_version=seen_version,
        data={"letter": LetterCode.RESTRICTION_LIFT.value, "lift_on": lift_on},
        note=reason,
        extra_facts={"reason_given": bool(reason.strip()), "letter_ready": True},
    )
    Restriction.objects.filter(case=case, ended_at__isnull=True).update(lift_told_on=today, lift_on=lift_on)
    with translation.override(case.request.language):
        said = _("On %(day)s the restriction of your data ends.") % {"day": wording.day(lift_on)}
    letters.send(
        case=case,
        code=LetterCode.RESTRICTION_LIFT,
        elements={
            Element.LIFT_DATE: said,
            Element.VERIFICATION_RESULT: result.strip(),
            Element.REASONS_FACT: reason.strip(),
            Element.REASONS_LAW: law.strip(),
        },
        outcome=Outcome.REFUSED,
        paragraph=paragraph,
        actor=actor,
        now=now,
    )
    return case


def at_earliest(row: Restriction | None, today: date) -> date:
    """The first day on which a restriction may be lifted, when L-13 leaves today."""
    week = today + timedelta(days=LIFT_NOTICE_DAYS)
    after = row.release_after if row else None
    return max(week, after + timedelta(days=1)) if after else week


@transaction.atomic
def lift(*, case_id: RowId, instruction: str, actor: Actor, now: datetime, seen_version: int | None = None) -> Case:
    """Lift the restriction on or after the day that L-13 named; each store gives back what stood before (no. 22, Q-06)."""
    case = Case.objects.select_related("controller", "request").get(pk=case_id)
    row, today = open_of(case), local_date(case.controller, now)
    if row is not None and row.lift_on and today < row.lift_on:
        raise RefusedError(Refusal("lift_day_not_reached", {"day": row.lift_on}))
    case = perform(
        case_id=case_id,
        action=Action.LIFT_RESTRICTION,
        actor=actor,
        now=now,
        seen_version=seen_version,
        note=instruction,
    )
    end(case=case, now=now)
    restriction_stores.begin_lift(case=case, instruction=instruction, now=now)
    return case


def end(*, case: Case, now: datetime) -> bool:
    """End the restriction row; also when an accepted objection turns the pause into the stop itself, where nothing is lifted."""
    return bool(Restriction.objects.filter(case=case, ended_at__isnull=True).update(ended_at=now, changed_at=now))


@transaction.atomic
def freeze(
    *, case_id: RowId, instruction: str, actor: Actor, now: datetime, stores: Sequence[str] | None = None
) -> Case:
    """Hold the consequences of an automated decision while a person reviews it (22(3), rules 5.2 "Human review" no. 2).

    RefusedError: `role`; `right_has_no_decision` for any other right; `wrong_state` once the case is decided.
    """
    insist(actor, Duty.DRAFT)
    case = Case.objects.select_related("controller", "request").get(pk=case_id)
    if Right(case.right) is not Right.AUTOMATED_DECISION:
        raise RefusedError(Refusal("right_has_no_decision", {}))
    if case.approved_sha256 or not case.is_open:
        raise RefusedError(Refusal("wrong_state", {"state": case.state, "right": case.right}))
    if not instruction.strip():
        raise RefusedError(Refusal("reason_missing", {}))
    case = record(case_id=case_id, kind="consequences_frozen", actor=actor, now=now, note=instruction)
    by_hand.begin(case=case, instruction=instruction, stores=stores, now=now)
    return case

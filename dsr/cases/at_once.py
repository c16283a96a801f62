"""Rights that work at once under a standing policy: begun by the system right after receipt, reviewed afterwards (4.0.2).

The table of `dsr.law.policies` says which rights these are; this walks it. What each right does at the very first moment
(the suppression entry of a marketing stop) is a row of `_FIRST`; what stores do follows as one task for each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import transaction

from dsr.cases import contacts, holds, suppression, tasks
from dsr.cases.actors import SYSTEM
from dsr.cases.duties import Duty
from dsr.cases.finding import spellings
from dsr.cases.perform import ConflictError, RefusedError, insist, perform, record
from dsr.cases.plans import HeldError, StoppedError
from dsr.cases.scope import stores_of
from dsr.law.policies import POLICIES, Policy, channels_of
from dsr.law.rights import Right
from dsr.law.workflow import Action, Refusal, State
from dsr.models import Case, Channel, IndexToken, Plan, Suppression
from dsr.vault import blind
from exporters.contract import AMENDING, Treatment, lines_from_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from django.db.models import QuerySet

    from dsr.cases.contacts import Contact
    from dsr.law.workflow import Actor
    from dsr.models import Controller, Request, RowId, Task

DECISION: Final = "decision"
"""What stands in the place of a policy's id where a plan carries out an approved decision."""
OPERATION: Final = "apply"
"""Of the task that each store gets: the same as an approved plan's, with the same rows, buttons and journal."""


def begin_all(*, request: Request, now: datetime) -> list[Case]:
    """Begin what works at once among the rights of a request, within the transaction that opens or sorts it; returns these cases.

    A marketing objection that names no address or number (a note of a call) waits for a person.
    """
    waiting = request.cases.filter(
        right__in=[right.value for right, policy in POLICIES.items() if policy.by_itself],
        state__in=[State.RECEIVED, State.ASSESSING],
        unclassified=False,
    )
    return [begin(case_id=case.pk, actor=SYSTEM, now=now) for case in waiting if concerned(case)]


def concerned(case: Case) -> list[Contact]:
    """The addresses and numbers a marketing objection is about: those told with it (I-06).

    What arrived by phone, letter or mail has the e-mail address for the answer as well: it covers all channels (O-03).
    """
    content = case.request.content()
    told = [(kind, value) for kind, value in content.get("identifiers", []) if kind in contacts.OF_IDENTIFIER]
    reply = content.get("contact_email")
    if reply and (not told or case.request.channel != Channel.PORTAL):
        told.append(("email", reply))
    found: dict[Contact, None] = {}
    for kind, value in told:
        try:
            found[contacts.contact(case.controller, contacts.OF_IDENTIFIER[kind], value)] = None
        except contacts.BadContactError:
            continue  # it stands in the file as it was typed, and a person reads it
    return list(found)


def channels_asked(case: Case) -> list[str]:
    """The channels of the objection; all unless the person narrowed it (O-03)."""
    return sorted(channels_of(case.request.content().get("scope", {}).get("channels", [])))


@transaction.atomic
def begin_named(*, case_id: RowId, reach: str, actor: Actor, now: datetime, seen_version: int | None = None) -> Case:
    """The same by staff, with an e-mail address or phone number the person named and the file did not hold; `reach` may be empty.

    RefusedError `address_missing` when the file names none either, BadContactError for text that is none.
    """
    case: Case = Case.objects.select_related("controller", "request").get(pk=case_id)
    if reach.strip():
        kind = contacts.Kind.EMAIL if "@" in reach else contacts.Kind.PHONE
        contacts.contact(case.controller, kind, reach)
        content = case.request.content()
        case.request.put(content | {"identifiers": [*content.get("identifiers", []), [kind.value, reach.strip()]]})
        case.request.save(update_fields=["sealed"])
        row: dict[str, Any] = {"controller": case.controller, "request": case.request, "kind": kind.value}
        for way in sorted(spellings(kind.value, reach.strip(), case.controller.country)):
            IndexToken.objects.get_or_create(**row, token=blind.token(case.controller.slug, kind.value, way))
    if not concerned(case):
        raise RefusedError(Refusal("address_missing", {}))
    return begin(case_id=case_id, actor=actor, now=now, seen_version=seen_version)


@transaction.atomic
def begin(*, case_id: RowId, actor: Actor, now: datetime, seen_version: int | None = None) -> Case:
    """Stop now: first effect, transition, one task for each store, all in one transaction (4.0.2, O-03).

    RefusedError when the table says no, ConflictError when the case moved meanwhile.
    """
    case: Case = Case.objects.select_related("controller", "request").get(pk=case_id)
    right = Right(case.right)
    policy = POLICIES[right]
    done = _FIRST[right](case, now)
    case = perform(
        case_id=case_id,
        action=Action.STOP_NOW,
        actor=actor,
        now=now,
        seen_version=seen_version,
        # The entry on the list is the first line applied: from here on there is nothing to withdraw (4.0.1).
        changes={"first_applied_at": now},
        data={"policy": policy.id, "policy_sha256": policy.sha256, **done},
    )
    for store in stores_of(case.controller):
        tasks.ensure(case=case, operation=OPERATION, store=store, now=now, again=True)
    if not stores_of(case.controller):
        # Nothing to ask: the list is the whole effect, and the case is answered by the same steps.
        tasks.ensure(case=case, operation=OPERATION, now=now, again=True)
    return case


def _listed(case: Case, now: datetime) -> dict[str, Any]:
    """The addresses go on the suppression list: that is what "at once" means for every message asked about from now on."""
    asked = channels_asked(case)
    for one in concerned(case):
        suppression.add(
            controller=case.controller,
            contact=one,
            channels=asked,
            source=_source(case),
            request=case.request,
            now=now,
        )
    return {"addresses": len(concerned(case)), "channels": asked}


def _source(case: Case) -> str:
    told = case.request.content().get("scope", {}).get("through", "")
    if told in Suppression.Source.values:
        return str(told)
    return (
        Suppression.Source.REQUEST.value if case.request.channel == Channel.PORTAL else Suppression.Source.STAFF.value
    )


_FIRST: Final[dict[Right, Callable[[Case, Any], dict[str, Any]]]] = {Right.MARKETING_OBJECTION: _listed}


@transaction.atomic
def keep_plan(
    *,
    case: Case,
    store: str,
    content: dict[str, Any],
    summary: list[dict[str, Any]],
    sha256: str,
    now: datetime,
    decided: bool = False,
) -> Plan:
    """Store one store's plan as approved by the policy; an earlier one of this store is history.

    `decided`: it carries out a decision that a second person approved, whose hash stands in the place of the policy's, and
    nobody needs to look at it again.
    """
    policy = POLICIES[Right(case.right)]
    rests_on, hashed = (DECISION, case.approved_sha256) if decided else (policy.id, policy.sha256)
    counts = {"plan_sha256": sha256, "lines": len(summary), "store": store}
    data = {**counts, "policy": rests_on, "policy_sha256": hashed}
    # The claim of the case's version orders stores that plan at the same moment, so that each gets its own number.
    record(case_id=case.pk, kind="plan_made", actor=SYSTEM, now=now, data=data)
    mine = Plan.objects.filter(case=case, store=store, occasion="")
    mine.filter(status__in=[Plan.Status.DRAFT, Plan.Status.APPROVED]).update(status=Plan.Status.REPLACED)
    last = Plan.objects.filter(case=case).order_by("-number").values_list("number", flat=True).first() or 0
    plan = Plan(
        controller_id=case.controller_id,
        case=case,
        number=last + 1,
        store=store,
        status=Plan.Status.APPROVED,
        sha256=sha256,
        summary=summary,
        policy=rests_on,
        policy_sha256=hashed,
        created_at=now,
        approved_at=now,
        reviewed_at=now if decided else None,
    )
    plan.put(content)
    plan.save(force_insert=True)
    return plan


def plan_of(case: Case, store: str) -> Plan | None:
    """The plan that is being carried out in a store: after a crash the same one goes on."""
    rows = Plan.objects.filter(case=case, store=store, occasion="", status=Plan.Status.APPROVED)
    found: Plan | None = rows.exclude(policy="").order_by("-number").first()
    return found


def plans_of(case: Case) -> list[Plan]:
    """The plans of all stores that stand, for whoever looks at the case."""
    rows = Plan.objects.filter(case=case, status__in=[Plan.Status.APPROVED, Plan.Status.APPLIED]).exclude(policy="")
    return list(rows.select_related("case").order_by("store", "number"))


def set_aside(plan: Plan) -> None:
    """A row of the plan changed before it was written: the next try plans anew, under the same policy."""
    Plan.objects.filter(pk=plan.pk, status=Plan.Status.APPROVED).update(status=Plan.Status.STALE)


@transaction.atomic
def begin_store(*, task: Task, plan: Plan, now: datetime) -> None:
    """The look before the first write to a store. StoppedError when the case or the plan is over; HeldError as of `look_again`."""
    data = {"store": task.store, "attempt": task.attempts, "plan_sha256": plan.sha256, "policy": plan.policy}
    before = Case.objects.get(pk=task.case_id)
    first = {} if before.first_applied_at or before.state != State.EXECUTING else {"first_applied_at": now}
    case = record(case_id=task.case_id, kind="apply_started", actor=SYSTEM, now=now, changes=first, data=data)
    look_again(case=case, plan=plan, store=task.store)


def look_again(*, case: Case, plan: Plan, store: str) -> None:
    """The look before each commit. HeldError on a hold, if the plan takes a value away.

    A stop that only sets switches goes on: 21(3) and 7(3) know no delay, and no evidence is lost by a flag (decision 094).
    """
    fresh = Case.objects.select_related("controller").get(pk=case.pk)
    if fresh.state != State.EXECUTING or not Plan.objects.filter(pk=plan.pk, status=Plan.Status.APPROVED).exists():
        raise StoppedError
    if takes_away(plan, store) and holds.held(fresh, store):
        raise HeldError


def takes_away(plan: Plan, store: str) -> bool:
    """Whether something is gone from the store once the plan is written: a row, a link, or a value that becomes empty.

    A stop keeps a digest only of what stood there, so an emptied value is nowhere any more; a switch is known from the map.
    """
    lines = [line for line in lines_from_json(plan.content()["stores"].get(store, [])) if line.writes]
    switching = AMENDING - {Treatment.CORRECT}
    return any(line.treatment not in switching or any(not cell.value for cell in line.cells) for line in lines)


# --- looked at afterwards -----------------------------------------------------------------------------------------------


def to_review(controller: Controller) -> QuerySet[Case]:
    """Cases where something worked at once and nobody has looked at it yet, the oldest first."""
    waiting = Plan.objects.of(controller).filter(reviewed_at__isnull=True).exclude(policy="")
    rows = Case.objects.of(controller).filter(pk__in=waiting.values("case_id")).exclude(state=State.PURGED)
    found: QuerySet[Case] = (
        rows.select_related("request", "controller").prefetch_related("plans").order_by("received_on", "pk")
    )
    return found


@transaction.atomic
def seen(*, case_id: RowId, actor: Actor, now: datetime) -> Case:
    """Somebody of the office has looked at what worked at once; RefusedError for a role that handles no cases."""
    insist(actor, Duty.DRAFT)
    waiting = Plan.objects.filter(case__pk=case_id, reviewed_at__isnull=True).exclude(policy="")
    said = list(waiting.order_by("number").values_list("policy", "policy_sha256").distinct())
    if not waiting.update(reviewed_at=now):
        raise ConflictError
    data = {"policies": [policy for policy, _ in said], "policies_sha256": [sha256 for _, sha256 in said]}
    return record(case_id=case_id, kind="at_once_reviewed", actor=actor, now=now, data=data)


def policy_of(case: Case) -> Policy:
    """The standing policy of a case's right; KeyError when the right does not work at once."""
    return POLICIES[Right(case.right)]

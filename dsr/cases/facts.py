"""The facts the workflow's guards read, gathered from rows in one place and handed over frozen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.models import Count, Max

from dsr.cases.clock import local_date
from dsr.cases.redactions_open import waiting
from dsr.cases.scope import stores_of
from dsr.law import identity as law
from dsr.law.decisions import BY_DECISION, IN_WORDS, Stance
from dsr.law.letters import Outcome
from dsr.law.policies import POLICIES
from dsr.law.regimes import regime
from dsr.law.rights import CHANGES_NO_STORE, Right
from dsr.law.workflow import ANSWERED, Facts, State
from dsr.models import Artifact, Case, Closeness, Event, Incident, Message, Plan, Restriction, Suspicion, Task

if TYPE_CHECKING:
    from datetime import date, datetime

    from dsr.models import RowId

# Who did one of these has handled the case: deciding whose data it is counts as much as drafting (4.3).
HANDLING = (
    "confirm_identity",
    "accept",
    "identified",
    "match_decided",
    "hand_answered",
    "start_collection",
    "draft_requested",
    "plan_requested",
    "submit_for_review",
    "transmission_decided",
    "decision_drafted",
    "corrections_decided",
    "evidence_filed",
)
UNFINISHED = (Task.Status.QUEUED, Task.Status.RUNNING)
_SETTLED = frozenset({Task.Status.DONE, Task.Status.WAIVED, Task.Status.CANCELLED})
_READ_IN = frozenset({State.DRAFTING, State.REVIEW})
# What a plan says of rows it keeps because their rule is not certain enough to delete (exporters.plans).
_UNCERTAIN = "period_uncertain"


def facts_of(case: Case, *, now: datetime, **extra: Any) -> Facts:
    """A snapshot of everything the guards may ask; `extra` are facts not yet in a row (a reason just typed)."""
    counts, stores_open = _tasks(case)
    right, state, plan = Right(case.right), State(case.state), current_plan(case)
    today = local_date(case.controller, now)
    kinds = set(case.artifacts.filter(superseded_at__isnull=True).values_list("kind", flat=True))
    gathered: dict[str, Any] = {
        "state": state,
        "right": right,
        "today": today,
        "received_on": case.received_on,
        "due_on": case.due_on,
        "first_month_due_on": case.first_month_due_on,
        "told_due_on": case.told_due_on,
        "extended": case.extended,
        "extension_allowed": case.contested_at is None and regime(case.regime, case.received_on).extendable,
        "late_refusal": case.late_refusal,
        "legal_hold": case.legal_hold,
        "policy": POLICIES[right].id if right in POLICIES else "",
        "handler_id": _id(case.handler_id),
        "preparer_id": _id(case.preparer_id),
        "hand_ids": frozenset(
            Event.objects.filter(case=case, actor_kind="staff", action__in=HANDLING).values_list("actor_id", flat=True)
        ),
        "first_reviewer_id": _id(case.first_reviewer_id),
        "barred_ids": barred_ids(case.request_id),
        "identity_level": case.request.identity_level,
        "contact_is_new": case.request.contact_is_new,
        "scope_complete": bool(stores_of(case.controller)),
        "tasks_open": sum(counts.get(status, 0) for status in UNFINISHED),
        "tasks_manual": counts.get(Task.Status.MANUAL, 0),
        "stores_open": stores_open,
        "package_ready": _prepared(case, right, kinds, plan),
        "letter_ready": Artifact.Kind.LETTER in kinds,
        "redactions_open": waiting(case).count() if state in _READ_IN and right in CHANGES_NO_STORE else 0,
        "manifest_sha256": case.manifest_sha256,
        "approved_sha256": case.approved_sha256,
        "ground": case.ground,
        "cooling_over": bool(plan and plan.not_before and plan.not_before <= now),
        "first_line_applied": case.first_applied_at is not None,
        "residue_clear": _residue_clear(case),
        "kept_remainder": _remainder(case, right, state),
        "retention_uncertain": any(line.get("reason") == _UNCERTAIN for line in plan.summary) if plan else False,
        "recipients_open": len(recipients_left(case)) if right not in CHANGES_NO_STORE else 0,
        "overdue_reported": _overdue_reported(case),
        "reminders_sent": case.suspensions.filter(ended_at__isnull=True, reminded_at__isnull=False).count(),
        "silent_days": silent_days(case, today) if state is State.ID_PENDING else 0,
        "suspension_open": case.suspensions.filter(ended_at__isnull=True).exists(),
        "closed_as": closed_as(case) if state in {State.CONTESTED, State.ARCHIVED} else None,
        "unclassified": case.unclassified,
        **_held(case, state),
        **_sorted(case, state),
        **_restricted(case, right),
        **_consulted(case),
    }
    return Facts(**{**gathered, **extra})


def _tasks(case: Case) -> tuple[dict[str, int], int]:
    """How many tasks are in which status, and how many stores have not answered the search; letters are not counted."""
    rows = case.tasks.filter(letter=None).values_list("operation", "status").annotate(n=Count("id"))
    counts: dict[str, int] = {}
    stores = 0
    for operation, status, number in rows.order_by("operation", "status"):
        counts[status] = counts.get(status, 0) + number
        stores += number if operation == "collect" and status not in _SETTLED else 0
    return counts, stores


def barred_ids(request_id: RowId) -> frozenset[str]:
    """The colleagues who are the person of this request, or too close to her (4.3)."""
    rows = Closeness.objects.filter(request_id=request_id, withdrawn_at__isnull=True)
    return frozenset(str(user) for user in rows.values_list("user_id", flat=True))


def _prepared(case: Case, right: Right, kinds: set[str], plan: Plan | None) -> bool:
    """Whether there is something to approve: a package, a decision in words, or a plan."""
    if right in BY_DECISION:
        return bool(case.manifest_sha256)
    return Artifact.Kind.PACKAGE in kinds if right in CHANGES_NO_STORE else bool(plan)


def _remainder(case: Case, right: Right, state: State) -> bool:
    """Whether a part is not done: rows that a law keeps, or claims that the decision refuses (4.0.4)."""
    if right not in IN_WORDS:
        return bool(plan_in_force(case, "keep"))
    decided = case.content().get("decision", {}) if state in {State.REVIEW, State.NOTIFYING} else {}
    return bool(decided.get("outcome") == Outcome.PARTLY)


def _restricted(case: Case, right: Right) -> dict[str, Any]:
    """The restriction that stands, where the right of the case can set one (Q-04)."""
    if right not in {Right.RESTRICTION, Right.OBJECTION}:
        return {}
    row = Restriction.objects.filter(case=case, ended_at__isnull=True).first()
    if row is None:
        return {}
    return {"restriction_open": True, "lift_told_on": row.lift_told_on, "release_after": row.release_after}


def _consulted(case: Case) -> dict[str, Any]:
    """What is on file for 12(5), T-20 and 4.0.11: the evidence form, and the data protection officer's word (4.0.7).

    An opinion counts for what it was asked about. Her newest word on it holds; an objection until a lead decided against it.
    """
    rows = Event.objects.filter(case=case, action__in=("evidence_filed", "dpo_opinion", "dpo_not_followed"))
    form, advised, objected = False, set(), set()
    for action, data in rows.order_by("seq").values_list("action", "data"):
        about = str(data.get("kind", ""))
        if action == "evidence_filed":
            form = True
        elif action == "dpo_not_followed":
            objected.discard(about)
        else:
            advised.add(about)
            (objected.add if data.get("stance") == Stance.OBJECTS else objected.discard)(about)
    return {"evidence_form": form, "advised": frozenset(advised), "objected": frozenset(objected)}


def _held(case: Case, state: State) -> dict[str, bool]:
    """Whether the request waits beside the queue as one of a flood, or was closed as one. Only new cases can."""
    if state not in {State.RECEIVED, State.NOT_IDENTIFIED}:
        return {}
    row = Suspicion.objects.filter(request_id=case.request_id).values_list("settled_at", "outcome").first()
    if row is None:
        return {}
    settled_at, outcome = row
    return {"held": settled_at is None, "dismissed": outcome == Suspicion.Outcome.DISMISSED}


def _sorted(case: Case, state: State) -> dict[str, bool]:
    """Whether the office has said which right it is, and the person that it is another (4.1)."""
    if state not in {State.RECEIVED, State.ASSESSING}:
        return {}
    kinds = ("classify", "unsort")
    found = set(
        Event.objects.filter(case__request_id=case.request_id, action__in=kinds).values_list("action", flat=True)
    )
    return {"sorted_before": "classify" in found, "unsorted_before": "unsort" in found}


def closed_as(case: Case) -> State | None:
    """The answered state that a contested or archived case was closed in last; None when the chain does not say (no. 21)."""
    closings = Event.objects.filter(case=case, to_state__in=[state.value for state in ANSWERED])
    found = closings.order_by("-seq").values_list("to_state", flat=True).first()
    return State(found) if found else None


def current_plan(case: Case) -> Plan | None:
    """The plan that is drafted, approved or applied; replaced, stale and withdrawn ones are history.

    What a store is changed for after the answer (a replay, the end of a period) has plans of its own.
    """
    rows = case.plans.filter(occasion="", status__in=[Plan.Status.DRAFT, Plan.Status.APPROVED, Plan.Status.APPLIED])
    found: Plan | None = rows.order_by("-number").first()
    return found


def plan_in_force(case: Case, treatment: str) -> list[dict[str, Any]]:
    """The lines of the current plan with one treatment, as counts and dates; not those where it was so before."""
    plan = current_plan(case)
    lines = plan.summary if plan else []
    return [line for line in lines if line["treatment"] == treatment and line.get("reason") != "already"]


def recipients_left(case: Case) -> list[str]:
    """Recipients of erased data who were neither told nor reasoned away (Art. 19; never waits for their answer, 4.0.3)."""
    plan = current_plan(case)
    if plan is None or case.state != State.NOTIFYING:
        return []
    named = dict.fromkeys(name for line in plan.summary for name in line.get("recipients", []))
    settled = case.content().get("recipients", {})
    return [name for name in named if name not in settled]


def _residue_clear(case: Case) -> bool:
    """Every store was read again after the last line, and nothing unexplained is left (rules.md 6.5)."""
    settled = (Task.Status.DONE, Task.Status.WAIVED)
    rows = list(case.tasks.filter(operation__in=["apply", "verify"]).values_list("operation", "store", "status"))
    verified = {store for operation, store, _ in rows if operation == "verify"}
    applied = {store for operation, store, status in rows if operation == "apply" and status == Task.Status.DONE}
    return bool(rows) and all(status in settled for _, _, status in rows) and applied <= verified


def _overdue_reported(case: Case) -> bool:
    if case.due_on is None:
        return False
    return case.incidents.filter(kind=Incident.Kind.OVERDUE, due_on=case.due_on).exists()


def silent_days(case: Case, today: date) -> int:
    """Days since the last word: our question, or whatever the person wrote after it; 0 when no question is open."""
    question = case.suspensions.filter(ended_at__isnull=True).first()
    if question is None:
        return 0
    wrote = Message.objects.filter(request_id=case.request_id, inbound=True).aggregate(at=Max("created_at"))["at"]
    since = question.started_on
    if wrote is not None:
        since = max(since, local_date(case.controller, wrote))
    return int((today - since).days)


def _id(value: object) -> str:
    return str(value) if value else ""


def identified(case: Case) -> bool:
    """Whether what is proved is enough for the right of this case (I-02, I-06, I-07, the step-up of ux.md 1.6)."""
    asked = case.request
    return asked.identity_level >= law.needed(Right(case.right), contact_is_new=asked.contact_is_new)
